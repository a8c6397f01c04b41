"""Invitations are kept no longer than somebody may ask why one does not work."""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.base import clock
from app.base.db import db, transaction
from app.people.models import Invitation
from app.sweeps.actions import by_the_clock

ASKED_ABOUT = timedelta(days=30)


def forget_lapsed() -> None:
    """Delete old invitations, and with them the addresses of those who never answered."""
    with transaction():
        db.session.execute(
            sa.delete(Invitation).where(Invitation.expires_at < clock.now() - ASKED_ABOUT)
        )


tidy_up = by_the_clock("invitations", _l("invitations"), forget_lapsed, every_minutes=60)
