"""An e-mail address for an account that began with a login alone."""

from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import User
from app.db import db
from app.errors import RuleBroken
from app.mail import RETRIED_FOR

LINK_LASTS = timedelta(days=3)


def signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="an account's address")


def token_for(user: User, email: str) -> str:
    """Signed: nothing is kept until the mailbox is known to be theirs."""
    token: str = signer().dumps([user.id, email.strip().lower()])
    return token


def address_in(token: str, user: User) -> str | None:
    """The address that this user asked for, unless the link has lapsed or was tampered with."""
    try:
        id_, email = signer().loads(token, max_age=int((LINK_LASTS + RETRIED_FOR).total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(email) if id_ == user.id else None


def add_address(user: User, email: str) -> None:
    """From now on letters come here, and the address lets in as the login does."""
    if user.email:
        raise RuleBroken(_("This account has an address already."))
    try:
        with db.session.begin_nested():
            user.email, user.email_confirmed_at = email, clock.now()
    except IntegrityError as taken:
        raise RuleBroken(_("This address belongs to another account already.")) from taken
