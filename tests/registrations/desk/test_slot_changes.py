"""Fewer seats, slots called off, people moved: nobody loses anything unnamed and untold."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.notifications.models import Notification
from app.registrations.desk import slot_changes
from app.registrations.groups.actions import sign_up_class
from app.registrations.models import Channel, Group, Registration, Status
from app.registrations.queries import first_in_line
from app.registrations.seats.seats import differences
from app.registrations.signing_up import actions
from tests.browser import Browser
from tests.events.editing.test_edit import FORM, told
from tests.factories import (
    in_days,
    make_class,
    make_event,
    make_member,
    make_person,
    make_pupil,
    make_registration,
    make_school,
    make_slot,
)


def signed_up(slot: Slot, number: int, **given: object) -> list[Registration]:
    return [make_registration(slot, **given) for _ in range(number)]  # type: ignore[arg-type]


def class_in(slot: Slot, pupils: int = 3) -> Group:
    school = make_school()
    class_ = make_class(school)
    group = sign_up_class(
        slot, school, "9А", [make_pupil(class_) for _ in range(pupils)],
        companions=[{"name": "Анна Ивановна", "phone": ""}], rest="waitlist",
        by=make_member(school),
    )  # fmt: skip
    db.session.flush()
    return group


def letter(template: str) -> Notification:
    found = db.session.scalars(sa.select(Notification).filter_by(template=template)).first()
    assert found
    return found


class TestFewerSeats:
    def test_whoever_signed_up_last_goes_to_the_head_of_the_line_and_is_told(self) -> None:
        slot = make_event(capacity=3).slots[0]
        first, second, third = signed_up(slot, 3)
        [waiting] = signed_up(slot, 1)
        losing = slot_changes.would_lose(slot, 1)
        assert losing == [third, second]
        slot_changes.take_seats_away(slot, 1, agreed=[one.id for one in losing])
        assert (first.status, second.status, third.status) == (
            *(Status.CONFIRMED, Status.WAITLISTED, Status.WAITLISTED),
        )
        assert first_in_line(slot) is second
        assert (slot.seats_taken, told("seat_lost"), differences()) == (1, 2, [])
        assert second.signed_up_at <= third.signed_up_at < waiting.signed_up_at

    def test_who_got_a_seat_out_of_turn_stands_before_who_waited_longer(self) -> None:
        slot = make_event(capacity=1).slots[0]
        first, second, third = signed_up(slot, 3)
        actions.free(first, status=Status.CANCELLED)
        actions.take_for(third)
        actions.give_seat(third)
        slot_changes.take_seats_away(slot, 0, agreed=[third.id])
        assert first_in_line(slot) is third
        assert second.is_waitlisted

    def test_the_adults_of_a_class_go_with_its_last_pupil(self) -> None:
        slot = make_event(capacity=5).slots[0]
        make_registration(slot)
        group = class_in(slot)
        losing = slot_changes.would_lose(slot, 2)
        assert len(losing) == 3
        slot_changes.take_seats_away(slot, 2, agreed=[one.id for one in losing])
        assert (slot.seats_taken, group.companion_seats, differences()) == (1, 0, [])

    def test_others_than_those_shown_lose_nothing(self) -> None:
        slot = make_event(capacity=3).slots[0]
        people = signed_up(slot, 2)
        shown = [one.id for one in slot_changes.would_lose(slot, 1)]
        make_registration(slot)
        with pytest.raises(RuleBroken, match="кто-то записался"):
            slot_changes.take_seats_away(slot, 1, agreed=shown)
        assert all(one.is_confirmed for one in people)


class TestCalledOff:
    def test_people_are_told_and_may_move_with_their_ticket(self) -> None:
        event = make_event(slots=3)
        registration = make_registration(event.slots[0])
        slot_changes.call_off(event.slots[0], reason="Заболел мастер")
        said = letter("slot_called_off").context
        assert (said["reason"], said["offers"]) == ("Заболел мастер", 2)
        event.signup_closes_at = clock.now() - timedelta(hours=1)
        actions.move(registration, event.slots[1])
        assert (event.slots[0].seats_taken, event.slots[1].seats_taken) == (0, 1)

    def test_nobody_signs_up_is_promoted_or_moves_into_it(self) -> None:
        event = make_event(slots=2, capacity=1)
        off, other = event.slots
        seated, waiting = signed_up(off, 2)
        slot_changes.call_off(off, reason="Ремонт")
        for channel in (Channel.GUEST, Channel.STAFF):
            with pytest.raises(RuleBroken, match="Ремонт"):
                make_registration(off, channel=channel)
        actions.cancel(seated)
        assert waiting.is_waitlisted
        with pytest.raises(RuleBroken, match="отменено"):
            actions.move(make_registration(other), off)

    def test_at_that_time_one_may_go_elsewhere(self) -> None:
        event = make_event(slots=2)
        person = make_person()
        make_registration(event.slots[0], person)
        elsewhere = make_event().slots[0]
        with pytest.raises(RuleBroken):
            make_registration(elsewhere, person)
        slot_changes.call_off(event.slots[0], reason="Ремонт")
        assert make_registration(elsewhere, person).is_confirmed

    def test_all_move_in_one_act_groups_together(self) -> None:
        event = make_event(slots=2, capacity=6)
        off, to = event.slots
        alone = make_registration(off)
        group = class_in(off, pupils=5)  # four seats, one for the adult: one pupil waits
        slot_changes.call_off(off, reason="Ремонт")
        outcome = slot_changes.move_all(off, to)
        assert (len(outcome.moved), outcome.stayed) == (6, [])
        assert (group.slot, alone.slot) == (to, to)
        assert (off.seats_taken, to.seats_taken, differences()) == (0, 6, [])
        said = letter("registration_moved").context
        assert (said["was_starts_at"], said["starts_at"]) == (
            *(off.starts_at.isoformat(), to.starts_at.isoformat()),
        )
        news = letter("group_news").context
        assert news["starts_at"] == to.starts_at.isoformat()
        assert news["event_changed"]

    def test_not_when_the_seats_do_not_suffice(self) -> None:
        event = make_event(slots=2, capacity=3)
        off, to = event.slots
        signed_up(off, 3)
        signed_up(to, 1)
        slot_changes.call_off(off, reason="Ремонт")
        with pytest.raises(RuleBroken, match="Нужно 3 места, а свободных там 2"):
            slot_changes.move_all(off, to)
        assert (off.seats_taken, to.seats_taken) == (3, 1)

    def test_who_is_elsewhere_then_stays_and_is_named(self) -> None:
        event = make_event(slots=2)
        off, to = event.slots
        busy = make_registration(off)
        make_registration(make_slot(make_event(slots=0), starts_at=to.starts_at), busy.person)
        free = make_registration(off)
        slot_changes.call_off(off, reason="Ремонт")
        outcome = slot_changes.move_all(off, to)
        assert (outcome.moved, outcome.stayed) == ([free], [busy])
        assert differences() == []

    def test_who_never_moved_is_signed_up_no_more_when_the_time_comes(self) -> None:
        event = make_event(slots=2)
        off = event.slots[0]
        left, kept = make_registration(off), make_registration(event.slots[1])
        slot_changes.call_off(off, reason="Ремонт")
        assert slot_changes.end_called_off() == 0
        off.starts_at = clock.now() - timedelta(minutes=1)
        db.session.flush()
        assert slot_changes.end_called_off() == 1
        assert (left.status, kept.status, differences()) == (
            *(Status.CANCELLED, Status.CONFIRMED, []),
        )


class TestScreen:
    def test_fewer_seats_show_who_would_lose_and_ask(self, browser: Browser) -> None:
        slot = make_event(capacity=3).slots[0]
        for name in ("Бадмаев", "Манджиев", "Очиров"):
            make_registration(slot, make_person(name))
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/slots/{slot.id}"
        page = browser.submit(url, fields=browser.open(url).form(FORM) | {"capacity": "2"})
        assert page.status == 422
        assert "занято 3 места" in page.text(".o-summary")
        assert "Очиров" in page.text("form .o-warn")
        assert "Манджиев" not in page.text("form .o-warn")
        assert slot.capacity == 3
        done = browser.submit(url, fields=page.form(FORM) | {"take-seats": "1"})
        assert "Очиров" in done.text("#messages")
        assert (slot.capacity, slot.seats_taken, told("seat_lost")) == (2, 2, 1)

    def test_calls_off_and_moves(self, browser: Browser) -> None:
        event = make_event(slots=2, title="Сварка")
        off, to = event.slots
        registration = make_registration(off)
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/slots/{off.id}"
        assert browser.submit(f"{url}/call-off").status == 422
        page = browser.submit(f"{url}/call-off", reason="Заболел мастер")
        assert "сообщим 1 записавшемуся" in page.text("#messages")
        shown = browser.open(f"/events/{event.slug}").text("#signup-panel")
        assert "Отменено" in shown
        assert "Заболел мастер" in shown
        ticket = browser.open(f"/registrations/{registration.code}")
        assert "Это время отменено" in ticket.text("main")
        assert ticket.soup.select("details[open] [name=slot]")
        assert browser.submit(f"{url}/move-people", to="0").status == 422
        page = browser.submit(f"{url}/move-people", to=str(to.id))
        assert "Перенесён 1 человек" in page.text("#messages")
        assert registration.slot_id == to.id

    def test_another_time_is_told_with_the_old_one(self, browser: Browser) -> None:
        slot = make_event().slots[0]
        make_registration(slot)
        before = slot.starts_at.isoformat()
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/slots/{slot.id}"
        browser.submit(url, fields=browser.open(url).form(FORM) | {"room": "104"})
        said = letter("event_changed").context
        assert (said["was_starts_at"], said["room"]) == (before, "104")
        assert in_days(7).isoformat() == before
