"""What a guardian tells about a child, and whom they invite."""

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from app.people.forms import DetailsForm, grade_choices
from app.people.models import Category, InvitationPurpose, Person
from app.web import fields

OF_CHILDREN = (Category.PUPIL, Category.COLLEGE_STUDENT)


class ChildForm(DetailsForm):
    """Without contacts: letters about a child go to the guardians. Class and school of a
    child whom a school keeps are the school’s to say."""

    email = None
    phone = None
    grade = SelectField(_l("Grade, or college"), validate_choice=False)
    school = fields.line(_l("School or college"))

    def __init__(self, child: Person | None = None, **kwargs: Any):
        self.kept = child if child and child.class_id else None
        super().__init__(**kwargs)
        if self.kept:
            del self.grade, self.school
            return
        wanted = {"", Category.COLLEGE_STUDENT.value, *map(str, range(1, 12))}
        self.grade.choices = [one for one in grade_choices(str(get_locale())) if one[0] in wanted]

    @property
    def category(self) -> Category | None:
        if self.kept:
            return self.kept.category
        chosen = super().category
        return chosen if chosen in OF_CHILDREN else None

    def validate_grade(self, _field: SelectField) -> None:
        if self.category is None:
            raise ValidationError(_("Choose the grade, or that it is a college."))

    def show(self, child: Person) -> None:
        """Fill the form in with what is known."""
        for name in ("last_name", "first_name", "patronymic", "birth_date"):
            self[name].data = getattr(child, name)
        if not self.kept:
            self.school.data = child.school_title
            grown_up = child.category.value if child.category in OF_CHILDREN[1:] else ""
            self.grade.data = str(child.grade) if child.grade else grown_up


class InviteForm(FlaskForm):
    guardian_email = fields.email(_l("Their e-mail"), required=_l("Type their e-mail address."))
    purpose = RadioField(
        _l("What for"),
        choices=[
            SelectChoice(InvitationPurpose.GUARDIAN.value, _l("We both keep the child")),
            SelectChoice(
                InvitationPurpose.HAND_OVER.value, _l("They keep the child instead of me")
            ),
        ],
        default=InvitationPurpose.GUARDIAN.value,
    )

    def validate_purpose(self, field: RadioField) -> None:
        if field.data not in (InvitationPurpose.GUARDIAN, InvitationPurpose.HAND_OVER):
            raise ValidationError(_("Choose one of the two."))
