"""Reading organizations and memberships."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.db import db
from app.organizations.models import Membership


def memberships_of(user: User) -> list[Membership]:
    """With their organizations, in one query."""
    query = (
        sa.select(Membership)
        .where(Membership.user_id == user.id)
        .options(joinedload(Membership.organization))
        .order_by(Membership.id)
    )
    return list(db.session.scalars(query))
