"""What a phone at the door sends, and what is typed there."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from app.attendance.door.actions import Sent
from app.attendance.door.queries import MOST_TEXT
from app.attendance.forms import NO_MARK
from app.attendance.models import Presence
from app.base import clock
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.web.fields import WholeNumberField

NUMBER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DEVICE = re.compile(r"[\w-]{0,36}", re.ASCII)
MOST_MARKS = 200
YEARS = range(1970, 2200)  # a phone whose battery was empty begins in 1970


def new_uuid() -> str:
    return str(uuid.uuid4())


class TicketForm(FlaskForm):
    """The number of a ticket, or a person pressed in the list. ``uuid``: sent twice, the
    form marks once."""

    code = StringField(_l("Number of the ticket"), validators=[Optional(), Length(max=MOST_TEXT)])
    registration = WholeNumberField(validators=[Optional()])
    slot = WholeNumberField(validators=[Optional()])
    presence = SelectField(choices=[*(one.value for one in Presence), NO_MARK], default="present")
    anyway = BooleanField()
    uuid = HiddenField()

    def validate_code(self, field: Any) -> None:
        if "\0" in (field.data or ""):
            raise ValidationError(_("Remove the invisible control characters."))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        if is_valid and not ((self.code.data or "").strip() or self.registration.data):
            self.code.errors = [_("Type the 12 letters and digits under the QR code.")]
            return False
        return is_valid

    def sent(self) -> Sent:
        typed = self.uuid.data or ""
        id_ = self.registration.data
        return Sent(
            uuid=typed.lower() if NUMBER.fullmatch(typed) else new_uuid(),
            at=clock.now(),
            text=self.code.data or "",
            registration_id=id_ or None,
            presence=None if self.presence.data == NO_MARK else Presence(self.presence.data),
            slot_id=self.slot.data,
            anyway=self.anyway.data,
        )


@dataclass(frozen=True)
class Batch:
    """Marks of one phone, with its number and what its clock says now."""

    device: str
    now: datetime
    marks: list[Sent]


def batch_of(given: Any) -> Batch:
    """What a phone sent as JSON; RuleBroken where it is no such thing."""
    try:
        device, marks = given["device"], given["marks"]
        if not DEVICE.fullmatch(device) or not 0 < len(marks) <= MOST_MARKS:
            raise ValueError
        return Batch(device, moment(given["now"]), [sent_mark(one) for one in marks])
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise RuleBroken(_("These marks cannot be read: reload the page and try again.")) from None


def sent_mark(given: Any) -> Sent:
    number, text, id_ = given["uuid"], given.get("code", ""), given.get("registration_id")
    slot_id, presence = given.get("slot"), given.get("presence", Presence.PRESENT.value)
    if not NUMBER.fullmatch(number) or len(text) > MOST_TEXT or "\0" in text:
        raise ValueError
    text.encode()  # half a character is none
    for one in (id_, slot_id):
        if one is not None and not whole(one):
            raise ValueError
    return Sent(
        uuid=number.lower(),
        at=moment(given["at"]),
        text=text,
        registration_id=None if id_ is None else whole(id_),
        presence=None if presence == NO_MARK else Presence(presence),
        slot_id=None if slot_id is None else whole(slot_id),
        anyway=bool(given.get("anyway")),
    )


def moment(text: str) -> datetime:
    """«2026-11-25T09:00:00.000Z» as it is stored: naive, UTC."""
    found = datetime.fromisoformat(text)
    if found.year not in YEARS:
        raise ValueError(text)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
