"""A message that waits, was sent, or was given up."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.db import Model


class Notification(Model):
    """One letter to one address, written by the act that it tells about."""

    __table_args__ = (
        sa.Index(
            "ix_notification_waiting",
            "send_after",
            sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        ),
    )

    address: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2), default="ru")
    template: Mapped[str] = mapped_column(sa.String(60))  # templates/mail/<template>.{txt,html}
    context: Mapped[dict[str, Any]]
    # The Message-ID. By it many rows of one INSERT are told apart, on SQLite too.
    reference: Mapped[str] = mapped_column(sa.String(40), unique=True, insert_sentinel=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    send_after: Mapped[datetime] = mapped_column(default=clock.now)
    # The link in it lets nobody in from then on: it is not sent any more.
    good_until: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]  # a worker is sending it now
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(200))
    # The mailbox (mailboxes.key_of) whose owner has to answer first: it waits until then.
    held_for: Mapped[str | None] = mapped_column(sa.String(64), index=True)
