"""What the organizer chooses about admission: its way, its quotas, a reason."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.base.words.text import whole_or_nothing
from app.events.editing.forms import GRADES
from app.events.models import Admission, Event
from app.events.seat_rules.quota_models import QuotaKind
from app.organizations.models import Municipality
from app.web.fields import MomentField, PlainText, too_long, trimmed, whole_number

MOST_SEATS = 5000
WAYS = {
    Admission.FIRST_COME: _l("Whoever comes first gets a seat"),
    Admission.APPROVAL: _l("I decide about each application"),
    Admission.DRAW: _l("Lots are drawn among all who applied in time"),
}
KINDS = {
    QuotaKind.PER_SCHOOL: _l("Not more than so many seats for one school"),
    QuotaKind.KEPT: _l("Keep so many seats of each time for some until a moment"),
}


class AdmissionForm(FlaskForm):
    admission = RadioField(
        _l("How people get seats"),
        choices=[SelectChoice(way.value, title) for way, title in WAYS.items()],
        validators=[InputRequired(_l("Choose how people get seats."))],
    )
    closes_at = MomentField(_l("Applications are taken until"))

    def __init__(self, event: Event) -> None:
        super().__init__(
            data={"admission": event.admission.value, "closes_at": event.signup_closes_at}
        )

    @property
    def wanted(self) -> Admission:
        return Admission(self.admission.data)


class QuotaForm(FlaskForm):
    """``for_whom`` matters for kept seats alone."""

    kind = RadioField(
        _l("Rule"),
        choices=[SelectChoice(kind.value, title) for kind, title in KINDS.items()],
        validators=[InputRequired(_l("Choose a rule."))],
    )
    number = whole_number(_l("How many seats"), 1, MOST_SEATS, required=_l("Write how many seats."))
    municipality = SelectField(_l("Municipality"), coerce=whole_or_nothing)
    grade_from = SelectField(_l("Grades from"), choices=GRADES, coerce=whole_or_nothing)
    grade_to = SelectField(_l("to"), choices=GRADES, coerce=whole_or_nothing)
    until = MomentField(_l("Until when they are kept"))

    def __init__(self, municipalities: Sequence[Municipality]) -> None:
        super().__init__()
        self.municipalities = {one.id: one for one in municipalities}
        self.municipality.choices = [
            SelectChoice("", _("any")),
            *(SelectChoice(str(one.id), one.short_name) for one in municipalities),
        ]
        if not self.is_submitted():
            self.kind.data = QuotaKind.PER_SCHOOL.value

    def said(self) -> dict[str, Any]:
        lowest, highest = self.grade_from.data, self.grade_to.data
        if lowest and highest and lowest > highest:
            lowest, highest = highest, lowest
        return {
            "municipality": self.municipalities.get(self.municipality.data or 0),
            "grade_from": lowest,
            "grade_to": highest,
            "until": self.until.stored,
        }


class DecisionForm(FlaskForm):
    reason = TextAreaField(
        _l("Reason, if you decline"),
        filters=[trimmed],
        validators=[Length(max=500, message=too_long(500)), PlainText()],
    )
