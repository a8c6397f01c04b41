"""Whoever has a seat confirms that they come; else it goes to those who wait."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.notifications.models import Notification
from app.registrations.models import Registration, Status
from app.registrations.reminders.actions import set_reminders
from app.registrations.reminders.reconfirmation import look_after_answers, reconfirm
from app.registrations.seats import seats
from app.registrations.signing_up.actions import move
from tests.browser import Browser
from tests.factories import make_event, make_registration, make_slot
from tests.registrations.groups.classes import make_school_class


def letters(template: str) -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template=template)))


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    look_after_answers()
    db.session.expire_all()


@pytest.fixture
def registration() -> Registration:
    """The only seat of an event in ten days, to be reconfirmed four days before."""
    slot = make_event(capacity=1, in_days_=10, reconfirm_days=4).slots[0]
    return make_registration(slot)


@pytest.fixture
def begins(registration: Registration) -> datetime:
    return registration.slot.starts_at


DAY = timedelta(days=1)


class TestRule:
    def test_asked_once_and_the_answer_is_due_half_way(
        self, registration: Registration, begins: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, begins - 4 * DAY - timedelta(minutes=1))
        assert registration.reconfirm_by is None
        at(monkeypatch, begins - 4 * DAY)
        at(monkeypatch, begins - 4 * DAY + timedelta(minutes=1))
        assert registration.reconfirm_by == begins - 2 * DAY
        assert [letter.address for letter in letters("reconfirm")] == [registration.email]

    def test_who_does_not_answer_gives_the_seat_to_who_waits(
        self, registration: Registration, begins: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waiting = make_registration(registration.slot)
        at(monkeypatch, begins - 4 * DAY)
        at(monkeypatch, begins - 3 * DAY)
        at(monkeypatch, begins - 3 * DAY + timedelta(hours=1))
        assert len(letters("reconfirm_again")) == 1
        assert registration.is_confirmed
        at(monkeypatch, begins - 2 * DAY)
        assert registration.status is Status.EXPIRED
        assert waiting.status is Status.CONFIRMED
        assert seats.differences() == []
        assert len(letters("reconfirm_missed")) == 1
        with pytest.raises(RuleBroken, match="Время подтвердить вышло"):
            reconfirm(registration)

    def test_who_answers_keeps_the_seat(
        self, registration: Registration, begins: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, begins - 4 * DAY)
        reconfirm(registration)
        at(monkeypatch, begins - 2 * DAY)
        assert registration.is_confirmed
        assert letters("reconfirm_again") == []

    def test_who_has_just_signed_up_or_left_no_address_is_not_asked(
        self, begins: datetime, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slot = make_event(in_days_=10, reconfirm_days=4).slots[0]
        by_phone = make_registration(slot, email="")
        monkeypatch.setattr(clock, "now", lambda: begins - 3 * DAY)
        newcomer = make_registration(slot)
        at(monkeypatch, begins - 3 * DAY)
        assert (by_phone.reconfirm_by, newcomer.reconfirm_by) == (None, None)

    def test_turned_off_nobody_loses_the_seat(
        self, registration: Registration, begins: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, begins - 4 * DAY)
        set_reminders(registration.event, [24], reconfirm_days=None)
        at(monkeypatch, begins - DAY)
        assert registration.is_confirmed

    def test_turned_off_nobody_is_asked_any_more(
        self, registration: Registration, begins: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, begins - 4 * DAY)
        assert registration.is_asked_to_reconfirm
        registration.event.reconfirm_days = None
        assert not registration.is_asked_to_reconfirm  # the ticket and the tables follow
        registration.event.reconfirm_days = 4
        set_reminders(registration.event, [24], reconfirm_days=None)
        db.session.refresh(registration)
        assert registration.reconfirm_by is None  # switched on again, people are asked anew
        at(monkeypatch, begins - 2 * DAY - timedelta(hours=1))
        assert letters("reconfirm_again") == []
        reconfirm(registration)
        assert registration.reconfirmed_at is None  # nobody waits for an answer

    def test_who_chooses_another_time_has_confirmed(
        self, registration: Registration, begins: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = make_slot(registration.event, starts_at=begins + DAY)
        at(monkeypatch, begins - 4 * DAY)
        move(registration, other)
        assert registration.reconfirmed_at
        at(monkeypatch, begins - DAY)  # the answer was due the day before
        assert registration.is_confirmed

    def test_the_teacher_answers_for_the_class(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        school = make_school_class(3)
        slot = make_event(in_days_=10, reconfirm_days=4).slots[0]
        group = school.sign_up(slot)
        at(monkeypatch, slot.starts_at - 4 * DAY)
        [letter] = letters("group_reconfirm")
        assert letter.address == school.teacher.email
        browser.log_in(school.teacher)
        page = browser.open(f"/school/groups/{group.code}")
        assert "Подтвердите за 3 учеников" in page.text("#group-panel")
        page = browser.submit(f"/school/groups/{group.code}/reconfirm")
        assert "Ждём 3 учеников" in page.text("#messages")
        at(monkeypatch, slot.starts_at - DAY)
        assert letters("reconfirm_missed") == []


class TestScreen:
    def test_a_guest_confirms_on_the_ticket(
        self,
        browser: Browser,
        registration: Registration,
        begins: datetime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        at(monkeypatch, begins - 4 * DAY)
        ticket = f"/registrations/{registration.code}"
        assert "Вы придёте?" in browser.open(ticket).text("#signup-panel")
        page = browser.submit(f"{ticket}/reconfirm", panel="signup-panel")
        assert "Вы подтвердили" in page.text("#signup-panel")
        assert "Вы придёте?" not in page.text("#signup-panel")
