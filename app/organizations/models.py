"""The region's municipalities and organizations; memberships of users in them."""

import enum
import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model

# «Бюджетное … учреждение Республики Калмыкия», «ФГБОУ ВО», «БУ ДПО РК» before the name itself.
LEGAL_FORM = re.compile(r"^(?:[А-ЯЁ]{2,}(?: [А-ЯЁ]{2,})*|[^«»]*учреждение[^«»]*) (?=«)")


class Municipality(Model):
    """A district or city of the region, by its OKTMO code."""

    oktmo: Mapped[str] = mapped_column(sa.String(11), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    short_name: Mapped[str] = mapped_column(sa.String(100))
    centre: Mapped[str] = mapped_column(sa.String(100))
    settlements: Mapped[list[str]] = mapped_column(default=list)
    sort_key: Mapped[str] = mapped_column(sa.String(400), default="")


class OrganizationKind(enum.StrEnum):
    MINISTRY = "ministry"
    MUNICIPAL_AUTHORITY = "municipal_authority"
    SCHOOL = "school"
    COLLEGE = "college"
    UNIVERSITY = "university"
    ADDITIONAL_EDUCATION = "additional_education"
    TECHNOPARK = "technopark"
    TEACHER_TRAINING = "teacher_training"
    EMPLOYMENT_CENTRE = "employment_centre"
    EMPLOYER = "employer"
    PUBLIC_ORGANIZATION = "public_organization"


class State(enum.StrEnum):
    """How an organization stands with the ministry: derived from its moments."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"  # may be corrected and ask again
    SUSPENDED = "suspended"  # may be resumed
    CLOSED = "closed"  # for ever


class Organization(Model):
    """Publishes events and issues papers once the ministry has approved it."""

    # The ministry's lists by state are read through these; what is approved is most.
    __table_args__ = (
        sa.Index("ix_organization_asking", "approved_at", "rejected_at", "created_at"),
        sa.Index("ix_organization_suspended_at", "suspended_at"),
        sa.Index("ix_organization_closed_at", "closed_at"),
    )

    kind: Mapped[OrganizationKind] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(400), unique=True)
    short_name: Mapped[str] = mapped_column(sa.String(200))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    municipality_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("municipality.id"), index=True
    )
    address: Mapped[str] = mapped_column(sa.String(300), default="")
    site: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str] = mapped_column(sa.String(60), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    about: Mapped[str] = mapped_column(sa.Text, default="")
    signatory_name: Mapped[str] = mapped_column(sa.String(200), default="")
    signatory_post: Mapped[str] = mapped_column(sa.String(200), default="")
    is_verified: Mapped[bool] = mapped_column(default=False)  # the region file vouches for it
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    sort_key: Mapped[str] = mapped_column(sa.String(1000), default="", index=True)
    # From the region file: which entry this is, and what it said when last imported. What
    # the organization changed itself stays until the entry says something new.
    region_key: Mapped[str | None] = mapped_column(sa.String(400), unique=True)
    region_facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    approved_at: Mapped[datetime | None]  # the first time: it stays through all that follows
    rejected_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Why it was rejected, suspended or closed: its staff read it.
    state_reason: Mapped[str] = mapped_column(sa.String(500), default="")
    registered_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )

    municipality: Mapped[Municipality | None] = relationship()
    registered_by: Mapped[User | None] = relationship()

    @hybrid_property
    def is_approved(self) -> bool:
        """Whether it may act: the one condition, on an object and in a query."""
        return self.approved_at is not None and not self.is_halted

    @is_approved.inplace.expression
    @classmethod
    def _is_approved(cls) -> sa.ColumnElement[bool]:
        return sa.and_(
            cls.approved_at.is_not(None), cls.suspended_at.is_(None), cls.closed_at.is_(None)
        )

    @property
    def is_halted(self) -> bool:
        """Suspended or closed: it cannot even prepare, as one that waits can."""
        return self.suspended_at is not None or self.closed_at is not None

    @property
    def state(self) -> State:
        if self.closed_at:
            return State.CLOSED
        if self.suspended_at:
            return State.SUSPENDED
        if self.approved_at:
            return State.APPROVED
        return State.REJECTED if self.rejected_at else State.WAITING

    @property
    def is_demonstration(self) -> bool:
        """An entry of the region file that says itself it is not checked. Whoever registered
        on the site was checked by the ministry, not by the file."""
        return self.region_key is not None and not self.is_verified

    @property
    def title(self) -> str:
        """The full name without its legal form, as people call it: «Элистинский
        политехнический колледж» имени И.Н. Эльвартынова."""
        name = LEGAL_FORM.sub("", self.name)
        return name[1:-1] if name.startswith("«") and name.find("»") == len(name) - 1 else name


# What ``is_approved`` looks at, for queries that read few columns.
APPROVAL = (Organization.approved_at, Organization.suspended_at, Organization.closed_at)


class Role(enum.StrEnum):
    ADMIN = "admin"  # everything in the organization, its members too
    ORGANIZER = "organizer"  # events and the people in them
    DOOR = "door"  # check-in, nothing else
    TEACHER = "teacher"
    EXPERT = "expert"
    VIEWER = "viewer"


class Membership(Model):
    """A user acts for an organization in one role."""

    __table_args__ = (sa.UniqueConstraint("user_id", "organization_id", "role"),)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[Role]

    user: Mapped[User] = relationship()
    organization: Mapped[Organization] = relationship()


class OrganizationChange(Model):
    """Another name or kind that an approved organization asks for. The newest one of each
    organization: what became of those before stands in the audit log."""

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), unique=True
    )
    name: Mapped[str] = mapped_column(sa.String(400))
    short_name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[OrganizationKind]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    refused_at: Mapped[datetime | None]  # kept for the organization to read
    reason: Mapped[str] = mapped_column(sa.String(500), default="")

    organization: Mapped[Organization] = relationship()
    asked_by: Mapped[User | None] = relationship()


class SentInvitation(Model):
    """That an organization invited somebody, to count how many in a day: not whom."""

    __table_args__ = (sa.Index("ix_sent_invitation_day", "organization_id", "sent_at"),)

    organization_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE")
    )
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
