"""The region's municipalities and organizations; memberships of users in them."""

import enum
import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.accounts.models import User
from app.db import Model

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


class Organization(Model):
    """Publishes events and issues papers once the ministry has approved it."""

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
    approved_at: Mapped[datetime | None]

    municipality: Mapped[Municipality | None] = relationship()

    @hybrid_property
    def is_approved(self) -> bool:
        """Whether it may act: the one condition, on an object and in a query."""
        return self.approved_at is not None

    @is_approved.inplace.expression
    @classmethod
    def _is_approved(cls) -> sa.ColumnElement[bool]:
        return cls.approved_at.is_not(None)

    @property
    def title(self) -> str:
        """The full name without its legal form, as people call it: «Элистинский
        политехнический колледж» имени И.Н. Эльвартынова."""
        name = LEGAL_FORM.sub("", self.name)
        return name[1:-1] if name.startswith("«") and name.find("»") == len(name) - 1 else name


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
