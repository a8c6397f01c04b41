"""Cancelling and moving: the seat goes to whoever waits, in order."""

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.notifications.models import Notification
from app.registrations.models import Status
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from tests.browser import Browser
from tests.factories import make_event, make_person, make_registration, make_slot, make_user


def told(template: str) -> int:
    return len(db.session.scalars(sa.select(Notification).filter_by(template=template)).all())


class TestRule:
    def test_the_first_in_line_is_promoted_and_told(self) -> None:
        slot = make_event(capacity=1).slots[0]
        first, second, third = (make_registration(slot) for _ in range(3))
        actions.cancel(first)
        assert [second.status, third.status] == [Status.CONFIRMED, Status.WAITLISTED]
        assert told("registration_promoted") == 1
        assert slot.seats_taken == 1

    def test_cancelling_twice_promotes_once(self) -> None:
        slot = make_event(capacity=1).slots[0]
        first, _second, third = (make_registration(slot) for _ in range(3))
        actions.cancel(first)
        actions.cancel(first)
        assert third.status is Status.WAITLISTED

    def test_who_waits_first_for_two_seats_is_not_overtaken(self) -> None:
        slot = make_event(capacity=2, companions_max=1).slots[0]
        one, two = make_registration(slot), make_registration(slot)
        pair = make_registration(slot, companions=1)
        single = make_registration(slot)
        actions.cancel(one)
        assert [pair.status, single.status] == [Status.WAITLISTED] * 2
        actions.cancel(two)
        assert [pair.status, single.status] == [Status.CONFIRMED, Status.WAITLISTED]

    def test_leaving_the_waitlist_lets_the_next_in(self) -> None:
        """A pair that blocked a single free seat leaves: the seat is given at once."""
        slot = make_event(capacity=2, companions_max=1).slots[0]
        make_registration(slot)
        pair = make_registration(slot, companions=1)
        single = make_registration(slot)
        actions.cancel(pair)
        assert single.status is Status.CONFIRMED

    def test_not_after_it_has_begun_but_staff_may(self) -> None:
        slot = make_event().slots[0]
        registration = make_registration(slot)
        slot.starts_at = slot.starts_at.replace(year=2020)
        with pytest.raises(RuleBroken, match="уже началось"):
            actions.cancel(registration)
        actions.cancel(registration, by_staff=True)
        assert registration.status is Status.CANCELLED

    def test_nobody_is_promoted_into_a_slot_that_has_begun(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slot = make_event(capacity=1).slots[0]
        first, second = make_registration(slot), make_registration(slot)
        monkeypatch.setattr(clock, "now", lambda: slot.starts_at)
        actions.cancel(first, by_staff=True)
        assert second.status is Status.WAITLISTED
        assert slot.seats_taken == 0

    def test_calling_off_cancels_everybody_and_says_why(self) -> None:
        event = make_event(capacity=1)
        people = [make_registration(event.slots[0]) for _ in range(2)]
        assert actions.cancel_all(event, reason="Карантин") == 2
        assert {one.status for one in people} == {Status.CANCELLED}
        assert event.slots[0].seats_taken == 0
        assert told("event_called_off") == 2
        assert told("registration_promoted") == 0

    def test_a_changed_slot_is_told_to_its_own_people(self) -> None:
        event = make_event(slots=2)
        mine, other = (make_registration(slot) for slot in event.slots)
        assert actions.tell_changed(event, slot=mine.slot) == 1
        query = sa.select(Notification).filter_by(template="event_changed")
        assert [one.address for one in db.session.scalars(query)] == [mine.email]
        assert actions.tell_changed(event) == 2
        assert other.is_confirmed

    def test_moving_takes_the_new_seat_and_frees_the_old(self) -> None:
        event = make_event(capacity=1, slots=2)
        registration, waiting = make_registration(event.slots[0]), make_registration(event.slots[0])
        actions.move(registration, event.slots[1])
        assert registration.slot is event.slots[1]
        assert waiting.status is Status.CONFIRMED
        assert [slot.seats_taken for slot in event.slots] == [1, 1]

    def test_moving_into_a_full_slot_changes_nothing(self) -> None:
        event = make_event(capacity=1, slots=2)
        registration = make_registration(event.slots[0])
        make_registration(event.slots[1])
        with pytest.raises(RuleBroken, match="не хватает мест"):
            actions.move(registration, event.slots[1])

    def test_moving_into_another_event_is_refused(self) -> None:
        registration = make_registration(make_event().slots[0])
        with pytest.raises(RuleBroken, match="этого же мероприятия"):
            actions.move(registration, make_event().slots[0])

    def test_moving_to_an_overlapping_slot_of_the_same_event_is_fine(self) -> None:
        event = make_event()
        registration = make_registration(event.slots[0])
        other = make_slot(event, starts_at=event.slots[0].starts_at, hours=2)
        actions.move(registration, other)
        assert registration.slot is other

    def test_counters_agree_with_the_registrations(self) -> None:
        event = make_event(capacity=2, slots=2)
        people = [make_registration(event.slots[i % 2]) for i in range(7)]
        for registration in people[::3]:
            actions.cancel(registration)
        assert seats.differences() == []
        db.session.execute(sa.text("UPDATE slot SET seats_taken = 0"))
        db.session.expire_all()
        assert len(seats.differences()) == 2


@pytest.mark.parametrize("panel", [None, "signup-panel"], ids=["page", "htmx"])
class TestScreen:
    def test_cancelling_on_the_ticket(self, browser: Browser, panel: str | None) -> None:
        registration = make_registration(make_event().slots[0])
        page = browser.submit(f"/registrations/{registration.code}/cancel", panel=panel)
        assert "Запись отменена" in page.text("#signup-panel")
        assert registration.status is Status.CANCELLED

    def test_moving_on_the_ticket(self, browser: Browser, panel: str | None) -> None:
        event = make_event(slots=2)
        registration = make_registration(event.slots[0])
        other: int = event.slots[1].id
        page = browser.submit(
            f"/registrations/{registration.code}/move", panel=panel, slot=str(other)
        )
        assert page.status == 200
        assert registration.slot_id == other

    def test_the_waitlist_shows_the_place(self, browser: Browser, panel: str | None) -> None:
        slot = make_event(capacity=1).slots[0]
        _first, _second, third = (make_registration(slot) for _ in range(3))
        page = browser.open(f"/registrations/{third.code}", panel=panel)
        assert "номер в листе ожидания: 2" in page.text("#signup-panel")

    def test_an_unknown_code_is_not_found(self, browser: Browser, panel: str | None) -> None:
        for code in ("AAAAAAAAAAAA", "x", "' OR 1=1 --", "Ж" * 500):
            assert browser.open(f"/registrations/{code}", panel=panel).status == 404


class TestTicket:
    def test_it_is_private(self, browser: Browser) -> None:
        registration = make_registration(make_event().slots[0])
        headers = browser.open(f"/registrations/{registration.code}").response.headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex"

    def test_calendar_file(self, browser: Browser) -> None:
        registration = make_registration(make_event(title="Ярмарка профессий").slots[0])
        answer = browser.open(f"/registrations/{registration.code}/calendar.ics").response
        assert answer.mimetype == "text/calendar"
        assert "SUMMARY:Ярмарка профессий" in answer.text
        actions.cancel(registration)
        assert (
            "STATUS:CANCELLED"
            in browser.open(f"/registrations/{registration.code}/calendar.ics").html
        )

    def test_mine_lists_own_and_those_by_confirmed_address(self, browser: Browser) -> None:
        user = make_user(email="mother@example.org", email_confirmed_at=clock.now())
        make_registration(make_event(title="Своё").slots[0], make_person(user=user))
        make_registration(
            make_event(title="Ребёнка", in_days_=8).slots[0], email="mother@example.org"
        )
        make_registration(make_event(title="Чужое", in_days_=9).slots[0])
        text = browser.log_in(user).open("/me").text("main")
        assert "Своё" in text
        assert "Ребёнка" in text
        assert "Чужое" not in text
