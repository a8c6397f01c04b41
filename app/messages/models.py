"""What an organizer wrote to the people of an event, and what became of each letter."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model
from app.events.models import Event
from app.notifications.models import Notification
from app.registrations.models import Registration


class State(enum.StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"  # the mail server refused it for good
    NO_ADDRESS = "no_address"
    TEACHER = "teacher"  # written to whoever signed the class up, in one letter for the class
    REPEATED = "repeated"  # the same person at the same address has got it already
    REMOVED = "removed"  # the letter was erased before it went out, with the person's data


class Message(Model):
    """One act of writing: the words, to whom, and by whom. Stays as the event's record."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    # The form it came from: sending the same form again finds this message.
    form_key: Mapped[str] = mapped_column(sa.String(43), unique=True)
    subject: Mapped[str] = mapped_column(sa.String(150))  # with {placeholders}, as typed
    body: Mapped[str] = mapped_column(sa.Text)
    selection: Mapped[dict[str, Any]]  # queries.Selection
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    total: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship()
    by: Mapped[User | None] = relationship()


class MessageRecipient(Model):
    """One person of a message. Where it went stands in the letter, which is kept 180 days."""

    __table_args__ = (
        sa.UniqueConstraint("message_id", "registration_id"),
        sa.Index(
            "ix_message_recipient_queued",
            "notification_id",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        ),
    )

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    notification_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("notification.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[State]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")  # why it failed

    message: Mapped[Message] = relationship()
    registration: Mapped[Registration] = relationship()
    notification: Mapped[Notification | None] = relationship()
