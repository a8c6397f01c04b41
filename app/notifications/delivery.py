"""Handing letters over: claimed, rendered, sent, retried.

A letter is claimed by one worker before it is sent and marked after it. A worker that
dies in between leaves it claimed; when the claim ends it is sent again with the same
Message-ID, by which mail programs recognize the copy: rather twice than never. Nothing
else sends a letter twice.
"""

import logging
import smtplib
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.base import clock, jobs, mail
from app.base.db import db, transaction
from app.base.mail import Letter, Postbox
from app.notifications.letters import letter_of
from app.notifications.links import count_from_now, is_dead
from app.notifications.models import Notification
from app.sweeps import clocks

log = logging.getLogger(__name__)

BATCH = 50  # letters in one connection
CLAIM_LASTS = timedelta(minutes=10)  # longer than the slowest sending of one letter
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
MOST_ATTEMPTS = 20  # with these waits: three days
SECRETS = {"link"}  # let people in, so they are forgotten once sent
Claimed = sa.Row[Any]


class PostboxClosed(Exception):
    """The connection broke, or the worker is to stop: the other letters stay for later."""


def deliver_waiting() -> Counter[str]:
    """Send what is due, fifty letters at a time; how many were ``sent``, put off (``later``)
    and ``given_up``."""
    outcomes: Counter[str] = Counter()
    while due := due_letters():
        try:
            with ExitStack() as connection:
                deliver_batch(due, connection, outcomes)
        except PostboxClosed:
            break
        except (OSError, smtplib.SMTPException):  # at saying good-bye: all is sent and marked
            log.warning("the mail server closed badly", exc_info=True)
    if outcomes:
        log.info("letters: %s", dict(outcomes))
    return outcomes


wake_delivery = jobs.job(deliver_waiting, lane="letters", every_minutes=1)


def deliver_batch(due: list[int], connection: ExitStack, outcomes: Counter[str]) -> None:
    postbox: Postbox | None = None
    for id_ in due:
        if jobs.is_stopping():
            raise PostboxClosed
        if (claimed := claim(id_)) is None:
            continue  # another worker has it
        if (letter := ready_to_send(claimed, outcomes)) is None:
            continue
        try:
            postbox = postbox or connection.enter_context(mail.postbox())
            postbox.send(letter)
        except Exception as error:  # an odd address holds up nobody else either
            outcomes[put_off_or_give_up(claimed, error)] += 1
            if is_broken_connection(error):
                raise PostboxClosed from error
        else:
            mark_sent(claimed)
            outcomes["sent"] += 1


def ready_to_send(claimed: Claimed, outcomes: Counter[str]) -> Letter | None:
    """Written out, unless its link is dead or its template is broken: that holds up its own
    letters only. A clock that jumped says nothing about links."""
    if is_dead(claimed.good_until) and clocks.jump() is None:
        outcomes[give_up_dead(claimed)] += 1
        return None
    try:
        count_from_now(claimed.template, str(claimed.context.get("link", "")))
        return render(claimed)
    except Exception as error:
        log.exception("letter %s cannot be written", claimed.id)
        outcomes[put_off_or_give_up(claimed, error)] += 1
        return None


def render(claimed: Claimed) -> Letter:
    return letter_of(
        address=claimed.address,
        template=claimed.template,
        language=claimed.language,
        reference=claimed.reference,
        context=claimed.context,
    )


def waiting(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Notification.sent_at.is_(None),
        Notification.failed_at.is_(None),
        Notification.held_for.is_(None),
        Notification.send_after <= now,
        sa.or_(Notification.claimed_until.is_(None), Notification.claimed_until < now),
    )


def due_letters() -> list[int]:
    query = (
        sa.select(Notification.id)
        .where(waiting(clock.now()))
        .order_by(Notification.send_after, Notification.id)
        .limit(BATCH)
    )
    return list(db.session.scalars(query))


def claim(id_: int) -> Claimed | None:
    """Take a letter for this worker alone, unless another has just done so."""
    now = clock.now()
    with transaction():
        claimed: Claimed | None = change(
            sa.update(Notification)
            .where(Notification.id == id_, waiting(now))
            .values(claimed_until=now + CLAIM_LASTS)
            .returning(*Notification.__table__.c)
        ).one_or_none()
    return claimed


def give_up_dead(claimed: Claimed) -> str:
    """Its link lets nobody in any more: whoever needs one has asked for another."""
    kept = {name: value for name, value in claimed.context.items() if name not in SECRETS}
    given_up = {"failed_at": clock.now(), "claimed_until": None, "last_error": "LinkDead"}
    with transaction():
        change(
            sa.update(Notification)
            .where(Notification.id == claimed.id)
            .values(context=kept, **given_up)
        )
    log.warning("letter %s (%s) given up: its link is dead", claimed.id, claimed.template)
    return "given_up"


def mark_sent(claimed: Claimed) -> None:
    kept = {name: value for name, value in claimed.context.items() if name not in SECRETS}
    with transaction():
        change(
            sa.update(Notification)
            .where(Notification.id == claimed.id)
            .values(sent_at=clock.now(), claimed_until=None, last_error=None, context=kept)
        )


def put_off_or_give_up(claimed: Claimed, error: Exception) -> str:
    """Try again later, each time after twice as long; what was decided."""
    attempts = claimed.attempts + 1
    hopeless = is_permanent(error) or attempts >= MOST_ATTEMPTS
    now = clock.now()
    changes: dict[str, Any] = {
        "attempts": attempts,
        "claimed_until": None,
        "last_error": in_short(error),
    }
    if hopeless:
        changes["failed_at"] = now
    else:
        changes["send_after"] = now + min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    with transaction():
        change(sa.update(Notification).where(Notification.id == claimed.id).values(changes))
    what = "given up" if hopeless else "put off"
    log.warning("letter %s (%s) %s: %s", claimed.id, claimed.template, what, in_short(error))
    return "given_up" if hopeless else "later"


def change(statement: Any) -> Any:
    """Straight to the database: no object of the session is to be kept up to date."""
    return db.session.connection().execute(statement)


def code_of(error: Exception) -> int:
    """The server's answer, if it gave one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=0)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def is_permanent(error: Exception) -> bool:
    """The server knows no such recipient: trying again changes nothing."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and 500 <= code_of(error) < 600


def is_broken_connection(error: Exception) -> bool:
    of_one_letter = (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPSenderRefused,
        smtplib.SMTPDataError,
        smtplib.SMTPNotSupportedError,
    )
    of_mail = isinstance(error, OSError | smtplib.SMTPException)
    return of_mail and (code_of(error) == 421 or not isinstance(error, of_one_letter))


def in_short(error: Exception) -> str:
    """Without the server's words: they repeat the address."""
    return f"{type(error).__name__} {code_of(error) or ''}".strip()
