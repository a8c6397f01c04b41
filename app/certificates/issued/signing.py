"""Signing certificates when they are issued, and what their QR codes say."""

import base64
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.base import clock, signing_keys
from app.base.db import db, insert_row_unless_there
from app.base.rules import RuleBroken
from app.certificates.issued.key_models import SigningKey
from app.certificates.issued.models import Certificate
from app.certificates.issued.signed_text import Said, as_digits, message, short_name
from app.certificates.kinds import CertificateKind
from app.registrations.models import new_code


def sign(*certificates: Certificate) -> None:
    """Those that are going to be stored now: their words stay as they are from here on."""
    try:
        key = signing_keys.private_key()
    except signing_keys.KeyUnusable as unusable:
        current_app.logger.error("Certificates cannot be signed. %s", unusable)
        raise RuleBroken(
            _(
                "Certificates cannot be signed: the server’s key cannot be read. Nothing was "
                "issued. Tell the administrator of the site."
            )
        ) from unusable
    public = signing_keys.public_bytes(key)
    key_id = signing_keys.key_id_of(public)
    publish(key_id, public)
    for certificate in certificates:
        certificate.code = certificate.code or new_code()
        certificate.kind = certificate.kind or CertificateKind.PARTICIPANT
        certificate.issued_at = certificate.issued_at or clock.now()
        signed = message(certificate.code, said_by(certificate).to_bytes(key_id))
        certificate.signature = as_text(key.sign(signed))
        certificate.key_id = key_id


def publish(key_id: str, public: bytes) -> None:
    """Kept for ever: a paper is checked with the key that signed it."""
    with db.session.no_autoflush:  # the certificates are not ready to be stored yet
        if db.session.scalar(sa.select(SigningKey.id).filter_by(key_id=key_id)):
            return
        values: dict[str, Any] = {"key_id": key_id, "public_key": as_text(public)}
        insert_row_unless_there(
            SigningKey, {**values, "made_at": clock.now()}, unique=[SigningKey.key_id]
        )


def said_by(certificate: Certificate) -> Said:
    """From the words that were frozen when it was issued."""
    return Said(
        kind=certificate.kind,
        number=certificate.number,
        year=certificate.year,
        issued_on=clock.to_local(certificate.issued_at).date(),
        hours=certificate.hours or 0,
        organization=short_name(certificate.organization_name),
        event=certificate.event_title,
        holder=certificate.holder_in_short,
        result=certificate.result or "",
    )


def qr_text(certificate: Certificate) -> str:
    """The address to verify it at, and what was signed. Unsigned ones: the address alone."""
    # Not by url_for(): a worker prints outside of any request.
    address = f"{current_app.config['SITE_URL']}/verify/{certificate.code}"
    if not certificate.signature:
        return address
    payload = said_by(certificate).to_bytes(certificate.key_id)
    return f"{address}#{as_digits(payload, from_text(certificate.signature))}"


def payload_digits(certificate: Certificate) -> str:
    """What was signed, for the page that compares it with a paper."""
    if not certificate.signature:
        return ""
    return as_digits(said_by(certificate).to_bytes(certificate.key_id))


def all_keys() -> list[SigningKey]:
    """All that ever signed here, the newest first."""
    return list(db.session.scalars(sa.select(SigningKey).order_by(SigningKey.id.desc())))


def public_keys() -> dict[str, bytes]:
    return {key.key_id: from_text(key.public_key) for key in all_keys()}


def as_text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_text(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def published() -> dict[str, str]:
    """By id in base64url, for the script of the pages."""
    return {key.key_id: key.public_key for key in all_keys()}


def standard_base64(key: SigningKey) -> str:
    return base64.b64encode(from_text(key.public_key)).decode()
