"""Reading what papers say: who signed up, who came, which certificates were issued."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import User
from app.attendance.models import Attendance, Presence
from app.base.db import db
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind
from app.events.models import Event, Slot
from app.people.models import Person
from app.registrations.models import Registration, Status

HAS_A_NAME = Registration.person.has(Person.anonymized_at.is_(None))  # nothing is printed without
PARTICIPANT = CertificateKind.PARTICIPANT
CAME = sa.and_(Registration.status == Status.CONFIRMED, Attendance.presence == Presence.PRESENT)


@dataclass(frozen=True)
class Turnout:
    """How many of a slot's confirmed registrations came."""

    signed_up: int = 0
    came: int = 0


def turnout_by_slot(event: Event) -> dict[int, Turnout]:
    """For each slot of the event, by its id."""
    query = (
        sa.select(
            Registration.slot_id,
            sa.func.count(),
            sa.func.count().filter(Attendance.presence == Presence.PRESENT),
        )
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.event_id == event.id, Registration.status == Status.CONFIRMED)
        .group_by(Registration.slot_id)
    )
    counted = {slot: Turnout(*counts) for slot, *counts in db.session.execute(query)}
    return {slot.id: counted.get(slot.id, Turnout()) for slot in event.slots}


def has_come(registration: Registration) -> bool:
    """Confirmed and marked present: the mark as it stands now."""
    query = (
        sa.select(Registration.id)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.id == registration.id, CAME)
    )
    return db.session.scalar(query) is not None


def stands(certificate: Certificate) -> bool:
    """What it says is still so: its holder's mark says they came. Thanks to somebody who is
    no participant depend on no mark."""
    return certificate.registration is None or has_come(certificate.registration)


def without_certificate(
    event: Event, kind: CertificateKind = PARTICIPANT
) -> sa.Select[Registration]:
    """Who came and was never issued one of the kind; a revoked one counts as issued. Nothing
    is issued to those whose data is erased."""
    return (
        sa.select(Registration)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .where(
            Registration.event_id == event.id,
            CAME,
            HAS_A_NAME,
            ~sa.exists().where(
                Certificate.registration_id == Registration.id, Certificate.kind == kind
            ),
        )
    )


def due(
    event: Event,
    kind: CertificateKind = PARTICIPANT,
    *,
    only: Collection[int] | None = None,
    hold: bool = False,
) -> list[Registration]:
    """Who came and has no certificate of the kind yet, in the order in which numbers are
    given; ``only`` of these registrations. With ``hold`` nobody's data is erased until the
    transaction ends: what is issued to them then is found and shortened."""
    found = without_certificate(event, kind)
    if only is not None:
        found = found.where(Registration.id.in_(only))
    if hold:  # first: whoever waited reads below what an erasure has done
        held = found.with_only_columns(Registration.id).order_by(Registration.id)
        ids = db.session.scalars(held.with_for_update(read=True, of=Registration)).all()
        found = found.where(Registration.id.in_(ids))
    query = (
        found.join(Registration.person)
        .options(
            contains_eager(Registration.person).joinedload(Person.school),
            joinedload(Registration.slot),
        )
        .order_by(Person.sort_key, Registration.id)
        .execution_options(populate_existing=True)  # names as they stand now
    )
    return list(db.session.scalars(query))


def due_count(event: Event, kind: CertificateKind = PARTICIPANT) -> int:
    query = sa.select(sa.func.count()).select_from(without_certificate(event, kind).subquery())
    return db.session.scalar(query) or 0


def certificates_by_name(event: Event) -> sa.Select[Certificate]:
    """All that were issued, revoked ones too, in Russian alphabetical order; thanks to typed
    names stand last."""
    return (
        sa.select(Certificate)
        .outerjoin(Certificate.registration)
        .outerjoin(Registration.person)
        .where(Certificate.event_id == event.id)
        .options(contains_eager(Certificate.registration))
        .order_by(Person.sort_key.is_(None), Person.sort_key, Certificate.number, Certificate.id)
    )


def _still_valid(query: sa.Select[Certificate]) -> sa.Select[Certificate]:
    return query.join(Attendance, Attendance.registration_id == Registration.id).where(
        CAME, Certificate.revoked_at.is_(None)
    )


def valid_certificates(event: Event) -> list[Certificate]:
    """Of participants: not revoked, of people whose mark still says they came and whose name
    is not erased; alphabetically."""
    printable = certificates_by_name(event).where(
        Certificate.kind == PARTICIPANT, Person.anonymized_at.is_(None)
    )
    return list(db.session.scalars(_still_valid(printable)))


def _not_told(event: Event) -> sa.Select[Certificate]:
    return _still_valid(certificates_by_name(event)).where(
        Certificate.told_at.is_(None), sa.or_(Registration.email != "", Person.email != "")
    )


def not_told(event: Event) -> list[Certificate]:
    """Valid certificates whose holders have an address and were not written to yet."""
    whose = contains_eager(Certificate.registration).contains_eager(Registration.person)
    return list(db.session.scalars(_not_told(event).options(whose)))


def letters_to_send(event: Event) -> int:
    """How many letters issuing now would send: to the not yet told, and to the due."""
    not_told = sa.select(sa.func.count()).select_from(_not_told(event).subquery())
    due = without_certificate(event).join(Registration.person)
    due = due.where(sa.or_(Registration.email != "", Person.email != ""))
    newly = sa.select(sa.func.count()).select_from(due.subquery())
    return db.session.scalar(sa.select(not_told.scalar_subquery() + newly.scalar_subquery())) or 0


def still_present(certificates: Collection[Certificate]) -> set[int]:
    """The registrations among these whose mark still says they came, by id."""
    query = (
        sa.select(Registration.id)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.id.in_([one.registration_id for one in certificates]), CAME)
    )
    return set(db.session.scalars(query))


def valid_again(certificates: Collection[Certificate]) -> set[tuple[int | None, CertificateKind]]:
    """Of the holders of these who has a valid one: registration and kind."""
    ids = {one.registration_id for one in certificates if one.is_revoked}
    query = sa.select(Certificate.registration_id, Certificate.kind).where(
        Certificate.registration_id.in_(ids - {None}), Certificate.revoked_at.is_(None)
    )
    return {(id_, kind) for id_, kind in db.session.execute(query)} if ids else set()


def replaced(certificates: Collection[Certificate]) -> set[int | None]:
    """Of these the ones in whose place a new one was issued, by id."""
    ids = [one.id for one in certificates if one.is_revoked]
    query = sa.select(Certificate.replaces_id).where(Certificate.replaces_id.in_(ids))
    return set(db.session.scalars(query)) if ids else set()


def valid_certificate_of(
    registration: Registration, kind: CertificateKind = PARTICIPANT
) -> Certificate | None:
    query = sa.select(Certificate).filter_by(
        registration_id=registration.id, kind=kind, revoked_at=None
    )
    return db.session.scalar(query)


def replacement_of(certificate: Certificate) -> Certificate | None:
    """The valid one that was issued in its place, also when there were more in between."""
    seen: Certificate | None = certificate
    while seen and seen.is_revoked:
        query = sa.select(Certificate).filter_by(replaces_id=seen.id)
        seen = db.session.scalar(query.order_by(Certificate.id.desc()).limit(1))
    return seen if seen is not certificate else None


def certificate_by_code(code: str) -> Certificate | None:
    """With its registration and event, in one query."""
    query = (
        sa.select(Certificate)
        .where(Certificate.code == code)
        .options(joinedload(Certificate.registration), joinedload(Certificate.event))
    )
    return db.session.scalar(query)


def certificate_in(event: Event, certificate_id: int) -> Certificate | None:
    query = (
        sa.select(Certificate)
        .where(Certificate.id == certificate_id, Certificate.event_id == event.id)
        .options(joinedload(Certificate.registration))
    )
    return db.session.scalar(query)


def registration_in(event: Event, registration_id: int) -> Registration | None:
    return db.session.scalar(
        sa.select(Registration).filter_by(id=registration_id, event_id=event.id)
    )


@dataclass(frozen=True)
class Earned:
    """One's own certificate; ``certificate`` is None until it is first asked for."""

    registration: Registration
    certificate: Certificate | None


def earned_by(user: User) -> list[Earned]:
    """Of the account's own, and of those signed up with its confirmed address; latest first."""
    mine = [Person.user_id == user.id]
    if user.email_confirmed_at:
        mine.append(sa.func.lower(Registration.email) == user.email)
    query = (
        sa.select(Registration, Certificate)
        .join(Registration.person)
        .join(Registration.slot)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .outerjoin(Certificate, Certificate.registration_id == Registration.id)
        .where(sa.or_(*mine), CAME)
        .options(
            contains_eager(Registration.person),
            contains_eager(Registration.slot),
            joinedload(Registration.event).joinedload(Event.organization),
        )
        .order_by(Slot.starts_at.desc(), Registration.id, Certificate.id)
    )
    papers: dict[Registration, list[Certificate]] = {}
    for registration, paper in db.session.execute(query):
        papers.setdefault(registration, []).extend([paper] if paper else [])
    return [
        Earned(registration, paper)
        for registration, own in papers.items()
        for paper in ([] if has_kind(own, PARTICIPANT) else [None]) + own
    ]


def has_kind(papers: Collection[Certificate], kind: CertificateKind) -> bool:
    return any(paper.kind is kind for paper in papers)
