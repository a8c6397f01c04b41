"""Loading a region: its municipalities and organizations."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.base import clock
from app.base.db import db
from app.base.words.text import sort_key
from app.files.json_files import FileWrong, Tally
from app.organizations.actions import found, named
from app.organizations.models import Municipality, Organization
from app.organizations.region.files import OrganizationRow, RegionFile


def store_region(file: RegionFile) -> dict[str, Tally]:
    """Keep the region as the file tells it. Its organizations are approved: the ministry
    vouches for the file. What an organization changed about itself stays, until the file
    says something new about it; those the file does not name are left alone.
    """
    municipalities, ids = store_municipalities(file)
    known = {
        organization.region_key: organization
        for organization in db.session.scalars(
            sa.select(Organization).where(Organization.region_key.is_not(None))
        )
    }
    organizations = Tally()
    for row in file.organizations:
        facts = {**row.facts, "municipality_id": ids[row.oktmo] if row.oktmo else None}
        store_organization(organizations, known.get(row.key), row, facts)
    db.session.flush()
    return {_("municipalities"): municipalities, _("organizations"): organizations}


def store_municipalities(file: RegionFile) -> tuple[Tally, dict[str, int]]:
    """How many were new or changed, and the id of each by its OKTMO."""
    known = {one.oktmo: one for one in db.session.scalars(sa.select(Municipality))}
    tally = Tally()
    for oktmo, facts in file.municipalities.items():
        municipality = known.setdefault(oktmo, Municipality(oktmo=oktmo))
        tally.store(municipality, {**facts, "sort_key": sort_key(facts["short_name"])[:400]})
    db.session.flush()
    return tally, {oktmo: municipality.id for oktmo, municipality in known.items()}


def store_organization(
    tally: Tally, organization: Organization | None, row: OrganizationRow, facts: dict[str, Any]
) -> None:
    said = {**facts, "municipality_id": row.oktmo}  # what is kept must not depend on our ids
    if organization is None:
        refuse_taken_name(row, None)
        kept = {"region_key": row.key, "region_facts": said, "approved_at": clock.now()}
        found(Organization(), {**facts, **kept})
        tally.new += 1
    elif news := {k: facts[k] for k in facts if said[k] != organization.region_facts.get(k)}:
        if "name" in news:
            refuse_taken_name(row, organization)
        tally.store(organization, {**news, "region_facts": said})
        named(organization)
    else:
        tally.same += 1


def refuse_taken_name(row: OrganizationRow, organization: Organization | None) -> None:
    """Somebody may have registered the organization by hand before the file named it."""
    other = db.session.scalar(sa.select(Organization).where(Organization.name == row.facts["name"]))
    if other and other is not organization:
        raise FileWrong(
            _(
                "«%(name)s» is already here, registered by hand. Rename one of the two.",
                name=row.facts["name"],
            )
        )
