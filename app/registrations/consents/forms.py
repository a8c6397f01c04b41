"""What a guardian answers."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import ValidationError

from app.web import fields


class AnswerForm(FlaskForm):
    """Agree (with one's name), or refuse (``answer=refuse``)."""

    name = fields.whole_name(
        _l("Your last name, first name, patronymic"),
        required=_l("Write your name: the agreement is kept under it."),
        most=300,
    )
    personal_data = BooleanField(
        _l("I am the parent or guardian, and I agree to the processing of my child’s data"),
        name="consent-personal-data",
    )
    photo = BooleanField(_l("I also agree to photos and videos"), name="consent-photo")

    @property
    def says_no(self) -> bool:
        return request.form.get("answer") == "refuse"

    def validate_personal_data(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(
                _("Tick this to agree. If you do not agree, press “I do not agree”.")
            )


class WithdrawForm(FlaskForm):
    """One button."""
