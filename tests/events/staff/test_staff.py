"""Colleagues of other organizations who help with one event."""

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus
from app.events.staff import actions as staff
from app.events.staff.door_retention import forget_doors
from app.events.staff.models import EventStaff, StaffRole
from app.events.staff.queries import roles_of
from app.notifications.models import Notification
from app.web.budgets import INVITATIONS_OF_ACCOUNT, Cost, charge
from tests.browser import Browser
from tests.factories import make_event, make_member, make_user

ROOMS = ["edit", "slots", "registrations", "attendance", "papers"]
OWN = ["call-off", "copy", "staff"]


def helped(role: StaffRole = StaffRole.ORGANIZER, **given: object) -> tuple[Event, EventStaff]:
    """An event, and a colleague with a confirmed address who has the role there."""
    event = make_event(**given)  # type: ignore[arg-type]
    user = make_user(email_confirmed_at=clock.now())
    return event, staff.add(event, user.email, role, by=make_member(event.organization))


class TestRule:
    def test_the_role_waits_for_a_confirmed_address(self) -> None:
        event = make_event()
        staff.add(event, " Anna@Example.org ", StaffRole.DOOR, by=None)
        unconfirmed = make_user(email="anna@example.org")
        assert roles_of(unconfirmed) == {}
        unconfirmed.email_confirmed_at = clock.now()
        assert roles_of(unconfirmed) == {event.id: StaffRole.DOOR}

    def test_whoever_changes_their_address_keeps_the_role(self) -> None:
        event, added = helped()
        assert added.user is not None
        added.user.email = "new@example.org"
        assert roles_of(added.user) == {event.id: StaffRole.ORGANIZER}

    def test_adding_again_changes_the_role_and_writes_once_more(self) -> None:
        event, added = helped(StaffRole.DOOR)
        staff.add(event, added.email, StaffRole.DOOR, by=None)
        staff.add(event, added.email.upper(), StaffRole.ORGANIZER, by=None)
        assert added.role is StaffRole.ORGANIZER
        letters = sa.select(sa.func.count()).select_from(Notification)
        assert db.session.scalar(letters) == 2

    def test_nobody_is_written_to_without_end(self) -> None:
        """Neither by changing the role to and fro nor by removing and adding again."""
        event = make_event()
        own = make_member(event.organization)
        for number in range(4):
            staff.add(event, "stranger@example.org", list(StaffRole)[number % 2], by=own)
        staff.remove(staff.add(event, "stranger@example.org", StaffRole.ORGANIZER, by=own))
        with pytest.raises(RuleBroken, match="приглашени"):
            staff.add(event, "Stranger+1@example.org", StaffRole.DOOR, by=own)
        letters = sa.select(sa.func.count()).select_from(Notification)
        assert db.session.scalar(letters) == 5

    def test_nor_are_many_addresses(self) -> None:
        event = make_event()
        own = make_member(event.organization)
        charge(Cost(INVITATIONS_OF_ACCOUNT, own.id, INVITATIONS_OF_ACCOUNT.most - 1))
        staff.add(event, "anna@example.org", StaffRole.DOOR, by=own)
        with pytest.raises(RuleBroken, match="много приглашений"):
            staff.add(event, "oleg@example.org", StaffRole.DOOR, by=own)

    def test_own_organizers_need_no_adding(self) -> None:
        event = make_event()
        own = make_member(event.organization)
        with pytest.raises(RuleBroken, match="уже"):
            staff.add(event, own.email, StaffRole.DOOR, by=None)

    def test_an_address_without_an_account_is_forgotten_after_the_event(self) -> None:
        past, coming = make_event(in_days_=-40), make_event()
        for event in (past, coming):
            staff.add(event, "nobody@example.org", StaffRole.DOOR, by=None)
        forget_doors()
        [kept] = db.session.scalars(sa.select(EventStaff))
        assert kept.event_id == coming.id


class TestScreen:
    def test_an_organizer_adds_and_removes_a_colleague(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.DRAFT)
        own, colleague = make_member(event.organization), make_user(email_confirmed_at=clock.now())
        url = f"/manage/events/{event.slug}/staff"
        page = browser.log_in(own).submit(url, email=colleague.email, role="organizer")
        assert colleague.email in page.text(".o-people")
        letter = db.session.scalars(sa.select(Notification)).one()
        assert (letter.address, letter.template) == (colleague.email, "event_staff_added")

        browser.log_in(colleague)
        for room in ROOMS:
            assert browser.open(f"/manage/events/{event.slug}/{room}").status == 200, room
        for room in OWN:
            assert browser.open(f"/manage/events/{event.slug}/{room}").status == 404, room
        assert event.title in browser.open("/manage").text("main")

        added = db.session.scalars(sa.select(EventStaff)).one()
        browser.log_in(own).submit(f"{url}/{added.id}/remove")
        browser.log_in(colleague)
        for room in ROOMS:
            assert browser.open(f"/manage/events/{event.slug}/{room}").status == 404, room
        assert browser.open("/manage").status == 404

    def test_nobody_learns_whether_there_is_an_account(self, browser: Browser) -> None:
        event = make_event()
        known = make_user("Тайное имя", email_confirmed_at=clock.now())
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/staff"
        pages = [browser.submit(url, email=one) for one in (known.email, "nobody@example.org")]
        assert pages[0].html.count(known.email) == pages[1].html.count("nobody@example.org")
        assert known.name not in pages[1].text("main")

    def test_a_colleague_at_the_door_sees_the_door_alone(self, browser: Browser) -> None:
        event, added = helped(StaffRole.DOOR, in_days_=0)
        other = make_event(organization=event.organization)
        assert added.user is not None
        browser.log_in(added.user)
        assert browser.open(f"/manage/events/{event.slug}/attendance").status == 200
        for room in [*ROOMS, *OWN]:
            if room != "attendance":
                assert browser.open(f"/manage/events/{event.slug}/{room}").status == 404, room
        assert browser.open(f"/manage/events/{other.slug}/attendance").status == 404

    def test_a_mistyped_address_stays_in_the_form(self, browser: Browser) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/staff", email="anna@", role="door")
        assert page.status == 422
        assert page.form("form[novalidate]")["email"] == "anna@"

    def test_staff_of_another_event_cannot_be_removed_here(self, browser: Browser) -> None:
        _, added = helped()
        mine = make_event()
        browser.log_in(make_member(mine.organization))
        page = browser.submit(f"/manage/events/{mine.slug}/staff/{added.id}/remove")
        assert page.status == 404
        assert db.session.get(EventStaff, added.id)
