"""People at the door by a link: a PIN for a day, and nothing but the door."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import passwords
from app.accounts.models import Device, User
from app.attendance.models import Attendance
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.staff import doors
from app.events.staff.door_retention import NAME_KEPT, forget_doors
from app.events.staff.doors import FREE_TRIES, LOCKED_FOR, Made
from app.events.staff.models import DoorLink, EventStaff
from tests.browser import Browser, Page
from tests.factories import make_event, make_member, make_registration, make_slot

PIN = "042137"


@pytest.fixture(scope="module")
def pin_hash() -> str:
    return passwords.hash_of(PIN)


@pytest.fixture
def event() -> Event:
    """Goes on now, whatever the hour."""
    event = make_event(slots=0)
    make_slot(event, starts_at=clock.now() + timedelta(seconds=30))
    db.session.refresh(event)
    return event


@pytest.fixture
def made(event: Event, pin_hash: str) -> Made:
    return doors.make(event, clock.today(), pin=PIN, pin_hash=pin_hash, by=None)


def come_in(browser: Browser, made: Made, pin: str = PIN, name: str = "Айса") -> Page:
    return browser.submit(f"/door/{made.token}", pin=pin, name=name)


def later(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    now = clock.now() + ahead
    monkeypatch.setattr(clock, "now", lambda: now)


class TestRule:
    def test_secrets_are_not_kept(self, made: Made) -> None:
        kept = " ".join(map(str, vars(made.link).values()))
        assert made.token not in kept
        assert PIN not in kept
        assert made.link.expires_at == clock.end_of_day(clock.today())

    def test_yesterday_is_refused(self, event: Event, pin_hash: str) -> None:
        with pytest.raises(RuleBroken, match="позади"):
            doors.make(event, clock.today() - timedelta(days=1), pin=PIN, pin_hash=pin_hash,
                       by=None)  # fmt: skip

    def test_five_tries_then_a_pause(self, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(FREE_TRIES):
            doors.begin_try(made.link)
        with pytest.raises(RuleBroken, match="15 минут"):
            doors.begin_try(made.link)
        monkeypatch.setattr(made.link, "expires_at", clock.now() + timedelta(days=1))
        db.session.flush()
        later(monkeypatch, LOCKED_FOR + timedelta(seconds=1))
        doors.begin_try(made.link)
        assert made.link.attempts == 1

    def test_the_next_day_is_proposed(self) -> None:
        assert doors.default_day(make_event(in_days_=3)) == clock.today() + timedelta(days=3)
        assert doors.default_day(make_event(slots=0)) == clock.today()


class TestScreen:
    def test_the_organizer_is_shown_the_secrets_once(self, browser: Browser, event: Event) -> None:
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/staff"
        form = browser.open(url).form("form[action$=door-links]")
        assert form["valid_on"] == str(clock.today())
        page = browser.submit(f"{url}/door-links", fields=form)
        pin = page.text(".o-ticket .h1").replace(" ", "")
        assert len(pin) == 6
        assert page.soup.select_one(".o-ticket svg")
        address = page.text(".o-ticket a").removeprefix("http://localhost")
        assert pin not in browser.open(url).text("main")
        other = Browser(browser.client.application.test_client())
        assert other.submit(address, pin=pin, name="Айса").status == 200
        assert "Дежурный: Айса" in browser.open(url).text(".o-people")

    def test_lands_at_the_door_and_ticks(self, browser: Browser, event: Event, made: Made) -> None:
        came = make_registration(event.slots[0])
        page = come_in(browser, made, pin="042 137")
        assert page.path == f"/manage/events/{event.slug}/check-in"
        browser.submit(f"/manage/events/{event.slug}/attendance/{came.id}", presence="present")
        mark = db.session.scalars(sa.select(Attendance)).one()
        assert mark.marked_by is not None
        assert mark.marked_by.name == "Дежурный: Айса"

    def test_sees_nothing_else(self, browser: Browser, event: Event, made: Made) -> None:
        other = make_event(organization=event.organization, in_days_=0)
        come_in(browser, made)
        for room in ("edit", "slots", "registrations", "papers", "staff", "call-off"):
            assert browser.open(f"/manage/events/{event.slug}/{room}").status == 404, room
        for path in (
            f"/manage/events/{other.slug}/attendance", "/me", "/me/security", "/me/children",
            "/organizations/new", "/manage/events", "/manage/calendar",
            f"/events/{event.slug}/sign-up",
        ):  # fmt: skip
            assert browser.open(path, follow=False).status == 404, path
        desk = browser.open("/manage")
        assert event.title in desk.text("main")
        assert other.title not in desk.text("main")
        assert not desk.soup.select("header a[href='/me']")

    def test_a_wrong_pin_is_counted_and_then_locked(self, browser: Browser, made: Made) -> None:
        page = come_in(browser, made, pin="111111")
        assert page.status == 422
        assert "Осталось 4 попытки" in page.text(".o-summary")
        assert page.form("form.o-form") | {"csrf_token": ""} == {
            "csrf_token": "", "pin": "", "name": "Айса",
        }  # fmt: skip
        for _ in range(FREE_TRIES - 1):
            come_in(browser, made, pin="111111")
        page = come_in(browser, made)  # right, but too late
        assert "Подождите 15 минут" in page.text(".o-summary")
        assert db.session.scalar(sa.select(User).where(User.expires_at.is_not(None))) is None

    def test_the_right_pin_forgives(self, browser: Browser, made: Made) -> None:
        come_in(browser, made, pin="111111")
        come_in(browser, made)
        link = db.session.get_one(DoorLink, made.link.id)
        assert (link.attempts, link.locked_until) == (0, None)

    @pytest.mark.parametrize("typed", ["", "12", "сорок два", "1234567", "0" * 500, "\0"])
    def test_what_is_no_pin_costs_no_try(self, browser: Browser, made: Made, typed: str) -> None:
        assert come_in(browser, made, pin=typed).status == 422
        assert db.session.get_one(DoorLink, made.link.id).attempts == 0

    def test_not_before_its_day(self, browser: Browser, event: Event, pin_hash: str) -> None:
        tomorrow = clock.today() + timedelta(days=1)
        made = doors.make(event, tomorrow, pin=PIN, pin_hash=pin_hash, by=None)
        assert not browser.open(f"/door/{made.token}").soup.select("input[name=pin]")
        assert come_in(browser, made).status == 422

    def test_revoking_logs_everybody_out(self, app: Flask, event: Event, made: Made) -> None:
        phone = Browser(app.test_client())
        room = come_in(phone, made).path
        organizer = Browser(app.test_client()).log_in(make_member(event.organization))
        page = organizer.submit(
            f"/manage/events/{event.slug}/staff/door-links/{made.link.id}/revoke"
        )
        assert "1 человек" in page.text("#messages")
        assert phone.open(room, follow=False).status == 303  # asked to log in
        assert phone.open(f"/door/{made.token}").status == 410

    def test_one_of_them_is_sent_away(self, app: Flask, event: Event, made: Made) -> None:
        first, second = Browser(app.test_client()), Browser(app.test_client())
        room = come_in(first, made).path
        come_in(second, made, name="Баир")
        staff = db.session.scalars(sa.select(EventStaff).order_by(EventStaff.id)).first()
        assert staff is not None
        organizer = Browser(app.test_client()).log_in(make_member(event.organization))
        organizer.submit(f"/manage/events/{event.slug}/staff/{staff.id}/remove")
        assert first.open(room, follow=False).status == 303
        assert second.open(room).status == 200

    def test_ends_with_the_day(
        self, browser: Browser, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room = come_in(browser, made).path
        later(monkeypatch, timedelta(days=1))
        assert browser.open(room, follow=False).status == 303
        assert browser.open(f"/door/{made.token}").status == 410

    def test_an_organizer_keeps_their_own_log_in(
        self, browser: Browser, event: Event, made: Made
    ) -> None:
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/door/{made.token}", follow=False)
        assert page.response.location == f"/manage/events/{event.slug}/check-in"


class TestForgetting:
    def test_the_account_is_emptied_and_the_name_stays_for_a_year(
        self, browser: Browser, event: Event, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        came = make_registration(event.slots[0])
        come_in(browser, made)
        browser.submit(f"/manage/events/{event.slug}/attendance/{came.id}", presence="present")
        later(monkeypatch, timedelta(days=1))
        forget_doors()
        assert db.session.scalar(sa.select(Device)) is None
        assert db.session.scalar(sa.select(EventStaff)) is None
        mark = db.session.scalars(sa.select(Attendance)).one()
        assert mark.marked_by is not None

        later(monkeypatch, NAME_KEPT)
        forget_doors()
        db.session.expire_all()
        assert mark.marked_by is None
