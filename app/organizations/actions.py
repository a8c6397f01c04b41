"""Changing organizations."""

import re
from typing import Any

import sqlalchemy as sa

from app import clock
from app.db import db
from app.organizations.models import Organization
from app.text import searchable, slug, sort_key

SLUG_LENGTH = 60
RESERVED = {"new"}  # /organizations/new is the form for a new one


def named(organization: Organization) -> Organization:
    """What is derived from its names: for the search, and for lists in Russian order where
    № 4 stands before № 10."""
    organization.search_text = searchable(
        organization.name, organization.short_name, organization.address
    )
    numbers = re.sub(r"\d+", lambda n: n.group().zfill(4), organization.short_name)
    organization.sort_key = sort_key(numbers)[:1000]
    return organization


def free_slug(*names: str) -> str:
    """The address from the first of the names that nobody has yet, else with a number.

    An address once given stays, whatever the organization is called later.
    """
    wanted = [short for name in names if (short := slug(name, SLUG_LENGTH))] or ["organization"]
    taken = RESERVED | set(
        db.session.scalars(
            sa.select(Organization.slug).where(
                sa.or_(*(Organization.slug.startswith(one, autoescape=True) for one in wanted))
            )
        )
    )
    numbered = (f"{wanted[0]}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (*wanted, *numbered) if one not in taken)


def found(organization: Organization, facts: dict[str, Any]) -> Organization:
    """A new organization with these facts and an address of its own."""
    for column, value in facts.items():
        setattr(organization, column, value)
    organization.slug = free_slug(organization.short_name, organization.title)
    organization.created_at = clock.now()
    db.session.add(named(organization))
    db.session.flush()
    return organization
