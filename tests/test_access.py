"""The access matrix: every route, for every kind of visitor.

``open``: answered, whatever the answer; ``hidden``: 404, as if it did not exist;
``log in``: sent to the log-in page. A new route must appear here.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app, url_for

from app.accounts.models import Device, User
from app.attendance.models import Attendance, Method, Presence
from app.base import clock
from app.base.db import db
from app.certificates.batches.actions import begin
from app.certificates.design.looks import STANDARD
from app.certificates.design.models import Picture
from app.certificates.designer import actions as design_actions
from app.certificates.issued.actions import issue_due
from app.certificates.kinds import CertificateKind
from app.events.models import Event, EventSeries, EventStatus
from app.events.seat_rules.draw_models import Draw
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.events.staff import actions as staff
from app.events.staff import doors
from app.events.staff.models import DoorLink, StaffRole
from app.events.templates import actions as event_templates
from app.messages.models import Message
from app.organizations.models import Membership, OrganizationChange, OrganizationKind, Role
from app.people.class_lists.models import ImportState, ListImport
from app.privacy.models import ErasureAct, ErasureReason
from app.registrations.groups.actions import sign_up_class
from app.registrations.guardians.requests import Guardian, ask, token_of
from app.registrations.merging.actions import merge
from app.registrations.models import Answer, Registration
from app.sweeps.models import RunState, SweepRun
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_meeting,
    make_member,
    make_ministry_admin,
    make_organization,
    make_person,
    make_pupil,
    make_question,
    make_registration,
    make_school,
    make_user,
)

pytestmark = pytest.mark.sqlite_alone
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
SCHOOL = ORGANIZER | {"organizer": "hidden", "stranger": "open"}  # whose class it is

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
    "address.add": LOGGED_IN,
    "address.confirm": LOGGED_IN,  # 410: no such link
    "approvals.act": MINISTRY,
    "approvals.change": MINISTRY,
    "approvals.index": MINISTRY,
    "approvals.names": MINISTRY,
    "answers.change": EVERYBODY,  # by its secret code
    "replies.accept_seat": EVERYBODY,  # by its secret code
    "replies.reconfirm_class": SCHOOL,
    "replies.reconfirm_seat": EVERYBODY,  # by its secret code
    "attendance.index": AT_THE_DOOR,
    "attendance.mark": AT_THE_DOOR,
    "attendance.mark_all": ORGANIZER,
    "badges.door_signs": ORGANIZER,
    "badges.index": ORGANIZER,
    "badges.table_tents": ORGANIZER,
    "check_in.index": AT_THE_DOOR,
    "check_in.late": ORGANIZER,
    "check_in.mark": AT_THE_DOOR,
    "check_in.shell": AT_THE_DOOR,
    "check_in_phone.changes": AT_THE_DOOR,
    "check_in_phone.manifest": AT_THE_DOOR,
    "check_in_phone.marks": AT_THE_DOOR,
    "check_in_phone.shift_list": AT_THE_DOOR,
    "check_in_phone.worker": AT_THE_DOOR,
    "claims.accept": SCHOOL,
    "claims.index": SCHOOL,
    "claims.reject": SCHOOL,
    "classes.desk": SCHOOL,
    "classes.index": SCHOOL,
    "classes.new": SCHOOL,
    "classes.show": SCHOOL,
    "classes.teacher": SCHOOL,
    "children.code": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their child
    "children.edit": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),
    "children.index": LOGGED_IN,
    "children.invite": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),
    "children.new": LOGGED_IN,
    "children.stop": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),
    "children.take_back": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),
    "class_lists.apply": SCHOOL,
    "class_lists.columns": SCHOOL,
    "class_lists.receive": SCHOOL,
    "class_lists.receive_for_class": SCHOOL,
    "class_lists.show": SCHOOL,
    "class_lists.undo": SCHOOL,
    "consent_papers.blank": AT_THE_DOOR,
    "consent_papers.enter": SCHOOL,
    "consent_papers.forms": SCHOOL,
    "consent_papers.withdraw": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # no pupil of it
    "consent_texts.edit": MINISTRY,
    "consent_texts.index": MINISTRY,
    "consent_texts.version": MINISTRY,
    "audit.index": MINISTRY,  # and admins of organizations, each their own: tests/audit
    "consents.answer": EVERYBODY,  # by its signed link
    "consents.mine": LOGGED_IN,
    "consents.withdraw": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their own
    "consents.withdraw_by_link": EVERYBODY,  # by its signed link
    "coverage.index": SCHOOL,
    "coverage.invite": SCHOOL,
    "coverage.invite_table": SCHOOL,
    "design_pictures.add": ORGANIZER,
    "design_pictures.show": ORGANIZER,
    "designs.archive": ORGANIZER,
    "designs.copy": ORGANIZER,
    "designs.edit": ORGANIZER,
    "designs.index": ORGANIZER,
    "designs.new": ORGANIZER,
    "designs.preview": ORGANIZER,
    "designs.restore": ORGANIZER,
    "designs.show": ORGANIZER,
    "designs.standard": ORGANIZER,
    "documents.all_certificates": ORGANIZER,
    "documents.attendance_list": ORGANIZER,
    "documents.attendance_lists": ORGANIZER,
    "documents.certificate_of_ticket": EVERYBODY,  # by its secret code
    "batches.cancel": ORGANIZER,
    "batches.delete_file": ORGANIZER,
    "batches.download": ORGANIZER,
    "batches.event_register": ORGANIZER,
    "batches.go_on": ORGANIZER,
    "batches.new": ORGANIZER,
    "batches.organization_register": EDITORS,
    "batches.print_again": ORGANIZER,
    "batches.show": ORGANIZER,
    "certificates.issue_again": ORGANIZER,
    "certificates.issue_due": ORGANIZER,
    "certificates.pdf": ORGANIZER,
    "certificates.revoke": ORGANIZER,
    "documents.my_certificates": LOGGED_IN,
    "documents.one_certificate": ORGANIZER,
    "documents.papers": ORGANIZER,
    "documents.poster": EVERYBODY,
    "documents.slot_spreadsheet": ORGANIZER,
    "documents.spreadsheet": ORGANIZER,
    "documents.ticket": EVERYBODY,  # by its secret code
    "documents.verify": EVERYBODY,
    "documents.verify_form": EVERYBODY,
    "duplicates.apart": SCHOOL,
    "duplicates.index": SCHOOL,
    "duplicates.merge": SCHOOL,
    "duplicates.undo": SCHOOL,
    "erasures.act": MINISTRY,
    "erasures.index": MINISTRY,
    "sweeps.allow": MINISTRY,
    "sweeps.index": MINISTRY,
    "sweeps.refuse": MINISTRY,
    "sweeps.undo": MINISTRY,
    "events.atom": EVERYBODY,
    "events.calendar": EVERYBODY,
    "events.event_calendar": EVERYBODY,
    "events.home": EVERYBODY,
    "events.index": EVERYBODY,
    "events.open_data": EVERYBODY,
    "events.show": EVERYBODY,
    "event_editor.autosave": ORGANIZER,
    "event_editor.autosave_new": EDITORS,
    "event_editor.history": ORGANIZER,
    "event_editor.preview": ORGANIZER,
    "event_editor.save_as_template": ORGANIZER,
    "event_templates.begin": ORGANIZER,
    "event_templates.delete": ORGANIZER,
    "event_templates.index": EDITORS,
    "draws.as_csv": EVERYBODY,
    "draws.as_json": EVERYBODY,
    "draws.show": EVERYBODY,
    "events_desk.call_off": ORGANIZER,
    "events_desk.copy": ORGANIZER,
    "events_desk.desk": DESK,
    "events_desk.edit": ORGANIZER,
    "events_desk.manage_index": EDITORS,
    "events_desk.new": EDITORS,
    "events_desk.publish": ORGANIZER,
    "events_desk.unpublish": ORGANIZER,
    "joining.invitation": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # no such token
    "joining.join": NOBODY,  # no such code
    "joining.slips": SCHOOL,
    "joining.type_code": EVERYBODY,
    "groups.add": SCHOOL,
    "groups.cancel": SCHOOL,
    "groups.companions": SCHOOL,
    "groups.index": SCHOOL,
    "groups.remove": SCHOOL,
    "groups.show": SCHOOL,
    "class_sign_up.sign_up": SCHOOL,
    "groups.swap": SCHOOL,
    "memberships.index": MINISTRY,  # of any organization; its own admins: tests/organizations
    "memberships.join": LOGGED_IN,  # 410: no such link
    "memberships.remove": MINISTRY,
    "messages.compose": ORGANIZER,
    "messages.index": ORGANIZER,
    "messages.reminders": ORGANIZER,
    "messages.show": ORGANIZER,
    "names.index": ORGANIZER,
    "notifications.letter": NOBODY,
    "notifications.outbox": NOBODY,
    "organizations.ask_again": MINISTRY,  # the only admin of an organization here
    "organizations.edit": MINISTRY,  # the only admin of an organization here
    "organizations.embed": EVERYBODY,
    "organizations.index": EVERYBODY,
    "organizations.new": LOGGED_IN,
    "organizations.show": EVERYBODY,
    "organizations.withdraw_change": MINISTRY,
    "path.mine": LOGGED_IN,
    "own_data.erase": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their own
    "own_data.export": LOGGED_IN | dict.fromkeys(ACTORS[1:], "hidden"),  # not their own
    "own_data.index": LOGGED_IN,
    "people.details": LOGGED_IN,
    "pupils.delete_guardian": SCHOOL,
    "pupils.edit": SCHOOL,
    "pupils.edit_guardian": SCHOOL,
    "pupils.leave": SCHOOL,
    "pupils.move": SCHOOL,
    "pupils.new": SCHOOL,
    "pupils.new_guardian": SCHOOL,
    "pupils.take_back": SCHOOL,
    "questions.answers": ORGANIZER,
    "questions.bring_back": ORGANIZER,
    "questions.change": ORGANIZER,
    "questions.delete": ORGANIZER,
    "questions.index": ORGANIZER,
    "questions.move": ORGANIZER,
    "registrations.ask_guardian": EVERYBODY,  # by its secret code
    "registrations.calendar": EVERYBODY,  # by its secret code
    "registrations.cancel": EVERYBODY,  # by its secret code
    "registrations.mine": LOGGED_IN,
    "registrations.move": EVERYBODY,  # by its secret code
    "registrations.show": EVERYBODY,  # by its secret code
    "sign_up.sent": EVERYBODY,
    "sign_up.sign_up": EVERYBODY,
    "admission.add_quota": ORGANIZER,
    "admission.decide": ORGANIZER,
    "admission.delete_quota": ORGANIZER,
    "admission.draw": ORGANIZER,
    "admission.index": ORGANIZER,
    "registrations_desk.act": ORGANIZER,
    "adding.paper_consent": AT_THE_DOOR,
    "adding.add": ORGANIZER,
    "registrations_desk.cancel": ORGANIZER,
    "registrations_desk.index": ORGANIZER,
    "adding.walk_in": AT_THE_DOOR,
    "series.edit": ORGANIZER,
    "series.show": EVERYBODY,
    "doors.enter": EVERYBODY,  # by its secret link; nothing without the PIN
    "region.calendar": EDITORS,
    "site.accessibility": EVERYBODY,
    "site.healthz": EVERYBODY,
    "site.language": EVERYBODY,
    "site.low_vision": EVERYBODY,
    "site.privacy": EVERYBODY,
    "site.readyz": EVERYBODY,
    "slots.change": ORGANIZER,
    "slots.delete": ORGANIZER,
    "slots.index": ORGANIZER,
    "meeting_sheet.index": ORGANIZER,
    "meeting_sheet.mark": ORGANIZER,
    "meeting_sheet.mark_rest": ORGANIZER,
    "meetings.change": ORGANIZER,
    "meetings.delete": ORGANIZER,
    "meetings.index": ORGANIZER,
    "lists.choose": ORGANIZER,
    "lists.pdf": ORGANIZER,
    "lists.xlsx": ORGANIZER,
    "sheets.pdf": ORGANIZER,
    "sheets.xlsx": ORGANIZER,
    "slot_fate.move_people": ORGANIZER,
    "slot_fate.off": ORGANIZER,
    "slot_series.generate": ORGANIZER,
    "slots_at_once.many": ORGANIZER,
    "staff.index": ORGANIZER,
    "staff.make_link": ORGANIZER,
    "staff.remove": ORGANIZER,
    "staff.revoke_link": ORGANIZER,
    "static": EVERYBODY,
    "trips.papers": SCHOOL,
    "typed_rows.save": ORGANIZER,
    "typed_rows.show": ORGANIZER,
    "verifying.file_to_save": EVERYBODY,
    "verifying.key_as_pem": EVERYBODY,
    "verifying.keys_as_json": EVERYBODY,
    "verifying.offline": EVERYBODY,
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
    class_id: int
    pupil_id: int
    guardianship_id: int
    merge_id: int
    group_code: str
    import_: ListImport  # of the stranger's school
    act_id: int
    run_id: int
    membership_id: int  # the ministry's admin's own, the only one
    question_id: int
    template_id: int
    message_id: int
    meeting_id: int
    quota_id: int
    staff_id: int
    link_id: int
    batch_id: int
    design_id: int
    picture_id: int
    key_id: str  # that signed the certificate

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
            "meeting_id": self.meeting_id,
            "device_id": self.device_id,
            "token": self.consent_token if endpoint.startswith("consents.") else "unknown-token",
            "person_id": self.pupil_id
            if endpoint.startswith("pupils.")
            else self.registration.person_id,
            "class_id": self.class_id,
            "membership_id": self.membership_id,
            "invitation_id": 1,
            "guardianship_id": self.guardianship_id,
            "merge_id": self.merge_id,
            "kind": "photo",
            "key_id": self.key_id,
            "number": 1,
            "act_id": self.act_id,
            "run_id": self.run_id,
            "template_id": self.template_id,
            "message_id": self.message_id,
            "reference": "0" * 32,
            "quota_id": self.quota_id,
            "import_id": self.import_.id,
            "question_id": self.question_id,
            "staff_id": self.staff_id,
            "link_id": self.link_id,
            "batch_id": self.batch_id,
            "design_id": self.design_id,
            "picture_id": self.picture_id,
            "filename": "css/site.css",
            "name": "suspend",
        }
        if endpoint.startswith("series."):
            known["slug"] = "yarmarki"
        if endpoint.startswith(("groups.", "trips.")) or endpoint == "replies.reconfirm_class":
            known["code"] = self.group_code
        if endpoint in ("organizations.show", "organizations.embed") or endpoint.startswith(
            "design"
        ):
            known["slug"] = self.event.organization.slug
        if endpoint == "designs.standard":
            known["kind"] = "diploma"
        rule = next(r for r in current_app.url_map.iter_rules() if r.endpoint == endpoint)
        return url_for(endpoint, **{name: known[name] for name in rule.arguments})


def build() -> Scene:
    college = make_organization()
    event = make_event(organization=college, in_days_=0)
    registration = make_registration(event.slots[0]) if event.slots[0].signup_is_open else None
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
    school = make_school()
    pupil = make_pupil(make_class(school))
    import_ = ListImport(
        school=school,
        school_class=pupil.school_class,
        filename="9А.xlsx",
        state=ImportState.PREVIEW,
    )
    db.session.add(import_)
    db.session.flush()
    users = {
        "visitor": None,
        "somebody": make_user(),
        "organizer": make_member(college, Role.ORGANIZER),
        "door": make_member(college, Role.DOOR),
        "stranger": make_member(school, Role.ORGANIZER),
        "ministry": make_ministry_admin(),
    }
    colleague = staff.add(event, "colleague@example.org", StaffRole.ORGANIZER, by=None)
    door = doors.make(event, clock.today(), pin="000000", pin_hash="", by=None)
    [asked] = ask(registration, [Guardian("parent@example.org")])
    asked.answer, asked.answered_at = Answer.GIVEN, clock.now()
    act = ErasureAct(subject=1, reason=ErasureReason.REQUEST, rows={"person": 1})
    run = SweepRun(name="expired", kind="guests", state=RunState.WAITING, touched=51)
    db.session.add_all([act, run])
    db.session.flush()
    merged = merge(pupil, make_person(birth_date=pupil.birth_date), by=None)
    series = EventSeries(organization=college, title="Ярмарки", slug="yarmarki", summary="")
    event.series = series
    template = event_templates.save(event, title="Ярмарка")
    group = sign_up_class(
        event.slots[0], school, "9А", [make_pupil(make_class(school, letter="Б"))],
        companions=[{"name": "Анна", "phone": ""}], by=None,
    )  # fmt: skip
    quota = Quota(event=event, kind=QuotaKind.PER_SCHOOL, seats=100)
    db.session.add_all([quota, Draw(event=event, seed="0", seed_sha256="0" * 64)])
    db.session.flush()
    meeting = make_meeting(event.slots[0])
    message = Message(event=event, form_key="key", subject="Зал", body="Другой зал", selection={})
    db.session.add(message)
    db.session.flush()
    picture = Picture(organization_id=college.id, sha256="0" * 64, content_type="image/png",
                      width=1, height=1, content=b"")  # fmt: skip
    db.session.add(picture)
    db.session.add(
        OrganizationChange(
            organization=college, name="Прокуратура", short_name="П", kind=OrganizationKind.COLLEGE
        )
    )
    db.session.flush()
    thanks = CertificateKind.THANKS
    design = design_actions.make(college, thanks, "Письмо", STANDARD[thanks])
    own = db.session.scalars(sa.select(Membership).filter_by(user=users["ministry"])).one()
    thanks = CertificateKind.THANKS
    batch = begin(event, thanks, STANDARD[thanks], [(None, "Манджиева Ольга Борисовна", "")])
    return Scene(
        event, registration, certificate.id, certificate.code, users, strangers_device.id,
        token_of(asked), pupil.class_id or 0, pupil.id, make_guardianship(pupil).id,
        merged.id, group.code, import_, act.id, run.id, own.id,
        make_question(event).id,
        template.id,
        message.id,
        meeting.id,
        quota.id,
        colleague.id,
        door.link.id,
        batch.id,
        design.id,
        picture.id,
        certificate.key_id,
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


PAPERS = {"documents.papers"}  # for all that it links to: drawing papers takes long
ROOMS = {
    name
    for name, by in MATRIX.items()
    if by in (ORGANIZER, AT_THE_DOOR)
    and (name in PAPERS or "documents." not in name)
    and not name.startswith("design")  # of the organization, not of the event
}


def rooms_of(app: Flask, scene: Scene, user: User) -> set[str]:
    """What somebody reaches in the rooms of the scene's event."""
    scene.users["somebody"] = user
    taking_away_last = sorted(ROOMS, key=lambda room: ("delete" in room, room))
    return {room for room in taking_away_last if outcome(app, scene, room, "somebody") == "open"}


OWN_ROOMS = {"slot_fate.off", "slot_fate.move_people", "certificates.revoke",
             "staff.index", "staff.make_link", "staff.remove", "staff.revoke_link",
             "events_desk.call_off", "events_desk.copy", "event_editor.save_as_template",
             "event_templates.begin", "event_templates.delete", "series.edit"}  # fmt: skip
DOOR_ROOMS = {name for name, by in MATRIX.items() if by == AT_THE_DOOR}


def test_a_colleague_reaches_all_but_its_end_and_its_staff(app: Flask) -> None:
    scene = build()
    user = make_user(email_confirmed_at=clock.now())
    staff.add(scene.event, user.email, StaffRole.ORGANIZER, by=None)
    assert rooms_of(app, scene, user) == ROOMS - OWN_ROOMS


def test_a_removed_colleague_reaches_nothing(app: Flask) -> None:
    scene = build()
    user = make_user(email_confirmed_at=clock.now())
    staff.remove(staff.add(scene.event, user.email, StaffRole.ORGANIZER, by=None))
    assert rooms_of(app, scene, user) == set()


def door_account(scene: Scene) -> User:
    return doors.let_in(db.session.get_one(DoorLink, scene.link_id), "Айса")


def test_a_door_account_reaches_its_door_and_what_everybody_reads(app: Flask) -> None:
    scene = build()
    user = scene.users["somebody"] = door_account(scene)
    assert rooms_of(app, scene, user) == DOOR_ROOMS
    cabinets = {name for name, by in MATRIX.items() if "open" in by.values() and by != EVERYBODY}
    asked = {one for one in cabinets - ROOMS if "documents." not in one} | {"sign_up.sign_up"}
    reached = {one for one in asked if outcome(app, scene, one, "somebody") == "open"}
    assert reached == {"events_desk.desk", "accounts.log_out"}


def test_a_stale_door_account_lets_nobody_in(app: Flask) -> None:
    scene = build()
    user = door_account(scene)
    user.expires_at = clock.now()
    scene.users["somebody"] = user
    assert outcome(app, scene, "attendance.index", "somebody") == "log in"
