"""Numbered certificates."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Model
from app.organizations.models import Organization
from app.registrations.models import Registration, new_code


class CertificateBook(Model):
    """The last number an organization gave in a year: held while numbers are given,
    so that they run without gaps."""

    __table_args__ = (sa.UniqueConstraint("organization_id", "year"),)

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)


class Certificate(Model):
    """A numbered paper for one who came; anybody can verify it by its code."""

    __table_args__ = (sa.UniqueConstraint("organization_id", "year", "number"),)

    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"), unique=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    year: Mapped[int]
    number: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_code)
    # What the paper says, as it was issued: later edits do not change it.
    holder: Mapped[str] = mapped_column(sa.String(320))
    event_title: Mapped[str] = mapped_column(sa.String(200))
    held_on: Mapped[datetime]
    signatory_name: Mapped[str] = mapped_column(sa.String(200))
    signatory_post: Mapped[str] = mapped_column(sa.String(200))
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(sa.String(300), default="")

    registration: Mapped[Registration] = relationship()
    organization: Mapped[Organization] = relationship()

    @property
    def full_number(self) -> str:
        """«17/2026»: unique within the organization."""
        return f"{self.number}/{self.year}"
