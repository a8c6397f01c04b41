"""Reading batches, whom papers can be issued to, and the designs there are for them."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.attendance.models import Attendance
from app.base.db import db
from app.base.words.text import like, searchable
from app.certificates.issued.batch_models import BatchItem, PaperBatch
from app.certificates.issued.models import Certificate
from app.certificates.issued.queries import CAME, without_certificate
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.people.models import Person
from app.registrations.models import Registration

LISTED = 20  # batches on the papers page
CHOICE = 1000  # people among whom one ticks on one page


def batch_in(event: Event, batch_id: int) -> PaperBatch | None:
    query = (
        sa.select(PaperBatch)
        .filter_by(id=batch_id, event_id=event.id)
        .options(joinedload(PaperBatch.made_by))
        .execution_options(populate_existing=True)  # a worker has been at it
    )
    return db.session.scalar(query)


def batches_of(event: Event) -> list[PaperBatch]:
    """The latest first."""
    query = (
        sa.select(PaperBatch)
        .filter_by(event_id=event.id)
        .options(joinedload(PaperBatch.made_by))
        .order_by(PaperBatch.id.desc())
        .limit(LISTED)
    )
    return list(db.session.scalars(query))


def issued_in(batch: PaperBatch) -> int:
    """How many certificates it has numbered."""
    query = sa.select(sa.func.count()).where(Certificate.batch_id == batch.id)
    return db.session.scalar(query) or 0


def told_in(batch: PaperBatch) -> int:
    query = sa.select(sa.func.count()).where(
        Certificate.batch_id == batch.id, Certificate.told_at.is_not(None)
    )
    return db.session.scalar(query) or 0


def candidates(event: Event, kind: CertificateKind, q: str = "") -> list[Registration]:
    """Among whom one chooses: who came and has none of the kind, as many as a page holds;
    ``q``: a part of the name."""
    query = (
        without_certificate(event, kind)
        .join(Registration.person)
        .options(
            contains_eager(Registration.person).joinedload(Person.school),
            joinedload(Registration.slot),
        )
        .order_by(Person.sort_key, Registration.id)
        .limit(CHOICE)
    )
    if q:
        query = query.where(Person.search_name.like(like(searchable(q)), escape="\\"))
    return list(db.session.scalars(query))


def due_ids(event: Event, kind: CertificateKind) -> list[int]:
    """The registrations of all who came and have none of the kind, in Russian order."""
    found = without_certificate(event, kind).join(Registration.person)
    query = found.with_only_columns(Registration.id).order_by(Person.sort_key, Registration.id)
    return list(db.session.scalars(query))


def items_between(batch: PaperBatch, first: int, last: int) -> list[BatchItem]:
    query = (
        sa.select(BatchItem)
        .where(BatchItem.batch_id == batch.id, BatchItem.position.between(first, last))
        .order_by(BatchItem.position)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def printable(ids: Collection[int]) -> dict[int, Certificate]:
    """Of these certificates the ones that may be printed: not revoked, with a name, of people
    whose mark says they came."""
    came = sa.exists().where(Attendance.registration_id == Registration.id, CAME)
    query = (
        sa.select(Certificate)
        .outerjoin(Certificate.registration)
        .outerjoin(Registration.person)
        .where(
            Certificate.id.in_(ids),
            Certificate.revoked_at.is_(None),
            sa.or_(
                Certificate.registration_id.is_(None),
                sa.and_(came, Person.anonymized_at.is_(None)),
            ),
        )
        .options(
            contains_eager(Certificate.registration)
            .contains_eager(Registration.person)
            .joinedload(Person.school),
            joinedload(Certificate.look),
        )
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in db.session.scalars(query) if not one.is_nameless}


def thanked(event: Event, kind: CertificateKind, names: Collection[str]) -> set[str]:
    """Of these typed names the ones that have a valid paper of the kind already."""
    query = sa.select(Certificate.holder).where(
        Certificate.event_id == event.id,
        Certificate.kind == kind,
        Certificate.registration_id.is_(None),
        Certificate.revoked_at.is_(None),
        Certificate.holder.in_(names),
    )
    return set(db.session.scalars(query))


def reprintable(batch: PaperBatch) -> list[int]:
    """The certificates it issued, revoked ones apart, by number."""
    query = (
        sa.select(Certificate.id)
        .filter_by(batch_id=batch.id, revoked_at=None)
        .order_by(Certificate.year, Certificate.number)
    )
    return list(db.session.scalars(query))


def names_of_pages(batch: PaperBatch, first: int, last: int) -> Sequence[tuple[int, int, str]]:
    """Year, number and holder of each certificate printed between these positions."""
    query = (
        sa.select(Certificate.year, Certificate.number, Certificate.holder)
        .join(BatchItem, BatchItem.certificate_id == Certificate.id)
        .where(BatchItem.batch_id == batch.id, BatchItem.position.between(first, last))
        .order_by(BatchItem.position)
    )
    return [(year, number, holder) for year, number, holder in db.session.execute(query)]


def batches_about(registrations: Collection[int], *, hold: bool = False) -> list[PaperBatch]:
    """In whose files or lists these registrations stand; with ``hold`` no chunk with their
    names is being printed now."""
    if not registrations:
        return []
    issued = sa.select(Certificate.batch_id).where(Certificate.registration_id.in_(registrations))
    asked = sa.select(BatchItem.batch_id).where(BatchItem.registration_id.in_(registrations))
    query = (
        sa.select(PaperBatch)
        .where(sa.or_(PaperBatch.id.in_(issued), PaperBatch.id.in_(asked)))
        .order_by(PaperBatch.id)
    )
    if hold:
        query = query.with_for_update(of=PaperBatch)
    return list(db.session.scalars(query))
