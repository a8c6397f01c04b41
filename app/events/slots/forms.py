"""What an organizer types about slots, and when calling off or copying an event."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, Field, RadioField, TextAreaField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    ValidationError,
)

from app.base.words.text import whole
from app.events.slots.at_once import Wish
from app.web.fields import (
    MomentField,
    PlainText,
    SensibleDate,
    line,
    too_long,
    trimmed,
    whole_number,
)

MOST_SEATS = 5000
MOST_MORE = 50
LONGEST = timedelta(days=30)
LONGEST_STEP = 7 * 24 * 60  # minutes
LONGEST_SHIFT = 366  # days


class SlotForm(FlaskForm):
    """One slot: its time, place and capacity."""

    title = line(_l("Name of the slot"))
    room = line(_l("Room or meeting point"))
    starts_at = MomentField(_l("Begins"), required=_l("Choose when the slot begins."))
    ends_at = MomentField(_l("Ends"), required=_l("Choose when the slot ends."))
    capacity = whole_number(
        _l("Seats"), 1, MOST_SEATS, required=_l("Write how many seats there are.")
    )

    def leave_time_out(self) -> None:
        """A slot with meetings begins with its first and ends with its last."""
        del self.starts_at, self.ends_at

    def validate_ends_at(self, field: Field) -> None:
        if not (field.data and self.starts_at.data):
            return
        if field.data <= self.starts_at.data:
            raise ValidationError(_("The end must be later than the beginning."))
        if field.data - self.starts_at.data > LONGEST:
            raise ValidationError(_("One slot lasts at most 30 days. Make several slots."))

    def said(self) -> dict[str, Any]:
        """For the actions on slots, by their names."""
        return {
            "title": self.title.data or "",
            "room": self.room.data or "",
            "capacity": self.capacity.data,
            **(
                {"starts_at": self.starts_at.stored, "ends_at": self.ends_at.stored}
                if "starts_at" in self
                else {}
            ),
        }


class NewSlotForm(SlotForm):
    """A slot, and as many more alike as wanted."""

    more = whole_number(_l("More slots alike"), 0, MOST_MORE, default=0)
    every = whole_number(_l("Every so many minutes"), 5, LONGEST_STEP, default=60)

    def validate_more(self, field: Field) -> None:
        if field.data and not (self.every.data or self.every.errors):
            raise ValidationError(_("Write after how many minutes the next slot begins."))

    @property
    def number(self) -> int:
        return 1 + (self.more.data or 0)

    @property
    def step(self) -> timedelta:
        return timedelta(minutes=self.every.data or 0)


class CallOffForm(FlaskForm):
    reason = TextAreaField(
        _l("Reason"),
        filters=[trimmed],
        validators=[
            DataRequired(_l("Write the reason: people will read it in the letter.")),
            Length(max=500, message=too_long(500)),
            PlainText(),
        ],
    )


class CopyForm(FlaskForm):
    first_day = DateField(
        _l("First day of the copy"),
        validators=[
            InputRequired(_l("Choose the day of the first slot.")),
            SensibleDate(years_back=1, years_ahead=3),
        ],
    )


class ManyForm(FlaskForm):
    """What is to be different in all the slots that are ticked; empty: as it is."""

    capacity = whole_number(_l("Seats"), 1, MOST_SEATS)
    room = line(_l("Room or meeting point"))
    no_room = BooleanField(_l("Without a room"))
    title = line(_l("Name of the slot"))
    no_title = BooleanField(_l("Without a name"))
    days = whole_number(_l("Move by days"), -LONGEST_SHIFT, LONGEST_SHIFT)
    minutes = whole_number(_l("Move by minutes"), -24 * 60, 24 * 60)

    @property
    def wish(self) -> Wish:
        return Wish(
            capacity=self.capacity.data,
            room="" if self.no_room.data else self.room.data or None,
            title="" if self.no_title.data else self.title.data or None,
            shift=timedelta(days=self.days.data or 0, minutes=self.minutes.data or 0),
        )


class MovePeopleForm(FlaskForm):
    """Where everybody of a slot goes that was called off."""

    to = RadioField(_l("To another time"), coerce=whole, validators=[InputRequired()])
