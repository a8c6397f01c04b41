"""A plan, its sections and measures, as the order of the ministry lists them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Model


class Plan(Model):
    """A career-guidance plan («дорожная карта») for a run of years."""

    title: Mapped[str] = mapped_column(sa.Text)
    order: Mapped[str] = mapped_column(sa.String(300), unique=True)
    first_year: Mapped[int]
    last_year: Mapped[int]


class Section(Model):
    __table_args__ = (sa.UniqueConstraint("plan_id", "number"),)

    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(300))

    plan: Mapped[Plan] = relationship()


class Measure(Model):
    """One promised measure: its indicator, who answers, and how the fact is counted."""

    __table_args__ = (sa.UniqueConstraint("section_id", "code"),)

    section_id: Mapped[int] = mapped_column(sa.ForeignKey("section.id"))
    code: Mapped[str] = mapped_column(sa.String(10), index=True)
    position: Mapped[int]  # in the plan: 4.10 stands after 4.9
    title: Mapped[str] = mapped_column(sa.Text)
    term: Mapped[str] = mapped_column(sa.String(200))
    result: Mapped[str] = mapped_column(sa.Text)
    indicator: Mapped[str] = mapped_column(sa.Text)
    responsible: Mapped[list[str]]
    counting: Mapped[dict[str, Any]]

    section: Mapped[Section] = relationship()
