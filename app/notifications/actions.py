"""Writing messages down."""

import secrets
from datetime import datetime
from typing import Any

from app.base import clock
from app.base.db import after_commit, db
from app.notifications.delivery import wake_delivery
from app.notifications.links import LINKS, Lives
from app.notifications.models import Notification


def notify(
    address: str | None,
    template: str,
    *,
    language: str = "ru",
    send_after: datetime | None = None,
    held_for: str | None = None,
    good_until: datetime | None = None,
    **context: Any,
) -> Notification | None:
    """Queue a letter in this transaction; the worker sends it after the commit.

    ``context`` (JSON values; moments as ISO text) is what ``templates/mail/<template>``
    needs. Without an address nothing is written: not everybody has one. ``held_for``: the
    mailbox that has to answer before the letter goes (see held.py). ``good_until``: when its
    link dies (notifications.links).
    """
    if not address:
        return None
    if LINKS.get(template) is Lives.UNTIL and good_until is None:
        raise ValueError(f"{template}: say until when its link is good")
    letter = Notification(
        address=address,
        language=language,
        template=template,
        context=context,
        reference=secrets.token_hex(16),
        send_after=send_after or clock.now(),
        held_for=held_for,
        good_until=good_until,
    )
    db.session.add(letter)
    after_commit("deliver", wake_delivery)
    return letter
