"""What is kept no longer than needed: old attempts, links, devices, unconfirmed accounts."""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.accounts import mailboxes
from app.accounts.guards import attempts
from app.accounts.models import Device, Link, PendingAccount
from app.accounts.queries import LOG_IN_LASTS, LONGEST_LOG_IN
from app.base import clock
from app.base.db import db, transaction
from app.sweeps.actions import by_the_clock
from app.web import budgets


def forget_expired() -> None:
    """Delete what lets nobody in any more and holds nobody up."""
    now = clock.now()
    with transaction():
        attempts.forget_before(now - attempts.LONGEST_MEMORY)
        budgets.forget_before(now)
        mailboxes.forget_silent()
        db.session.execute(sa.delete(Link).where(Link.expires_at < now))
        db.session.execute(sa.delete(PendingAccount).where(PendingAccount.expires_at < now))
        db.session.execute(
            sa.delete(Device).where(
                sa.or_(
                    Device.seen_at < now - LOG_IN_LASTS,
                    Device.created_at < now - LONGEST_LOG_IN,
                    Device.ended_at < now - timedelta(days=7),
                )
            )
        )


tidy_up = by_the_clock("log-ins", _l("log-ins on devices"), forget_expired, every_minutes=60)
