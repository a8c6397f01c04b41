"""Which persons and rows are kept too long now: what retention erases."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.audit import guard_models
from app.audit.models import AuditEntry
from app.base import clock
from app.certificates.issued.models import Certificate
from app.events.models import Slot
from app.notifications.models import Notification
from app.papers.trips.models import TripNotes
from app.people.class_lists.models import ImportedRow, ImportState, ListImport
from app.people.models import ADULT_AGE, LAST_GRADE, Guardianship, Invitation, Person, SchoolClass
from app.privacy.models import ErasureAct
from app.registrations.answers.queries import ANSWERED
from app.registrations.models import ConsentRequest, Group, Registration
from app.sweeps.actions import grace

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


def withdrawn_soon() -> Persons:
    """Whom the ministry may be asked about: the day itself is the last that the law allows,
    and the thirty days before it were their days of grace."""
    return persons(Person.erase_on <= clock.today() + grace())


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
