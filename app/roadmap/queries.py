"""Reading the plan."""

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from app.base import clock
from app.base.db import db
from app.roadmap.models import Measure, Plan, Section


def plan_by_order(order: str) -> Plan | None:
    return db.session.scalar(sa.select(Plan).where(Plan.order == order))


def current_plan() -> Plan | None:
    """The plan in force: the latest that has begun; before any has, the first to begin.

    It stays in force after its last year, until a later plan is loaded.
    """
    has_begun = Plan.first_year <= clock.today().year
    return db.session.scalar(
        sa.select(Plan)
        .order_by(
            sa.case((has_begun, 0), else_=1),
            sa.case((has_begun, -Plan.first_year), else_=Plan.first_year),
            Plan.last_year.desc(),
            Plan.id.desc(),
        )
        .limit(1)
    )


def measures_of(plan: Plan) -> list[Measure]:
    """All measures with their sections, in the order of the plan, in one query."""
    query = (
        sa.select(Measure)
        .join(Measure.section)
        .options(contains_eager(Measure.section))
        .where(Section.plan_id == plan.id)
        .order_by(Section.number, Measure.position)
    )
    return list(db.session.scalars(query))


def measure_by_code(code: str) -> Measure | None:
    """The measure of the plan in force with this code («3.12»), if the plan has one."""
    plan = current_plan()
    if plan is None:
        return None
    query = sa.select(Measure).join(Measure.section)
    return db.session.scalar(query.where(Section.plan_id == plan.id, Measure.code == code))
