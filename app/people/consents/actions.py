"""Consents: the texts, and writing down who agreed to them, how, and when it ended."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock
from app.base.db import db, insert_unless_there
from app.base.rules import RuleBroken
from app.people.models import Consent, ConsentChannel, ConsentKind, ConsentText, Person
from app.people.queries import LAWFUL_FOR_MINORS, current_text, current_text_id, shipped_words
from app.sweeps.models import TombstoneKind
from app.sweeps.tombstones import bury

ERASED_AFTER = timedelta(days=30)  # of a withdrawal: 152-ФЗ art. 21 part 5


@dataclass(frozen=True)
class Giver:
    """Who agrees: an account, or somebody who wrote their name on a page or on paper."""

    user: User | None = None
    name: str = ""
    email: str = ""


def agree(
    person: Person,
    kind: ConsentKind,
    *,
    channel: ConsentChannel,
    by: Giver | None = None,
    paper_number: str = "",
    paper_date: date | None = None,
    entered_by: User | None = None,
    text: ConsentText | None = None,
) -> Consent:
    """Write down that the person (or who answers for them) agreed to the text in force, or
    to ``text``: the version that stands on the paper they signed.

    For a minor only a guardian agrees: by account, by the link in a letter, or on paper.
    Raises RuleBroken when a minor would agree alone. A consent cancels the erasure that an
    earlier withdrawal had ordered.
    """
    if person.is_minor and channel not in LAWFUL_FOR_MINORS:
        raise RuleBroken(_("For somebody under 18 a parent or guardian agrees."))
    by = by or Giver()
    text_id = text.id if text else current_text_id(kind) or first_version(kind).id
    consent = Consent(
        person_id=person.id,
        text_id=text_id,
        channel=channel,
        given_by_id=by.user.id if by.user else None,
        given_by_name=by.name or (by.user.display_name if by.user else ""),
        given_by_email=by.email or (by.user.email if by.user else ""),
        paper_number=paper_number,
        paper_date=paper_date,
        entered_by_id=entered_by.id if entered_by else None,
    )
    db.session.add(consent)
    person.is_newcomer = False
    if kind is ConsentKind.PERSONAL_DATA and person.erase_on:
        person.erase_on = None
        bury(TombstoneKind.AGREED, person.id, person.created_at)
    return consent


def end(person: Person, kind: ConsentKind, *, by_name: str) -> int:
    """Withdraw every consent of this kind that is in force. How many there were.

    Withdrawing the one for personal data orders the erasure in 30 days. What follows for
    registrations is in ``registrations.consents.withdraw``.
    """
    in_force = sa.select(Consent).join(Consent.text).where(
        Consent.person_id == person.id,
        ConsentText.kind == kind,
        Consent.withdrawn_at.is_(None),
    )  # fmt: skip
    consents = db.session.scalars(in_force).all()
    for consent in consents:
        consent.withdrawn_at, consent.withdrawn_by_name = clock.now(), by_name
        bury(
            TombstoneKind.CONSENT,
            consent.id,
            consent.given_at,
            reason=kind.value,
            at=consent.withdrawn_at,
        )
    if consents and kind is ConsentKind.PERSONAL_DATA:
        person.erase_on = clock.today() + ERASED_AFTER
    db.session.flush()
    return len(consents)


def first_version(kind: ConsentKind) -> ConsentText:
    """The text that comes with the product, as version 1; made once, whoever comes first."""
    new = store_version(kind, 1, shipped_words(kind))
    return new or db.session.scalars(sa.select(ConsentText).filter_by(kind=kind, version=1)).one()


def publish_text(kind: ConsentKind, body: str, *, edited: int | None = None) -> ConsentText:
    """The next version of a text: from now on people agree to these words. The same words
    again change nothing. Consents to earlier versions stay in force for their own words.

    ``edited``: the version the writer had before them. Raises RuleBroken when it is not in
    force any more.
    """
    latest = current_text(kind) or first_version(kind)
    if body.strip() == latest.body.strip():
        return latest
    if edited not in (None, latest.version):
        raise RuleBroken(_("Somebody else has just changed this text. Look at it again."))
    new = store_version(kind, latest.version + 1, body)
    if new is None:
        raise RuleBroken(_("Somebody else has just changed this text. Look at it again."))
    record("consent_text.published", new, kind=kind.value, version=new.version)
    return new


def store_version(kind: ConsentKind, version: int, body: str) -> ConsentText | None:
    return insert_unless_there(
        ConsentText,
        {
            "kind": kind,
            "version": version,
            "body": body,
            "sha256": sha256(body.encode()).hexdigest(),
            "created_at": clock.now(),
        },
        unique=[ConsentText.kind, ConsentText.version],
    )
