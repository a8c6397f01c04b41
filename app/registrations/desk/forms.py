"""What the organizer types and chooses: the table's filter, a person added by hand."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, SearchField, SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from app.base import clock
from app.base.words.text import whole_or_nothing
from app.events.models import Event, Slot
from app.registrations.desk.queries import EVERYBODY, SORTS, Filter, printable
from app.registrations.models import Status
from app.registrations.signing_up.forms import PersonForm
from app.web import fields
from app.web.filters import day, time

Said = MultiDict[str, str]
STATUSES = {
    Status.APPLIED: _l("Applications"),
    Status.CONFIRMED: _l("With a seat"),
    Status.AWAITING_CONSENT: _l("Waiting for a parent"),
    Status.WAITLISTED: _l("On the waitlist"),
    Status.CANCELLED: _l("Cancelled registrations"),
    Status.OFFERED: _l("Offered a seat"),
    Status.DECLINED: _l("Not accepted"),
    Status.EXPIRED: _l("No answer in time"),
}
SORT_TITLES = {
    "name": _l("By last name"),
    "class": _l("By class"),
    "slot": _l("By time"),
    "status": _l("By status"),
    "signed_up_at": _l("Who signed up first"),
    "-signed_up_at": _l("Who signed up last"),
}
MOST_CHOSEN = 300  # more do not fit into an address: «everybody found» is for them


def slot_title(slot: Slot) -> str:
    """«30 ноября, 14:00 · Вторая группа»."""
    when = f"{day(slot.starts_at, 'short')}, {time(slot.starts_at)}"
    return f"{when} · {slot.title}" if slot.title else when


class FilterForm(FlaskForm):
    """The filter stands in the address; what it does not understand is left out."""

    class Meta:
        csrf = False  # it only reads

    q = SearchField(_l("Name or a part of it"))
    status = SelectField(_l("Status"), validate_choice=False)
    slot = SelectField(_l("Time"), validate_choice=False)
    school = SelectField(_l("School"), validate_choice=False)
    group = SelectField(_l("Group"), validate_choice=False)
    answer = SelectField(_l("Answer"), validate_choice=False)
    sort = SelectField(_l("Order"), validate_choice=False)

    def __init__(
        self,
        event: Event,
        said: Said,
        *,
        schools: list[tuple[str, str]],
        groups: list[tuple[str, str]],
        answers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """``schools``, ``groups``, ``answers``: values and titles."""
        super().__init__(said)
        everybody = ("", _("All"))
        self.status.choices = [everybody, *((s.value, str(t)) for s, t in STATUSES.items())]
        self.slot.choices = [everybody, *((str(s.id), slot_title(s)) for s in event.slots)]
        self.school.choices = [everybody, *schools]
        by_name = (EVERYBODY, _("Everybody by name"))
        self.group.choices = [("", _("A class in one line")), by_name, *groups]
        self.answer.choices = [everybody, *answers]
        self.sort.choices = [(sort, str(title)) for sort, title in SORT_TITLES.items()]
        self.q.data = printable(self.q.data or "")
        # A column's heading is a button and comes after the list «Order» in the address.
        wanted = (said.getlist("sort") or ["name"])[-1]
        self.sort.data = wanted if wanted.removeprefix("-") in SORTS else "name"
        for choice in (self.status, self.slot, self.school, self.group, self.answer):
            if choice.data not in {value for value, _title in choice.choices}:
                choice.data = ""
        if self.sort.data not in SORT_TITLES:
            self.sort.choices.append((self.sort.data, _("By the column, backwards")))

    @property
    def filter(self) -> Filter:
        return Filter(
            words=self.q.data,
            status=Status(self.status.data) if self.status.data else None,
            slot_id=whole_or_nothing(self.slot.data),
            school=self.school.data,
            group=self.group.data,
            answer=self.answer.data,
            sort=self.sort.data,
        )

    @property
    def address(self) -> dict[str, str]:
        """The filter as arguments of an address, without what says nothing."""
        said = {field.name: str(field.data) for field in self if field.data}
        if said.get("sort") == "name":
            del said["sort"]
        return said


def numbers(said: Said, name: str = "ids") -> list[int]:
    """The chosen registrations, each once; what is no number is left out."""
    written = (part for value in said.getlist(name) for part in value.split(","))
    return list(dict.fromkeys(int(part) for part in written if part.isascii() and part.isdecimal()
                              and len(part) < 10))  # fmt: skip


class PaperForm(FlaskForm):
    """A signed paper consent, as it lies in the folder."""

    signed_by = fields.line(
        _l("Who signed it: last name, first name, patronymic"),
        required=_l("Write who signed the paper."),
        most=300,
    )
    consent_number = fields.line(_l("Its number, if you give numbers"), most=30)
    consent_date = DateField(
        _l("Date of the paper"),
        validators=[
            InputRequired(_l("Write the date that stands on the paper.")),
            fields.SensibleDate(years_back=5, years_ahead=0),
        ],
    )

    def __init__(self) -> None:
        super().__init__()
        if not self.is_submitted():
            self.consent_date.data = clock.today()


class StaffForm(PersonForm):
    """A person written down by staff: from a paper list, from a call, at the door."""

    # Paper lists often lack it: without it only the name tells people apart.
    insists_on_birth_date = False
    grade = SelectField(_l("Grade, or who it is"), validate_choice=False)
    email = fields.email(_l("E-mail"))
    photo = None
    guardian_email = None
    personal_data = BooleanField(
        _l("A paper consent to the processing of personal data is signed and kept by us"),
        name="consent-personal-data",
    )
    consent_number = fields.line(_l("Its number, if you give numbers"), most=30)
    consent_date = DateField(
        _l("Date of the paper"),
        validators=[Optional(), fields.SensibleDate(years_back=5, years_ahead=0)],
    )

    def __init__(self, event: Event, *, slot: Slot | None, asks: bool) -> None:
        """``asks``: with the organizer's questions, none of which staff must answer."""
        slot_id = slot.id if slot else None
        super().__init__(event, slot_id=slot_id, must_agree=True, asks=asks, insists=False)
        if not self.is_submitted():
            self.consent_date.data = clock.today()
        self.slot.choices = [(one.id, slot_title(one)) for one in event.slots]
        if not self.slot.raw_data:
            self.slot.data = self.slot.data or self.only_slot

    def validate_personal_data(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(
                _("Ask for the signed consent first: without it we may not keep the name.")
            )
