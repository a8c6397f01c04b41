"""How long everything personal is kept, in one table, and erasing what is kept no longer."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, jobs
from app.audit import guard_models
from app.audit.actions import record
from app.audit.models import AuditEntry
from app.db import Base, db, transaction
from app.documents.erasing import NAMELESS, UNADDRESSED, erase
from app.documents.models import Certificate
from app.documents.trip_models import TripNotes
from app.events.models import Slot
from app.notifications.models import Notification
from app.people.list_models import (
    ErasureAct,
    ErasureReason,
    ImportedRow,
    ImportState,
    ListImport,
)
from app.people.models import ADULT_AGE, LAST_GRADE, Guardianship, Invitation, Person, SchoolClass
from app.registrations.answer_queries import ANSWERED
from app.registrations.models import ConsentRequest, Group, Registration

log = logging.getLogger(__name__)
BATCH = 500  # rows in one transaction
AS_AGREED = _l("the text of the agreement: three years from the day of the event")
EVENTS_OVER = 3  # years


def years_ago(years: int) -> datetime:
    """This moment so many years ago; on 29 February the day before."""
    now = clock.now()
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    return now.replace(year=now.year - years, day=day)


def days_ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


# Which persons

LAST_EVENT = (
    sa.select(sa.func.max(Slot.ends_at))
    .join(Registration, Registration.slot_id == Slot.id)
    .where(Registration.person_id == Person.id)
    .correlate(Person)
    .scalar_subquery()
)
HAS_GUARDIANS = sa.exists().where(Guardianship.child_id == Person.id)
Persons = sa.Select[Any]


def persons(*conditions: sa.ColumnElement[bool]) -> Persons:
    """Of those still named; the merged go with the one they were merged into."""
    return (
        sa.select(Person.id)
        .where(Person.anonymized_at.is_(None), Person.merged_into_id.is_(None), *conditions)
        .order_by(Person.id)
    )


def long_ago() -> sa.ColumnElement[bool]:
    """Three years since their last event, or since they were written down."""
    return sa.func.coalesce(LAST_EVENT, Person.created_at) < years_ago(EVENTS_OVER)


def withdrawn() -> Persons:
    return persons(Person.erase_on <= clock.today())


def guests() -> Persons:
    return persons(Person.user_id.is_(None), Person.class_id.is_(None), ~HAS_GUARDIANS, long_ago())


def left_school() -> Persons:
    """Of a class that left school a year ago: grade 13, as it were."""
    last_to_go = clock.school_year(clock.today()) - LAST_GRADE - 1
    theirs = sa.select(SchoolClass.id).where(SchoolClass.first_year <= last_to_go)
    return persons(Person.user_id.is_(None), Person.class_id.in_(theirs), long_ago())


def grown_up() -> Persons:
    """Children whom guardians keep: a year after their 18th birthday."""
    today = clock.today()
    years = ADULT_AGE + 1
    born = date(today.year - years, today.month, min(today.day, 28))
    return persons(
        Person.user_id.is_(None),
        Person.class_id.is_(None),
        HAS_GUARDIANS,
        sa.or_(Person.birth_date <= born, Person.birth_year < today.year - years),
        long_ago(),
    )


# Which rows


def letters() -> Any:
    done = sa.func.coalesce(Notification.sent_at, Notification.failed_at)
    return sa.select(Notification.id).where(done < days_ago(180))


def old_imports() -> sa.ColumnElement[bool]:
    working = (ImportState.APPLYING, ImportState.UNDOING)
    return sa.and_(ListImport.created_at < days_ago(30), ListImport.state.not_in(working))


def imported_rows() -> Any:
    return sa.select(ImportedRow.id).join(ListImport).where(old_imports())


def imported_sheets() -> Any:
    # A JSON column that was set to None holds the JSON word null: both are nothing.
    text = sa.cast(ListImport.tables, sa.Text)
    return sa.select(ListImport.id).where(
        old_imports(), ListImport.tables.is_not(None), text != "null"
    )


def invitations() -> Any:
    return sa.select(Invitation.id).where(Invitation.expires_at < days_ago(30))


def requests() -> Any:
    return sa.select(ConsentRequest.id).where(
        ConsentRequest.expires_at < years_ago(1),
        sa.or_(ConsentRequest.email != "", ConsentRequest.name != ""),
    )


def trips() -> Any:
    return (
        sa.select(TripNotes.id)
        .join(Group, Group.id == TripNotes.group_id)
        .join(Group.slot)
        .where(Slot.ends_at < days_ago(30))
    )


def contacts() -> Any:
    return (
        sa.select(Registration.id)
        .join(Registration.slot)
        .where(
            Slot.ends_at < years_ago(EVENTS_OVER),
            sa.or_(Registration.email != "", Registration.phone != "", ANSWERED),
        )
    )


def thanks() -> Any:
    """Letters of thanks to typed names, long after the event."""
    return sa.select(Certificate.id).where(
        Certificate.registration_id.is_(None),
        Certificate.held_until < years_ago(EVENTS_OVER),
        sa.or_(
            Certificate.holder_declined != "", Certificate.holder != Certificate.holder_in_short
        ),
    )


def entries() -> Any:
    return sa.select(AuditEntry.id).where(guard_models.may_be_deleted())  # the database’s clock


def acts() -> Any:
    return sa.select(ErasureAct.id).where(ErasureAct.done_at < years_ago(3))


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


# Rows first: erasing persons takes some of these along, and the dry run counts the same.
RETENTION: dict[str, Keeping] = {
    "letters": Keeping(
        _l("letters sent or given up"), _l("180 days"), _l("to settle whether a letter came"),
        letters, Notification,
    ),
    "imported_rows": Keeping(
        _l("rows of class lists sent in"), _l("30 days"), _l("to undo a wrong import"),
        imported_rows, ImportedRow,
    ),
    "imported_sheets": Keeping(
        _l("class lists whose columns nobody named"), _l("30 days"), _l("to go on naming them"),
        imported_sheets, ListImport, {"tables": sa.null()},
    ),
    "invitations": Keeping(
        _l("invitations"), _l("30 days after they lapse"), _l("to explain why a code fails"),
        invitations, Invitation,
    ),
    "requests": Keeping(
        _l("addresses of guardians who were asked"), _l("a year after the answer was due"),
        _l("to prove who was asked"), requests, ConsentRequest, UNADDRESSED,
    ),
    "trips": Keeping(
        _l("what schools typed about a trip: adults, driver, order"),
        _l("30 days after the event"), _l("to print a paper again"), trips, TripNotes,
    ),
    "contacts": Keeping(
        _l("e-mail, phone and answers in a registration"), _l("3 years after the event"), AS_AGREED,
        contacts, Registration, {"email": "", "phone": "", "answers": {}},
    ),
    "thanks": Keeping(
        _l("names in letters of thanks to those who did not sign up"),
        _l("3 years after the event; then a first name and an initial"),
        _l("to print the letter again"), thanks, Certificate,
        {"holder": Certificate.holder_in_short, **NAMELESS},
    ),
    "entries": Keeping(
        _l("entries of the audit log"), _l("3 years"),
        _l("the period of limitation (Civil Code, art. 196)"), entries, AuditEntry,
    ),
    "acts": Keeping(
        _l("acts of erasure"), _l("3 years"),
        _l("Roskomnadzor’s order № 179 of 28.10.2022, item 8"), acts, ErasureAct,
    ),
    "withdrawn": Keeping(
        _l("persons whose agreement was withdrawn"), _l("30 days after the withdrawal"),
        _l("152-FZ, art. 21 part 5"), withdrawn, reason=ErasureReason.WITHDRAWAL,
    ),
    "guests": Keeping(
        _l("guests: no account, no class, no guardian"), _l("3 years after the last event"),
        AS_AGREED, guests,
    ),
    "left_school": Keeping(
        _l("pupils of classes that left school"),
        _l("a year after leaving and 3 years after the last event"), AS_AGREED, left_school,
    ),
    "grown_up": Keeping(
        _l("children kept by guardians"),
        _l("a year after turning 18 and 3 years after the last event"), AS_AGREED, grown_up,
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
    """Erase what is kept too long, a batch in each transaction; how many, by kind.

    A person who cannot be erased is named by number in the log and holds up nobody.
    """
    done: dict[str, int] = {}
    for kind, ids in expired().items():
        keeping = RETENTION[kind]
        if keeping.model is Person:
            done[kind] = sum(erased(id_, keeping.reason) for id_ in ids)
        else:
            done[kind] = sum(clear(keeping, batch) for batch in batches(ids))
    if numbers := {kind: number for kind, number in done.items() if number}:
        log.info("expired: %s", numbers)
        with transaction():
            record("data.expired", None, organization_id=None, **numbers)
    return done


def batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[place : place + BATCH] for place in range(0, len(ids), BATCH))


def clear(keeping: Keeping, ids: list[int]) -> int:
    """Past the session: nothing of it is in use, and entries of the log are refused there."""
    table: Any = keeping.model.__table__
    change: Any = sa.delete(table)
    if keeping.wiped:
        change = sa.update(table).values(keeping.wiped)
    with transaction():
        return db.session.connection().execute(change.where(table.c.id.in_(ids))).rowcount


def erased(id_: int, reason: ErasureReason) -> bool:
    with force_locale("ru"):
        done_by = _("the site’s own daily task (flask anonymize-expired)")
    try:
        with transaction():
            erase(db.session.get_one(Person, id_), reason=reason, done_by=done_by)
    except Exception:
        log.exception("person %s cannot be erased", id_)
        return False
    return True


expire_daily = jobs.job(anonymize_expired, daily_at="03:30")
