"""Issuing certificates, and revoking them."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from app import clock
from app.db import db, insert_unless_there
from app.documents.models import Certificate, CertificateBook
from app.documents.queries import due, has_come, not_told, valid_certificate_of
from app.documents.signing import sign
from app.errors import RuleBroken
from app.events.models import Event
from app.events.professional_fields import PROFESSIONAL_FIELDS
from app.notifications.actions import notify
from app.organizations.models import Organization
from app.people.models import Person
from app.registrations.models import Registration

FIELDS_NAMED = 3  # more on one certificate say nothing


def issue_due(event: Event) -> list[Certificate]:
    """Number a certificate for everybody who came and has none; asking again adds nothing.

    Numbers follow the alphabet. Returns what was issued now.
    """
    return _issue(event, lambda: due(event))


def issue(registration: Registration) -> Certificate | None:
    """The valid certificate of one who came, numbered when it is first asked for.

    None for who did not come, and for who had one that was revoked.
    """
    if not has_come(registration):
        return None
    _issue(registration.event, lambda: due(registration.event, only=registration))
    return valid_certificate_of(registration)


def issue_again(revoked: Certificate) -> Certificate:
    """A new certificate with a new number for who holds a revoked one: names get corrected."""
    registration = revoked.registration
    if registration is None or registration.person.anonymized_at:
        raise RuleBroken(_("The data of this person is erased: there is no name to print."))
    book = hold_book(registration.event.organization, clock.today().year)
    if valid_certificate_of(registration):
        raise RuleBroken(_("This person already has a valid certificate."))
    if not has_come(registration):
        raise RuleBroken(_("Only those who came get a certificate. The mark says: was absent."))
    return _number(book, [registration])[0]


def revoke(certificate: Certificate, *, reason: str) -> None:
    """Anybody who verifies it reads that it was revoked; its number is never given again."""
    hold_book(certificate.organization, certificate.year)
    db.session.refresh(certificate, ["revoked_at"])  # somebody may have been faster
    if certificate.is_revoked:
        raise RuleBroken(_("This certificate has already been revoked."))
    certificate.revoked_at = clock.now()
    certificate.revoke_reason = reason
    db.session.flush()


def tell_holders(event: Event) -> int:
    """Queue a letter to each holder not written to yet. How many."""
    certificates = not_told(event)
    for certificate in certificates:
        registration = certificate.registration
        if registration is None:  # not_told() finds none such
            continue
        notify(
            registration.email or registration.person.email,
            "certificate_ready",
            language=registration.language,
            person=certificate.holder,
            event=certificate.event_title,
            organization=event.organization.short_name,
            code=registration.code,
            verify_code=certificate.code,
        )
        certificate.told_at = clock.now()
    db.session.flush()
    return len(certificates)


def hold_book(organization: Organization, year: int) -> CertificateBook:
    """One at a time: who gives numbers holds the book's row until the commit.

    PostgreSQL locks the row; SQLite writes begin IMMEDIATE and are alone anyway.
    """
    insert_unless_there(
        CertificateBook,
        {"organization_id": organization.id, "year": year, "last_number": 0},
        unique=[CertificateBook.organization_id, CertificateBook.year],
    )
    query = (
        sa.select(CertificateBook)
        .filter_by(organization_id=organization.id, year=year)
        .with_for_update()
        .execution_options(populate_existing=True)  # not what was read before waiting
    )
    return db.session.scalars(query).one()


def _issue(event: Event, find: Callable[[], list[Registration]]) -> list[Certificate]:
    """Look first without holding anything: mostly there is nothing left to number."""
    if not find():
        return []
    book = hold_book(event.organization, clock.today().year)
    return _number(book, find())  # who was numbered while we waited is not found again


def _number(book: CertificateBook, registrations: Sequence[Registration]) -> list[Certificate]:
    issued = []
    with force_locale("ru"):  # the words on the paper, whoever asks for it
        for registration in registrations:
            book.last_number += 1
            issued.append(_worded(registration, year=book.year, number=book.last_number))
    sign(*issued)
    db.session.add_all(issued)
    db.session.flush()
    return issued


def _worded(registration: Registration, *, year: int, number: int) -> Certificate:
    """The paper's words, as they are true today."""
    event, slot, person = registration.event, registration.slot, registration.person
    organization = event.organization
    return Certificate(
        event=event,
        registration=registration,
        organization=organization,
        year=year,
        number=number,
        holder=person.full_name,
        holder_in_short=in_short(person),
        organization_name=organization.name,
        event_title=event.title,
        event_kind=str(event.kind.title),
        professional_fields=fields_in_words(event),
        held_on=slot.starts_at,
        held_until=slot.ends_at,
        signatory_name=organization.signatory_name,
        signatory_post=organization.signatory_post,
    )


def fields_in_words(event: Event) -> str:
    """«медицина, фармацевтика»; nothing when the event is about all and everything."""
    words = [str(PROFESSIONAL_FIELDS[code]) for code in event.fields if code in PROFESSIONAL_FIELDS]
    return ", ".join(words) if len(words) <= FIELDS_NAMED else ""


def in_short(person: Person) -> str:
    """«Санджи Эрдниевич Б.»: enough to recognise a holder, too little to find one."""
    return f"{person.given_names} {person.last_name[:1]}."
