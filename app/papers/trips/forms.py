"""What a school types about a trip."""

import re
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, RadioField, SelectChoice
from wtforms.validators import Optional

from app.base import clock
from app.events.models import Slot
from app.events.slots.rhythm_forms import DayField, HourField
from app.papers.trips.buses import FEWEST_SEATS, MOST_SEATS, usual_bus
from app.papers.trips.models import TripNotes
from app.papers.trips.trips import Adult, Crew, Trip, Way
from app.registrations.groups.forms import AdultsForm
from app.registrations.models import Group
from app.web import fields
from app.web.fields import whole_number
from app.web.filters import day as day_of
from app.web.filters import time as time_of

PURPOSE = "профессиональной ориентации обучающихся"  # a Russian order, whoever types it
ADULTS = re.compile(r"(adult|phone)_\d+")
DAYS = ("leaves_on", "returns_on")
SENSIBLE = fields.SensibleDate(years_back=1, years_ahead=1)


class TripForm(AdultsForm):
    """Number, head, adults, transport, seats: everything has a line on paper if it is empty.
    Names and phones of the adults come from the group."""

    wishes = None  # of the group, not of the trip

    number = fields.line(
        _l("Number of the order"),
        most=30,
        description=_l("Without a number the order is printed as a draft."),
    )
    dated = DayField(_l("Date of the order"), validators=[Optional(), SENSIBLE])
    head_name = fields.line(_l("Head of the school: name as in the signature"), most=200)
    head_post = fields.line(_l("Post"), most=200)
    purpose = fields.line(
        _l("Purpose"), most=300, description=_l("How the sentence goes on: “For the purpose of…”")
    )
    basis = fields.line(
        _l("Basis"),
        most=300,
        description=_l("A letter or an invitation, as after “on the basis of…”. May stay empty."),
    )
    instructor = fields.line(_l("Who instructs the pupils: name, post"), most=200)
    way = RadioField(
        _l("How the class travels"),
        choices=[
            SelectChoice(Way.BUS.value, _l("By a bus of its own")),
            SelectChoice(Way.PUBLIC.value, _l("By public transport")),
            SelectChoice(Way.FOOT.value, _l("On foot")),
        ],
        default=Way.BUS.value,
    )
    bus = fields.line(_l("Bus: model and number plate"), most=120)
    driver = fields.line(_l("Driver: name, phone"), most=200)
    seats = whole_number(_l("Passenger seats in the bus"), FEWEST_SEATS, MOST_SEATS)
    place = fields.line(_l("Where the class sets off from"), most=300)
    route = fields.line(
        _l("Route"), most=300, description=_l("From where, through which places, to where.")
    )
    leaves_on = DayField(_l("Day of departure"), validators=[Optional(), SENSIBLE])
    leaves_at = HourField(_l("Time of departure"), validators=[Optional()])
    returns_on = DayField(_l("Day of return"), validators=[Optional(), SENSIBLE])
    returns_at = HourField(_l("Time of return"), validators=[Optional()])

    def __init__(self, group: Group, **given: Any) -> None:
        super().__init__(**given)
        self.group = group

    def show(self, group: Group, notes: TripNotes | None = None) -> None:
        """What was typed before, beside what is known already, to be put right."""
        typed = dict(notes.typed) if notes else {}
        if notes and notes.adults != group.companions:
            typed = {name: said for name, said in typed.items() if not ADULTS.match(name)}
        if notes and notes.begins != group.slot.starts_at:
            typed = {name: said for name, said in typed.items() if name not in DAYS}
        self.process(MultiDict(typed), data={**known_of(group), **days_of(group.slot)})

    @property
    def typed(self) -> dict[str, str]:
        """Of a sent form, as it was sent: by the names of the fields."""
        return {
            field.name: str(field.raw_data[0])
            for field in self
            if field.raw_data and field.name != "csrf_token"
        }

    def propose_seats(self, crew: Crew) -> None:
        """Where none were typed: the smallest usual bus in which all have a seat."""
        if self.seats.data is None and not self.seats.errors:
            self.seats.data = usual_bus(len(crew.people) + len(self.companions))

    def validate(self, extra_validators: Any = None) -> bool:
        if super().validate(extra_validators):
            self.compare_order()
            self.compare_times()
        return not self.errors

    def compare_order(self) -> None:
        dated, leaves_on = self.dated.data, self.leaves_on.data
        if self.number.data and not dated:
            wrong(self.dated, _("An order with a number has a date: write it."))
        if dated and leaves_on and dated > leaves_on:
            wrong(self.dated, _("The order would be later than the departure: check both dates."))

    def compare_times(self) -> None:
        for day, hour in ((self.leaves_on, self.leaves_at), (self.returns_on, self.returns_at)):
            if hour.data and not day.data:
                wrong(day, _("Write the day too."))
        left = moment(self.leaves_on.data, self.leaves_at.data or time.min)
        back = moment(self.returns_on.data, self.returns_at.data or time.max)
        if left and back and back <= left:
            wrong(self.returns_on, _("The return is not later than the departure: check both."))
        slot = self.group.slot
        if slot.meeting_count:  # a course: on which of its days they go is not known
            return
        begins = clock.to_local(slot.starts_at).replace(tzinfo=None)
        told = {"day": day_of(slot.starts_at), "time": time_of(slot.starts_at)}
        if left and left >= begins:
            late = _("The event begins on %(day)s at %(time)s: set off earlier.", **told)
            wrong(self.leaves_on, late)
        if back and back <= begins:
            early = _("The event only begins on %(day)s at %(time)s: return later.", **told)
            wrong(self.returns_on, early)

    @property
    def trip(self) -> Trip:
        def said(field: Any) -> str:
            return field.data or ""

        return Trip(
            number=said(self.number),
            dated=self.dated.data,
            head_name=said(self.head_name),
            head_post=said(self.head_post),
            purpose=said(self.purpose) or PURPOSE,
            basis=said(self.basis),
            adults=[Adult(one["name"], one["phone"]) for one in self.companions],
            instructor=said(self.instructor),
            way=Way(self.way.data),
            bus=said(self.bus),
            driver=said(self.driver),
            seats=self.seats.data or 0,
            place=said(self.place),
            route=said(self.route),
            leaves_on=self.leaves_on.data,
            leaves_at=self.leaves_at.data,
            returns_on=self.returns_on.data,
            returns_at=self.returns_at.data,
        )


def known_of(group: Group) -> dict[str, Any]:
    adults = group.companions
    return {
        "head_name": group.school.signatory_name,
        "head_post": group.school.signatory_post,
        "purpose": PURPOSE,
        "instructor": next((one.get("name", "") for one in adults), ""),
        "place": group.school.address,
        **{f"adult_{n}": one.get("name", "") for n, one in enumerate(adults, 1)},
        **{f"phone_{n}": one.get("phone", "") for n, one in enumerate(adults, 1)},
    }


def days_of(slot: Slot) -> dict[str, Any]:
    """Of a course none: each meeting is a trip of its own."""
    ends = (slot.starts_at, slot.ends_at)
    days = [None if slot.meeting_count else clock.to_local(one).date() for one in ends]
    return dict(zip(DAYS, days, strict=True))


def moment(day: date | None, hour: time) -> datetime | None:
    return datetime.combine(day, hour) if day else None


def wrong(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]
