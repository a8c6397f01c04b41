"""What an organizer types about an event."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    ValidationError,
)

from app.base.words.text import whole, whole_or_nothing
from app.events.about.details import Details
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.kinds import KINDS, PROJECTS, Kind, Part
from app.events.models import EventSeries, Format
from app.organizations.models import Municipality, Organization
from app.people.models import Category
from app.roadmap.models import Measure
from app.roadmap.queries import measure_by_code
from app.web.fields import (
    Checkboxes,
    MomentField,
    PlainLine,
    PlainText,
    choices,
    line,
    stripped,
    too_long,
    trimmed,
    whole_number,
)

MOST_LETTERS = 8000
MOST_COMPANIONS = 10
FORMATS = {
    Format.IN_PERSON: _l("In person"),
    Format.ONLINE: _l("Online"),
    Format.MIXED: _l("In person and online"),
}
AUDIENCE = {
    Category.PUPIL: _l("Pupils"),
    Category.COLLEGE_STUDENT: _l("College students"),
    Category.PARENT: _l("Parents"),
    Category.TEACHER: _l("Teachers"),
    Category.SPECIALIST: _l("Specialists"),
    Category.ADULT: _l("Other adults"),
}
GRADES = [SelectChoice("", "—"), *(SelectChoice(str(grade)) for grade in range(1, 12))]
BY_KIND, NOT_COUNTED = "by-kind", "none"
MOST_HOURS = 1000
MOST_STANDS = 200
# What the editor asks only of some kinds, by field; it stays while anything is said there.
ASKED_OF = {
    "grade_from": Part.GRADES,
    "grade_to": Part.GRADES,
    "companions_max": Part.COMPANIONS,
    "stands": Part.STANDS,
    "hours": Part.HOURS,
    "project": Part.PROJECT,
}


class WebAddress:
    """A whole address that a browser opens: https://…"""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        try:
            parts = urlsplit(field.data or "")
            good = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
        except ValueError:
            good = False
        if not good or " " in field.data:
            raise ValidationError(_("Write the whole address. Example: https://example.ru/room"))


def paragraphs(label: Any, *, most: int = MOST_LETTERS) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[trimmed],
        validators=[Length(max=most, message=too_long(most)), PlainText()],
    )


class EventForm(FlaskForm):
    """The words, place, audience and sign-up of an event."""

    organization = SelectField(_l("Organization"), coerce=whole)
    kind = SelectField(
        _l("Kind of event"), validators=[InputRequired(_l("Choose the kind of event."))]
    )
    title = line(_l("Title"), required=_l("Write the title: people look for it."))
    summary = TextAreaField(
        _l("In one or two sentences"),
        filters=[stripped],
        validators=[Length(max=300, message=too_long(300)), PlainLine()],
    )
    description = paragraphs(_l("Description"))
    programme = paragraphs(_l("Programme"))
    format = SelectField(
        _l("How people take part"), choices=choices(FORMATS), default=Format.IN_PERSON
    )
    venue = line(_l("Venue"), most=300)
    municipality = SelectField(_l("District or city"), default="")
    online_url = line(_l("Link for taking part online"), most=300)
    audience = Checkboxes(_l("For whom"), choices=choices(AUDIENCE))
    grade_from = SelectField(_l("From grade"), choices=GRADES, default="")
    grade_to = SelectField(_l("To grade"), choices=GRADES, default="")
    fields = Checkboxes(_l("Professional fields"), choices=choices(PROFESSIONAL_FIELDS))
    measure = SelectField(_l("Measure of the plan"), default=BY_KIND)
    companions_max = whole_number(
        _l("Companions one participant may bring"), 0, MOST_COMPANIONS, default=0
    )
    hours = whole_number(_l("Academic hours"), 1, MOST_HOURS)
    project = SelectField(
        _l("Project"), choices=choices({"": _l("None of these"), **PROJECTS}), default=""
    )
    stands = paragraphs(_l("Exhibitors"))
    series = SelectField(_l("Series"), default="")
    new_series = line(_l("A new series"))
    contact = line(_l("Contact"), most=300)
    signup_opens_at = MomentField(_l("Sign-up opens"))
    signup_closes_at = MomentField(_l("Sign-up closes"))

    def __init__(
        self,
        *,
        organizations: Sequence[Organization],
        municipalities: Sequence[Municipality],
        measures: Sequence[Measure],
        series: Sequence[EventSeries],
        data: dict[str, Any],
    ) -> None:
        self.known_series = {str(each.id): each for each in series}
        self.municipalities = {each.oktmo: each for each in municipalities}
        self.measures = {str(each.id): each for each in measures}
        super().__init__(data={"organization": organizations[0].id, **data})
        self.organization.choices = choices({each.id: each.short_name for each in organizations})
        self.kind.choices = choices(
            {"": _("Choose…"), **{kind.code: kind.title for kind in KINDS.values()}}
        )
        self.municipality.choices = choices(
            {"": "—", **{each.oktmo: each.short_name for each in municipalities}}
        )
        self.series.choices = choices(
            {"": "—", **{id_: each.title for id_, each in self.known_series.items()}}
        )
        self.measure.choices = self.measures_to_choose()

    def measures_to_choose(self) -> list[SelectChoice]:
        """Where the kind has several, these come first."""
        kind = KINDS.get(self.kind.data)
        usual = kind.measures if kind and len(kind.measures) > 1 else ()
        ordered = sorted(self.measures.items(), key=lambda one: one[1].code not in usual)
        by_kind = _("By the kind of event")
        if kind:
            by_kind = f"{by_kind}: {kind.measure}"
        return choices(
            {
                BY_KIND: by_kind,
                NOT_COUNTED: _("Not counted for the plan"),
                **{id_: shortened(f"{each.code} {each.title}") for id_, each in ordered},
            }
        )

    def asks(self, name: str) -> bool:
        """Whether this field is shown: the kind has that part, or something stands there."""
        part, kind = ASKED_OF[name], KINDS.get(self.kind.data)
        if self[name].data or self[name].errors:
            return True
        return kind.has(part) if kind else part in (Part.GRADES, Part.COMPANIONS)

    def validate_online_url(self, field: Field) -> None:
        if field.data:
            WebAddress()(self, field)

    def validate_stands(self, field: Field) -> None:
        stands = lines_of(field.data)
        if len(stands) > MOST_STANDS or any(len(stand) > 200 for stand in stands):
            raise ValidationError(
                _("At most %(most)s exhibitors, each in a line of its own.", most=MOST_STANDS)
            )

    def validate_series(self, field: Field) -> None:
        series = self.known_series.get(field.data or "")
        if series and series.organization_id != self.organization.data:
            raise ValidationError(_("This series belongs to another of your organizations."))

    def validate_grade_to(self, field: Field) -> None:
        first, last = whole_or_nothing(self.grade_from.data), whole_or_nothing(field.data)
        if first and last and last < first:
            raise ValidationError(_("The last grade comes before the first one."))

    def validate_signup_closes_at(self, field: Field) -> None:
        opens_at = self.signup_opens_at.data
        if field.data and opens_at and field.data <= opens_at:
            raise ValidationError(_("Sign-up must close after it opens."))

    def apply_kind(self) -> None:
        """Suggest what is usual for the chosen kind: audience, grades, measure, companions."""
        if kind := KINDS.get(self.kind.data):
            for name, value in usual_for(kind).items():
                self[name].data = value
                self[name].raw_data = None  # else the field goes on showing what was typed
            self.measure.choices = self.measures_to_choose()

    def details(self) -> Details:
        kind = KINDS[self.kind.data]
        return Details(
            title=self.title.data,
            kind=kind,
            summary=self.summary.data or "",
            description=self.description.data or "",
            programme=self.programme.data or "",
            venue=self.venue.data or "",
            municipality=self.municipalities.get(self.municipality.data),
            format=Format(self.format.data),
            online_url=self.online_url.data or "",
            audience=list(self.audience.data or []),
            grade_from=whole_or_nothing(self.grade_from.data),
            grade_to=whole_or_nothing(self.grade_to.data),
            fields=list(self.fields.data or []),
            measure=self.chosen_measure(kind),
            companions_max=self.companions_max.data or 0,
            hours=self.hours.data,
            project=self.project.data or "",
            stands=lines_of(self.stands.data),
            series=self.known_series.get(self.series.data or ""),
            contact=self.contact.data or "",
            signup_opens_at=self.signup_opens_at.stored,
            signup_closes_at=self.signup_closes_at.stored,
        )

    def chosen_measure(self, kind: Kind) -> Measure | None:
        if self.measure.data == BY_KIND:
            return measure_by_code(kind.measure)
        return self.measures.get(self.measure.data)


def usual_for(kind: Kind) -> dict[str, Any]:
    """What the editor suggests for a new event of this kind."""
    first, last = kind.grades or ("", "")
    return {
        "audience": list(kind.audience),
        "grade_from": str(first),
        "grade_to": str(last),
        "measure": BY_KIND,
        "companions_max": kind.companions,
    }


def lines_of(text: str | None) -> list[str]:
    return [" ".join(each.split()) for each in (text or "").splitlines() if each.strip()]


def shortened(text: str, most: int = 90) -> str:
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0]}…"
