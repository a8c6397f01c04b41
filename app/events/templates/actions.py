"""The library of templates: saved from an event, used for a new one, deleted."""

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager

from app.audit.actions import record
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.about.details import Details
from app.events.editing.patterns import OF_PLACE, event_like, pattern_of
from app.events.models import Event
from app.events.templates.models import EventTemplate
from app.organizations.models import Organization, OrganizationKind

MOST_TEMPLATES = 200


def templates_for(organizations: list[Organization]) -> list[EventTemplate]:
    """Those of these organizations and of the ministry, the ministry's first."""
    is_ministrys = sa.and_(Organization.kind == OrganizationKind.MINISTRY, Organization.is_approved)
    ids = [one.id for one in organizations]
    query = (
        sa.select(EventTemplate)
        .join(EventTemplate.organization)
        .options(contains_eager(EventTemplate.organization))
        .where(sa.or_(is_ministrys, EventTemplate.organization_id.in_(ids)))
        .order_by(sa.case((is_ministrys, 0), else_=1), EventTemplate.title, EventTemplate.id)
    )
    return list(db.session.scalars(query))


def save(event: Event, *, title: str) -> EventTemplate:
    """Keep the event as a template. One of the same title is replaced."""
    of_organization = EventTemplate.organization_id == event.organization_id
    template = db.session.scalar(
        sa.select(EventTemplate).where(of_organization, EventTemplate.title == title).limit(1)
    )
    if template is None:
        count = sa.select(sa.func.count()).select_from(EventTemplate).where(of_organization)
        if (db.session.scalar(count) or 0) >= MOST_TEMPLATES:
            raise RuleBroken(
                _(
                    "There are %(most)s templates already. Delete those nobody needs.",
                    most=MOST_TEMPLATES,
                )
            )
        template = EventTemplate(organization=event.organization, title=title)
    template.kind_code, template.pattern = event.kind_code, pattern_of(event)
    db.session.add(template)
    db.session.flush()
    record("event_template.saved", event, organization_id=event.organization_id)
    return template


def begin(template: EventTemplate, organization: Organization, *, first_day: date | None) -> Event:
    """A draft of the organization by the template. What belongs to the place of another
    organization (venue, contacts, link) is this one's own instead."""
    instead = None
    if organization.id != template.organization_id:
        own = Details(
            title="",
            kind=template.kind,
            venue=organization.address,
            municipality=organization.municipality,
            contact=", ".join(filter(None, (organization.phone, organization.email))),
        )
        instead = {name: getattr(own, name) for name in OF_PLACE}
    return event_like(template.pattern, organization, first_day=first_day, instead=instead)


def delete(template: EventTemplate) -> None:
    db.session.delete(template)
    db.session.flush()
