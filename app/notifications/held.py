"""Letters that wait until somebody at the mailbox opens a link of the one that went before."""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.accounts import mailboxes
from app.base import clock
from app.base.db import after_commit, db, transaction
from app.notifications.delivery import change, wake_delivery
from app.notifications.models import Notification
from app.sweeps.actions import by_the_clock

KEPT = timedelta(days=30)


def note_answer(address: str) -> int:
    """The mailbox has answered: what waited for it goes now. How many letters."""
    mailboxes.note_answer(address)
    released: int = change(
        sa.update(Notification)
        .where(Notification.held_for == mailboxes.key_of(address))
        .values(held_for=None, send_after=clock.now())
    ).rowcount
    if released:
        after_commit("deliver", wake_delivery)
    return released


def forget_unanswered() -> None:
    """Delete what nobody has asked for in a month."""
    with transaction():
        db.session.execute(
            sa.delete(Notification).where(
                Notification.held_for.is_not(None), Notification.created_at < clock.now() - KEPT
            )
        )


tidy_up = by_the_clock(
    "held letters", _l("letters that nobody asked for"), forget_unanswered, daily_at="04:10"
)
