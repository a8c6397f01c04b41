"""Loading plans."""

import sqlalchemy as sa
from flask_babel import gettext as _

from app.base.db import db
from app.files.json_files import FileWrong, Tally
from app.roadmap.models import Measure, Plan, Section
from app.roadmap.plan_files import PlanFile
from app.roadmap.queries import measures_of, plan_by_order


def store_plan(file: PlanFile) -> dict[str, Tally]:
    """Keep the plan as the file tells it: what is new is added, what changed is brought up
    to date. The order of the ministry («Приказ … № 294») tells plans apart.

    A measure once loaded is never removed: events and figures refer to it.
    """
    plan = plan_by_order(file.order) or Plan(order=file.order)
    known = {measure.code: measure for measure in measures_of(plan)} if plan.id else {}
    if gone := [code for code in known if code not in {row.code for row in file.measures}]:
        raise FileWrong(
            _(
                "measures: the plan already has measure %(code)s, and the file lacks it. "
                "Measures are not removed: events and figures refer to them.",
                code=gone[0],
            )
        )
    plans, measures = Tally(), Tally()
    plans.store(plan, file.facts)
    db.session.flush()
    sections, section_ids = store_sections(plan, file)
    for row in file.measures:
        measure = known.get(row.code) or Measure(code=row.code)
        measures.store(measure, {**row.facts, "section_id": section_ids[row.section]})
    db.session.flush()
    return {_("plans"): plans, _("sections"): sections, _("measures"): measures}


def store_sections(plan: Plan, file: PlanFile) -> tuple[Tally, dict[int, int]]:
    """How many were new or changed, and the id of each by its number."""
    query = sa.select(Section).where(Section.plan_id == plan.id)
    known = {section.number: section for section in db.session.scalars(query)}
    tally = Tally()
    for number, title in file.sections.items():
        section = known.setdefault(number, Section(plan_id=plan.id, number=number))
        tally.store(section, {"title": title})
    db.session.flush()
    return tally, {number: section.id for number, section in known.items()}
