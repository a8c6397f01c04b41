"""What was written to somebody, and the way to its link."""

from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.accounts.passwords import hash_of
from app.base.db import db
from app.notifications.models import Notification
from tests.factories import make_user

PASSWORD = "степь тюльпан сайгак"


def make_user_with_password(**given: Any) -> User:
    return make_user(password_hash=hash_of(PASSWORD), **given)


def letters_to(email: str) -> list[Notification]:
    query = sa.select(Notification).filter_by(address=email).order_by(Notification.id)
    return list(db.session.scalars(query))


def link_in(letter: Notification) -> str:
    """The path of the link: tests open it in their own browser."""
    link = str(letter.context["link"])
    assert link.startswith("http://localhost/")
    return link.removeprefix("http://localhost")
