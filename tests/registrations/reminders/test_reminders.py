"""Whoever has a seat is reminded so many hours before, once each."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.editing.actions import call_off
from app.events.models import Event
from app.notifications.letters import letter_of
from app.notifications.models import Notification
from app.registrations.models import Registration, Status
from app.registrations.reminders.actions import mark, remind_everybody, set_reminders
from app.registrations.reminders.models import About
from app.registrations.signing_up import actions
from tests.browser import counted_queries
from tests.factories import make_event, make_person, make_registration
from tests.registrations.groups.classes import make_school_class


def letters(template: str = "reminder") -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template=template)))


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def before(registration: Registration, **ago: float) -> datetime:
    return registration.slot.starts_at - timedelta(**ago)


@pytest.fixture
def registration() -> Registration:
    """For an event in ten days, reminded of a week, a day and two hours before."""
    return make_registration(make_event(in_days_=10).slots[0])


class TestRule:
    def test_each_reminder_goes_out_once(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert remind_everybody() == 0
        for hours, letters_until_then in ((168, 1), (24, 2), (2, 3)):
            at(monkeypatch, before(registration, hours=hours, minutes=1))
            assert remind_everybody() == 0
            at(monkeypatch, before(registration, hours=hours))
            remind_everybody()
            remind_everybody()
            assert len(letters()) == letters_until_then

    def test_it_says_when_and_where_and_how_to_cancel(
        self, app: Flask, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, before(registration, hours=24))
        remind_everybody()
        [letter] = letters()
        with app.test_request_context():
            text = letter_of(
                address=letter.address, template="reminder", language="ru", reference="r",
                context=letter.context,
            ).text  # fmt: skip
        assert "15:00" in text
        assert "ул. Ленина, 1" in text
        assert f"/registrations/{registration.code}" in text
        assert "Не сможете прийти? Отмените" in text

    def test_who_waits_or_has_cancelled_is_not_reminded(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slot = make_event(capacity=1, in_days_=10).slots[0]
        first, _waits = make_registration(slot), make_registration(slot)
        gone = make_registration(make_event(in_days_=10).slots[0])
        actions.cancel(gone)
        at(monkeypatch, before(first, hours=24))
        remind_everybody()
        assert [letter.address for letter in letters()] == [first.email]

    def test_who_came_later_is_not_reminded_of_what_was_before(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, before(registration, hours=167))
        late = make_registration(registration.slot)
        remind_everybody()
        assert [letter.address for letter in letters()] == [registration.email]
        at(monkeypatch, before(registration, hours=24))
        assert remind_everybody() == 2
        assert late.status is Status.CONFIRMED

    def test_after_moving_the_rest_counts_from_the_new_time(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slot = registration.slot
        slot.starts_at, slot.ends_at = (
            moment - timedelta(days=5) for moment in (slot.starts_at, slot.ends_at)
        )
        db.session.flush()
        assert remind_everybody() == 0  # «a week before» is two days ago
        at(monkeypatch, before(registration, hours=24))
        assert remind_everybody() == 1

    def test_too_late_it_would_only_confuse(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, before(registration, hours=24 - 6))  # the worker was away
        assert remind_everybody() == 0
        at(monkeypatch, before(registration, hours=1.5))
        assert remind_everybody() == 1

    def test_of_two_workers_one_writes(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at(monkeypatch, before(registration, hours=24))
        assert mark([registration], About.BEGINNING, 24) == {registration.id}
        assert mark([registration], About.BEGINNING, 24) == set()
        assert remind_everybody() == 0

    def test_called_off_nobody_is_reminded(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        call_off(registration.event, reason="Ремонт")
        at(monkeypatch, before(registration, hours=24))
        assert remind_everybody() == 0

    def test_the_organizer_chooses_the_hours(
        self, registration: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        event = registration.event
        set_reminders(event, [3, 48, 48], reconfirm_days=None)
        assert event.reminders == [48, 3]
        at(monkeypatch, before(registration, hours=24))
        assert remind_everybody() == 0
        at(monkeypatch, before(registration, hours=3))
        assert remind_everybody() == 1
        with pytest.raises(RuleBroken, match="не больше 6"):
            set_reminders(event, range(1, 9), reconfirm_days=None)

    def test_the_teacher_of_a_class_gets_one_letter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        school = make_school_class(3)
        slot = make_event(in_days_=10).slots[0]
        school.sign_up(slot)
        at(monkeypatch, slot.starts_at - timedelta(hours=24))
        remind_everybody()
        assert [letter.address for letter in letters("group_reminder")] == [school.teacher.email]

    def test_hundreds_cost_a_handful_of_queries(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        event: Event = make_event(capacity=60, in_days_=10)
        for _number in range(60):
            make_registration(event.slots[0], make_person())
        at(monkeypatch, event.slots[0].starts_at - timedelta(hours=24))
        with counted_queries(app) as queries:
            assert remind_everybody() == 60
        assert len(queries) <= 8
