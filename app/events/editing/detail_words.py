"""What was done to an event, in words: for the page of its history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.audit.wording import action_words, actor_words
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.about.wording import FOR
from app.events.kinds import KINDS, PROJECTS
from app.events.models import Event
from app.web.filters import day, time
from app.web.pages import Paged, paged

PAGE_SIZE = 100
ONE_SITTING = timedelta(minutes=15)  # edits of one person one after another are told as one
TITLES = {
    "title": _l("Title"),
    "kind": _l("Kind of event"),
    "summary": _l("In one or two sentences"),
    "description": _l("Description"),
    "programme": _l("Programme"),
    "venue": _l("Venue"),
    "municipality": _l("District or city"),
    "format": _l("How people take part"),
    "online_url": _l("Link for taking part online"),
    "audience": _l("For whom"),
    "grade_from": _l("From grade"),
    "grade_to": _l("To grade"),
    "fields": _l("Professional fields"),
    "measure": _l("Measure of the plan"),
    "companions_max": _l("Companions one participant may bring"),
    "hours": _l("Academic hours"),
    "project": _l("Project"),
    "stands": _l("Exhibitors"),
    "series": _l("Series"),
    "contact": _l("Contact"),
    "signup_opens_at": _l("Sign-up opens"),
    "signup_closes_at": _l("Sign-up closes"),
    "starts_at": _l("Begins"),
    "ends_at": _l("Ends"),
    "room": _l("Room or meeting point"),
    "slot_title": _l("Name of the slot"),
    "capacity": _l("Seats"),
}
FORMATS = {
    "in_person": _l("In person"),
    "online": _l("Online"),
    "mixed": _l("In person and online"),
}


@dataclass(frozen=True)
class Act:
    """Somebody did something; ``changes``: old and new value by detail, or nothing where the
    log only names it."""

    at: datetime
    by: User | None
    action: str
    about: str
    changes: dict[str, list[Any]]
    who: str  # in words, also when the account is gone

    @property
    def words(self) -> str:
        return ": ".join(filter(None, (action_words(self.action), self.about)))

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Title of the detail, what it was, what it is; both empty where it is only named."""
        told = []
        for name, pair in self.changes.items():
            before, after = (worded(name, value) for value in pair) if pair else ("", "")
            told.append((str(TITLES.get(name, name)), before, after))
        return told


def history_of(event: Event, *, number: int = 1) -> Paged[Act]:
    """What was done to the event, the latest first."""
    query = (
        sa.select(AuditEntry)
        .where(
            AuditEntry.object_type == Event.__tablename__,
            AuditEntry.object_id == event.id,
            AuditEntry.action.startswith("event"),
        )
        .options(joinedload(AuditEntry.user))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    found = paged(query, number=number, size=PAGE_SIZE)
    return Paged(told_together(found.items), found.number, found.size, found.total)


def told_together(entries: Sequence[AuditEntry]) -> list[Act]:
    acts: list[Act] = []
    for entry in entries:
        when, changes = entry.details.get("when"), entry.details.get("changes") or {}
        act = Act(entry.at, entry.user, entry.action, moment(when) if when else "", changes,
                  actor_words(entry))  # fmt: skip
        later = acts[-1] if acts else None
        if (
            later
            and later.action == act.action == "event.edited"
            and later.by == act.by
            and later.at - act.at <= ONE_SITTING
        ):
            acts[-1] = replace(later, changes=joined(act.changes, later.changes))
        else:
            acts.append(act)
    return acts


def joined(earlier: dict[str, list[Any]], later: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """From what it was before both to what it is after both."""
    both = dict(earlier)
    for name, pair in later.items():
        both[name] = [earlier[name][0], pair[1]] if pair and earlier.get(name) else pair
    return {name: pair for name, pair in both.items() if not pair or pair[0] != pair[1]}


def worded(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "—"
    word = WORDS.get(name)
    return word(value) if word else str(value)


def moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{day(at)}, {time(at)}"


WORDS: dict[str, Callable[[Any], str]] = {
    "kind": lambda code: str(KINDS[code].title) if code in KINDS else code,
    "format": lambda code: str(FORMATS.get(code, code)),
    "audience": lambda codes: ", ".join(FOR[code]() for code in codes if code in FOR),
    "fields": lambda codes: ", ".join(str(PROFESSIONAL_FIELDS.get(code, code)) for code in codes),
    "project": lambda code: str(PROJECTS.get(code, code)),
    "signup_opens_at": moment,
    "signup_closes_at": moment,
    "starts_at": moment,
    "ends_at": moment,
    "hours": lambda number: _("%(num)s h", num=number),
}
