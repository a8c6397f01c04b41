"""The access matrix: every route, for every kind of visitor.

``open``: answered, whatever the answer; ``hidden``: 404, as if it did not exist;
``log in``: sent to the log-in page. A new route must appear here.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app, url_for

from app import clock
from app.accounts.models import Device, User
from app.attendance.models import Attendance, Method, Presence
from app.db import db
from app.documents.actions import issue_due
from app.events.models import Event, EventStatus
from app.organizations.models import OrganizationKind, Role
from app.people.list_models import ErasureAct, ErasureReason
from app.registrations.consent_requests import Guardian, ask, token_of
from app.registrations.models import Answer, Registration
from tests.browser import Browser
from tests.factories import (
    make_event,
    make_member,
    make_ministry_admin,
    make_organization,
    make_registration,
    make_user,
)

ACTORS = ("visitor", "somebody", "organizer", "door", "stranger", "ministry")
#                  visitor  somebody organizer door    stranger ministry
EVERYBODY = dict.fromkeys(ACTORS, "open")
NOBODY = dict.fromkeys(ACTORS, "hidden")  # outside the demo
LOGGED_IN = EVERYBODY | {"visitor": "log in"}
ORGANIZER = dict.fromkeys(ACTORS, "hidden") | {"visitor": "log in", "organizer": "open"}
AT_THE_DOOR = ORGANIZER | {"door": "open"}
DESK = ORGANIZER | {"door": "open", "stranger": "open", "ministry": "open"}  # each their own
EDITORS = ORGANIZER | {"stranger": "open", "ministry": "open"}  # each their own
MINISTRY = ORGANIZER | {"organizer": "hidden", "ministry": "open"}

MATRIX = {
    "accounts.choose_password": EVERYBODY,
    "accounts.confirm_address": EVERYBODY,
    "accounts.end_device": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their own
    "accounts.end_other_devices": LOGGED_IN,
    "accounts.follow_link": EVERYBODY,
    "accounts.log_in": EVERYBODY,
    "accounts.log_in_link": EVERYBODY,
    "accounts.log_out": LOGGED_IN,
    "accounts.reset_password": EVERYBODY,
    "accounts.security": LOGGED_IN,
    "accounts.sign_up": EVERYBODY,
    "attendance.index": AT_THE_DOOR,
    "attendance.mark": AT_THE_DOOR,
    "attendance.mark_all": ORGANIZER,
    "audit.index": MINISTRY,  # and admins of organizations, each their own: tests/audit
    "consents.answer": EVERYBODY,  # by its signed link
    "consents.mine": LOGGED_IN,
    "consents.withdraw": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their own
    "consents.withdraw_by_link": EVERYBODY,  # by its signed link
    "documents.all_certificates": ORGANIZER,
    "documents.attendance_list": ORGANIZER,
    "documents.attendance_lists": ORGANIZER,
    "documents.certificate_of_ticket": EVERYBODY,  # by its secret code
    "documents.issue_again": ORGANIZER,
    "documents.issue_certificates": ORGANIZER,
    "documents.my_certificates": LOGGED_IN,
    "documents.one_certificate": ORGANIZER,
    "documents.papers": ORGANIZER,
    "documents.poster": EVERYBODY,
    "documents.revoke": ORGANIZER,
    "documents.slot_spreadsheet": ORGANIZER,
    "documents.spreadsheet": ORGANIZER,
    "documents.ticket": EVERYBODY,  # by its secret code
    "documents.verify": EVERYBODY,
    "documents.verify_form": EVERYBODY,
    "erasures.act": MINISTRY,
    "erasures.index": MINISTRY,
    "events.atom": EVERYBODY,
    "events.calendar": EVERYBODY,
    "events.event_calendar": EVERYBODY,
    "events.home": EVERYBODY,
    "events.index": EVERYBODY,
    "events.open_data": EVERYBODY,
    "events.show": EVERYBODY,
    "events_desk.call_off": ORGANIZER,
    "events_desk.copy": ORGANIZER,
    "events_desk.desk": DESK,
    "events_desk.edit": ORGANIZER,
    "events_desk.manage_index": EDITORS,
    "events_desk.new": EDITORS,
    "events_desk.publish": ORGANIZER,
    "events_desk.unpublish": ORGANIZER,
    "notifications.letter": NOBODY,
    "notifications.outbox": NOBODY,
    "organizations.administration": MINISTRY,
    "organizations.approve": MINISTRY,
    "organizations.edit": MINISTRY,  # the only admin of an organization here
    "organizations.embed": EVERYBODY,
    "organizations.index": EVERYBODY,
    "organizations.new": LOGGED_IN,
    "organizations.show": EVERYBODY,
    "own_data.erase": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their own
    "own_data.export": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their own
    "own_data.index": LOGGED_IN,
    "people.details": LOGGED_IN,
    "registrations.ask_guardian": EVERYBODY,  # by its secret code
    "registrations.calendar": EVERYBODY,  # by its secret code
    "registrations.cancel": EVERYBODY,  # by its secret code
    "registrations.mine": LOGGED_IN,
    "registrations.move": EVERYBODY,  # by its secret code
    "registrations.show": EVERYBODY,  # by its secret code
    "sign_up.sign_up": EVERYBODY,
    "registrations_desk.act": ORGANIZER,
    "registrations_desk.add": ORGANIZER,
    "registrations_desk.cancel": ORGANIZER,
    "registrations_desk.index": ORGANIZER,
    "registrations_desk.walk_in": AT_THE_DOOR,
    "site.accessibility": EVERYBODY,
    "site.healthz": EVERYBODY,
    "site.language": EVERYBODY,
    "site.low_vision": EVERYBODY,
    "site.privacy": EVERYBODY,
    "site.readyz": EVERYBODY,
    "slots.change": ORGANIZER,
    "slots.delete": ORGANIZER,
    "slots.index": ORGANIZER,
    "static": EVERYBODY,
}


@dataclass
class Scene:
    """An event of one college with one participant who came, and everybody around it."""

    event: Event
    registration: Registration
    certificate_id: int
    certificate_code: str
    users: dict[str, User | None]
    device_id: int
    consent_token: str
    act_id: int

    def address(self, endpoint: str) -> str:
        known: dict[str, Any] = {
            "slug": self.event.slug,
            "code": self.certificate_code
            if endpoint == "documents.verify"
            else self.registration.code,
            "registration_id": self.registration.id,
            "certificate_id": self.certificate_id,
            "organization_id": self.event.organization_id,
            "slot_id": self.event.slots[0].id,
            "id": self.event.slots[0].id,
            "device_id": self.device_id,
            "token": self.consent_token if endpoint.startswith("consents.") else "unknown-token",
            "person_id": self.registration.person_id,
            "act_id": self.act_id,
            "reference": "0" * 32,
            "filename": "css/site.css",
        }
        if endpoint in ("organizations.show", "organizations.embed"):
            known["slug"] = self.event.organization.slug
        rule = next(r for r in current_app.url_map.iter_rules() if r.endpoint == endpoint)
        return url_for(endpoint, **{name: known[name] for name in rule.arguments})


def build() -> Scene:
    college = make_organization()
    event = make_event(organization=college, in_days_=0)
    registration = make_registration(event.slots[0]) if event.signup_is_open else None
    if registration is None:  # late in the day: the slot has begun
        event = make_event(organization=college, in_days_=1)
        registration = make_registration(event.slots[0])
    db.session.add(
        Attendance(registration=registration, presence=Presence.PRESENT, method=Method.LIST)
    )
    db.session.flush()
    certificate = issue_due(event)[0]
    strangers_device = Device(user_id=make_user().id, token_hash="0" * 64)
    db.session.add(strangers_device)
    db.session.flush()
    users = {
        "visitor": None,
        "somebody": make_user(),
        "organizer": make_member(college, Role.ORGANIZER),
        "door": make_member(college, Role.DOOR),
        "stranger": make_member(make_organization(OrganizationKind.SCHOOL), Role.ORGANIZER),
        "ministry": make_ministry_admin(),
    }
    [asked] = ask(registration, [Guardian("parent@example.org")])
    asked.answer, asked.answered_at = Answer.GIVEN, clock.now()
    act = ErasureAct(subject=1, reason=ErasureReason.REQUEST, rows={"person": 1})
    db.session.add(act)
    db.session.flush()
    return Scene(
        event, registration, certificate.id, certificate.code, users, strangers_device.id,
        token_of(asked), act.id,
    )  # fmt: skip


def outcome(app: Flask, scene: Scene, endpoint: str, actor: str) -> str:
    browser = Browser(app.test_client())
    if user := scene.users[actor]:
        browser.log_in(user)
    with app.test_request_context():
        address = scene.address(endpoint)
    methods = {
        m for r in app.url_map.iter_rules() if r.endpoint == endpoint for m in r.methods or ()
    }
    if "GET" in methods:
        response = browser.open(address, follow=False).response
    else:
        slot: int = scene.event.slots[0].id
        response = browser.submit(address, follow=False, slot=str(slot)).response
    if response.status_code == 404:
        return "hidden"
    location = response.headers.get("Location", "")
    if response.status_code == 303 and location.startswith("/log-in?"):
        return "log in"
    assert response.status_code < 500, f"{address}: {response.status_code}"
    return "open"


@pytest.mark.parametrize("endpoint", sorted(MATRIX))
def test_who_reaches_what(app: Flask, endpoint: str) -> None:
    scene = build()
    found = {actor: outcome(app, scene, endpoint, actor) for actor in ACTORS}
    assert found == MATRIX[endpoint]


def test_every_route_stands_in_the_matrix(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(MATRIX)


def test_a_draft_is_seen_by_its_organizers_alone(app: Flask) -> None:
    scene = build()
    scene.event.status = EventStatus.DRAFT
    db.session.flush()
    seen = {actor for actor in ACTORS if outcome(app, scene, "events.show", actor) == "open"}
    assert seen == {"organizer"}


def test_an_ended_device_lets_nobody_in(app: Flask) -> None:
    scene = build()
    organizer = scene.users["organizer"]
    assert organizer is not None
    browser = Browser(app.test_client()).log_in(organizer)
    assert browser.open("/manage").status == 200
    db.session.execute(sa.update(Device).values(ended_at=scene.event.created_at))
    assert browser.open("/manage", follow=False).status == 303
