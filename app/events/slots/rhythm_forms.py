"""What an organizer types to make many slots or meetings at once."""

import re
from datetime import date, time, timedelta
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    SelectChoice,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from app.events.slots.forms import MOST_SEATS
from app.events.timetable.rhythm import LONGEST, Rhythm, minutes
from app.events.timetable.rooms import Spot
from app.web.fields import (
    Checkboxes,
    MomentField,
    PlainLine,
    SensibleDate,
    line,
    too_long,
    trimmed,
    whole_number,
)

WEEKDAYS = (*(_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun")),)
MOST_ROOMS = 30
LONGEST_MEETING = timedelta(days=1)
HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*[–—-]\s*(\d{1,2})[:.](\d{2})")
DAYS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*[–—-]\s*(\d{1,2})\.(\d{1,2})\.(\d{4}))?")


class DayField(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Choose a date. Example: 23.11.2026.")) from None


class HourField(TimeField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write hours and minutes. Example: 09:00.")) from None


class RhythmForm(FlaskForm):
    """Which days, and what on each of them."""

    first_day = DayField(
        _l("First day"),
        validators=[
            InputRequired(_l("Choose the first day.")),
            SensibleDate(years_back=1, years_ahead=3),
        ],
    )
    last_day = DayField(
        _l("Last day"), validators=[Optional(), SensibleDate(years_back=1, years_ahead=3)]
    )
    weekdays = Checkboxes(
        _l("Days of the week"),
        choices=[SelectChoice(str(number), title) for number, title in enumerate(WEEKDAYS)],
    )
    skip_holidays = BooleanField(_l("Leave public holidays out"), default=True)
    exceptions = StringField(
        _l("Other days left out"), filters=[trimmed], validators=[Length(max=500)]
    )
    begins = HourField(_l("From"), validators=[InputRequired(_l("Write when it begins."))])
    ends = HourField(_l("Until"), validators=[InputRequired(_l("Write when it ends."))])
    every = whole_number(_l("Every so many minutes"), 5, 24 * 60)
    length = whole_number(_l("Each lasts, minutes"), 5, 24 * 60)
    breaks = StringField(_l("Breaks"), filters=[trimmed], validators=[Length(max=300)])
    title = line(_l("Name"))
    previewed = HiddenField()

    def validate_last_day(self, field: Field) -> None:
        if not (field.data and self.first_day.data):
            return
        if field.data < self.first_day.data:
            raise ValidationError(_("The last day must not come before the first."))
        if field.data - self.first_day.data > LONGEST:
            raise ValidationError(_("At most one year at a time. Choose an earlier last day."))

    def validate_ends(self, field: Field) -> None:
        if self.begins.data and field.data and field.data <= self.begins.data:
            raise ValidationError(
                _("The end must be later than the beginning, on the same day: before midnight.")
            )

    def validate_length(self, field: Field) -> None:
        if field.data and self.every.data and field.data > self.every.data:
            raise ValidationError(
                _("They would overlap: each must end before the next one begins.")
            )

    def validate_exceptions(self, field: Field) -> None:
        self.left_out = frozenset(days_in(field.data or ""))

    def validate_breaks(self, field: Field) -> None:
        self.pauses = tuple(hours_in(field.data or ""))
        begins, ends = self.begins.data, self.ends.data
        if not (begins and ends and begins < ends):
            return
        for since, until in self.pauses:
            if since < begins or until > ends:
                raise ValidationError(
                    _(
                        "The break %(since)s–%(until)s is not between the beginning and the end.",
                        since=since.strftime("%H:%M"),
                        until=until.strftime("%H:%M"),
                    )
                )
        if sum(minutes(b) - minutes(a) for a, b in self.pauses) >= minutes(ends) - minutes(begins):
            raise ValidationError(_("The breaks leave no time for anything else."))

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            weekdays=frozenset(int(one) for one in self.weekdays.data or ()),
            skips_holidays=self.skip_holidays.data,
            exceptions=self.left_out,
            begins=self.begins.data,
            ends=self.ends.data,
            every=self.every.data,
            length=self.length.data,
            breaks=self.pauses,
        )

    @property
    def rooms(self) -> list[str]:
        return [""]

    @property
    def digest(self) -> str:
        """Of all that was typed: what is made is what was shown."""
        typed = [
            (field.name, field.data)
            for field in self
            if field.name not in ("previewed", "csrf_token")
        ]
        return sha256(repr(typed).encode()).hexdigest()[:32]

    @property
    def is_seen(self) -> bool:
        return bool(self.previewed.data == self.digest)


class SlotSeriesForm(RhythmForm):
    """Slots: in rooms, with seats."""

    where = TextAreaField(
        _l("Rooms, each on a line"),
        filters=[trimmed],
        validators=[Length(max=3000, message=too_long(3000))],
    )
    capacity = whole_number(
        _l("Seats in each"), 1, MOST_SEATS, required=_l("Write how many seats there are.")
    )

    def validate_where(self, field: Field) -> None:
        rooms = self.rooms
        if len(rooms) > MOST_ROOMS:
            raise ValidationError(_("At most %(most)s rooms at a time.", most=MOST_ROOMS))
        if any(len(room) > 200 for room in rooms):
            raise ValidationError(too_long(200))
        seen = set()
        for room in rooms:
            if room.casefold() in seen:
                raise ValidationError(_("The room “%(room)s” is named twice.", room=room))
            seen.add(room.casefold())
        PlainLine()(self, field)

    @property
    def rooms(self) -> list[str]:
        rooms = [" ".join(one.split()) for one in (self.where.data or "").splitlines()]
        return [one for one in rooms if one] or [""]


class MeetingSeriesForm(RhythmForm):
    """Meetings of one slot."""

    room = line(_l("Room, if another one"))


class MeetingForm(FlaskForm):
    """One meeting: its time, and a room or a subject of its own."""

    starts_at = MomentField(_l("Begins"), required=_l("Choose when the meeting begins."))
    ends_at = MomentField(_l("Ends"), required=_l("Choose when the meeting ends."))
    room = line(_l("Room, if another one"))
    title = line(_l("Subject"))

    def validate_ends_at(self, field: Field) -> None:
        if not (field.data and self.starts_at.data):
            return
        if field.data <= self.starts_at.data:
            raise ValidationError(_("The end must be later than the beginning."))
        if field.data - self.starts_at.data > LONGEST_MEETING:
            raise ValidationError(_("A meeting lasts at most a day. Make several."))

    @property
    def spot(self) -> Spot:
        begins, ends = self.starts_at.stored, self.ends_at.stored
        if begins is None or ends is None:
            raise ValueError("asked before the form was found right")
        return Spot(begins, ends, self.room.data or "")


def hours_in(text: str) -> list[tuple[time, time]]:
    """«11:00–11:20, 12:30-13:00»."""
    found = []
    for piece in pieces(text):
        said = HOURS.fullmatch(piece)
        try:
            if not said:
                raise ValueError
            a, b, c, d = map(int, said.groups())
            pause = time(a, b), time(c, d)
        except ValueError:
            raise ValidationError(
                _("“%(piece)s” is not understood. Example: 11:00–11:20, 12:30–13:00", piece=piece)
            ) from None
        if pause[0] >= pause[1]:
            raise ValidationError(_("The break %(piece)s ends before it begins.", piece=piece))
        found.append(pause)
    return found


def days_in(text: str) -> list[date]:
    """«30.12.2026, 11.01.2027–15.01.2027»."""
    found: list[date] = []
    for piece in pieces(text):
        said = DAYS.fullmatch(piece)
        try:
            if not said:
                raise ValueError
            numbers: list[Any] = [int(one) if one else None for one in said.groups()]
            first = date(*reversed(numbers[:3]))
            last = date(*reversed(numbers[3:])) if numbers[3] else first
        except ValueError:
            raise ValidationError(
                _(
                    "“%(piece)s” is not understood. Example: 30.12.2026, 11.01.2027–15.01.2027",
                    piece=piece,
                )
            ) from None
        if not timedelta() <= last - first <= LONGEST:
            raise ValidationError(_("The days %(piece)s end before they begin.", piece=piece))
        found += [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return found


def pieces(text: str) -> list[str]:
    return [piece.strip() for piece in re.split(r"[,;\n]", text) if piece.strip()]
