"""Invitations are kept no longer than somebody may ask why one does not work."""

from datetime import timedelta

import sqlalchemy as sa

from app import clock, jobs
from app.db import db, transaction
from app.people.models import Invitation

ASKED_ABOUT = timedelta(days=30)


def forget_lapsed() -> None:
    """Delete old invitations, and with them the addresses of those who never answered."""
    with transaction():
        db.session.execute(
            sa.delete(Invitation).where(Invitation.expires_at < clock.now() - ASKED_ABOUT)
        )


tidy_up = jobs.job(forget_lapsed, every_minutes=60)
