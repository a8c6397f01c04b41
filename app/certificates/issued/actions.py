"""Issuing certificates one by one, revoking and replacing them, writing to their holders."""

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext as _

from app.base import clock
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.certificates.design.frozen import frozen
from app.certificates.design.queries import look_for
from app.certificates.issued import numbers as issuing
from app.certificates.issued.models import Certificate
from app.certificates.issued.numbers import Wish, number
from app.certificates.issued.queries import (
    due,
    has_come,
    not_told,
    replacement_of,
    valid_certificate_of,
)
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.notifications.actions import notify
from app.registrations.models import Registration

PARTICIPANT = CertificateKind.PARTICIPANT


def issue_due(event: Event, kind: CertificateKind = PARTICIPANT) -> list[Certificate]:
    """Number a certificate for everybody who came and has none; asking again adds nothing.

    Numbers follow the alphabet. Returns what was issued now.
    """
    return _issue(event, kind)


def issue(registration: Registration) -> Certificate | None:
    """The valid certificate of one who came, numbered when it is first asked for.

    None for who did not come, and for who had one that was revoked.
    """
    if not has_come(registration):
        return None
    _issue(registration.event, PARTICIPANT, only=[registration.id])
    return valid_certificate_of(registration)


def _issue(
    event: Event, kind: CertificateKind, *, only: Collection[int] | None = None
) -> list[Certificate]:
    """Look first without holding anything: mostly there is nothing left to number."""
    if not due(event, kind, only=only):
        return []
    look = frozen(look_for(event.organization, kind))
    book = issuing.hold_book(event.organization, clock.today().year)
    # Who was numbered while we waited is not found again.
    return number(
        book, event, kind, look, [Wish(one) for one in due(event, kind, only=only, hold=True)]
    )


def issue_again(
    revoked: Certificate, *, note: str = "", result: str | None = None, holder: str = ""
) -> Certificate:
    """A new certificate with a new number for who holds a revoked one: names get corrected.

    ``result`` instead of the one it told; ``holder`` for a paper without a registration.
    """
    registration = revoked.registration
    book = issuing.hold_book(revoked.organization, clock.today().year)
    hold_holder(revoked)
    db.session.refresh(revoked)
    if revoked.is_nameless or (registration and registration.person.anonymized_at):
        raise RuleBroken(_("The data of this person is erased: there is no name to print."))
    if not revoked.is_revoked or replacement_of(revoked):
        raise RuleBroken(_("This person already has a valid certificate."))
    if registration and valid_certificate_of(registration, revoked.kind):
        raise RuleBroken(_("This person already has a valid certificate."))
    if registration and not has_come(registration):
        raise RuleBroken(_("Only those who came get a certificate. The mark says: was absent."))
    look = revoked.look or frozen(look_for(revoked.organization, revoked.kind))
    wish = Wish(
        registration,
        holder="" if registration else holder or revoked.holder,
        result=revoked.result if result is None else result,
        replaces=revoked,
        note=note,
    )
    return number(book, revoked.event, revoked.kind, look, [wish])[0]


def hold_holder(certificate: Certificate) -> None:
    """Nobody erases the holder's data until the transaction ends; what an erasure has done
    is read."""
    if registration := certificate.registration:
        hold_row(registration)
        db.session.refresh(registration.person)


def replace(
    certificate: Certificate, *, note: str, result: str | None = None, holder: str = ""
) -> Certificate:
    """Revoke it, if that is not done yet, and issue a new one in its place."""
    # Books, registration, certificate: in the order in which all who hold them do so.
    for year in sorted({certificate.year, clock.today().year}):
        issuing.hold_book(certificate.organization, year)
    hold_holder(certificate)
    if not certificate.is_revoked:
        revoke(certificate, reason=note)
    return issue_again(certificate, note=note, result=result, holder=holder)


def revoke(certificate: Certificate, *, reason: str) -> None:
    """Anybody who verifies it reads that it was revoked; its number is never given again."""
    issuing.hold_book(certificate.organization, certificate.year)
    db.session.refresh(certificate, ["revoked_at"])  # somebody may have been faster
    if certificate.is_revoked:
        raise RuleBroken(_("This certificate has already been revoked."))
    certificate.revoked_at = clock.now()
    certificate.revoke_reason = reason
    db.session.flush()


def tell_holders(event: Event) -> int:
    """Queue a letter to each holder not written to yet. How many."""
    return tell(not_told(event))


def tell(certificates: Iterable[Certificate]) -> int:
    """Queue a letter about each to its holder, once and for all. How many letters."""
    told = 0
    for certificate in certificates:
        registration = certificate.registration
        if registration is None or certificate.told_at:
            continue
        kind: dict[str, Any] = {"kind": certificate.kind.value}
        letter = notify(
            registration.email or registration.person.email,
            "certificate_ready",
            language=registration.language,
            person=certificate.holder,
            event=certificate.event_title,
            organization=certificate.organization.short_name,
            code=registration.code,
            verify_code=certificate.code,
            **(kind if certificate.kind is not PARTICIPANT else {}),
        )
        if letter:
            certificate.told_at = clock.now()
            told += 1
    db.session.flush()
    return told
