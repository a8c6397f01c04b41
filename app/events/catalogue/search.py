"""What a visitor asks the catalogue, read from an address and written back into one."""

import re
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from time import monotonic
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.base import clock
from app.base.db import db
from app.base.words.text import clean, searchable
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.kinds import KINDS
from app.events.models import Event, EventStatus, Format
from app.events.queries import Selection
from app.organizations.models import Organization
from app.organizations.queries import municipalities
from app.web.filters import day

MOST_LETTERS, MOST_WORDS = 200, 10
FIRST_YEAR = 2015  # nothing older can be in here
KEPT_SECONDS = 60
INVISIBLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Choices:
    """What the lists of the filters offer."""

    municipalities: dict[str, str]
    organizations: dict[str, str]
    read_at: float

    @cached_property
    def content(self) -> Hashable:
        """Equal for equal choices, whenever they were read."""
        return tuple(self.municipalities.items()), tuple(self.organizations.items())


def choices(*, fresh: bool = False) -> Choices:
    """Read at most once a minute in each process; ``fresh`` reads them now."""
    kept: Choices | None = current_app.extensions.get("catalogue_choices")
    too_old = current_app.testing or not kept or monotonic() - kept.read_at > KEPT_SECONDS
    if kept and not fresh and not too_old:
        return kept
    kept = Choices(
        municipalities={place.oktmo: place.short_name for place in municipalities()},
        organizations=organizations_with_events(),
        read_at=monotonic(),
    )
    current_app.extensions["catalogue_choices"] = kept
    return kept


def organizations_with_events() -> dict[str, str]:
    """Slug → short name of those who have published something lately, by name."""
    lately = clock.now() - timedelta(days=366)
    query = (
        sa.select(Organization.slug, Organization.short_name)
        .where(
            Organization.is_approved,
            sa.exists().where(
                Event.organization_id == Organization.id,
                Event.status == EventStatus.PUBLISHED,
                Event.ends_at > lately,
            ),
        )
        .order_by(Organization.sort_key, Organization.id)
    )
    return {row.slug: row.short_name for row in db.session.execute(query)}


class Chip(NamedTuple):
    """A filter in force, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True)
class Asked:
    """A question to the catalogue: the selection, and how to show it."""

    selection: Selection
    q: str
    page: int
    month: date | None  # its first day; None: as a list
    choices: Choices
    not_understood: tuple[str, ...] = ()
    said: dict[str, str] = field(default_factory=dict)  # the address's arguments, without page

    def url(self, endpoint: str = "events.index", /, **changes: Any) -> str:
        """The address of the same question with these arguments changed (None: without)."""
        return url_for(endpoint, **{**self.said, **changes})

    def page_url(self, number: int) -> str:
        return self.url(page=number if number > 1 else None)

    @property
    def list_url(self) -> str:
        return self.url(view=None, month=None)

    @property
    def month_url(self) -> str:
        """The month that is shown or begins the days asked for; else the current one."""
        first = self.month or self.selection.since
        without = dict.fromkeys(("from", "to"))
        return self.url(view="month", month=f"{first:%Y-%m}" if first else None, **without)

    @property
    def calendar_url(self) -> str:
        return self.url("events.calendar", view=None, month=None)

    @property
    def open_data_url(self) -> str:
        return self.url("events.open_data", view=None, month=None)

    @property
    def feed_url(self) -> str:
        return url_for("events.atom", **self.feed_arguments)

    @property
    def feed_arguments(self) -> dict[str, Any]:
        """What is asked for, without how to show it."""
        return {name: text for name, text in self.said.items() if name not in ("view", "month")}

    @property
    def chips(self) -> list[Chip]:
        return [Chip(text, self.url(**dict.fromkeys([name]))) for name, text in self.in_words()]

    def in_words(self) -> Iterator[tuple[str, str]]:
        s = self.selection
        words = {
            "q": f"«{self.q}»",
            "kind": KINDS[s.kind].title if s.kind else "",
            "municipality": self.choices.municipalities.get(s.municipality, ""),
            "organization": self.choices.organizations.get(s.organization, ""),
            "grade": _("grade %(grade)s", grade=s.grade),
            "field": PROFESSIONAL_FIELDS.get(s.field, ""),
            "format": FORMATS[s.format]() if s.format else "",
            "from": _("from %(day)s", day=day(s.since)) if s.since else "",
            "to": _("until %(day)s", day=day(s.until)) if s.until else "",
            "free": _("with seats left"),
        }
        yield from ((name, str(text)) for name, text in words.items() if name in self.said)

    @property
    def month_key(self) -> str:
        return f"{self.month:%Y-%m}" if self.month else ""


@lru_cache(maxsize=8)
def fixed_lists(_language: str) -> dict[str, dict[str, str]]:
    """The lists of filters that never change, in the visitor's language."""
    return {
        "kinds": {code: str(kind.title) for code, kind in KINDS.items()},
        "fields": {code: str(title) for code, title in PROFESSIONAL_FIELDS.items()},
        "formats": {form.value: words() for form, words in FORMATS.items()},
        "grades": {str(grade): str(grade) for grade in range(1, 12)},
    }


FORMATS: dict[Format, Callable[[], str]] = {
    Format.IN_PERSON: lambda: _("In person"),
    Format.ONLINE: lambda: _("Online"),
    Format.MIXED: lambda: _("In person and online"),
}


LABELS = {
    "kind": _l("Kind"),
    "municipality": _l("District or city"),
    "organization": _l("Organizer"),
    "grade": _l("Grade"),
    "field": _l("Professional field"),
    "format": _l("Format"),
    "from": _l("From date"),
    "to": _l("To date"),
    "free": _l("With seats left"),
    "month": _l("Month"),
}


class Reader:
    """Reads one address. What cannot be understood is left out and named."""

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self.arguments = arguments
        self.said: dict[str, str] = {}
        self.not_understood: list[str] = []
        self.choices = choices()

    def text(self, name: str) -> str:
        written = self.arguments.get(name, "")
        return clean(INVISIBLE.sub(" ", written[:MOST_LETTERS])) if written else ""

    def keep(self, name: str, value: Any, written: str) -> Any:
        """The value when it was understood; else nothing, and the filter is remembered."""
        if value in (None, ""):
            if written:
                self.not_understood.append(str(LABELS[name]))
            return value
        self.said[name] = written
        return value

    def one_of(self, name: str, known: Container[Any]) -> str:
        written = self.text(name)
        return str(self.keep(name, written if written in known else "", written))

    def one_of_choices(self, name: str, attribute: str) -> str:
        """A list that may have grown since it was kept is read again before refusing."""
        written = self.text(name)
        if written and written not in getattr(self.choices, attribute):
            self.choices = choices(fresh=True)
        return self.one_of(name, getattr(self.choices, attribute))

    def number(self, name: str, first: int, last: int) -> int | None:
        written = self.text(name)
        digits = re.fullmatch(r"0*([0-9]{1,9})", written)
        number = int(digits[1]) if digits and first <= int(digits[1]) <= last else None
        kept: int | None = self.keep(name, number, written)
        return kept

    def day(self, name: str) -> date | None:
        written = self.text(name)
        kept: date | None = self.keep(name, sensible_day(written), written)
        return kept

    def month(self) -> date | None:
        """Without ``view=month`` a list; without ``month`` the current one."""
        if self.text("view") != "month":
            return None
        written = self.text("month")
        self.said["view"] = "month"
        this_month = clock.today().replace(day=1)
        asked = self.keep("month", sensible_day(f"{written}-01"), written)
        return asked or this_month

    def days(self) -> tuple[date | None, date | None]:
        since, until = self.day("from"), self.day("to")
        if since and until and since > until:  # meant the other way round
            since, until = until, since
            self.said["from"], self.said["to"] = f"{since}", f"{until}"
        return since, until

    def selection(self, *, with_days: bool) -> Selection:
        since, until = self.days() if with_days else (None, None)
        form = self.one_of("format", FORMATS)
        free = self.one_of("free", {"1": True})
        return Selection(
            words=tuple(searchable(self.text("q")).split()[:MOST_WORDS]),
            kind=self.one_of("kind", KINDS),
            municipality=self.one_of_choices("municipality", "municipalities"),
            organization=self.one_of_choices("organization", "organizations"),
            grade=self.number("grade", 1, 11),
            field=self.one_of("field", PROFESSIONAL_FIELDS),
            format=Format(form) if form else None,
            since=since,
            until=until,
            free=bool(free),
        )


def asked(arguments: Mapping[str, str]) -> Asked:
    """What this address asks for. Nothing in it can be so wrong as to fail."""
    reader = Reader(arguments)
    q = reader.keep("q", reader.text("q"), reader.text("q"))
    month = reader.month()
    selection = reader.selection(with_days=month is None)  # a month has its own days
    page = re.fullmatch(r"[0-9]{1,6}", arguments.get("page", ""))
    return Asked(
        selection=selection,
        q=q,
        page=max(1, int(page[0])) if page else 1,
        month=month,
        choices=reader.choices,
        not_understood=tuple(reader.not_understood),
        said=reader.said,
    )


def sensible_day(written: str) -> date | None:
    """A day as browsers send it (2026-11-23), of the years this site may know."""
    if not written:
        return None
    try:
        given = date.fromisoformat(written)
    except ValueError:
        return None
    return given if FIRST_YEAR <= given.year <= clock.today().year + 5 else None
