"""The events of the demo, as their files tell them; days are counted from today."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.base import clock
from app.base.config import ROOT

FOLDER = ROOT / "data" / "demo"
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")


@dataclass(frozen=True)
class Scene:
    """One event: what it says, when it is, how full it gets, and how it ends."""

    organization: str  # short name
    kind: str
    title: str
    summary: str
    description: str
    when: list[str]  # «+2 ср 14:30»: week from this one, weekday, hour; or «сегодня 10:00»
    hours: float
    capacity: int
    programme: str = ""
    venue: str = ""
    municipality: str = ""  # OKTMO; else that of the organization
    format: str = "in_person"
    online_url: str = ""
    fields: tuple[str, ...] = ()
    grades: tuple[int, int] | None = None  # else those of the kind
    companions: int = 0
    slots: tuple[str, ...] = ("",)  # titles of parallel slots
    fill: float = 0.0  # sign-ups for each seat
    state: str = "published"  # | draft | called off
    reason: str = ""
    opens_in_days: int = 0
    admission: str = "first_come"  # | approval | draw, which is held two days before
    weeks: int = 0  # of a course: so many meetings, one each week

    def times(self) -> list[tuple[datetime, datetime, str]]:
        """Beginning, end and title of each slot, as stored."""
        found = []
        for when in self.when:
            starts_at = moment(when)
            ends_at = starts_at + timedelta(hours=self.hours)
            found += [(starts_at, ends_at, title) for title in self.slots]
        return found


def moment(when: str) -> datetime:
    *day, hour = when.split()
    return clock.from_local(datetime.combine(day_of(day), time.fromisoformat(hour)))


def day_of(words: list[str]) -> date:
    today = clock.today()
    if words == ["сегодня"]:
        return today
    week, weekday = words
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=int(week), days=WEEKDAYS.index(weekday))


def scenes() -> Iterator[Scene]:
    for file in ("colleges.toml", "others.toml"):
        for told in tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))["event"]:
            for name in ("description", "programme"):
                told[name] = told.get(name, "").strip()
            yield Scene(**told)


def self_portraits() -> dict[str, dict[str, str]]:
    """What organizations say about themselves, by short name: fields of their Details."""
    told = tomllib.loads((FOLDER / "organizations.toml").read_text(encoding="utf-8"))
    for said in told.values():
        said["signatory_name"], said["signatory_post"] = said.pop("signatory")
    return told
