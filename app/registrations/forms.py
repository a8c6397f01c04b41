"""What a visitor types to sign up."""

import secrets
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    TelField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from app import clock, fields
from app.events.models import Event, Slot
from app.filters import span
from app.people.actions import Details
from app.people.models import Category

# What stands in the list «Класс или кто вы»: a grade, or a category without one.
GROWN_UP = {
    Category.COLLEGE_STUDENT: _l("College student"),
    Category.PARENT: _l("Parent"),
    Category.TEACHER: _l("Teacher"),
    Category.SPECIALIST: _l("Specialist"),
    Category.ADULT: _l("Another adult"),
}
PUPIL_AGES = range(5, 21)


def number_or_nothing(given: Any) -> int | None:
    return int(given) if str(given).isdecimal() else None


def new_form_key() -> str:
    return secrets.token_urlsafe(24)


class SeatForm(FlaskForm):
    """Which slot, with how many companions, and the agreement."""

    form_key = HiddenField(validators=[Length(max=43)])
    slot = RadioField(_l("Time"), coerce=number_or_nothing, validate_choice=False)
    companions = IntegerField(
        _l("Companions"),
        validators=[Optional(), NumberRange(0, 1000, _l("Write a number, 0 if you come alone."))],
        default=0,
    )
    personal_data = BooleanField(
        _l("I agree to the processing of personal data"), name="consent-personal-data"
    )
    photo = BooleanField(_l("I agree to photos and videos"), name="consent-photo")

    def __init__(self, event: Event, *, slot_id: int | None, must_agree: bool, **kwargs: Any):
        super().__init__(**kwargs)
        self.event = event
        self.must_agree = must_agree
        self.slot.choices = [
            (slot.id, span(slot.starts_at, slot.ends_at))
            for slot in event.slots
            if slot.signup_is_open or len(event.slots) == 1
        ]
        if not self.slot.raw_data:
            self.slot.data = slot_id or self.only_slot
        if not self.form_key.data:
            self.form_key.data = new_form_key()

    @property
    def only_slot(self) -> int | None:
        return self.slot.choices[0][0] if len(self.slot.choices) == 1 else None

    @property
    def chosen_slot(self) -> Slot:
        return next(slot for slot in self.event.slots if slot.id == self.slot.data)

    def validate_slot(self, field: RadioField) -> None:
        if field.data not in {slot.id for slot in self.event.slots}:
            raise StopValidation(_("Choose a time from the list."))

    def validate_personal_data(self, field: BooleanField) -> None:
        if self.must_agree and not field.data:
            raise ValidationError(
                _("Without this agreement we may not keep your name, so we cannot sign you up.")
            )


class NeededByTheYoung:
    """Adults may leave the birth date out."""

    def __call__(self, form: "PersonForm", field: DateField) -> None:
        young = form.category in (None, Category.PUPIL, Category.COLLEGE_STUDENT)
        if form.insists_on_birth_date and young and not any(field.raw_data or ()):
            raise StopValidation(_("Write the birth date. Example: 17.03.2011"))


class PersonForm(SeatForm):
    """With who takes part: for guests, and for accounts that have not told it yet."""

    insists_on_birth_date = True

    last_name = fields.name(_l("Last name"), required=_l("Write the last name."))
    first_name = fields.name(_l("First name"), required=_l("Write the first name."))
    patronymic = fields.name(_l("Patronymic"))
    birth_date = DateField(
        _l("Birth date"),
        format=["%Y-%m-%d", "%d.%m.%Y"],
        validators=[
            NeededByTheYoung(),
            Optional(),
            fields.SensibleDate(years_back=110, years_ahead=0),
        ],
    )
    grade = SelectField(_l("Grade, or who you are"), validate_choice=False)
    school = fields.line(_l("School or organization"))
    email = fields.email(_l("E-mail"), required=_l("Write an e-mail: the ticket comes there."))
    phone = TelField(
        _l("Phone"), filters=[fields.stripped], validators=[Length(max=30), fields.Phone()]
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        grades = [(str(n), _("grade %(n)s", n=n)) for n in range(1, 12)]
        others = [(category.value, str(title)) for category, title in GROWN_UP.items()]
        self.grade.choices = [("", _("Choose…")), *grades, *others]

    @property
    def category(self) -> Category | None:
        given = self.grade.data or ""
        if given.isdecimal() and given in {str(n) for n in range(1, 12)}:
            return Category.PUPIL
        return Category(given) if given in GROWN_UP else None

    def validate_grade(self, field: SelectField) -> None:
        if self.category is None:
            raise ValidationError(_("Choose the grade, or who you are."))

    def validate_birth_date(self, field: DateField) -> None:
        if field.data is None:
            return
        age = age_today(field.data)
        if self.category is Category.PUPIL and age not in PUPIL_AGES:
            raise ValidationError(_("Check the birth date: it is not a pupil’s."))
        if self.category not in (None, Category.PUPIL, Category.COLLEGE_STUDENT) and age < 14:
            raise ValidationError(_("Check the birth date or choose the grade: this is a child’s."))

    def validate_school(self, field: Any) -> None:
        if self.category is Category.PUPIL and not field.data:
            raise ValidationError(_("Write the school. Example: СОШ № 18"))

    @property
    def details(self) -> Details:
        grade = int(self.grade.data) if self.category is Category.PUPIL else None
        return Details(
            last_name=self.last_name.data or "",
            first_name=self.first_name.data or "",
            patronymic=self.patronymic.data or "",
            birth_date=self.birth_date.data,
            category=self.category or Category.ADULT,
            grade=grade,
            school=self.school.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
        )


class OwnForm(SeatForm):
    """For an account that is known: only the person (their own) is asked."""

    person = SelectField(
        _l("Who takes part"), coerce=int, validators=[InputRequired(_l("Choose who takes part."))]
    )


class MoveForm(FlaskForm):
    slot = RadioField(_l("Another time"), coerce=int)


def age_today(born: date) -> int:
    today = clock.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
