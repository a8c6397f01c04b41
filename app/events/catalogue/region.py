"""The region's calendar for those who plan: whose event is when, and what gets in its way."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.events.catalogue.months import MonthDay, MonthPage
from app.events.models import Event, EventStatus, Format, Slot
from app.events.staff.queries import Remit
from app.organizations.models import Municipality, Organization
from app.people.models import Category

MOST_SLOTS = 3000
MOST_DAYS = 60  # of an event, that are compared with others
LOWEST, HIGHEST = 1, 11


class Planned(NamedTuple):
    """An event on one day of the region."""

    id: int
    slug: str
    title: str
    status: EventStatus
    format: Format
    venue: str
    audience: tuple[str, ...]
    grade_from: int | None
    grade_to: int | None
    municipality_id: int | None
    organization_id: int
    organization: str
    municipality: str | None
    starts_at: datetime
    ends_at: datetime

    @property
    def is_draft(self) -> bool:
        return self.status is EventStatus.DRAFT

    @property
    def is_online(self) -> bool:
        return self.format is Format.ONLINE


COLUMNS = (
    Event.id, Event.slug, Event.title, Event.status, Event.format, Event.venue, Event.audience,
    Event.grade_from, Event.grade_to, Event.municipality_id, Event.organization_id,
    Organization.short_name, Municipality.short_name, Slot.starts_at, Slot.ends_at,
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Which part of the region's events somebody plans around."""

    municipality: str = ""  # OKTMO; what happens online concerns every municipality
    grades: tuple[int, int] | None = None

    def suits(self, one: Planned) -> bool:
        if self.grades is None:
            return True
        return Category.PUPIL in wanted_by(one) and meets(grades_of(one), self.grades)


def planned_between(
    since: datetime, until: datetime, *conditions: sa.ColumnElement[bool]
) -> list[Planned]:
    """Slots that touch this time, with what is known of their events: one query."""
    is_draft = Event.status == EventStatus.DRAFT  # of those who may see it
    query = (
        sa.select(*COLUMNS)
        .join_from(Event, Slot, Slot.event_id == Event.id)
        .join(Organization, Organization.id == Event.organization_id)
        .outerjoin(Municipality, Municipality.id == Event.municipality_id)
        .where(Slot.starts_at < until, Slot.ends_at > since, *conditions)
        .where(sa.or_(Organization.is_approved, Slot.ends_at <= clock.now(), is_draft))
        .order_by(Slot.starts_at, Event.id)
        .limit(MOST_SLOTS)
    )
    return [
        Planned._make(row)._replace(audience=tuple(row.audience))
        for row in db.session.execute(query)
    ]


@dataclass(frozen=True)
class RegionDay(MonthDay):
    planned: list[Planned] = field(default_factory=list)


@dataclass(frozen=True)
class RegionMonth(MonthPage):
    weeks: Sequence[Sequence[RegionDay]]

    @property
    def days(self) -> list[RegionDay]:
        """Those of the month on which something is held."""
        return [day for week in self.weeks for day in week if day.planned and not day.is_other]


def month_of(first: date, wanted: Wanted, *, drafts_of: Remit) -> RegionMonth:
    """Published events of the whole region, and the drafts of this remit: one query. An
    event stands once on each day that it touches."""
    last = MonthPage(first).last
    visible = sa.or_(
        Event.status == EventStatus.PUBLISHED,
        sa.and_(Event.status == EventStatus.DRAFT, drafts_of.holds),
    )
    where = [visible]
    if wanted.municipality:
        where.append(
            sa.or_(Municipality.oktmo == wanted.municipality, Event.format == Format.ONLINE)
        )
    by_day: dict[date, dict[int, Planned]] = {}
    for one in planned_between(clock.start_of_day(first), clock.end_of_day(last), *where):
        if wanted.suits(one):
            for day in days_touched(one.starts_at, one.ends_at):
                by_day.setdefault(day, {}).setdefault(one.id, one)
    weeks = [
        [
            RegionDay(day, day.month != first.month, list(by_day.get(day, {}).values()))
            for day in week
        ]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    return RegionMonth(first, weeks)


def days_touched(starts_at: datetime, ends_at: datetime) -> list[date]:
    """The days of the region on which something goes on; midnight itself belongs to the
    day before."""
    first = clock.to_local(starts_at).date()
    last = clock.to_local(ends_at - timedelta(microseconds=1)).date()
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def clashes_of(event: Event) -> dict[date, list[Planned]]:
    """Published events of other organizations that want the same people on the same day: in
    the same municipality, or online. By day, in one query; days gone by do not count."""
    today = clock.today()
    days = sorted(
        {
            day
            for slot in event.slots
            for day in days_touched(slot.starts_at, slot.ends_at)
            if day >= today
        }
    )[:MOST_DAYS]
    if not days:
        return {}
    near = [Event.format == Format.ONLINE]
    if event.municipality_id:
        near.append(Event.municipality_id == event.municipality_id)
    on_these_days = sa.or_(
        *(
            sa.and_(Slot.starts_at < clock.end_of_day(day), Slot.ends_at > clock.start_of_day(day))
            for day in days
        )
    )
    found: dict[date, dict[int, Planned]] = {}
    for one in planned_between(
        clock.start_of_day(days[0]),
        clock.end_of_day(days[-1]),
        Event.status == EventStatus.PUBLISHED,
        Event.organization_id != event.organization_id,
        sa.or_(*near),
        on_these_days,
    ):
        if wants_the_same_people(event, one):
            for day in set(days_touched(one.starts_at, one.ends_at)).intersection(days):
                found.setdefault(day, {}).setdefault(one.id, one)
    return {day: list(found[day].values()) for day in sorted(found)}


def wants_the_same_people(event: Event, other: Planned) -> bool:
    """Where both want pupils, their grades decide: parents and teachers come with them."""
    ours, theirs = wanted_by(event), wanted_by(other)
    if Category.PUPIL in ours & theirs:
        return meets(grades_of(event), grades_of(other))
    return bool(ours & theirs)


def wanted_by(one: Event | Planned) -> frozenset[str]:
    """Grades without an audience are pupils; neither is everybody."""
    if one.audience:
        return frozenset(one.audience)
    has_grades = one.grade_from is not None or one.grade_to is not None
    return frozenset([Category.PUPIL] if has_grades else Category)


def grades_of(one: Event | Planned) -> tuple[int, int]:
    return one.grade_from or LOWEST, one.grade_to or HIGHEST


def meets(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
