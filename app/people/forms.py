"""What a person, or somebody for them, tells about themselves."""

from functools import cache
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, TelField
from wtforms.validators import Length, Optional, StopValidation, ValidationError

from app.base import clock
from app.base.words.person_names import MOST_LETTERS_OF_ALL
from app.base.words.text import whole_or_nothing
from app.people.actions import Details
from app.people.models import Category, Person, age_on
from app.web import fields

# What stands in the list «Класс или кто вы»: a grade, or a category without one.
GROWN_UP = {
    Category.COLLEGE_STUDENT: _l("College student"),
    Category.PARENT: _l("Parent"),
    Category.TEACHER: _l("Teacher"),
    Category.SPECIALIST: _l("Specialist"),
    Category.ADULT: _l("Another adult"),
}
PUPIL_AGES = range(5, 21)


class NeededByTheYoung:
    """Adults may leave the birth date out."""

    def __call__(self, form: "DetailsForm", field: DateField) -> None:
        young = form.category in (None, Category.PUPIL, Category.COLLEGE_STUDENT)
        if form.insists_on_birth_date and young and not any(field.raw_data or ()):
            field.errors = []  # «not a valid date» says nothing new of an empty field
            raise StopValidation(_("Write the birth date. Example: 17.03.2011"))


class DetailsForm(FlaskForm):
    """Name, birth date, grade or category, school, contacts."""

    insists_on_birth_date = True

    last_name = fields.name(_l("Last name"), required=_l("Write the last name."))
    first_name = fields.name(_l("First name"), required=_l("Write the first name."))
    patronymic = fields.name(_l("Patronymic"), is_patronymic=True)
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
        self.grade.choices = list(grade_choices(str(get_locale())))

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
        if field.data is None or field.errors:
            return
        age = age_on(field.data, clock.today())
        if self.category is Category.PUPIL and age not in PUPIL_AGES:
            raise ValidationError(_("Check the birth date: it is not a pupil’s."))
        if self.category not in (None, Category.PUPIL, Category.COLLEGE_STUDENT) and age < 14:
            raise ValidationError(_("Check the birth date or choose the grade: this is a child’s."))

    def validate_school(self, field: Any) -> None:
        if field.data or self.category not in (None, Category.PUPIL):
            return
        if self.category is None:  # asked at once, not after the grade has been chosen
            raise ValidationError(_("A pupil writes the school. Example: СОШ № 18"))
        raise ValidationError(_("Write the school. Example: СОШ № 18"))

    def validate_last_name(self, field: Any) -> None:
        parts = (self.last_name.data, self.first_name.data, self.patronymic.data)
        if sum(len(part or "") for part in parts) > MOST_LETTERS_OF_ALL:
            raise ValidationError(
                _(
                    "The name is too long: at most %(most)s letters in all.",
                    most=MOST_LETTERS_OF_ALL,
                )
            )

    @property
    def details(self) -> Details:
        grade = (
            whole_or_nothing(self.grade.data)
            if self.grade and self.category is Category.PUPIL
            else None
        )
        return Details(
            last_name=self.last_name.data or "",
            first_name=self.first_name.data or "",
            patronymic=self.patronymic.data or "",
            birth_date=self.birth_date.data,
            category=self.category or Category.ADULT,
            grade=grade,
            school=(self.school.data or "") if self.school else "",
            phone=(self.phone.data or "") if self.phone else "",
            email=(self.email.data or "") if self.email else "",
        )


class OwnDetailsForm(DetailsForm):
    """One's own details, corrected; letters go to the account's address."""

    email = None

    def show(self, person: Person) -> None:
        """Fill the form in with what is known."""
        for name in ("last_name", "first_name", "patronymic", "birth_date", "phone"):
            self[name].data = getattr(person, name)
        self.school.data = person.school_title
        grown_up = person.category.value if person.category in GROWN_UP else ""
        self.grade.data = str(person.grade) if person.grade else grown_up


@cache
def grade_choices(_language: str) -> tuple[tuple[str, str], ...]:
    """Grades and the others, in the language now spoken: translated once."""
    grades = [(str(n), _("grade %(n)s", n=n)) for n in range(1, 12)]
    others = [(category.value, str(title)) for category, title in GROWN_UP.items()]
    return (("", _("Choose…")), *grades, *others)
