"""Browsers in which somebody has logged in before: strangers' tries do not hold them up.

A signed cookie names the browser and the latest accounts that logged in there, as numbers.
It lets nobody in; it decides whose tries are counted together.
"""

import secrets
from dataclasses import dataclass

from flask import Response, after_this_request, current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.accounts.models import User
from app.web import cookies

COOKIE = "known"
MOST = 8  # accounts: a computer of a school has had many


@dataclass(frozen=True)
class KnownBrowser:
    """``users``: who logged in here, the latest first; nobody in a browser that is new."""

    key: str = ""
    users: tuple[int, ...] = ()

    def is_of(self, user: User | None) -> bool:
        return user is not None and user.id in self.users


NEW = KnownBrowser()


def signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="a known browser")


def this_one() -> KnownBrowser:
    """The browser of this request; a cookie that was tampered with is none."""
    try:
        key, users = signer().loads(cookies.read(COOKIE))
        return KnownBrowser(str(key), tuple(int(id_) for id_ in users))
    except (BadSignature, ValueError, TypeError):
        return NEW


def remember(user: User) -> None:
    """The user has logged in here: said in the answer to this request."""
    known = this_one()
    others = [id_ for id_ in known.users if id_ != user.id]
    value = signer().dumps([known.key or secrets.token_urlsafe(9), [user.id, *others][:MOST]])

    @after_this_request
    def tell(response: Response) -> Response:
        cookies.keep(response, COOKIE, str(value))
        return response
