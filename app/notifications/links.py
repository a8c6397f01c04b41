"""Links in letters: how long each works, so that none arrives dead.

A letter waits up to ``mail.RETRIED_FOR`` for a sick server. Either its link outlives that, or
the letter says until when the link is good (``good_until``) and is not sent afterwards. Links
that let somebody in for an hour or two are counted from sending.
"""

import enum
from datetime import datetime

import sqlalchemy as sa

from app.accounts.actions import LINK_LASTS
from app.accounts.models import Link
from app.accounts.queries import hashed
from app.base import clock
from app.base.db import db, transaction
from app.base.mail import RETRIED_FOR

LEAST_LEFT = RETRIED_FOR / 1000  # some minutes: to read the letter and follow the link


class Lives(enum.Enum):
    FOR_EVER = enum.auto()  # a page that needs no token
    LONGER = enum.auto()  # its token works for longer than the letter may wait
    UNTIL = enum.auto()  # to a day that the letter tells: ``good_until``
    FROM_SENDING = enum.auto()  # ``good_until``, put off when the letter is sent


# Every template that shows «link» stands here; a test reads them.
LINKS = {
    "account_confirm": Lives.LONGER,
    "account_exists": Lives.FROM_SENDING,
    "address_confirm": Lives.LONGER,
    "consent_asked": Lives.UNTIL,
    "consent_reminder": Lives.UNTIL,
    "guardian_invitation": Lives.UNTIL,
    "log_in_link": Lives.FROM_SENDING,
    "password_changed": Lives.FOR_EVER,
    "password_reset": Lives.FROM_SENDING,
    "staff_invitation": Lives.LONGER,
}


def is_dead(good_until: datetime | None) -> bool:
    """Nobody would get in by the link any more, or hardly."""
    return good_until is not None and good_until - clock.now() < LEAST_LEFT


def count_from_now(template: str, link: str) -> None:
    """The hour of a link that lets in begins when its letter is sent."""
    if LINKS.get(template) is not Lives.FROM_SENDING:
        return
    token = link.partition("?")[0].rpartition("/")[2]
    query = sa.select(Link).where(Link.token_hash == hashed(token), Link.used_at.is_(None))
    with transaction():
        if found := db.session.scalar(query):
            found.expires_at = max(found.expires_at, clock.now() + LINK_LASTS[found.purpose])
