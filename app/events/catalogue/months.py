"""A month of the catalogue as weeks of days."""

from calendar import Calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from app.base import clock
from app.base.db import db
from app.events.models import Event, EventStatus, Slot
from app.events.queries import Selection, selected
from app.events.timetable.models import Meeting

SHOWN_A_DAY = 4
MOST_SLOTS = 2000


class Occasion(NamedTuple):
    """A slot as the month shows it."""

    starts_at: datetime
    slug: str
    title: str
    status: EventStatus


@dataclass(frozen=True)
class MonthDay:
    """A cell of a month, whatever stands in it."""

    date: date
    is_other: bool  # of the month before or after, to fill the week

    @property
    def is_today(self) -> bool:
        return self.date == clock.today()


@dataclass(frozen=True)
class MonthPage:
    """One of a row of months, whatever its weeks hold."""

    first: date

    @property
    def is_current(self) -> bool:
        return self.first == clock.today().replace(day=1)

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def last(self) -> date:
        return self.next - timedelta(days=1)


@dataclass(frozen=True)
class Day(MonthDay):
    """The first occasion of each event on that day."""

    occasions: tuple[Occasion, ...]
    more: int = 0


@dataclass(frozen=True)
class Month(MonthPage):
    weeks: tuple[tuple[Day, ...], ...]
    events: int  # how many of them the month has


def month_of(selection: Selection, first: date) -> Month:
    """The selection's events in the month that begins on this day: Monday to Sunday."""
    last = MonthPage(first).last
    by_day: dict[date, dict[str, Occasion]] = defaultdict(dict)
    for occasion in occasions(selection, first, last):
        day = clock.to_local(occasion.starts_at).date()
        by_day[day].setdefault(occasion.slug, occasion)
    return Month(
        first=first,
        weeks=tuple(
            tuple(cell(day, first, tuple(by_day[day].values())) for day in week)
            for week in Calendar().monthdatescalendar(first.year, first.month)
        ),
        events=len({slug for day in by_day.values() for slug in day}),
    )


def cell(day: date, first: date, found: tuple[Occasion, ...]) -> Day:
    shown = found if len(found) <= SHOWN_A_DAY else found[: SHOWN_A_DAY - 1]
    return Day(day, day.month != first.month, shown, more=len(found) - len(shown))


def occasions(selection: Selection, first: date, last: date) -> list[Occasion]:
    """The slots of the selection that begin in these days, of courses the meetings, in
    order: one query."""
    during = selection.during(first, last)
    slots = begun_within(Slot.starts_at, during, first, last).where(Slot.meeting_count == 0)
    meetings = begun_within(Meeting.starts_at, during, first, last).join(
        Meeting, Meeting.slot_id == Slot.id
    )
    both = sa.union_all(slots, meetings).subquery()
    query = (
        sa.select(both.c.at, both.c.slug, both.c.title, both.c.status)
        .order_by(both.c.at, both.c.id)
        .limit(MOST_SLOTS)
    )
    return [Occasion(*row) for row in db.session.execute(query)]


def begun_within(
    at: InstrumentedAttribute[datetime], selection: Selection, first: date, last: date
) -> sa.Select[Any]:
    columns = (at.label("at"), Event.id, Event.slug, Event.title, Event.status)
    return (
        selected(*columns, selection=selection)
        .join(Slot, Slot.event_id == Event.id)
        .where(
            at >= clock.start_of_day(first),
            at < clock.end_of_day(last),
            Slot.called_off_at.is_(None),
        )
    )
