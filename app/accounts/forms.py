"""What people type to log in, to get an account, to change a password."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length, ValidationError

from app.accounts.models import User
from app.accounts.passwords import LONGEST, weakness
from app.web import fields


class NewPassword:
    """Refuse what is guessed first. The form knows whose password it will be."""

    def __call__(self, form: Any, field: PasswordField) -> None:
        if refusal := weakness(field.data or "", *form.known_of):
            raise ValidationError(refusal)


def password(label: Any, *validators: Any) -> PasswordField:
    """Never stripped, never shown again."""
    return PasswordField(label, validators=[InputRequired(_l("Type the password.")), *validators])


def known_password(label: Any) -> PasswordField:
    return password(label, Length(max=LONGEST, message=fields.too_long(LONGEST)))


def shared_computer() -> BooleanField:
    return BooleanField(_l("Not my computer: log out when the browser closes"))


class LogInForm(FlaskForm):
    email = fields.line(
        _l("E-mail or login"), required=_l("Type your e-mail address or login."), most=254
    )
    password = known_password(_l("Password"))
    shared_computer = shared_computer()
    next = HiddenField()


class AddressForm(FlaskForm):
    """Where to send a link."""

    email = fields.email(_l("E-mail"), required=_l("Type your e-mail address."))
    next = HiddenField()


class SignUpForm(FlaskForm):
    name = fields.whole_name(_l("Your name"), required=_l("Type your name."))
    email = fields.email(_l("E-mail"), required=_l("Type your e-mail address."))
    password = password(_l("Password"), NewPassword())
    next = HiddenField()

    @property
    def known_of(self) -> tuple[str, ...]:
        return (self.email.data or "", self.name.data or "")


class PressForm(FlaskForm):
    """One button: programs that look through mail open links, but press nothing."""


class PressToEnterForm(FlaskForm):
    """One button that lets in."""

    shared_computer = shared_computer()


class ChoosePasswordForm(FlaskForm):
    new_password = password(_l("New password"), NewPassword())

    def __init__(self, whose: User, *known: str, **kwargs: Any) -> None:
        """``known``: what else others know of them, like where they work."""
        super().__init__(**kwargs)
        self.known_of = (whose.email, whose.login or "", whose.name, *known)


class ResetPasswordForm(ChoosePasswordForm):
    shared_computer = shared_computer()


class ChangePasswordForm(ChoosePasswordForm):
    current_password = known_password(_l("Current password"))
    new_password = password(_l("New password"), NewPassword())
