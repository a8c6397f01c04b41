"""Many slots or meetings from one rhythm: every 20 minutes from 9 to 13, each Tuesday until May."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from app.base import clock
from app.base.rules import RuleBroken
from app.events.timetable.holidays import is_holiday
from app.events.timetable.rooms import Spot

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Rhythm:
    """Days, and what takes place on each of them, on the region's clock."""

    first_day: date
    begins: time
    ends: time
    last_day: date | None = None  # None: the first day alone
    weekdays: frozenset[int] = frozenset()  # 0 is Monday; empty: every day
    skips_holidays: bool = True
    exceptions: frozenset[date] = frozenset()
    every: int | None = None  # minutes from one beginning to the next; None: one a day
    length: int | None = None  # minutes; None: until the next begins
    breaks: tuple[tuple[time, time], ...] = field(default=())

    def wanted_days(self) -> Iterator[date]:
        """All days of the rhythm, holidays and exceptions too."""
        day, last = self.first_day, self.last_day or self.first_day
        while day <= last:
            if not self.weekdays or day.weekday() in self.weekdays:
                yield day
            day += timedelta(days=1)

    def is_left_out(self, day: date) -> bool:
        return day in self.exceptions or (self.skips_holidays and is_holiday(day))

    @property
    def days(self) -> list[date]:
        return [day for day in self.wanted_days() if not self.is_left_out(day)]

    @property
    def left_out(self) -> list[date]:
        return [day for day in self.wanted_days() if self.is_left_out(day)]

    @property
    def times(self) -> list[tuple[time, time]]:
        """Of each day. What would run into a break begins after it."""
        at, end = minutes(self.begins), minutes(self.ends)
        every = self.every or end - at
        length = self.length or every
        breaks = sorted((minutes(one), minutes(other)) for one, other in self.breaks)
        found = []
        while at + length <= end:
            over = [until for since, until in breaks if since < at + length and at < until]
            if over:
                at = max(over)
                continue
            found.append((as_time(at), as_time(at + length)))
            at += every
        return found

    def spots(self, rooms: Sequence[str] = ("",)) -> list[Spot]:
        """As they are stored, in order."""
        return [
            Spot(moment(day, begins), moment(day, ends), room)
            for day in self.days
            for begins, ends in self.times
            for room in rooms
        ]


def minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def as_time(number: int) -> time:
    return time(number // 60, number % 60)


def moment(day: date, at: time) -> datetime:
    return clock.from_local(datetime.combine(day, at))


def spots_of(rhythm: Rhythm, rooms: Sequence[str], *, most: int) -> list[Spot]:
    """The spots of the rhythm. Refused: none, too many, any in the past."""
    if not rhythm.days:
        raise RuleBroken(
            _("No day is left: look at the days of the week, the holidays and the exceptions.")
        )
    if not rhythm.times:
        raise RuleBroken(_("Not one fits between the beginning and the end."))
    number = len(rhythm.days) * len(rhythm.times) * len(rooms)
    if number > most:
        raise RuleBroken(
            _(
                "That makes %(number)s, and there is room for %(most)s. "
                "Choose fewer days, fewer rooms or a longer step.",
                number=number,
                most=max(0, most),
            )
        )
    spots = rhythm.spots(rooms)
    past = sum(spot.starts_at <= clock.now() for spot in spots)
    if past:
        raise RuleBroken(
            ngettext(
                "%(num)s of them would begin in the past. Choose a later first day or hour.",
                "%(num)s of them would begin in the past. Choose a later first day or hour.",
                past,
            )
        )
    return spots
