"""Batches: many certificates made in the background, one chunk after another."""

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model
from app.certificates.design.models import CertificateLook
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.registrations.models import new_code


class BatchStatus(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # ``error`` says why; whoever asks again goes on where it stopped


class BatchForm(enum.StrEnum):
    PDF = "pdf"  # one file, a page for each
    ZIP = "zip"  # a file for each


class PaperBatch(Model):
    """Certificates of an event asked for at once: issued, printed, perhaps written about."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    kind: Mapped[CertificateKind]
    look_id: Mapped[int] = mapped_column(sa.ForeignKey("certificate_look.id"))
    form: Mapped[BatchForm] = mapped_column(default=BatchForm.PDF)
    is_archival: Mapped[bool] = mapped_column(default=False)  # PDF/A
    tells_holders: Mapped[bool] = mapped_column(default=False)  # a letter to each
    status: Mapped[BatchStatus] = mapped_column(default=BatchStatus.WAITING, index=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)  # certificates issued and printed
    code: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_code)  # its files
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    # The worker that makes it now; another takes over when the claim has run out.
    claimed_by: Mapped[str] = mapped_column(sa.String(36), default="")
    claimed_until: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    file_size: Mapped[int | None]  # bytes of the finished file
    error: Mapped[str] = mapped_column(sa.String(500), default="")

    event: Mapped[Event] = relationship()
    look: Mapped[CertificateLook] = relationship()
    made_by: Mapped[User | None] = relationship()

    @property
    def is_over(self) -> bool:
        return self.status not in (BatchStatus.WAITING, BatchStatus.RUNNING)


class BatchItem(Model):
    """One paper of a batch. Without a certificate yet: still to be issued. Rows of a batch
    are deleted when it has come to its end."""

    __tablename__ = "paper_batch_item"
    __table_args__ = (sa.UniqueConstraint("batch_id", "position"),)

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("paper_batch.id", ondelete="CASCADE"))
    position: Mapped[int]  # 1 for the first
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration.id"))
    holder: Mapped[str] = mapped_column(sa.String(320), default="")  # as typed, for thanks
    result: Mapped[str] = mapped_column(sa.String(200), default="")  # «I место»
    certificate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))

    batch: Mapped[PaperBatch] = relationship()
