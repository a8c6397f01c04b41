"""The ministry approves, rejects, suspends, resumes and closes organizations."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance.models import Attendance, Method, Presence
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.certificates.issued.actions import issue_due
from app.events.about.details import details_of
from app.events.editing.actions import draft, publish
from app.events.models import EventStatus
from app.events.queries import Selection, find_events, kinds_with_counts
from app.notifications.letters import letter_of
from app.notifications.models import Notification
from app.organizations import actions
from app.organizations.actions import MOST_WAITING, Details
from app.organizations.approval import states
from app.organizations.models import Organization, OrganizationKind, Role, State
from app.organizations.queries import in_state, number_in_state, organizations_in_state
from app.registrations.desk.closing import close_organization
from app.registrations.models import Status
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_member,
    make_ministry_admin,
    make_organization,
    make_registration,
    make_user,
)

REASON = "Нет лицензии"
NEW = {
    "kind": "employer", "name": "Общество «Степной сварщик»", "short_name": "Степной сварщик",
    "municipality": "", "address": "", "site": "", "phone": "", "email": "", "about": "",
    "signatory_name": "", "signatory_post": "",
}  # fmt: skip
STANDING: dict[State, dict[str, Any]] = {
    State.WAITING: {"approved": False},
    State.APPROVED: {},
    State.REJECTED: {"approved": False, "rejected_at": clock.now()},
    State.SUSPENDED: {"suspended_at": clock.now()},
    State.CLOSED: {"closed_at": clock.now(), "suspended_at": clock.now()},
}


def standing(state: State, **given: Any) -> Organization:
    return make_organization(**STANDING[state], state_reason=REASON, **given)


def letters_to(address: str) -> list[str]:
    query = sa.select(Notification.template).filter_by(address=address).order_by(Notification.id)
    return list(db.session.scalars(query))


def told(code: str) -> dict[str, Any]:
    return db.session.scalars(sa.select(AuditEntry).filter_by(action=code)).one().details


class TestState:
    @pytest.mark.parametrize("state", State)
    def test_is_the_same_on_an_object_and_in_a_query(self, state: State) -> None:
        organization = standing(state)
        assert organization.state is state
        for other in State:
            found = list(db.session.scalars(sa.select(Organization).where(in_state(other))))
            assert found == ([organization] if other is state else [])
        approved = list(
            db.session.scalars(sa.select(Organization).filter(Organization.is_approved))
        )
        assert bool(approved) is organization.is_approved is (state is State.APPROVED)
        assert number_in_state() == {one: int(one is state) for one in State}

    def test_a_rejected_one_asks_again_and_is_approved(self) -> None:
        make_ministry_admin()
        user = make_user()
        organization = actions.register(
            Details(name="Сварщик", short_name="Сварщик"), kind=OrganizationKind.EMPLOYER, by=user
        )
        states.reject(organization, reason=REASON)
        assert (organization.state, organization.state_reason) == (State.REJECTED, REASON)
        states.ask_again(organization, by=user)
        assert organization.state is State.WAITING
        states.approve(organization)
        assert letters_to(user.email) == ["organization_rejected", "organization_approved"]

    @pytest.mark.parametrize(
        ("act", "fits"),
        [
            (lambda o: states.approve(o), {State.WAITING, State.REJECTED, State.APPROVED}),
            (lambda o: states.reject(o, reason=REASON), {State.WAITING}),
            (lambda o: states.ask_again(o, by=make_user()), {State.REJECTED}),
            (lambda o: states.suspend(o, reason=REASON), {State.APPROVED}),
            (lambda o: states.resume(o), {State.SUSPENDED}),
            (lambda o: states.close(o, reason=REASON), set(State) - {State.CLOSED}),
            (lambda o: actions.edit(o, Details(name="А", short_name="А")),
             {State.WAITING, State.REJECTED, State.APPROVED}),
        ],
        ids=["approve", "reject", "ask again", "suspend", "resume", "close", "edit"],
    )  # fmt: skip
    @pytest.mark.parametrize("state", State)
    def test_each_act_has_its_states(
        self, act: Callable[[Organization], object], fits: set[State], state: State
    ) -> None:
        organization = standing(state)
        if state in fits:
            act(organization)
        else:
            with pytest.raises(RuleBroken):
                act(organization)

    def test_the_ministry_does_not_end_itself(self) -> None:
        ministry = make_organization(OrganizationKind.MINISTRY)
        with pytest.raises(RuleBroken, match="Само министерство"):
            states.suspend(ministry, reason=REASON)
        with pytest.raises(RuleBroken, match="Само министерство"):
            states.close(ministry, reason=REASON)

    def test_nobody_has_more_waiting_than_a_few(self) -> None:
        user = make_user()

        def register(number: int) -> Organization:
            called = Details(name=f"Сварщик {number}", short_name=f"Сварщик {number}")
            return actions.register(called, kind=OrganizationKind.EMPLOYER, by=user)

        first, *_others = [register(number) for number in range(MOST_WAITING)]
        with pytest.raises(RuleBroken, match="ждут"):
            register(MOST_WAITING)
        states.reject(first, reason=REASON)
        register(MOST_WAITING)  # it has been answered
        with pytest.raises(RuleBroken, match="ждут"):
            states.ask_again(first, by=user)

    @pytest.mark.parametrize("language", ["ru", "en"])
    @pytest.mark.parametrize(
        "template",
        ["rejected", "suspended", "resumed", "closed", "change_asked", "change_accepted",
         "change_refused"],
    )  # fmt: skip
    def test_letters_name_the_organization_and_the_reason(
        self, app: Flask, template: str, language: str
    ) -> None:
        letter = letter_of(
            address="a@example.org", template=f"organization_{template}", language=language,
            reference="1", context={"organization": "Степной сварщик", "slug": "svarka",
                                    "reason": REASON, "new_name": "Кузница"},
        )  # fmt: skip
        assert "Степной сварщик" in letter.subject
        if template in ("rejected", "suspended", "closed", "change_refused"):
            assert REASON in letter.text


class TestEvents:
    """What a suspension does to the events of an organization."""

    def test_leave_the_catalogue_and_come_back(self) -> None:
        organization = make_organization()
        coming, past = (
            make_event(organization=organization),
            make_event(organization=organization, in_days_=-7),
        )
        states.suspend(organization, reason=REASON)
        assert find_events(Selection()).items == ()
        assert kinds_with_counts() == []
        over = Selection(until=clock.today() - timedelta(days=1))
        assert [card.id for card in find_events(over).items] == [past.id]
        states.resume(organization)
        assert [card.id for card in find_events(Selection()).items] == [coming.id]

    def test_take_nobody_and_let_tickets_be(self, browser: Browser) -> None:
        event = make_event()
        held = make_registration(event.slots[0])
        states.suspend(event.organization, reason=REASON)
        with pytest.raises(RuleBroken, match="приостановило"):
            make_registration(event.slots[0])
        assert not event.slots[0].signup_is_open
        assert held.status is Status.CONFIRMED
        ticket = browser.open(f"/registrations/{held.code}")
        assert "приостановило работу организатора" in ticket.text("main")
        page = browser.open(f"/events/{event.slug}")
        assert "приостановило работу этого организатора" in page.text("main")
        assert page.soup.select_one("meta[name=robots][content=noindex]")

    @pytest.mark.parametrize("state", [State.SUSPENDED, State.CLOSED])
    def test_are_neither_drafted_nor_published(self, state: State) -> None:
        organization = standing(state)
        waits = make_event(organization=organization, status=EventStatus.DRAFT)
        with pytest.raises(RuleBroken, match="возобновит"):
            publish(waits)
        with pytest.raises(RuleBroken, match="Министерство"):
            draft(organization, details_of(waits))

    def test_are_called_off_before_it_is_closed(self) -> None:
        event = make_event(title="День сварщика")
        person = make_registration(event.slots[0], email="guest@example.org")
        with pytest.raises(RuleBroken, match="День сварщика"):
            close_organization(event.organization, reason=REASON)
        assert not event.organization.is_halted
        assert close_organization(event.organization, reason=REASON, calls_off=True) == (1, 1)
        assert event.organization.state is State.CLOSED
        assert event.is_called_off
        assert REASON not in event.cancel_reason  # that is the organization's alone
        assert person.status is Status.CANCELLED
        assert "event_called_off" in letters_to("guest@example.org")

    @pytest.mark.parametrize("act", ["suspend", "close"])
    def test_certificates_stay_verifiable(self, browser: Browser, act: str) -> None:
        event = make_event(in_days_=1)
        person = make_registration(event.slots[0])
        db.session.add(
            Attendance(registration=person, presence=Presence.PRESENT, method=Method.LIST)
        )
        db.session.flush()
        [certificate] = issue_due(event)
        {"suspend": states.suspend, "close": states.close}[act](event.organization, reason=REASON)
        page = browser.open(f"/verify/{certificate.code}")
        assert page.status == 200
        assert event.organization.name in page.text("main")


class TestScreen:
    @pytest.mark.parametrize(
        ("act", "state", "after", "fields"),
        [
            ("approve", State.WAITING, State.APPROVED, {}),
            ("reject", State.WAITING, State.REJECTED, {"reason": REASON}),
            ("suspend", State.APPROVED, State.SUSPENDED, {"reason": REASON}),
            ("resume", State.SUSPENDED, State.APPROVED, {}),
            ("close", State.SUSPENDED, State.CLOSED, {"reason": REASON}),
        ],
    )
    def test_each_act_is_asked_done_told_and_written_down(
        self, browser: Browser, act: str, state: State, after: State, fields: dict[str, str]
    ) -> None:
        organization = standing(state, name="Колледж «Джангар»")
        admin = make_member(organization, Role.ADMIN)
        browser.log_in(make_ministry_admin())
        here = f"/administration/organizations/{organization.id}/{act}"
        asked = browser.open(here)
        assert "Колледж «Джангар»" in asked.text("main")
        assert "За неё действует 1 человек" in asked.text("main form")
        page = browser.submit(here, fields={**asked.form("main form"), **fields})
        assert (page.status, page.path) == (200, "/administration/organizations")
        assert organization.state is after
        past = {"approve": "approved", "reject": "rejected", "suspend": "suspended",
                "resume": "resumed", "close": "closed"}[act]  # fmt: skip
        assert letters_to(admin.email) == [f"organization_{past}"]
        details = told(f"organization.{past}")
        assert details["name"] == "Колледж «Джангар»"
        assert details.get("reason") == fields.get("reason")
        assert "Колледж «Джангар»" in browser.open("/administration/audit").text("main")

    def test_suspending_says_how_many_it_touches(self, browser: Browser) -> None:
        event = make_event()
        make_event(organization=event.organization)
        make_event(organization=event.organization, in_days_=-7)
        make_registration(event.slots[0])
        browser.log_in(make_ministry_admin())
        here = f"/administration/organizations/{event.organization_id}/suspend"
        words = browser.open(here).text("main form")
        assert "2 предстоящих мероприятия уйдут из каталога" in words
        assert "Записан 1 человек" in words

    @pytest.mark.parametrize("act", ["reject", "suspend", "close"])
    def test_without_a_reason_nothing_is_done(self, browser: Browser, act: str) -> None:
        organization = standing(State.WAITING if act == "reject" else State.APPROVED)
        before = organization.state
        browser.log_in(make_ministry_admin())
        page = browser.submit(f"/administration/organizations/{organization.id}/{act}", reason=" ")
        assert page.status == 422
        assert "Напишите причину" in page.text("#reason-error")
        assert organization.state is before

    def test_closing_with_events_asks_for_one_tick_more(self, browser: Browser) -> None:
        event = make_event(title="День сварщика")
        browser.log_in(make_ministry_admin())
        here = f"/administration/organizations/{event.organization_id}/close"
        page = browser.submit(here, reason=REASON)
        assert page.status == 422
        assert "День сварщика" in page.text(".o-summary")
        assert page.form("main form")["reason"] == REASON  # nothing typed is lost
        browser.submit(here, reason=REASON, calls_off="y")
        assert event.is_called_off
        assert told("organization.closed")["events"] == 1

    def test_what_was_not_seen_is_not_approved(self, browser: Browser) -> None:
        organization = standing(State.WAITING)
        browser.log_in(make_ministry_admin())
        here = f"/administration/organizations/{organization.id}/approve"
        fields = browser.open(here).form("main form")
        actions.edit(organization, Details(name="Прокуратура", short_name="Прокуратура"))
        for sent in (fields, {}):
            page = browser.submit(here, fields=sent)
            assert page.status == 422
            assert "изменили" in page.text(".o-summary")
        assert not organization.is_approved
        browser.submit(here, fields=page.form("main form"))  # now it has been read
        assert organization.is_approved

    def test_what_no_longer_fits_leads_to_the_list(self, browser: Browser) -> None:
        organization = standing(State.CLOSED)
        browser.log_in(make_ministry_admin())
        for act in ("approve", "reject", "suspend", "resume", "close"):
            page = browser.open(f"/administration/organizations/{organization.id}/{act}")
            assert page.path == "/administration/organizations"
        for unknown in (f"{organization.id}/crown", "999999/approve"):
            assert browser.open(f"/administration/organizations/{unknown}").status == 404

    @pytest.mark.parametrize("state", State)
    def test_lists_by_state_with_search(self, browser: Browser, state: State) -> None:
        standing(state, name="Колледж «Джангар»")
        standing(state, name="Колледж «Тюльпан»")
        browser.log_in(make_ministry_admin())
        page = browser.open(f"/administration/organizations?state={state}&q=джангар")
        assert "Джангар" in page.text("main")
        assert "Тюльпан" not in page.text("main")

    @pytest.mark.parametrize("query", ["state=king", "page=x", "page=-1", "q=%00", "q=%25_"])
    def test_a_nonsense_address_is_no_error(self, browser: Browser, query: str) -> None:
        browser.log_in(make_ministry_admin())
        assert browser.open(f"/administration/organizations?{query}").status == 200

    def test_a_page_is_read_not_everything(self, app: Flask, browser: Browser) -> None:
        browser.log_in(make_ministry_admin())
        user = make_user()
        for _ in range(25):
            standing(State.WAITING, registered_by_id=user.id)
        assert len(organizations_in_state(State.WAITING).items) == 20
        with counted_queries(app) as statements:
            page = browser.open("/administration/organizations")
        assert len(page.soup.select("main li[id^=organization]")) == 20
        assert len(statements) <= 9

    def test_the_ministry_reads_who_asks_and_what_to_look_at(self, browser: Browser) -> None:
        user = make_user(name="Бадма")
        user.email_confirmed_at = None
        standing(State.WAITING, name="Прокуратура района", registered_by_id=user.id)
        browser.log_in(make_ministry_admin())
        words = browser.open("/administration/organizations").text("main")
        assert "адрес не подтверждён" in words
        assert "Бадма" in words
        assert "похоже на орган власти: «прокуратура»" in words

    def test_a_rejected_one_reads_why_and_asks_again(self, browser: Browser) -> None:
        organization = standing(State.REJECTED)
        browser.log_in(make_member(organization, Role.ADMIN))
        page = browser.open("/manage/organization")
        assert REASON in page.text("main")
        browser.submit(f"/manage/organization/ask-again?organization={organization.slug}")
        assert organization.state is State.WAITING
        assert told("organization.asked_again") == {"name": organization.name}

    @pytest.mark.parametrize("state", [State.SUSPENDED, State.CLOSED])
    def test_a_halted_one_reads_why_and_changes_nothing(
        self, browser: Browser, state: State
    ) -> None:
        organization = standing(state, about="Старое")
        browser.log_in(make_member(organization, Role.ADMIN))
        page = browser.open("/manage/organization")
        assert REASON in page.text("main")
        assert "name" not in {one["name"] for one in page.soup.select("main input[name]")}
        here = f"/manage/organization?organization={organization.slug}"
        assert browser.submit(here, fields={**NEW, "about": "Новое"}).status == 422
        assert organization.about == "Старое"
