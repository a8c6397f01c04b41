"""Letting people in and out: a password compared, a session of this browser begun or ended."""

from flask import request, session
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from app.accounts import actions, devices, passwords
from app.accounts.guards import attempts, known_browsers
from app.accounts.models import User
from app.accounts.queries import device_in_use, user_by_way_in
from app.base.db import transaction
from app.base.rules import RuleBroken


class WrongPassword(RuleBroken):
    """A password was compared and did not fit. ``user``: whose account it was tried at;
    ``wait``: how long to wait before the next try, if at all."""

    def __init__(self, user: User | None, wait: str) -> None:
        super().__init__(
            wait or _("The address or the password is wrong. Check both and try again.")
        )
        self.user, self.wait = user, wait


def user_who_knows(typed: str, password: str) -> User:
    """Whose address or login, and password, this is, or the reason why nobody is let in.

    Compared between two transactions: it is slow on purpose, and others want to write.
    """
    user = user_by_way_in(typed)
    browser = known_browsers.this_one()
    with transaction():
        wait = attempts.begin_try(typed, request.remote_addr, user=user, browser=browser)
    if not passwords.is_password_of(user, password):
        raise WrongPassword(user, wait)
    with transaction():
        attempts.forgive(typed, request.remote_addr, user=user, browser=browser)
        if passwords.is_outdated(user):
            actions.renew_hash(user, password)
    return user


def enter(user: User, *, stay: bool = True) -> None:
    """Begin a fresh session in this browser; a guest's tickets come along. Without ``stay``
    it is somebody else's computer: the session ends with the browser, or when left alone."""
    with transaction():
        if before := device_in_use():
            devices.end(before)
        user.session_token = devices.begin(
            user, browser=request.user_agent.string, is_shared=not stay
        )
    tickets = session.get("tickets")
    session.clear()
    if tickets:
        session["tickets"] = tickets
    session.permanent = stay
    login_user(user)
    known_browsers.remember(user)


def leave() -> None:
    """End the log-in of this browser, with everything its session knew."""
    with transaction():
        if device := device_in_use():
            devices.end(device)
    logout_user()
    session.clear()
