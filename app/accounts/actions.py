"""Asking for an account, links by mail, passwords."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.accounts import devices, passwords
from app.accounts.models import Device, Link, LinkPurpose, PendingAccount, User
from app.accounts.queries import free_login, hashed, user_by_email
from app.base import clock
from app.base.db import db
from app.base.mail import RETRIED_FOR
from app.base.rules import RuleBroken

LINK_LASTS = {LinkPurpose.LOG_IN: timedelta(hours=1), LinkPurpose.RESET: timedelta(hours=2)}
CONFIRMATION_LASTS = timedelta(days=3)


def ask_for_account(email: str, *, name: str, password_hash: str, language: str) -> str:
    """Remember who wants an account until the address is confirmed; the link's token."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        PendingAccount(
            email=email.strip().lower(),
            name=name,
            password_hash=password_hash,
            language=language,
            token_hash=hashed(token),
            expires_at=clock.now() + CONFIRMATION_LASTS + RETRIED_FOR,  # from sending
        )
    )
    db.session.flush()
    return token


def confirm(asked: PendingAccount) -> User:
    """Make the account whose address has been confirmed."""
    if user_by_email(asked.email):
        raise RuleBroken(
            _("This address has an account already. Log in, or choose a new password.")
        )
    user = User(
        email=asked.email,
        name=asked.name,
        password_hash=asked.password_hash,
        language=asked.language,
        email_confirmed_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as confirmed_twice_at_once:
        raise RuleBroken(
            _("This address has an account already. Log in, or choose a new password.")
        ) from confirmed_twice_at_once
    db.session.execute(sa.delete(PendingAccount).where(PendingAccount.email == user.email))
    return user


def open_account(login: str, *, name: str, password_hash: str, language: str) -> User:
    """An account without an e-mail address, for a pupil who was given a code."""
    user = User(login=login, name=name, password_hash=password_hash, language=language)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as taken:
        raise RuleBroken(
            _("This login is taken. Free is: %(login)s", login=free_login(login))
        ) from taken
    return user


def link_ends(purpose: LinkPurpose) -> datetime:
    """Of a link made now, unless its letter is sent later."""
    return clock.now() + LINK_LASTS[purpose]


def make_link(user: User, purpose: LinkPurpose) -> str:
    """A link for the user's mailbox; its token, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        Link(
            user_id=user.id,
            purpose=purpose,
            token_hash=hashed(token),
            expires_at=link_ends(purpose),
        )
    )
    db.session.flush()
    return token


def use_link(link: Link) -> User:
    """Let the link work, this once. Whoever follows it reads the user's mail."""
    used = db.session.connection().execute(
        sa.update(Link)
        .where(Link.id == link.id, Link.used_at.is_(None), Link.expires_at > clock.now())
        .values(used_at=clock.now())
    )
    if used.rowcount != 1:
        raise RuleBroken(_("This link was used already or has expired. Ask for a new one."))
    user = link.user
    user.email_confirmed_at = user.email_confirmed_at or clock.now()
    db.session.flush()
    return user


def set_password(user: User, password_hash: str, *, here: Device | None = None) -> None:
    """Give the user a new password; other devices and links waiting in mail end."""
    user.password_hash = password_hash
    devices.end_others(user, but=here)
    db.session.connection().execute(
        sa.update(Link)
        .where(Link.user_id == user.id, Link.used_at.is_(None))
        .values(used_at=clock.now())
    )
    db.session.flush()


def renew_hash(user: User, password: str) -> None:
    """Store the same password with today's parameters."""
    user.password_hash = passwords.hash_of(password)
    db.session.flush()
