"""What is typed before data is erased for ever."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from app.web.fields import stripped, too_long

WORD = "УДАЛИТЬ"


class EraseForm(FlaskForm):
    """The word, and the password of an account that has one."""

    confirmation = StringField(
        _l("Type the word “ERASE” in capital letters"), filters=[stripped],
        validators=[Length(max=40, message=too_long(40))],
    )  # fmt: skip
    password = PasswordField(
        _l("Your password"),
        validators=[
            InputRequired(_l("Type the password.")), Length(max=200, message=too_long(200)),
        ],
        description=_l("The one you log in with: so that nobody else erases your data."),
    )  # fmt: skip

    def __init__(self, *, has_password: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not has_password:
            del self.password

    def validate_confirmation(self, field: StringField) -> None:
        if (field.data or "").strip('«»“”" ').upper() not in (WORD, "ERASE"):
            raise ValidationError(_("Type the word “ERASE”: it cannot be undone."))
