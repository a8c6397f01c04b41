"""What a visitor types to sign up."""

import secrets
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from app.events.models import Event, Slot
from app.filters import span
from app.people.forms import DetailsForm


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


class PersonForm(SeatForm, DetailsForm):
    """With who takes part: for guests, and for accounts that have not told it yet."""


class OwnForm(SeatForm):
    """For an account that is known: only the person (their own) is asked."""

    person = SelectField(
        _l("Who takes part"), coerce=int, validators=[InputRequired(_l("Choose who takes part."))]
    )


class MoveForm(FlaskForm):
    slot = RadioField(_l("Another time"), coerce=int)
