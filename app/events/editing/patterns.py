"""Events like others: an event without its dates and people, and a draft made of it."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.actions import record
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.about.details import Details, details_of
from app.events.about.upkeep import keep_up
from app.events.editing.actions import draft
from app.events.kinds import KINDS
from app.events.models import Admission, Event, EventSeries, Format, Slot
from app.events.questions.models import Question, QuestionKind
from app.events.questions.queries import questions_of
from app.events.seat_rules.actions import promise_draw
from app.events.seat_rules.queries import quotas_of
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.organizations.models import Municipality, Organization
from app.roadmap.models import Measure
from app.roadmap.queries import measure_by_code

Pattern = dict[str, Any]  # of JSON values
# Rules of the event that stand beside its details.
RULES = ("reminders", "reconfirm_days")
OF_PLACE = ("venue", "municipality", "contact", "online_url")  # another organization has its own
OF_QUESTION = ("label", "help", "choices", "required", "shown_if_values")


def copy(event: Event, *, first_day: date | None = None) -> Event:
    """A draft with the same words, slots, meetings, questions and quotas, its first slot on
    the given day.

    Hours stay as they are on the clock; nobody is signed up.
    """
    twin = event_like(pattern_of(event), event.organization, first_day=first_day)
    record("event.copied", twin, organization_id=twin.organization_id, copied_from=event.id)
    return twin


def pattern_of(event: Event) -> Pattern:
    """All but people and dates: moments are minutes from the beginning of the first day."""
    start = clock.start_of_day(first_day_of(event))

    def after(moment: datetime | None) -> int | None:
        return round((moment - start).total_seconds() / 60) if moment else None

    slots = event.slots_held
    meetings = meetings_of(slots)
    details = details_of(event)
    said = {one.name: getattr(details, one.name) for one in dataclasses.fields(details)}
    said |= {
        "kind": details.kind.code,
        "format": details.format.value,
        "municipality": details.municipality.oktmo if details.municipality else None,
        "measure": [details.measure.code, details.measure.id] if details.measure else None,
        "series": details.series.id if details.series else None,
        "signup_opens_at": after(details.signup_opens_at),
        "signup_closes_at": after(details.signup_closes_at),
    }
    return {
        "first_day": first_day_of(event).isoformat(),
        "details": said,
        "admission": event.admission.value,
        "rules": {name: getattr(event, name) for name in RULES},
        "slots": [slot_pattern(slot, meetings[slot.id], after) for slot in slots],
        "questions": [question_pattern(question) for question in questions_of(event)],
        "quotas": [quota_pattern(quota, after) for quota in quotas_of(event)],
    }


def slot_pattern(
    slot: Slot, meetings: Sequence[Meeting], after: Callable[[datetime], int | None]
) -> Pattern:
    return {
        "title": slot.title,
        "room": slot.room,
        "capacity": slot.capacity,
        "starts": after(slot.starts_at),
        "ends": after(slot.ends_at),
        "meetings": [
            {
                "title": one.title,
                "room": one.room,
                "starts": after(one.starts_at),
                "ends": after(one.ends_at),
            }
            for one in meetings
        ],
    }


def question_pattern(question: Question) -> Pattern:
    return {name: getattr(question, name) for name in OF_QUESTION} | {
        "number": question.id,
        "kind": question.kind.value,
        "shown_if": question.shown_if_id,
    }


def quota_pattern(quota: Quota, after: Callable[[datetime | None], int | None]) -> Pattern:
    return {
        "kind": quota.kind.value,
        "seats": quota.seats,
        "municipality": quota.municipality.oktmo if quota.municipality else None,
        "grade_from": quota.grade_from,
        "grade_to": quota.grade_to,
        "until": after(quota.until),
    }


def event_like(
    pattern: Pattern,
    organization: Organization,
    *,
    first_day: date | None = None,
    instead: dict[str, Any] | None = None,
) -> Event:
    """A draft by the pattern. Without ``first_day`` its slots stay on the days they had.
    ``instead``: details said otherwise."""
    if first_day and first_day < clock.today():
        raise RuleBroken(_("Choose a day that has not passed."))
    start = clock.start_of_day(first_day or date.fromisoformat(pattern["first_day"]))

    def moment(minutes: int | None) -> datetime | None:
        return None if minutes is None else start + timedelta(minutes=minutes)

    event = draft(organization, details_like(pattern["details"], organization, moment, instead))
    event.admission = Admission(pattern["admission"])
    if event.admission is Admission.DRAW:
        promise_draw(event)
    for name, value in pattern["rules"].items():
        setattr(event, name, value)
    for one in pattern["slots"]:
        add_slot(event, one, moment)
    add_questions(event, pattern["questions"])
    for one in pattern["quotas"]:
        place = municipality_by_oktmo(one["municipality"])
        said = one | {"kind": QuotaKind(one["kind"]), "municipality": place}
        db.session.add(Quota(event=event, **said | {"until": moment(one["until"])}))
    db.session.flush()
    keep_up(event)
    return event


def details_like(
    said: Pattern,
    organization: Organization,
    moment: Callable[[int | None], datetime | None],
    instead: dict[str, Any] | None,
) -> Details:
    """A measure of an older plan becomes the one of the plan in force, if it has one."""
    series = db.session.get(EventSeries, said["series"]) if said["series"] else None
    measure = None
    if said["measure"]:
        code, id_ = said["measure"]
        measure = measure_by_code(code) or db.session.get(Measure, id_)
    known = {one.name for one in dataclasses.fields(Details)}
    return Details(
        **{name: value for name, value in said.items() if name in known}
        | {
            "kind": KINDS[said["kind"]],
            "format": Format(said["format"]),
            "municipality": municipality_by_oktmo(said["municipality"]),
            "measure": measure,
            "series": series if series and series.organization_id == organization.id else None,
            "signup_opens_at": moment(said["signup_opens_at"]),
            "signup_closes_at": moment(said["signup_closes_at"]),
        }
        | (instead or {})
    )


def municipality_by_oktmo(oktmo: str | None) -> Municipality | None:
    query = sa.select(Municipality).where(Municipality.oktmo == oktmo)
    return db.session.scalar(query) if oktmo else None


def add_slot(event: Event, said: Pattern, moment: Callable[[int | None], datetime | None]) -> None:
    slot = Slot(
        title=said["title"],
        room=said["room"],
        capacity=said["capacity"],
        starts_at=moment(said["starts"]),
        ends_at=moment(said["ends"]),
        meeting_count=len(said["meetings"]),
    )
    event.slots.append(slot)
    for one in said["meetings"]:
        db.session.add(
            Meeting(
                slot=slot,
                title=one["title"],
                room=one["room"],
                starts_at=moment(one["starts"]),
                ends_at=moment(one["ends"]),
            )
        )


def add_questions(event: Event, said: list[Pattern]) -> None:
    """With their conditions, which point to the questions of this event."""
    new: dict[int, Question] = {}
    for place, one in enumerate(said):
        question = Question(event=event, position=place, kind=QuestionKind(one["kind"]))
        for name in OF_QUESTION:
            setattr(question, name, one[name])
        question.shown_if = new.get(one["shown_if"])
        if question.shown_if is None:
            question.shown_if_values = []
        new[one["number"]] = question
        db.session.add(question)
    event.has_questions = bool(new)


def first_day_of(event: Event) -> date:
    """The day on which its first slot begins; today for an event without slots."""
    return min(
        (clock.to_local(slot.starts_at).date() for slot in event.slots_held), default=clock.today()
    )


def same_weekday_ahead(event: Event) -> date:
    """A day from a week ahead that is the weekday on which the event began."""
    ahead = clock.today() + timedelta(days=7)
    return ahead + timedelta(days=(first_day_of(event).weekday() - ahead.weekday()) % 7)
