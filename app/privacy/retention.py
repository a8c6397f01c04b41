"""How long everything personal is kept, in one table, and erasing what is kept no longer."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit.actions import record
from app.audit.models import AuditEntry
from app.base.db import Base, db, transaction
from app.certificates.issued.models import Certificate
from app.notifications.models import Notification
from app.papers.trips.models import TripNotes
from app.people.class_lists.models import ImportedRow, ListImport
from app.people.models import Invitation, Person
from app.privacy import expiring
from app.privacy.erasing import NAMELESS, UNADDRESSED, erase
from app.privacy.models import ErasureAct, ErasureReason
from app.registrations.models import ConsentRequest, Registration
from app.sweeps.actions import PLAIN, PRECIOUS, Part, batches, declare, run

log = logging.getLogger(__name__)
AS_AGREED = _l("the text of the agreement: three years from the day of the event")


@dataclass(frozen=True)
class Keeping:
    """One line: what is kept, how long, why so long, and which rows are beyond it. Rows of
    ``model`` are deleted, or with ``wiped`` only these columns of them; persons are erased."""

    what: Any
    how_long: Any
    why: Any
    due: Callable[[], Any]
    model: type[Base] = Person
    wiped: dict[str, Any] | None = None
    reason: ErasureReason = ErasureReason.RETENTION
    worth: int | None = PLAIN  # sweeps.actions.Part
    ahead: Callable[[], Any] | None = None

    @property
    def has_grace(self) -> bool:
        return self.worth is PRECIOUS and self.ahead is None


# Rows first: erasing persons takes some of these along, and the dry run counts the same.
RETENTION: dict[str, Keeping] = {
    "letters": Keeping(
        _l("letters sent or given up"), _l("180 days"), _l("to settle whether a letter came"),
        expiring.letters, Notification,
    ),
    "imported_rows": Keeping(
        _l("rows of class lists sent in"), _l("30 days"), _l("to undo a wrong import"),
        expiring.imported_rows, ImportedRow, worth=None,
    ),
    "imported_sheets": Keeping(
        _l("class lists whose columns nobody named"), _l("30 days"), _l("to go on naming them"),
        expiring.imported_sheets, ListImport, {"tables": sa.null()},
    ),
    "invitations": Keeping(
        _l("invitations"), _l("30 days after they lapse"), _l("to explain why a code fails"),
        expiring.invitations, Invitation,
    ),
    "requests": Keeping(
        _l("addresses of guardians who were asked"), _l("a year after the answer was due"),
        _l("to prove who was asked"), expiring.requests, ConsentRequest, UNADDRESSED,
    ),
    "trips": Keeping(
        _l("what schools typed about a trip: adults, driver, order"),
        _l("30 days after the event"), _l("to print a paper again"), expiring.trips, TripNotes,
    ),
    "contacts": Keeping(
        _l("e-mail, phone and answers in a registration"), _l("3 years after the event"), AS_AGREED,
        expiring.contacts, Registration, {"email": "", "phone": "", "answers": {}}, worth=PRECIOUS,
    ),
    "thanks": Keeping(
        _l("names in letters of thanks to those who did not sign up"),
        _l("3 years after the event; then a first name and an initial"),
        _l("to print the letter again"), expiring.thanks, Certificate,
        {"holder": Certificate.holder_in_short, **NAMELESS}, worth=PRECIOUS,
    ),
    "entries": Keeping(
        _l("entries of the audit log"), _l("3 years"),
        _l("the period of limitation (Civil Code, art. 196)"), expiring.entries, AuditEntry,
    ),
    "acts": Keeping(
        _l("acts of erasure"), _l("3 years"),
        _l("Roskomnadzor’s order № 179 of 28.10.2022, item 8"), expiring.acts, ErasureAct,
    ),
    "withdrawn": Keeping(
        _l("persons whose agreement was withdrawn"), _l("30 days after the withdrawal"),
        _l("152-FZ, art. 21 part 5"), expiring.withdrawn, reason=ErasureReason.WITHDRAWAL,
        worth=PRECIOUS, ahead=expiring.withdrawn_soon,
    ),
    "guests": Keeping(
        _l("guests: no account, no class, no guardian"), _l("3 years after the last event"),
        AS_AGREED, expiring.guests, worth=PRECIOUS,
    ),
    "left_school": Keeping(
        _l("pupils of classes that left school"),
        _l("a year after leaving and 3 years after the last event"), AS_AGREED,
        expiring.left_school, worth=PRECIOUS,
    ),
    "grown_up": Keeping(
        _l("children kept by guardians"),
        _l("a year after turning 18 and 3 years after the last event"), AS_AGREED,
        expiring.grown_up, worth=PRECIOUS,
    ),
}  # fmt: skip


def expired() -> dict[str, list[int]]:
    """What is kept too long now, by kind; a person stands in the first kind that fits."""
    found: dict[str, list[int]] = {}
    seen: set[int] = set()
    for kind, keeping in RETENTION.items():
        ids = list(db.session.scalars(keeping.due()))
        if keeping.model is Person:
            ids = [id_ for id_ in ids if id_ not in seen]
            seen.update(ids)
        found[kind] = ids
    return found


def anonymize_expired() -> dict[str, int]:
    """Erase what is kept too long, a batch in each transaction, as far as the fuse lets
    (app.sweeps); how many, by kind."""
    done = run("expired")
    if numbers := {kind: number for kind, number in done.items() if number}:
        log.info("expired: %s", numbers)
    return done


def part_of(kind: str, keeping: Keeping) -> Part:
    def act(ids: list[int]) -> int:
        if keeping.model is Person:
            number = sum(erased(id_, keeping.reason) for id_ in ids)
        else:
            number = sum(clear(keeping, batch) for batch in batches(ids))
        if number:
            with transaction():
                record("data.expired", None, organization_id=None, **{kind: number})
        return number

    return Part(
        keeping.what,
        act,
        keeping.model,
        keeping.due,
        worth=keeping.worth,
        has_grace=keeping.has_grace,
        ahead=keeping.ahead,
    )


def clear(keeping: Keeping, ids: Sequence[int]) -> int:
    """Past the session: nothing of it is in use, and entries of the log are refused there."""
    table: Any = keeping.model.__table__
    change: Any = sa.delete(table)
    if keeping.wiped:
        change = sa.update(table).values(keeping.wiped)
    with transaction():
        return db.session.connection().execute(change.where(table.c.id.in_(ids))).rowcount


def erased(id_: int, reason: ErasureReason) -> bool:
    """Whether; one that cannot be erased is named by number in the log and holds up nobody."""
    with force_locale("ru"):
        done_by = _("the site’s own daily task (flask anonymize-expired)")
    try:
        with transaction():
            erase(db.session.get_one(Person, id_), reason=reason, done_by=done_by)
    except Exception:
        log.exception("person %s cannot be erased", id_)
        return False
    return True


PARTS = {kind: part_of(kind, keeping) for kind, keeping in RETENTION.items()}
expire_daily = declare("expired", PARTS, lane="heavy", daily_at="03:30")
