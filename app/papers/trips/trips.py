"""The school's papers of a trip: an order, lists, seats in the bus, instruction, consents.

The papers are Russian office work, written in Russian in their templates.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.base.rules import RuleBroken
from app.base.words.text import quoted
from app.papers.consents.sheets import Forms, forms_for
from app.papers.trips.buses import Bus, Passenger, seated
from app.people.models import ConsentKind, Guardianship, Person
from app.people.queries import consents_of, guardianships_of
from app.press import printer
from app.registrations.groups.queries import members_of
from app.registrations.models import Group

FEWEST_FOR_POLICE = 8  # children in one bus: an «organized carriage» of which the police is told


class Way(StrEnum):
    BUS = "bus"
    PUBLIC = "public"
    FOOT = "foot"


class Paper(StrEnum):
    """The parts of the folder, in its order; then what is printed alone."""

    MISSING = "missing"
    ORDER = "order"
    LIST = "list"
    SEATS = "seats"
    INSTRUCTION = "instruction"
    DATA_CONSENTS = "data_consents"
    PHOTO_CONSENTS = "photo_consents"
    APPLICATION = "application"
    FOLDER = "folder"


TITLES = {
    Paper.ORDER: _l("Order of the school"),
    Paper.LIST: _l("List for the escort"),
    Paper.SEATS: _l("Seats in the bus"),
    Paper.INSTRUCTION: _l("Safety instruction sheet"),
    Paper.DATA_CONSENTS: _l("Consents to data processing"),
    Paper.PHOTO_CONSENTS: _l("Consents to photos and videos"),
    Paper.APPLICATION: _l("Application to take part"),
    Paper.FOLDER: _l("Trip folder"),
}
KINDS = {
    Paper.DATA_CONSENTS: ConsentKind.PERSONAL_DATA,
    Paper.PHOTO_CONSENTS: ConsentKind.PHOTO,
}


@dataclass(frozen=True)
class Adult:
    name: str
    phone: str = ""


@dataclass(frozen=True)
class Trip:
    """What the school says about the trip; the empty remains a line to be written on."""

    number: str = ""
    dated: date | None = None
    head_name: str = ""
    head_post: str = ""
    purpose: str = ""
    basis: str = ""
    adults: Sequence[Adult] = ()
    instructor: str = ""
    way: Way = Way.BUS
    bus: str = ""
    driver: str = ""
    seats: int = 0
    place: str = ""
    route: str = ""
    leaves_on: date | None = None
    leaves_at: time | None = None
    returns_on: date | None = None
    returns_at: time | None = None

    @property
    def is_draft(self) -> bool:
        """Without a number the order is not yet one."""
        return not self.number


@dataclass(frozen=True)
class Crew:
    """The pupils of a group who have a seat, in Russian order, and what they lack."""

    group: Group
    people: Sequence[Person]
    without_seat: int = 0  # on the waitlist, or not decided: on no paper
    lacking: dict[ConsentKind, list[Person]] = field(default_factory=dict)
    guardians: dict[int, list[Guardianship]] = field(default_factory=dict)

    @property
    def lacks_data(self) -> list[Person]:
        return self.lacking[ConsentKind.PERSONAL_DATA]

    @property
    def lacks_photo(self) -> list[Person]:
        return self.lacking[ConsentKind.PHOTO]

    @property
    def lack_something(self) -> list[Person]:
        """Those first who cannot travel as it is."""
        others = [one for one in self.lacks_photo if one not in self.lacks_data]
        return [*self.lacks_data, *others]

    @property
    def lacks_phone(self) -> list[Person]:
        """Whose parents cannot be called from the bus."""
        return [
            one
            for one in self.people
            if one.is_minor and not any(each.phone for each in self.guardians[one.id])
        ]

    @property
    def classes(self) -> str:
        """«9А класса», «9А, 9Б классов»; nothing where no class is known."""
        titles = list(dict.fromkeys(filter(None, (one.class_title for one in self.people))))
        titles.sort(key=lambda title: (int(re.sub(r"\D", "", title) or 0), title))
        if not titles:
            return ""
        return f"{', '.join(titles)} {'класса' if len(titles) == 1 else 'классов'}"


def crew_of(group: Group) -> Crew:
    """Four queries, however many there are."""
    live = [one for one in members_of(group) if one.is_live]
    people = [one.person for one in live if one.holds_seat and not one.person.anonymized_at]
    agreed = consents_of(people)
    return Crew(
        group,
        people,
        without_seat=len(live) - len(people),
        lacking={
            kind: [one for one in people if kind not in agreed[one.id]] for kind in ConsentKind
        },
        guardians=guardianships_of(people),
    )


def folder_of(crew: Crew, trip: Trip) -> list[Paper]:
    """What stands in the folder, in its order: what lacks comes first, and last the forms."""
    papers = [Paper.ORDER, Paper.LIST, Paper.SEATS, Paper.INSTRUCTION]
    if trip.way is not Way.BUS:
        papers.remove(Paper.SEATS)
    if crew.lacks_data or crew.lacks_photo:
        papers.insert(0, Paper.MISSING)
    return papers + [paper for paper, kind in KINDS.items() if crew.lacking[kind]]


def printed(crew: Crew, trip: Trip, paper: Paper) -> bytes:
    """One paper, or the folder as one document. In Russian whoever prints it."""
    refuse_empty(crew, paper)
    if paper is Paper.SEATS and trip.way is not Way.BUS:
        raise RuleBroken(_("Seats are drawn for a bus: choose that the class goes by one."))
    papers = folder_of(crew, trip) if paper is Paper.FOLDER else [paper]
    bus = bus_of(crew, trip) if Paper.SEATS in papers else None
    with force_locale("ru"):
        return printer.render(
            "pdf/trips/all.html",
            papers=papers,
            is_folder=paper is Paper.FOLDER,
            title=f"{TITLES[paper]}: {crew.group.title}",
            crew=crew,
            trip=trip,
            group=crew.group,
            event=crew.group.event,
            slot=crew.group.slot,
            school=crew.group.school,
            bus=bus,
            forms=forms_of(crew, papers),
            quoted=quoted,
            told_to_police=trip.way is Way.BUS and len(crew.people) >= FEWEST_FOR_POLICE,
        )


def refuse_empty(crew: Crew, paper: Paper) -> None:
    if not crew.people:
        raise RuleBroken(_("Nobody in this group has a seat: there is nothing to print."))
    if paper in KINDS and not crew.lacking[KINDS[paper]]:
        raise RuleBroken(_("Everybody in this group has this consent: there is nothing to print."))


def bus_of(crew: Crew, trip: Trip) -> Bus:
    pupils = [Passenger(short_name(one), one.class_title) for one in crew.people]
    adults = [Passenger(one.name, is_adult=True) for one in trip.adults]
    return seated(pupils, adults, trip.seats)


def short_name(person: Person) -> str:
    """«Бадмаев Санджи»: what a seat has room for."""
    return f"{person.last_name} {person.first_name}"


def forms_of(crew: Crew, papers: Collection[Paper]) -> list[Forms]:
    return [
        forms_for(crew.group.school, crew.lacking[kind], kind)
        for paper, kind in KINDS.items()
        if paper in papers
    ]
