"""How much of what somebody may bring about: seats, letters, imports, heavy papers.

Limits of effects, not of routes: whichever page an act comes by, it is charged here, in the
transaction of the act. So a refused act costs nothing, a committed one cannot escape, and all
processes agree, because the database counts. One statement charges everything an act costs:
those who come at once wait for each other's commit and never overspend together.

Whose budget it is (a mailbox, an account, a network) is kept as a keyed hash alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.codes import keyed_hash
from app.base.db import Model, db
from app.base.networks import address_of
from app.base.rules import RuleBroken
from app.web.filters import day, time

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True)
class Budget:
    """``most`` of something in so much time, for each mailbox, account, network …"""

    name: str
    most: int
    per: timedelta
    exhausted: Any  # what is used up, in a sentence
    advice: Any = _l("Try again then.")
    of_network: bool = False  # many people stand behind one: a setting multiplies it


LOG_IN_HELPS = _l("Log in or create an account: then you can sign up at once.")
ASK = _l("Try again then, or write to the organizer.")
ANOTHER_NETWORK = _l("Log in with a password, or ask from another network: a phone’s, for example.")

# fmt: off
SEATS_OF_MAILBOX_IN_EVENT = Budget("seats of a guest's mailbox in an event", 12, DAY,
    _l("With this e-mail many seats of this event have been taken today."),
    advice=ASK)
SIGN_UPS_OF_MAILBOX = Budget("sign-ups with a guest's mailbox", 15, DAY,
    _l("With this e-mail many people have been signed up today."),
    advice=ASK)
SIGN_UPS_OF_MAILBOX_IN_MONTH = Budget("sign-ups with a mailbox in a month", 60, MONTH,
    _l("With this e-mail many people have been signed up this month."),
    advice=ASK)
SEATS_OF_NETWORK_IN_EVENT = Budget("guests' seats of a network in an event", 150, DAY,
    _l("From your network many seats of this event have been taken today without an account."),
    advice=LOG_IN_HELPS, of_network=True)
SIGN_UPS_OF_NETWORK = Budget("guests' sign-ups from a network", 500, DAY,
    _l("From your network many people have been signed up today without an account."),
    advice=LOG_IN_HELPS, of_network=True)
SEATS_OF_ACCOUNT = Budget("seats of an account", 100, DAY,
    _l("Your account has taken many seats today."),
    advice=ASK)
SEATS_OF_CLASSES = Budget("seats of classes that an account signs up", 3000, DAY,
    _l("Your account has signed up very many pupils today."),
    advice=ASK)
CHANGES_OF_TICKET = Budget("changes of time of a ticket", 10, DAY,
    _l("The time of this ticket has been changed many times today."),
    advice=ASK)

GUARDIAN_LETTERS = Budget("requests for a guardian's consent to a mailbox", 6, DAY,
    _l("This parent has been sent many requests today. Ask them to answer by one of the letters."))
GUARDIAN_LETTERS_OF_MONTH = Budget("requests to a guardian in a month", 30, MONTH,
    _l("This parent has been sent many requests this month. "
       "Ask them to answer by one of the letters."))
REMINDERS_OF_TICKET = Budget("letters that remind of a registration there is", 1, DAY,
    _l("The ticket has been sent again today."))
REMINDERS_OF_MONTH = Budget("reminders of a registration in a month", 3, MONTH,
    _l("The ticket has been sent again several times."))
# The first letter was lost, as spam: it may come again, to a stranger's mailbox very seldom.
REPEATS_TO_MAILBOX = Budget("tickets sent again to a mailbox that may be silent", 1, DAY,
    _l("The ticket has been sent again today."))
REPEATS_TO_MAILBOX_IN_MONTH = Budget("tickets sent again to a mailbox in a month", 3, MONTH,
    _l("The ticket has been sent again several times."))
LINKS_TO_MAILBOX = Budget("log-in links to a mailbox", 5, HOUR,
    _l("Several links have been sent to this address."))
LETTERS_OF_NETWORK = Budget("letters that a network has sent to mailboxes it types", 600, DAY,
    _l("From your network many letters have been asked for today."),
    advice=ANOTHER_NETWORK, of_network=True)
INVITATIONS_OF_ACCOUNT = Budget("invitations of an account", 40, DAY,
    _l("Your account has sent many invitations today."))
INVITATIONS_TO_MAILBOX = Budget("invitations to a mailbox", 5, DAY,
    _l("This address has been sent several invitations today."))
NAMES_PROPOSED = Budget("questions of an organization to the ministry about its name", 5, DAY,
    _l("Your organization has asked the ministry for other names several times today."))
STRANGERS_TOLD = Budget("sign-ups of an account for people who are not its own", 5, DAY,
    _l("Your account has tried to sign up several people who are signed up already."))

CHILDREN_TYPED = Budget("children whom an account adds or renames", 15, DAY,
    _l("Your account has added or renamed many children today."))

IMPORTS_OF_ACCOUNT = Budget("lists that an account sends in", 60, DAY,
    _l("Your account has sent in many lists today."))
BATCHES_OF_ACCOUNT = Budget("batches of papers that an account orders", 60, DAY,
    _l("Your account has ordered many batches of papers today."))
# fmt: on


class Cost(NamedTuple):
    """What an act takes out of a budget. ``at_least``: what must be possible at once, where
    the organizer allows more than the budget."""

    budget: Budget
    whose: Any  # one word, or several: a mailbox and an event
    number: int = 1
    at_least: int = 0

    @property
    def most(self) -> int:
        factor = current_app.config["NETWORK_BUDGETS"] if self.budget.of_network else 1
        return max(self.budget.most * factor, self.at_least)

    @property
    def key(self) -> str:
        whose = self.whose if isinstance(self.whose, tuple) else (self.whose,)
        return keyed(self.budget.name, *whose)


class BudgetSpent(Model):
    """What has been spent of one budget in the time that ends at ``ends_at``."""

    __table_args__ = (sa.CheckConstraint("spent <= most", name="not_overspent"),)

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    spent: Mapped[int]
    most: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


def charge(*costs: Cost) -> None:
    """Take all of it, or refuse in words: what is used up, and when it is free again."""
    if refused := refused_of(costs):
        raise RuleBroken(refusal(refused[0]))


def spend(*costs: Cost) -> bool:
    """Take all of it if it is there: for what is left out in silence otherwise."""
    return not refused_of(costs)


def refused_of(costs: Iterable[Cost]) -> list[Cost]:
    """Charge, and give back what was taken if a part of it is refused: which part."""
    wanted = {cost.key: cost for cost in costs if counts(cost)}
    if too_much := [cost for cost in wanted.values() if cost.number > cost.most]:
        return too_much
    taken = take(wanted) if wanted else set()
    refused = [cost for key, cost in wanted.items() if key not in taken]
    if refused and taken:
        give_back({key: wanted[key].number for key in taken})
    return refused


def counts(cost: Cost) -> bool:
    return bool(cost.number and cost.whose) and not (
        cost.budget.of_network and is_unlimited(cost.whose)
    )


def take(wanted: dict[str, Cost]) -> set[str]:
    """The keys whose budget allowed it. Always in one order, so that two never wait for each
    other."""
    now = clock.now()
    connection = db.session.connection()
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    table = BudgetSpent.__table__
    new = insert(table).values(
        [
            {
                "key": key,
                "spent": cost.number,
                "most": cost.most,
                "ends_at": now + cost.budget.per,
            }
            for key, cost in sorted(wanted.items())
        ]
    )
    is_over = table.c.ends_at <= now
    statement = new.on_conflict_do_update(
        index_elements=[table.c.key],
        set_={
            "spent": sa.case(
                (is_over, new.excluded.spent), else_=table.c.spent + new.excluded.spent
            ),
            "ends_at": sa.case((is_over, new.excluded.ends_at), else_=table.c.ends_at),
            "most": new.excluded.most,
        },
        where=sa.or_(is_over, table.c.spent + new.excluded.spent <= new.excluded.most),
    )
    return set(connection.execute(statement.returning(table.c.key)).scalars())


def give_back(numbers: dict[str, int]) -> None:
    for key, number in sorted(numbers.items()):
        db.session.connection().execute(
            sa.update(BudgetSpent)
            .where(BudgetSpent.key == key)
            .values(spent=BudgetSpent.spent - number)
        )


def refusal(cost: Cost) -> str:
    """«С этого адреса сегодня записано много людей. Снова можно …»"""
    ends_at = db.session.scalar(sa.select(BudgetSpent.ends_at).filter_by(key=cost.key))
    free_at = ends_at or clock.now() + cost.budget.per
    when = _("It is possible again on %(day)s at %(time)s.", day=day(free_at), time=time(free_at))
    return f"{cost.budget.exhausted} {when} {cost.budget.advice}"


def forget_before(moment: datetime) -> None:
    """Delete what holds nobody up any more."""
    db.session.execute(sa.delete(BudgetSpent).where(BudgetSpent.ends_at < moment))


def keyed(*words: Any) -> str:
    """Nobody can read an address out of it."""
    return keyed_hash("\n".join(str(word).strip().lower() for word in words))


def mailbox_of(address: str | None) -> str:
    """One mailbox however it is written: «anna+1@…» arrives at «anna@…», Gmail reads no dots,
    Yandex takes a hyphen for a dot and has several domains."""
    name, _at, domain = (address or "").strip().lower().partition("@")
    name = name.partition("+")[0] or name
    if domain in ("gmail.com", "googlemail.com"):
        return f"{name.replace('.', '')}@gmail.com"
    if domain == "ya.ru" or domain.startswith("yandex."):
        return f"{name.replace('-', '.')}@yandex.ru"
    return f"{name}@{domain}" if domain else name


def network_of(address: str | None) -> str:
    """IPv6 gives every home 2⁶⁴ addresses: they count as one."""
    parsed = address_of(address)
    if parsed is None:
        return ""
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def is_unlimited(whose: Any) -> bool:
    """Whether the setting UNLIMITED_NETWORKS names this network: a school's, an operator's."""
    first = whose[0] if isinstance(whose, tuple) else whose
    network = ip_network(first)
    return any(
        network.version == free.version and network.subnet_of(free)
        for free in current_app.config["UNLIMITED_NETWORKS"]
    )
