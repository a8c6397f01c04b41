"""What a teacher ticks and types to sign a class up."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectChoice, TelField, TextAreaField
from wtforms.validators import Length, StopValidation

from app.base.words.text import whole_or_nothing
from app.people.models import Person
from app.registrations.answers.forms import ManyField
from app.registrations.groups.actions import MOST_ADULTS
from app.registrations.groups.places import LEAVE_OUT, WAITLIST
from app.registrations.models import Group, Registration
from app.web import fields

SHOWN_ROWS = 3  # the other rows for adults are folded away


class AdultsForm(FlaskForm):
    """Who accompanies the class, and what the organizer should know."""

    wishes = TextAreaField(
        _l("Wishes to the organizer"),
        filters=[fields.trimmed],
        validators=[Length(max=1000, message=fields.too_long(1000)), fields.PlainText()],
    )

    @property
    def rows(self) -> list[tuple[Field, Field]]:
        """Name and phone of each adult."""
        return [(self[f"adult_{n}"], self[f"phone_{n}"]) for n in range(1, MOST_ADULTS + 1)]

    @property
    def shown_rows(self) -> list[tuple[Field, Field]]:
        return self.rows[: self.how_many_shown]

    @property
    def folded_rows(self) -> list[tuple[Field, Field]]:
        return self.rows[self.how_many_shown :]

    @property
    def how_many_shown(self) -> int:
        filled = [n for n, row in enumerate(self.rows, 1) if any(f.data or f.errors for f in row)]
        return max([SHOWN_ROWS, *filled])

    @property
    def companions(self) -> list[dict[str, str]]:
        return [
            {"name": name.data, "phone": phone.data or ""} for name, phone in self.rows if name.data
        ]

    def show(self, group: Group) -> None:
        """Fill the form in with what is known."""
        for (name, phone), one in zip(self.rows, group.companions, strict=False):
            name.data, phone.data = one.get("name", ""), one.get("phone", "")
        self.wishes.data = group.wishes

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        first, first_phone = self.rows[0]
        for name, phone in self.rows:
            if phone.data and not name.data:
                name.errors = [*name.errors, _("Write the name of this adult.")]
        too_many = any(
            key.startswith("adult_") and key not in self and value.strip()
            for key, value in request.form.items()
        )
        if too_many:
            self.form_errors.append(_("At most %(most)s adults in one group.", most=MOST_ADULTS))
        elif not self.companions and not first.errors:
            first.errors = [_("A class does not come alone: name at least one adult.")]
        elif not any(one["phone"] for one in self.companions) and not first_phone.errors:
            first_phone.errors = [_("Write the phone of at least one adult.")]
        return is_valid and not self.errors


for number in range(1, MOST_ADULTS + 1):
    setattr(AdultsForm, f"adult_{number}", fields.whole_name(_l("Adult: full name")))
    phone = TelField(
        _l("Phone"), filters=[fields.stripped], validators=[Length(max=30), fields.Phone()]
    )
    setattr(AdultsForm, f"phone_{number}", phone)


class GroupForm(AdultsForm):
    """The pupils of a class who come, and what happens when not all fit."""

    ids = ManyField(_l("Who comes"), coerce=whole_or_nothing, validate_choice=False)
    asked = HiddenField()  # the question about the rest was on the page
    rest = RadioField(
        _l("What about the others?"),
        choices=[
            SelectChoice(WAITLIST, _l("Put them on the waitlist")),
            SelectChoice(LEAVE_OUT, _l("Do not sign them up")),
        ],
        validate_choice=False,
    )
    seated = ManyField(_l("Who gets the seats"), coerce=whole_or_nothing, validate_choice=False)

    def __init__(self, pupils: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pupils = pupils
        self.ids.choices = self.seated.choices = [(one.id, one.full_name) for one in pupils]

    @property
    def chosen(self) -> list[Person]:
        return [one for one in self.pupils if one.id in (self.ids.data or ())]

    @property
    def rest_wanted(self) -> str | None:
        return self.rest.data if self.rest.data in (WAITLIST, LEAVE_OUT) else None

    @property
    def seats_wanted(self) -> Collection[int] | None:
        """The ids of those who get the seats, where it was asked."""
        return [id_ for id_ in self.seated.data or () if id_] if self.asked.data else None

    def validate_ids(self, field: ManyField) -> None:
        if not field.data:
            raise StopValidation(_("Tick at least one pupil."))
        if set(field.data) - {one.id for one in self.pupils}:
            raise StopValidation(_("Choose pupils of this class only."))


class ChangeForm(FlaskForm):
    """Who leaves the group, who joins it."""

    leaves = RadioField(_l("Who does not come"), coerce=whole_or_nothing, validate_choice=False)
    comes = RadioField(_l("Who comes instead"), coerce=whole_or_nothing, validate_choice=False)
    ids = ManyField(_l("Pupils"), coerce=whole_or_nothing, validate_choice=False)

    def leaving(self, members: Sequence[Registration]) -> list[Registration]:
        return [one for one in members if one.id in (self.ids.data or ())]

    def joining(self, pupils: Sequence[Person]) -> list[Person]:
        return [one for one in pupils if one.id in (self.ids.data or ())]
