"""Door accounts after their day: emptied the next night, their names forgotten in a year."""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.accounts.models import Device, User
from app.base import clock
from app.base.db import db, transaction
from app.events.models import Event
from app.events.staff.models import DoorLink, EventStaff
from app.sweeps.actions import by_the_clock

NAME_KEPT = timedelta(days=366)  # beside the marks, in case somebody asks who made them
LINK_KEPT = timedelta(days=30)


def forget_doors() -> None:
    """Delete what let people in; a year later the names of those who stood there."""
    now = clock.now()
    dead = sa.select(User.id).where(User.expires_at <= now)
    past = sa.select(Event.id).where(Event.ends_at <= now - LINK_KEPT)
    over = EventStaff.event_id.in_(past)  # an address nobody has made an account for
    with transaction():
        db.session.execute(sa.delete(Device).where(Device.user_id.in_(dead)))
        db.session.execute(sa.delete(EventStaff).where(EventStaff.expires_at <= now))
        db.session.execute(sa.delete(EventStaff).where(EventStaff.user_id.is_(None), over))
        db.session.execute(sa.delete(DoorLink).where(DoorLink.expires_at <= now - LINK_KEPT))
        db.session.execute(sa.delete(User).where(User.expires_at <= now - NAME_KEPT))


tidy_doors = by_the_clock(
    "doors", _l("accounts for a day at the door"), forget_doors, daily_at="03:40"
)
