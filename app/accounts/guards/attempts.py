"""Slowing down those who try and try: counted in the database, for all processes alike."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.guards.known_browsers import NEW, KnownBrowser
from app.accounts.models import Attempts, User
from app.base import clock
from app.base.codes import keyed_hash
from app.base.db import db, insert_unless_there
from app.base.rules import RuleBroken
from app.web.budgets import LINKS_TO_MAILBOX, Cost, mailbox_of, network_of, spend


@dataclass(frozen=True)
class Pace:
    """After ``free`` tries in a row wait, each time twice as long, up to ``longest``."""

    name: str
    free: int
    first_wait: timedelta
    longest: timedelta
    forgotten_after: timedelta  # without a try


# Of one account from one place, which is a network or a browser that is known: whoever tries
# elsewhere holds up nobody here.
OF_ADDRESS = Pace("address", 5, timedelta(seconds=30), timedelta(minutes=15), timedelta(days=1))
# Of one account from everywhere, browsers of its owner apart: a slow brake for tries that
# come from many places.
OF_ACCOUNT = Pace("account", 60, timedelta(seconds=30), timedelta(minutes=5), timedelta(days=1))
# Of one place at all accounts. A whole school sits behind one address: many may mistype
# before it looks like guessing, and its own computers, where pupils have logged in before,
# are places of their own.
OF_NETWORK = Pace("network", 100, timedelta(seconds=15), timedelta(minutes=2), timedelta(hours=1))
# Wrong codes of printed log-ins, of a network: a class that sets up its accounts at once.
OF_CODES = Pace("codes", 30, timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=1))
ANSWER_TAKES = 0.15  # seconds: a form that mails, or does not
PACES = (OF_ADDRESS, OF_ACCOUNT, OF_NETWORK, OF_CODES)
LONGEST_MEMORY = max(pace.forgotten_after for pace in PACES)


def begin_try(
    typed: str, address: str | None, *, user: User | None = None, browser: KnownBrowser = NEW
) -> str:
    """Count a try at a password before comparing it, or refuse: it is too soon.

    Counted beforehand, so that many tries at once are no way around; the place's count for
    this account is forgotten when the password turns out right. What is returned tells how
    long to wait in case it is wrong, if at all.
    """
    counted = [(of(pace, whose), pace) for pace, whose in counts(typed, address, user, browser)]
    rows = [row for row, _pace in counted]
    if seconds := longest_wait(*rows):
        raise RuleBroken(wait_in_words(seconds))
    for row, pace in counted:
        count(row, pace)
    db.session.flush()
    seconds = longest_wait(*rows)
    return wait_in_words(seconds) if seconds else ""


def forgive(
    typed: str, address: str | None, *, user: User | None = None, browser: KnownBrowser = NEW
) -> None:
    """The password was right: begin anew for this account here, take back the try elsewhere."""
    for pace, whose in counts(typed, address, user, browser):
        row = of(pace, whose)
        row.failures = 0 if pace is OF_ADDRESS else max(0, row.failures - 1)
        if row.failures < pace.free:
            row.blocked_until = None
    db.session.flush()


def counts(
    typed: str, address: str | None, user: User | None, browser: KnownBrowser
) -> list[tuple[Pace, str]]:
    """What a try counts for. In a browser where the account's owner has logged in before, for
    this account there alone: nobody else's tries, from wherever, hold the owner up."""
    whose = f"account {user.id}" if user else typed.strip().lower()
    if browser.is_of(user):
        return [(OF_ADDRESS, f"{whose} in {browser.key}")]
    # A known browser counts with the account that logged in there last: whoever makes many
    # such browsers needs as many accounts.
    place = f"visitor {browser.users[0]}" if browser.users else network_of(address)
    return [(OF_ADDRESS, f"{whose} from {place}"), (OF_ACCOUNT, whose), (OF_NETWORK, place)]


def may_write_to(email: str) -> bool:
    """Whether one more letter of this hour may go to the address. Counts known and
    unknown addresses alike."""
    return spend(Cost(LINKS_TO_MAILBOX, mailbox_of(email)))


def refuse_guessing(address: str | None) -> None:
    """Whether this network may look up one more code. Only wrong ones are counted."""
    key = key_of(OF_CODES, network_of(address))
    tries = db.session.scalar(sa.select(Attempts).filter_by(key=key))
    if tries and (seconds := longest_wait(tries)):
        raise RuleBroken(
            _("Too many wrong codes. %(wait)s and try again.", wait=seconds_in_words(seconds))
        )


def note_wrong_code(address: str | None) -> None:
    count(of(OF_CODES, network_of(address)), OF_CODES)
    db.session.flush()


@contextmanager
def even_pace() -> Iterator[None]:
    """Take as long whatever there was to do: the time tells nothing about an address."""
    began = time.monotonic()
    yield
    time.sleep(max(0.0, ANSWER_TAKES - (time.monotonic() - began)))


def wait_in_words(seconds: int) -> str:
    wait = seconds_in_words(seconds)
    return str(
        _("Too many wrong passwords. %(wait)s and try again, or log in by a link.", wait=wait)
    )


def seconds_in_words(seconds: int) -> str:
    if seconds < 60:
        return ngettext("Wait %(num)s second", "Wait %(num)s seconds", seconds)
    return ngettext("Wait %(num)s minute", "Wait %(num)s minutes", ceil(seconds / 60))


def longest_wait(*tries: Attempts) -> int:
    """Seconds until the next try is taken; 0 when it is now."""
    waits = [
        (row.blocked_until - clock.now()).total_seconds() for row in tries if row.blocked_until
    ]
    return max(0, ceil(max(waits, default=0)))


def count(tries: Attempts, pace: Pace) -> None:
    now = clock.now()
    if tries.last_at < now - pace.forgotten_after:
        tries.failures = 0
    tries.failures += 1
    tries.last_at = now
    tries.blocked_until = None
    if (beyond := tries.failures - pace.free) >= 0:
        tries.blocked_until = now + min(pace.first_wait * 2 ** min(beyond, 20), pace.longest)


def of(pace: Pace, whose: str) -> Attempts:
    """The row, held until the commit."""
    key = key_of(pace, whose)
    row = sa.select(Attempts).filter_by(key=key).with_for_update()
    fresh = {"populate_existing": True}
    if found := db.session.scalar(row, execution_options=fresh):
        return found
    values = {"key": key, "failures": 0, "last_at": clock.now()}
    insert_unless_there(Attempts, values, unique=[Attempts.key])
    return db.session.scalars(row, execution_options=fresh).one()


def key_of(pace: Pace, whose: str) -> str:
    """Nobody can read an address out of it."""
    return keyed_hash(f"{pace.name}:{whose.strip().lower()}")


def forget_before(moment: datetime) -> None:
    db.session.execute(sa.delete(Attempts).where(Attempts.last_at < moment))
