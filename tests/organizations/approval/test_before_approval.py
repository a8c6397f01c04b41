"""Until the ministry has approved it an organization drafts and says who it is, nothing else."""

from typing import Any

import pytest
from flask import Flask, g

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.events.models import Event, EventStatus
from app.events.staff import doors
from app.events.staff.models import EventStaff, StaffRole
from app.events.templates import actions as event_templates
from app.organizations import actions
from app.organizations.approval import states
from app.organizations.models import Organization, OrganizationKind, Role
from app.permissions import RULES, can
from app.registrations.models import Group
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_member,
    make_ministry_admin,
    make_organization,
    make_school,
    make_user,
)

# All that is open to its administrator; a new action is closed until it stands here.
OPEN = {
    "desk.open", "organization.see", "organization.read", "organization.edit",
    "event.create_somewhere", "event.create", "event.see", "event.manage",
}  # fmt: skip
OF_ORGANIZATIONS = {
    "organization.see", "organization.read", "organization.edit", "organization.staff",
    "design.manage",
    "event.create", "template.save", "series.edit", "school.coordinate", "school.teach",
}  # fmt: skip


def thing_of(action: str, school: Organization, event: Event) -> Any:
    class_ = make_class(school, letter="АБВГДЕЖЗИК"[db.session.query(type(school)).count() % 10])
    things = {
        "class": class_,
        "group": (Group(event=event, slot=event.slots[0], school=school, title="9А"), [class_]),
        "event": event,
        "slot": event,
        "certificate": event,
        "template": event_templates.save(event, title="Образец"),
    }
    if action in OF_ORGANIZATIONS:
        return school
    return things.get(action.partition(".")[0])


def allowed(app: Flask, user: User, action: str, thing: Any) -> bool:
    with app.test_request_context():
        vars(g).clear()  # what was read for another visitor
        g._login_user = user
        return can(action, thing)


@pytest.mark.parametrize("action", RULES)
def test_what_an_unapproved_school_may_do(app: Flask, action: str) -> None:
    school = make_school(approved=False)
    event = make_event(organization=school, status=EventStatus.DRAFT)
    admin = make_member(school, Role.ADMIN)
    with db.session.no_autoflush:
        thing = thing_of(action, school, event)
        assert allowed(app, admin, action, thing) is (action in OPEN)


def test_a_published_event_is_not_its_own_to_change(app: Flask) -> None:
    """An organization may lose its approval: what is public is no draft."""
    organization = make_organization(approved=False)
    event = make_event(organization=organization)
    admin = make_member(organization, Role.ADMIN)
    assert not allowed(app, admin, "event.manage", event)
    states.approve(organization)
    assert allowed(app, admin, "event.manage", event)


def test_nobody_helps_an_organization_that_may_not_act(app: Flask) -> None:
    organization = make_organization(approved=False)
    event = make_event(organization=organization)
    helper = make_user()
    db.session.add(EventStaff(event=event, user=helper, role=StaffRole.ORGANIZER))
    db.session.flush()
    assert not allowed(app, helper, "event.see_people", event)
    states.approve(organization)
    assert allowed(app, helper, "event.see_people", event)


def test_its_door_is_closed_too(browser: Browser) -> None:
    organization = make_organization(approved=False)
    event = make_event(organization=organization)
    made = doors.make(event, clock.today(), pin="123456", pin_hash="", by=None)
    assert browser.open(f"/door/{made.token}").status == 410
    states.approve(organization)
    assert browser.open(f"/door/{made.token}").status == 200


class TestScreen:
    def test_it_drafts(self, browser: Browser) -> None:
        organization = make_organization(approved=False)
        event = make_event(organization=organization, status=EventStatus.DRAFT)
        browser.log_in(make_member(organization, Role.ADMIN))
        desk = browser.open("/manage")
        assert desk.status == 200
        assert event.title in desk.text("main")
        room = browser.open(f"/manage/events/{event.slug}/edit")
        assert room.texts("nav[aria-label='Разделы мероприятия'] a") == [
            "Мероприятие", "Слоты", "Вопросы"
        ]  # fmt: skip
        page = browser.submit(f"/manage/events/{event.slug}/publish")
        assert "министерств" in page.text("#messages")
        for room_ in ("registrations", "check-in", "messages", "papers", "staff"):
            assert browser.open(f"/manage/events/{event.slug}/{room_}").status == 404, room_

    def test_its_list_has_drafts_alone(self, browser: Browser) -> None:
        organization = make_organization(approved=False)
        draft = make_event(organization=organization, status=EventStatus.DRAFT)
        public = make_event(organization=organization)
        page = browser.log_in(make_member(organization, Role.ADMIN)).open("/manage/events")
        assert draft.title in page.text("main")
        assert public.title not in page.text("main")

    def test_it_says_who_it_is_and_invites_nobody(self, browser: Browser) -> None:
        organization = make_organization(approved=False)
        browser.log_in(make_member(organization, Role.ADMIN))
        page = browser.open("/manage/organization")
        assert page.status == 200
        assert not page.texts("nav[aria-label='Моя организация'] a")
        members = f"/manage/organization/members?organization={organization.slug}"
        fields = {"email": "a@example.org", "role": "admin"}
        assert browser.submit(members, fields=fields).status == 404

    def test_the_ministry_reads_whose_name_it_resembles(self, browser: Browser) -> None:
        ministry = make_ministry_admin()
        known = make_school("СОШ № 18")
        actions.register(
            actions.Details(name="Средняя школа 18", short_name="Школа 18"),
            kind=OrganizationKind.SCHOOL,
            by=make_user(),
        )
        page = browser.log_in(ministry).open("/administration/organizations")
        assert "Похоже называются" in page.text("main")
        assert known.name in page.text("main")
