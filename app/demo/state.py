"""Whether this database is the demo's, somebody's real one, or nobody's yet.

Told by addresses: ``.test`` is reserved, so no real account can be at demo.test.
"""

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.base.db import Base, db
from app.base.rules import RuleBroken
from app.demo.accounts import ACCOUNTS
from app.events.models import Event
from app.organizations.models import Organization
from app.people.models import Person
from app.roadmap.models import Plan


def is_loaded() -> bool:
    return user_by_email(ACCOUNTS[0].email) is not None


def is_empty() -> bool:
    return not any(has_rows(model) for model in (User, Organization, Event, Person, Plan))


def refuse_real_data() -> None:
    """The demo goes into an empty database, or one with a plan and a region from files."""
    by_hand = sa.select(Organization.id).where(Organization.region_key.is_(None)).limit(1)
    real = any(has_rows(model) for model in (User, Event, Person))
    if real or db.session.scalar(by_hand) is not None:
        raise RuleBroken(
            _("This database has real data. The demo is not mixed with it: "
              "give another database in DATABASE_URL.")
        )  # fmt: skip


def has_rows(model: type[Base]) -> bool:
    return db.session.scalar(sa.select(model.id).limit(1)) is not None
