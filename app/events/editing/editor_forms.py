"""The editor's form as it is opened, and what of it can be saved already."""

import re
from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.base.words.text import whole
from app.events.about.details import Details
from app.events.editing import queries as desk_queries
from app.events.editing.forms import NOT_COUNTED, EventForm
from app.events.models import Event
from app.events.series.actions import series_of
from app.organizations.models import Organization
from app.roadmap.models import Measure
from app.roadmap.queries import current_plan, measures_of
from app.web.fields import PlainLine, SensibleDate, choices, line, stripped, too_long

TAB = re.compile(r"[\w-]{8,32}", re.ASCII)
SAID_PLAINLY = (
    *("title", "summary", "description", "programme", "venue", "format", "online_url"),
    *("audience", "fields", "companions_max", "contact", "signup_opens_at", "signup_closes_at"),
    *("hours", "project"),
)


def event_form(
    organizations: Sequence[Organization], data: dict[str, Any], *, kept: Measure | None = None
) -> EventForm:
    """With the measures of the plan in force, and the one of an older plan that is kept."""
    plan = current_plan()
    measures = measures_of(plan) if plan else []
    if kept and kept not in measures:
        measures.append(kept)
    return EventForm(
        organizations=organizations,
        municipalities=desk_queries.municipalities(),
        measures=measures,
        series=series_of(list(organizations)),
        data=data,
    )


def tab_of(posted: Mapping[str, str]) -> str:
    """The name of the window in which the form is open; a new one for a new form."""
    said = posted.get("tab", "")
    return said if TAB.fullmatch(said) else token_urlsafe(15)


def details_without_mistakes(form: EventForm, before: dict[str, Any]) -> Details:
    """What was typed, and for fields with mistakes what they said ``before``."""
    for name in list(form.errors):
        if name and name in form and name != "csrf_token":
            form[name].process_data(before.get(name))
    return form.details()


def usual_at(organization: Organization) -> dict[str, Any]:
    """Where this organization holds its events, and who answers questions."""
    return {
        "venue": organization.address,
        "municipality": organization.municipality.oktmo if organization.municipality else "",
        "contact": ", ".join(filter(None, (organization.phone, organization.email))),
    }


def said_by(event: Event) -> dict[str, Any]:
    """What the editor shows of an event as it stands."""
    return {name: getattr(event, name) for name in SAID_PLAINLY} | {
        "kind": event.kind_code,
        "organization": event.organization_id,
        "stands": "\n".join(event.stands),
        "series": str(event.series_id or ""),
        "municipality": event.municipality.oktmo if event.municipality else "",
        "grade_from": str(event.grade_from or ""),
        "grade_to": str(event.grade_to or ""),
        "measure": str(event.measure_id) if event.measure_id else NOT_COUNTED,
    }


class TemplateForm(FlaskForm):
    title = line(_l("Name of the template"), required=_l("Write the name: people look for it."))


class BeginForm(FlaskForm):
    """A new event by a template: whose, and from which day."""

    organization = SelectField(_l("Organization"), coerce=whole)
    first_day = DateField(_l("First day"))

    def __init__(
        self, organizations: Sequence[Organization], *, needs_day: bool, **given: Any
    ) -> None:
        super().__init__(**given)
        self.organization.choices = choices({each.id: each.short_name for each in organizations})
        self.first_day.validators = [
            InputRequired(_("Choose the day of the first slot.")) if needs_day else Optional(),
            SensibleDate(years_back=1, years_ahead=3),
        ]


class SeriesForm(FlaskForm):
    title = line(_l("Title"), required=_l("Write the title: people look for it."))
    summary = TextAreaField(
        _l("In one or two sentences"),
        filters=[stripped],
        validators=[Length(max=300, message=too_long(300)), PlainLine()],
    )
