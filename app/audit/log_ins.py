"""Letting people in, and writing down that it was done: ``accounts`` knows no log.

An entry is about the account concerned. What was typed stands nowhere: neither a password nor
an address that nobody has.
"""

from typing import Literal

from flask_babel import gettext as _
from flask_login import current_user

from app.accounts import entrance
from app.accounts.entrance import WrongPassword
from app.accounts.models import User
from app.audit.actions import record, record_now
from app.base.db import transaction
from app.base.rules import RuleBroken

Way = Literal["password", "link", "confirmation", "code", "door"]


def enter(user: User, *, by: Way, stay: bool = True) -> None:
    """Begin a session in this browser."""
    entrance.enter(user, stay=stay)
    record_now("account.logged_in", user, by=by, **({} if stay else {"shared": True}))


def user_who_knows(typed: str, password: str) -> User:
    """Whose address or login, and password, this is; a wrong one is written down."""
    try:
        return entrance.user_who_knows(typed, password)
    except WrongPassword as wrong:
        record_now("account.log_in_failed", wrong.user)
        raise


def refuse_wrong_password(password: str) -> None:
    """Of the account that is logged in here: whoever sits at a computer left open does not
    know it. Slowed down like logging in."""
    try:
        user_who_knows(current_user.way_in, password)
    except WrongPassword as wrong:
        raise RuleBroken(
            wrong.wait or _("The password is wrong. Check it and try again.")
        ) from wrong


def leave() -> None:
    with transaction():
        record("account.logged_out", current_user)
    entrance.leave()
