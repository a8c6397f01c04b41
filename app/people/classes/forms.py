"""What a school types: a class, a pupil, a parent's contacts."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TelField
from wtforms.validators import Length, Optional, ValidationError

from app.base import clock
from app.base.words.person_names import LOOKALIKES
from app.people.actions import Details
from app.people.forms import PUPIL_AGES
from app.people.models import LAST_GRADE, Category, Person, age_on
from app.web import fields

LETTER = re.compile(r"[А-ЯЁӘҺҖҢӨҮ]{0,3}")


def capital(text: object) -> object:
    """«а», «"Б"», Latin «A»: the Russian capital."""
    if not isinstance(text, str):
        return text
    return re.sub(r"[\s«»\"“”„'’-]", "", text).translate(LOOKALIKES).upper()


class ClassForm(FlaskForm):
    grade = SelectField(_l("Grade"), validate_choice=False)
    letter = StringField(_l("Letter"), filters=[capital])

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        grades = [(str(n), _("grade %(n)s", n=n)) for n in range(1, LAST_GRADE + 1)]
        self.grade.choices = [("", _("Choose…")), *grades]

    def validate_grade(self, field: SelectField) -> None:
        if field.data not in {str(n) for n in range(1, LAST_GRADE + 1)}:
            raise ValidationError(_("Choose the grade, from 1 to 11."))

    def validate_letter(self, field: StringField) -> None:
        if not LETTER.fullmatch(field.data or ""):
            raise ValidationError(_("Write the letter alone. Example: А"))


class PupilForm(FlaskForm):
    """A pupil; guardians' contacts are typed elsewhere."""

    last_name = fields.name(_l("Last name"), required=_l("Write the last name."))
    first_name = fields.name(_l("First name"), required=_l("Write the first name."))
    patronymic = fields.name(_l("Patronymic"), is_patronymic=True)
    birth_date = DateField(
        _l("Birth date"),
        format=["%Y-%m-%d", "%d.%m.%Y"],
        validators=[Optional(), fields.SensibleDate(years_back=110, years_ahead=0)],
    )
    phone = TelField(
        _l("Pupil’s phone"), filters=[fields.stripped], validators=[Length(max=30), fields.Phone()]
    )
    email = fields.email(_l("Pupil’s e-mail"))

    def __init__(self, pupil: Person | None = None) -> None:
        super().__init__(obj=pupil)
        self.pupil = pupil

    def validate(self, extra_validators: Any = None) -> bool:
        """Whoever comes from a list with a year alone may keep it."""
        fine: bool = super().validate(extra_validators)
        if self.birth_date.data is None and not self.birth_date.errors and not self.birth_year:
            self.birth_date.errors = [_("Write the birth date. Example: 17.03.2011")]
            return False
        return fine

    def validate_birth_date(self, field: DateField) -> None:
        if field.data and age_on(field.data, clock.today()) not in PUPIL_AGES:
            raise ValidationError(_("Check the birth date: it is not a pupil’s."))

    @property
    def birth_year(self) -> int | None:
        return self.pupil.birth_year if self.pupil else None

    @property
    def details(self) -> Details:
        """Without school and class: the class says them."""
        return Details(
            last_name=self.last_name.data or "",
            first_name=self.first_name.data or "",
            patronymic=self.patronymic.data or "",
            birth_date=self.birth_date.data,
            birth_year=self.birth_year,
            category=Category.PUPIL,
            phone=self.phone.data or "",
            email=self.email.data or "",
        )


class GuardianForm(FlaskForm):
    name = fields.whole_name(
        _l("Name of the parent or guardian"), required=_l("Write the name."), most=300
    )
    phone = TelField(
        _l("Phone"), filters=[fields.stripped], validators=[Length(max=30), fields.Phone()]
    )
    email = fields.email(_l("E-mail"))

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        if fine and not (self.phone.data or self.email.data):
            self.phone.errors = [_("Write a phone or an e-mail: a name alone reaches nobody.")]
            return False
        return fine

    @property
    def contacts(self) -> dict[str, str]:
        return {
            "name": self.name.data or "",
            "phone": self.phone.data or "",
            "email": self.email.data or "",
        }
