"""The current time. Tests freeze it here."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Moscow")  # the whole region lives by it


def now() -> datetime:
    """This moment, as it is stored everywhere: naive, always UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """Today's date as people in the region see it."""
    return to_local(now()).date()


def to_local(moment: datetime) -> datetime:
    """A stored moment on the region's clock (aware)."""
    return moment.replace(tzinfo=UTC).astimezone(ZONE)


def from_local(moment: datetime) -> datetime:
    """What a person typed (naive, region's clock) as it is stored: naive, UTC."""
    return moment.replace(tzinfo=ZONE).astimezone(UTC).replace(tzinfo=None)


def start_of_day(day: date) -> datetime:
    """The stored moment at which the region's day begins."""
    return from_local(datetime.combine(day, datetime.min.time()))


def end_of_day(day: date) -> datetime:
    return start_of_day(day + timedelta(days=1))


def school_year(day: date) -> int:
    """The year in which the school year of this day began: it begins on 1 September."""
    return day.year if day.month >= 9 else day.year - 1
