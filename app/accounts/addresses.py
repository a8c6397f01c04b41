"""The e-mail address of an account: the first one of a login, or another one."""

from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.base import clock
from app.base.db import db, hold_row
from app.base.mail import RETRIED_FOR
from app.base.rules import RuleBroken

LINK_LASTS = timedelta(days=3)


def signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="an account's address")


def token_for(user: User, email: str) -> str:
    """Signed: nothing is kept until the mailbox is known to be theirs. Names the present
    address too: once it has changed, older links have lapsed."""
    token: str = signer().dumps([user.id, email.strip().lower(), user.email])
    return token


def address_in(token: str, user: User) -> str | None:
    """The address that this user asked for, unless the link has lapsed or was tampered with."""
    try:
        longest = int((LINK_LASTS + RETRIED_FOR).total_seconds())
        id_, email, before = signer().loads(token, max_age=longest)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(email) if (id_, before) == (user.id, user.email) else None


def set_address(user: User, email: str) -> str:
    """From now on letters come here, and the address lets in. What it was before."""
    user = db.session.get_one(User, user.id)  # itself, not Flask-Login's stand-in
    hold_row(user, "email")
    before = user.email
    if before == email:
        raise RuleBroken(_("This is the address of your account already."))
    try:
        with db.session.begin_nested():
            user.email, user.email_confirmed_at = email, clock.now()
    except IntegrityError as taken:
        raise RuleBroken(_("This address belongs to another account already.")) from taken
    return before
