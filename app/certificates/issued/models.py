"""Numbered certificates."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.db import Model
from app.certificates.design.models import CertificateLook
from app.certificates.kinds import CertificateKind
from app.events.models import Event
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
    """A numbered paper for one who came, or for somebody who is thanked; anybody can verify
    it by its code."""

    __table_args__ = (
        sa.UniqueConstraint("organization_id", "year", "number"),
        # One valid paper of each kind for each place; a revoked one keeps its number beside
        # the new one. Those without a registration are papers of thanks to typed names.
        sa.Index(
            "uq_certificate_valid",
            "registration_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        ),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registration.id"), index=True
    )
    kind: Mapped[CertificateKind] = mapped_column(default=CertificateKind.PARTICIPANT)
    look_id: Mapped[int | None] = mapped_column(  # None: issued before there were designs
        sa.ForeignKey("certificate_look.id")
    )
    batch_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("paper_batch.id", ondelete="SET NULL"), index=True
    )
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    year: Mapped[int]
    number: Mapped[int]
    # By the code many rows of one INSERT are told apart, on SQLite too.
    code: Mapped[str] = mapped_column(
        sa.String(12), unique=True, default=new_code, insert_sentinel=True
    )
    # What the paper says, as it was issued: later edits do not change it.
    holder: Mapped[str] = mapped_column(sa.String(320))
    holder_in_short: Mapped[str] = mapped_column(sa.String(320))  # «Санджи Эрдниевич Б.»
    holder_declined: Mapped[str] = mapped_column(sa.String(320), default="")  # in the look's case
    result: Mapped[str] = mapped_column(sa.String(200), default="")  # «I место»
    hours: Mapped[int | None]
    organization_name: Mapped[str] = mapped_column(sa.String(400))
    event_title: Mapped[str] = mapped_column(sa.String(200))
    event_kind: Mapped[str] = mapped_column(sa.String(100))
    professional_fields: Mapped[str] = mapped_column(sa.String(500), default="")
    held_on: Mapped[datetime]
    held_until: Mapped[datetime]
    signatory_name: Mapped[str] = mapped_column(sa.String(200))
    signatory_post: Mapped[str] = mapped_column(sa.String(200))
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    told_at: Mapped[datetime | None]  # the letter with the link was queued
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    # Issued instead of a revoked one, and why.
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    # Ed25519 over what the QR code says (documents.signing), base64url; the key that made it.
    signature: Mapped[str] = mapped_column(sa.String(88), default="")
    key_id: Mapped[str] = mapped_column(sa.String(16), default="")

    event: Mapped[Event] = relationship()
    registration: Mapped[Registration | None] = relationship()
    look: Mapped[CertificateLook | None] = relationship()
    replaces: Mapped["Certificate | None"] = relationship(remote_side="Certificate.id")
    organization: Mapped[Organization] = relationship()

    @property
    def full_number(self) -> str:
        """«17/2026»: unique within the organization."""
        return f"{self.number}/{self.year}"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def is_nameless(self) -> bool:
        """The holder's data was erased: it can be verified, and not printed any more."""
        # What is thanked under a name that need not be shortened keeps its form in a case.
        return self.holder == self.holder_in_short and not self.holder_declined

    @property
    def code_in_groups(self) -> str:
        """«ABCD-EFGH-JKLM», as it is printed and read aloud."""
        return "-".join(self.code[place : place + 4] for place in (0, 4, 8))
