"""What an organizer writes, to whom, and when people are reminded."""

import secrets
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.base.words.text import whole, whole_or_nothing
from app.events.models import REMINDERS, Event
from app.messages.placeholders import PLACEHOLDERS, unknown_in
from app.messages.queries import CAME, Selection
from app.registrations.desk.forms import STATUSES, slot_title
from app.registrations.models import Status
from app.web import fields
from app.web.fields import whole_number

MOST_DAYS = 30
HOURS = (14 * 24, 7 * 24, 3 * 24, 48, 24, 12, 4, 2, 1)


class Ticks(SelectMultipleField):
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MessageForm(FlaskForm):
    statuses = Ticks(_l("Status"), validate_choice=False)
    slot = SelectField(_l("Time"), validate_choice=False)
    group = SelectField(_l("Group"), validate_choice=False)
    school = SelectField(_l("School"), validate_choice=False)
    came = SelectField(_l("Attended"), validate_choice=False)
    subject = fields.line(_l("Subject"), required=_l("Write what it is about."), most=150)
    body = TextAreaField(
        _l("Text"),
        filters=[fields.trimmed],
        validators=[
            DataRequired(_l("Write the text of the letter.")),
            Length(max=5000, message=fields.too_long(5000)),
            fields.PlainText(),
        ],
    )
    preview_of = SelectField(_l("Whose letter to look at"), validate_choice=False)
    form_key = HiddenField()
    expected = HiddenField()

    def __init__(
        self,
        event: Event,
        *,
        numbers: dict[Status, int],
        schools: list[tuple[str, str]],
        groups: list[tuple[str, str]],
    ) -> None:
        super().__init__()
        everybody = ("", _("All"))
        self.slot.choices = [everybody, *((str(s.id), slot_title(s)) for s in event.slots)]
        self.group.choices = [everybody, *groups]
        self.school.choices = [everybody, *schools]
        words = {
            "came": _("who came"),
            "absent": _("who did not come"),
            "unmarked": _("who is not marked"),
        }
        self.came.choices = [everybody, *((code, words[code]) for code in CAME)]
        if not self.is_submitted():
            self.statuses.data = [Status.CONFIRMED.value]
        said = [one for one in self.statuses.data or [] if one in list(Status)]
        self.statuses.data = said
        self.statuses.choices = [
            (status.value, f"{title}: {numbers[status]}")
            for status, title in STATUSES.items()
            if numbers[status] or status.value in said
        ]
        for choice in (self.slot, self.group, self.school, self.came):
            if choice.data not in {value for value, _title in choice.choices}:
                choice.data = ""
        if not self.form_key.data or len(self.form_key.data) > 43:
            self.form_key.data = secrets.token_urlsafe(16)

    @property
    def selection(self) -> Selection:
        return Selection(
            statuses=tuple(self.statuses.data or ()),
            slot_id=whole_or_nothing(self.slot.data),
            group=self.group.data or "",
            school=self.school.data or "",
            came=self.came.data or "",
        )

    @property
    def number_expected(self) -> int:
        said = self.expected.data or ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 7 else -1

    @property
    def said(self) -> list[tuple[str, str]]:
        """All that was said, to be carried along while it is looked at."""
        one = ("slot", "group", "school", "came", "subject", "body", "preview_of", "form_key")
        return [
            *(("statuses", status) for status in self.statuses.data or ()),
            *((name, str(self[name].data or "")) for name in one),
        ]

    def validate_statuses(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one status."))

    def validate_subject(self, field: Any) -> None:
        refuse_unknown(field.data or "")

    def validate_body(self, field: Any) -> None:
        refuse_unknown(field.data or "")


def refuse_unknown(text: str) -> None:
    if unknown := unknown_in(text):
        raise ValidationError(
            _(
                "Nothing is known to put in place of %(unknown)s. There are: %(known)s.",
                unknown=", ".join(unknown),
                known=", ".join("{" + name + "}" for name in PLACEHOLDERS),
            )
        )


class RemindersForm(FlaskForm):
    hours = Ticks(_l("When to remind"), coerce=whole, validate_choice=False)
    reconfirm_days = whole_number(
        _l("Days before the beginning on which people are asked to confirm"), 1, MOST_DAYS
    )

    def __init__(self, event: Event) -> None:
        own = [int(one) for one in event.reminders or ()]
        super().__init__(data={"hours": own, "reconfirm_days": event.reconfirm_days})
        offered = sorted({*HOURS, *REMINDERS, *own}, reverse=True)
        self.hours.choices = [(one, how_long_before(one)) for one in offered]
        self.hours.data = [one for one in self.hours.data or [] if one in offered]


def how_long_before(hours: int) -> str:
    """«за 7 дней», «за 2 часа»."""
    if hours % 24 == 0:
        days: str = ngettext("%(num)s day before", "%(num)s days before", hours // 24)
        return days
    words: str = ngettext("%(num)s hour before", "%(num)s hours before", hours)
    return words
