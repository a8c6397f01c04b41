"""A code typed from paper; the login a pupil chooses."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from app.accounts.forms import NewPassword, password, shared_computer
from app.base.codes import as_code
from app.web.fields import stripped, too_long

LOGIN = re.compile(r"[a-z0-9][a-z0-9.-]{2,39}")


def as_login(typed: Any) -> Any:
    return str(stripped(typed)).lower() if isinstance(typed, str) else typed


class CodeForm(FlaskForm):
    code = StringField(
        _l("Code"),
        filters=[as_code],
        validators=[
            DataRequired(_l("Type the code from the paper: ten letters and digits.")),
            Length(max=40, message=too_long(40)),
        ],
        description=_l("Ten letters and digits, with the hyphen or without."),
    )


class NewAccountForm(FlaskForm):
    login = StringField(
        _l("Login"),
        filters=[as_login],
        validators=[DataRequired(_l("Think of a login: Latin letters and digits."))],
    )
    password = password(_l("Password"), NewPassword())
    shared_computer = shared_computer()

    def __init__(self, name: str, **given: Any) -> None:
        super().__init__(**given)
        self.name = name

    @property
    def known_of(self) -> tuple[str, ...]:
        return (self.login.data or "", self.name)

    def validate_login(self, field: StringField) -> None:
        if not LOGIN.fullmatch(field.data):
            raise ValidationError(
                _(
                    "From 3 to 40 Latin letters, digits, dots and hyphens; a letter or a digit "
                    "first. Example: sandzhi-2011"
                )
            )
