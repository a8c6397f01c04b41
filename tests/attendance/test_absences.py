"""Who did not come before is seen by the organizer of those events, and by nobody else."""

import pytest

from app.attendance.models import Attendance, Method, Presence
from app.attendance.queries import missed_of
from app.base.db import db
from app.events.models import Event
from app.organizations.models import Organization, Role
from app.people.models import Person
from app.registrations.models import Channel
from tests.browser import Browser
from tests.factories import (
    make_event,
    make_member,
    make_organization,
    make_person,
    make_registration,
)


@pytest.fixture
def college() -> Organization:
    return make_organization()


def past(organization: Organization, person: Person, presence: Presence, days: int) -> None:
    slot = make_event(organization=organization, in_days_=-days).slots[0]
    registration = make_registration(slot, person, channel=Channel.STAFF)
    db.session.add(Attendance(registration=registration, presence=presence, method=Method.LIST))
    db.session.flush()


@pytest.fixture
def person(college: Organization) -> Person:
    """Came once, missed twice, once with an excuse; elsewhere missed too."""
    person = make_person("Бадмаев")
    for days, presence in enumerate(
        (Presence.PRESENT, Presence.ABSENT, Presence.ABSENT, Presence.EXCUSED), start=2
    ):
        past(college, person, presence, days)
    past(make_organization(), person, Presence.ABSENT, 8)
    return person


@pytest.fixture
def event(college: Organization, person: Person) -> Event:
    event = make_event(organization=college)
    make_registration(event.slots[0], person)
    make_registration(event.slots[0], make_person("Горяев"))
    return event


class TestRule:
    def test_only_the_organizations_own_events_count(
        self, college: Organization, person: Person
    ) -> None:
        assert missed_of([person], organization_id=college.id) == {person.id: (2, 3)}
        assert missed_of([make_person()], organization_id=college.id) == {}


class TestScreen:
    def test_seen_in_the_organizers_table_alone(self, browser: Browser, event: Event) -> None:
        browser.log_in(make_member(event.organization))
        table = browser.open(f"/manage/events/{event.slug}/registrations")
        assert table.html.count("не пришёл 2 из 3 раз") == 1
        browser.log_in(make_member(event.organization, Role.DOOR))
        assert "не пришёл" not in browser.open(f"/manage/events/{event.slug}/attendance").html
