"""How an organization's certificates look: designs it edits, looks that never change."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.db import Model
from app.certificates.kinds import CertificateKind
from app.organizations.models import Organization


class Picture(Model):
    """An image of an organization for its papers, made small and harmless when it came in
    (documents.pictures): PNG or JPEG in RGB, without metadata."""

    __tablename__ = "organization_picture"
    __table_args__ = (sa.UniqueConstraint("organization_id", "sha256"),)

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE")
    )
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content_type: Mapped[str] = mapped_column(sa.String(20))  # image/png, image/jpeg
    width: Mapped[int]  # pixels
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class CertificateDesign(Model):
    """What the designer edits. ``content`` is a documents.designs.Look as JSON: layout, texts
    with placeholders, signatories, ids of pictures."""

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[CertificateKind]
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    archived_at: Mapped[datetime | None]  # not offered any more

    organization: Mapped[Organization] = relationship()


class CertificateLook(Model):
    """The content of a design as it was when certificates were issued with it. Never changed,
    shared by all certificates that look the same."""

    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)  # of the content
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
