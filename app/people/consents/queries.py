"""Reading the texts of consents: their versions, and how many agreed to each."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

import sqlalchemy as sa

from app.base.db import db
from app.people.models import Consent, ConsentKind, ConsentText
from app.people.queries import current_text, shipped_words


class Words(NamedTuple):
    """A version of a text as papers and pages show it, stored already or not yet."""

    kind: ConsentKind
    version: int
    body: str
    sha256: str
    created_at: datetime | None = None  # None: comes with the product, nobody agreed yet
    given: int = 0  # consents to it, withdrawn ones too
    in_force: int = 0

    @property
    def fingerprint(self) -> str:
        """The beginning of the hash: enough to tell versions apart by eye."""
        return self.sha256[:12]


def shipped(kind: ConsentKind) -> Words:
    body = shipped_words(kind)
    return Words(kind, 1, body, sha256(body.encode()).hexdigest())


def in_force(kind: ConsentKind) -> Words:
    """What is agreed to now. Reading stores nothing: version 1 comes with the product."""
    text = current_text(kind)
    return of(text) if text else shipped(kind)


def versions(kind: ConsentKind) -> Sequence[Words]:
    """All versions, the one in force first, with the number of consents to each: one query."""
    query = (
        sa.select(
            ConsentText,
            sa.func.count(Consent.id),
            sa.func.count(Consent.id).filter(Consent.withdrawn_at.is_(None)),
        )
        .outerjoin(Consent, Consent.text_id == ConsentText.id)
        .where(ConsentText.kind == kind)
        .group_by(ConsentText.id)
        .order_by(ConsentText.version.desc())
    )
    found = [of(text, given, kept) for text, given, kept in db.session.execute(query)]
    return found or [shipped(kind)]


def of(text: ConsentText, given: int = 0, kept: int = 0) -> Words:
    return Words(
        text.kind, text.version, text.body, text.sha256, text.created_at, given, kept
    )  # fmt: skip


def version_of(kind: ConsentKind, number: int) -> ConsentText | None:
    return db.session.scalar(sa.select(ConsentText).filter_by(kind=kind, version=number))
