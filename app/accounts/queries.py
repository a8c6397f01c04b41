"""Reading accounts."""

from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from itertools import chain, count

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Device, Link, LinkPurpose, PendingAccount, User
from app.base import clock
from app.base.db import db
from app.base.words.text import slug

LOG_IN_LASTS = timedelta(days=30)  # without a visit
LONGEST_LOG_IN = timedelta(days=90)  # whatever happens
SHARED_LASTS = timedelta(hours=1)  # without a visit, on somebody else's computer
SHORTEST_LOGIN = 3


def hashed(token: str) -> str:
    """Tokens are random: a plain hash keeps them useless to whoever reads the database."""
    return sha256(token.encode()).hexdigest()


def lasts() -> list[sa.ColumnElement[bool]]:
    """The log-in was not ended, left alone for too long, or begun too long ago."""
    now = clock.now()
    return [
        Device.ended_at.is_(None),
        Device.created_at > now - LONGEST_LOG_IN,
        Device.seen_at > now - LOG_IN_LASTS,
        sa.or_(Device.is_shared.is_(False), Device.seen_at > now - SHARED_LASTS),
    ]


def device_by_token(token: str) -> Device | None:
    query = (
        sa.select(Device)
        .join(Device.user)
        .where(
            Device.token_hash == hashed(token),
            *lasts(),
            sa.or_(User.expires_at.is_(None), User.expires_at > clock.now()),
        )
        .options(contains_eager(Device.user))
    )
    return db.session.scalar(query)


def used_accounts(ids: Collection[int]) -> set[int]:
    """Which of these accounts are somebody's: with a confirmed address, a password that was
    chosen, or a log-in ever. Nobody else hands them on."""
    query = sa.select(User.id).where(
        User.id.in_(ids),
        sa.or_(
            User.email_confirmed_at.is_not(None),
            User.password_hash.is_not(None),
            sa.exists().where(Device.user_id == User.id),
        ),
    )
    return set(db.session.scalars(query)) if ids else set()


def user_of_device(token: str) -> User | None:
    """Who is logged in with this session token, if that log-in was not ended."""
    g.device = device_by_token(token)
    return g.device.user if g.device else None


def device_in_use() -> Device | None:
    """The device of this request's visitor, once current_user has been looked up."""
    device: Device | None = g.get("device")
    return device


def devices_of(user: User) -> list[Device]:
    """Where the user is logged in now, the latest seen first."""
    query = (
        sa.select(Device)
        .where(Device.user_id == user.id, *lasts())
        .order_by(Device.seen_at.desc(), Device.id.desc())
    )
    return list(db.session.scalars(query))


def user_by_email(email: str) -> User | None:
    wanted = email.strip().lower()
    return db.session.scalar(sa.select(User).where(User.email == wanted)) if wanted else None


def user_by_login(login: str) -> User | None:
    wanted = login.strip().lower()
    return db.session.scalar(sa.select(User).where(User.login == wanted)) if wanted else None


def user_by_way_in(typed: str) -> User | None:
    """By e-mail address or login: no login has an «@»."""
    return user_by_email(typed) if "@" in typed else user_by_login(typed)


def free_login(name: str) -> str:
    """A login from the name that nobody has yet: «sandzhi-badmaev», «sandzhi-badmaev-2»."""
    wanted = slug(name, most=30)
    wanted = wanted if len(wanted) >= SHORTEST_LOGIN else f"uchenik-{wanted}".strip("-")
    taken = set(db.session.scalars(sa.select(User.login).where(User.login.like(f"{wanted}%"))))
    candidates = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(login for login in candidates if login not in taken)


def usable_link(token: str, purpose: LinkPurpose) -> Link | None:
    """The link with this token, unless it was used or has expired."""
    query = (
        sa.select(Link)
        .where(Link.token_hash == hashed(token), Link.purpose == purpose)
        .options(joinedload(Link.user))
    )
    link = db.session.scalar(query)
    return link if link and link.is_usable else None


def pending_account(token: str) -> PendingAccount | None:
    """The account that this confirmation link would make, unless it has expired."""
    asked = db.session.scalar(sa.select(PendingAccount).filter_by(token_hash=hashed(token)))
    return asked if asked and asked.is_usable else None
