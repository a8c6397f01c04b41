"""What a visitor types to sign up."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
)
from wtforms.validators import (
    Length,
    StopValidation,
    ValidationError,
)

from app.base import clock
from app.base.words.text import whole, whole_or_nothing
from app.events.models import Event, Slot
from app.events.questions.queries import questions_of
from app.people.actions import Details
from app.people.forms import DetailsForm
from app.people.models import ADULT_AGE, OWN_SIGN_UP_AGE, Person, age_on
from app.registrations.answers.forms import AskingForm, ManyField
from app.web import fields
from app.web.filters import span


def new_form_key() -> str:
    return secrets.token_urlsafe(24)


class SeatForm(AskingForm):
    """Which slot, with how many companions, the organizer's questions, and the agreement."""

    form_key = HiddenField(validators=[Length(max=43)])
    slot = RadioField(_l("Time"), coerce=whole_or_nothing, validate_choice=False)
    companions = fields.whole_number(
        _l("Companions"), 0, 1000, otherwise=_l("Write a number, 0 if you come alone."), default=0
    )
    personal_data = BooleanField(
        _l("I agree to the processing of personal data"), name="consent-personal-data"
    )
    photo = BooleanField(_l("I agree to photos and videos"), name="consent-photo")

    def __init__(
        self,
        event: Event,
        *,
        slot_id: int | None,
        must_agree: bool,
        asks: bool = True,
        insists: bool = True,
        **kwargs: Any,
    ) -> None:
        """``asks``: with the questions; ``insists``: required ones have to be answered."""
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
        if asks:
            self.ask(questions_of(event), insists=insists)

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


def needed_from_14_to_17(form: "PersonForm", field: EmailField) -> None:
    """They sign up themselves, and a parent is asked: at an address that is not their own."""
    if not form.is_for_14_to_17:
        return
    if not field.data:
        raise StopValidation(
            _("For those aged 14–17 write the e-mail of a parent: they are asked to agree. Is the "
              "address above the parent’s? Move it here: the ticket comes there too.")
        )  # fmt: skip
    if form.email and field.data.lower() == (form.email.data or "").lower():
        raise StopValidation(
            _("Write the address of a parent, not the participant’s own. Is it the parent’s? "
              "Leave the participant’s e-mail empty: the ticket comes here too.")
        )  # fmt: skip


def needed_unless_a_parents_is_there(form: "PersonForm", field: EmailField) -> None:
    """The parent's address may be the only one of somebody aged 14–17."""
    if not field.data and not (form.is_for_14_to_17 and form.guardian_email.data):
        raise StopValidation(_("Write an e-mail: the ticket comes there."))


class PersonForm(SeatForm, DetailsForm):
    """With who takes part: for guests, and for accounts that have not told it yet."""

    email = fields.email(_l("E-mail"), first=[needed_unless_a_parents_is_there])
    guardian_email = fields.email(
        _l("E-mail of a parent or guardian"), first=[needed_from_14_to_17]
    )

    @property
    def is_for_14_to_17(self) -> bool:
        born = self.birth_date.data
        return born is not None and OWN_SIGN_UP_AGE <= age_on(born, clock.today()) < ADULT_AGE

    @property
    def details(self) -> Details:
        told = super().details
        return told if told.email else replace(told, parents_email=self.ticket_email)

    @property
    def ticket_email(self) -> str:
        """Where the ticket goes: to the parent, if the participant has no address."""
        own = self.email.data if self.email else ""
        parents = self.guardian_email.data if self.guardian_email else ""
        return own or parents or ""


class OwnForm(SeatForm):
    """For an account that is known: who of its own people (oneself, children) takes part."""

    person = ManyField(_l("Who takes part"), coerce=whole_or_nothing)
    guardian_email = fields.email(_l("E-mail of a parent or guardian"))

    def __init__(
        self, event: Event, people: Sequence[Person], *, agreed: Collection[int], **kwargs: Any
    ) -> None:
        """``agreed``: ids of those for whom a consent is in force."""
        must_agree = any(person.id not in agreed for person in people)
        super().__init__(event, must_agree=must_agree, **kwargs)
        self.people, self.agreed = people, agreed
        self.person.choices = [(person.id, person.full_name) for person in people]
        if len(people) == 1 and not self.is_submitted():
            self.person.data = [people[0].id]

    @property
    def chosen_people(self) -> list[Person]:
        return [person for person in self.people if person.id in (self.person.data or ())]

    def validate_person(self, field: ManyField) -> None:
        if not field.data:
            raise StopValidation(_("Choose who takes part."))

    def validate_personal_data(self, field: BooleanField) -> None:
        if all(person.id in self.agreed for person in self.chosen_people):
            return
        super().validate_personal_data(field)


class AskGuardianForm(FlaskForm):
    guardian_email = fields.email(
        _l("E-mail of a parent or guardian"), required=_l("Write the e-mail of a parent.")
    )


class MoveForm(FlaskForm):
    slot = RadioField(_l("Another time"), coerce=whole)
