"""Accounts, the devices they are logged in on, links by mail, failed attempts."""

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.db import Model


class User(UserMixin, Model):
    """Somebody who can log in: with an e-mail address, or, pupils who have none, with a
    login. Rights come by memberships."""

    __table_args__ = (
        sa.CheckConstraint("email <> '' OR login IS NOT NULL", name="has_a_way_in"),
        sa.Index(
            "uq_user_address",
            "email",
            unique=True,
            sqlite_where=sa.text("email <> ''"),
            postgresql_where=sa.text("email <> ''"),
        ),
    )

    email: Mapped[str] = mapped_column(sa.String(254), default="")  # lower case; pupils: none
    login: Mapped[str | None] = mapped_column(sa.String(40), unique=True)  # lower case, no «@»
    name: Mapped[str] = mapped_column(sa.String(200))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))  # None: links only
    language: Mapped[str] = mapped_column(sa.String(2), default="ru")
    email_confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    # For those who help for a day: from then on the account lets nobody in.
    expires_at: Mapped[datetime | None] = mapped_column(index=True)

    session_token = ""  # not stored: of the log-in being made in this request

    @property
    def display_name(self) -> str:
        return self.name or self.email or self.login or ""

    @property
    def way_in(self) -> str:
        """What they type to log in; whoever has both may type either."""
        return self.email or self.login or ""

    @property
    def is_temporary(self) -> bool:
        return self.expires_at is not None

    def get_id(self) -> str:
        """What the session keeps: the token of one log-in, so that it can be ended."""
        return self.session_token


class Device(Model):
    """One log-in of a user in one browser; ended ones let nobody in."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    browser: Mapped[str] = mapped_column(sa.String(200), default="")  # «Chrome, Android»
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    # Somebody else's computer: the log-in ends with the browser, and soon when it is left alone.
    is_shared: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    confirmed_at: Mapped[datetime | None]  # its owner proved last that it is them
    # The code that was mailed to prove it: as a keyed hash, for a while, for a few tries.
    code_hash: Mapped[str | None] = mapped_column(sa.String(64))
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0, server_default="0")

    user: Mapped[User] = relationship()


class LinkPurpose(enum.StrEnum):
    LOG_IN = "log_in"
    RESET = "reset"  # choose a new password


class Link(Model):
    """A link sent by mail: works once, until it expires. Only its hash is kept."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    @property
    def is_usable(self) -> bool:
        return self.used_at is None and self.expires_at > clock.now()


class PendingAccount(Model):
    """An account somebody asked for, until its address is confirmed.

    Each asking is a row of its own: the link in a letter makes the account that this
    letter is about, with its password, whoever else asked for the same address.
    """

    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(2), default="ru")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]

    @property
    def is_usable(self) -> bool:
        return self.expires_at > clock.now()


class Attempts(Model):
    """Tries in a row that are slowed down, of an address or a network (as a keyed hash)."""

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    last_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Mailbox(Model):
    """An address (as a keyed hash) that forms have written to, and whether anybody there has
    opened a link since: see mailboxes.py."""

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    written_at: Mapped[datetime] = mapped_column(index=True)  # the last letter that went
    answered_at: Mapped[datetime | None]
