"""Events to begin new ones from."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.db import Model
from app.events.kinds import KINDS, Kind
from app.organizations.models import Organization, OrganizationKind


class EventTemplate(Model):
    """The words, slots, questions and quotas of an event without its dates. Those of the
    ministry are offered to every organizer, the others within their organization."""

    __tablename__ = "event_template"

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    kind_code: Mapped[str] = mapped_column("kind", sa.String(30))
    # As events.patterns writes it.
    pattern: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    organization: Mapped[Organization] = relationship()

    @property
    def kind(self) -> Kind:
        return KINDS[self.kind_code]

    @property
    def is_for_everybody(self) -> bool:
        owner = self.organization
        return owner.kind is OrganizationKind.MINISTRY and owner.is_approved

    @property
    def has_slots(self) -> bool:
        return bool(self.pattern.get("slots"))
