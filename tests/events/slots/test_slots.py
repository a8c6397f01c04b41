"""Slots: added one by one or in a row, changed with people in them, taken away."""

from datetime import datetime, timedelta

import pytest

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus, Slot
from app.events.slots import actions as slots
from app.registrations.models import Status
from tests.browser import Browser
from tests.events.editing.test_edit import FORM, told, typed
from tests.factories import in_days, make_event, make_member, make_registration, make_slot


def add(event: Event, *, days: float = 7, capacity: int = 10) -> Slot:
    begins = in_days(days)
    return slots.add(
        event, starts_at=begins, ends_at=begins + timedelta(hours=1), capacity=capacity
    )


def change(slot: Slot, **said: object) -> bool:
    now = {
        name: getattr(slot, name) for name in ("starts_at", "ends_at", "capacity", "title", "room")
    }
    return slots.change(slot, **{**now, **said})


class TestRule:
    def test_the_event_lasts_from_its_first_slot_to_its_last(self) -> None:
        event = make_event(slots=0)
        later, sooner = add(event, days=9), add(event, days=7)
        assert (event.starts_at, event.ends_at) == (sooner.starts_at, later.ends_at)

    def test_several_follow_each_other(self) -> None:
        event = make_event(slots=0)
        begins = in_days(7, hour=6)
        new = slots.add_several(
            event, 4, timedelta(minutes=30), starts_at=begins, capacity=15, room="Мастерская 2",
            ends_at=begins + timedelta(minutes=25),
        )  # fmt: skip
        assert [slot.starts_at - begins for slot in new] == [
            timedelta(minutes=minutes) for minutes in (0, 30, 60, 90)
        ]
        assert {(slot.ends_at - slot.starts_at, slot.capacity, slot.room) for slot in new} == {
            (timedelta(minutes=25), 15, "Мастерская 2")
        }

    def test_not_without_end(self) -> None:
        event = make_event(slots=0)
        with pytest.raises(RuleBroken, match="1000"):
            slots.add_several(
                event,
                1001,
                timedelta(hours=1),
                starts_at=in_days(1),
                ends_at=in_days(2),
                capacity=1,
            )

    def test_seats_that_are_taken_stay(self) -> None:
        slot = make_event(capacity=3).slots[0]
        make_registration(slot)
        make_registration(slot)
        with pytest.raises(RuleBroken, match="занято 2 места"):
            change(slot, capacity=1)
        change(slot, capacity=2)
        assert slot.is_full

    def test_a_slot_in_the_past_stays_when_it_was(self) -> None:
        slot = make_event(in_days_=-2).slots[0]
        with pytest.raises(RuleBroken, match="уже прошёл"):
            change(slot, starts_at=in_days(3), ends_at=in_days(4))
        change(slot, room="104", capacity=30)
        assert slot.room == "104", "words and seats can still be mended"

    def test_what_has_begun_may_only_end_later(self) -> None:
        event = make_event(slots=0)
        slot = make_slot(event, starts_at=clock.now() - timedelta(minutes=20), hours=1)
        with pytest.raises(RuleBroken, match="уже начался"):
            change(slot, starts_at=clock.now() + timedelta(minutes=5))
        change(slot, ends_at=slot.ends_at + timedelta(hours=1))
        with pytest.raises(RuleBroken, match="прошлое"):
            change(slot, ends_at=clock.now() - timedelta(minutes=1))

    def test_nothing_is_moved_into_the_past(self) -> None:
        slot = make_event().slots[0]
        with pytest.raises(RuleBroken, match="прошлое"):
            change(slot, starts_at=in_days(-1))

    def test_only_another_time_or_room_of_a_published_event_must_be_told(self) -> None:
        slot = make_event().slots[0]
        assert not change(slot, capacity=50, title="Сварка")
        assert change(slot, room="104")
        assert change(slot, ends_at=slot.ends_at + timedelta(minutes=15))
        draft = make_event(status=EventStatus.DRAFT).slots[0]
        assert not change(draft, room="104")

    def test_a_slot_nobody_chose_can_go(self) -> None:
        event = make_event(slots=2)
        slots.delete(event.slots[0])
        assert len(event.slots) == 1
        assert event.starts_at == event.slots[0].starts_at

    def test_a_slot_with_people_stays(self) -> None:
        event = make_event(slots=2)
        make_registration(event.slots[0])
        with pytest.raises(RuleBroken, match="записывались"):
            slots.delete(event.slots[0])
        assert len(event.slots) == 2

    def test_even_when_they_have_cancelled(self) -> None:
        event = make_event(slots=2)
        make_registration(event.slots[0]).status = Status.CANCELLED
        with pytest.raises(RuleBroken, match="записывались"):
            slots.delete(event.slots[0])

    def test_a_published_event_keeps_its_last_slot(self) -> None:
        with pytest.raises(RuleBroken, match="единственный"):
            slots.delete(make_event().slots[0])
        slots.delete(make_event(status=EventStatus.DRAFT).slots[0])

    def test_nothing_changes_in_a_called_off_event(self) -> None:
        event = make_event(slots=2, status=EventStatus.CANCELLED)
        for act in (lambda: add(event), lambda: change(event.slots[0]),
                    lambda: slots.delete(event.slots[0])):  # fmt: skip
            with pytest.raises(RuleBroken, match="отменено"):
                act()


def slot_fields(begins: datetime, *, hours: float = 1, **more: str) -> dict[str, str]:
    return {
        "starts_at": typed(begins), "ends_at": typed(begins + timedelta(hours=hours)),
        "capacity": "20", **more,
    }  # fmt: skip


class TestScreen:
    def test_adds_a_slot_on_the_clock_of_the_region(self, browser: Browser) -> None:
        event = make_event(slots=0, status=EventStatus.DRAFT)
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/slots", fields=slot_fields(in_days(7)))
        assert "Добавлен 1 слот" in page.text("#messages")
        assert (event.slots[0].starts_at, event.slots[0].capacity) == (in_days(7), 20)
        assert "15:00–16:00" in page.text(".o-table"), "12:00 UTC in Moscow"

    def test_adds_several(self, browser: Browser) -> None:
        event = make_event(slots=0, status=EventStatus.DRAFT)
        browser.log_in(make_member(event.organization))
        page = browser.submit(
            f"/manage/events/{event.slug}/slots",
            fields=slot_fields(in_days(7), more="4", every="90"),
        )
        assert "Добавлено 5 слотов" in page.text("#messages")
        assert event.slots[4].starts_at == in_days(7) + timedelta(hours=6)

    def test_the_next_slot_is_suggested(self, browser: Browser) -> None:
        event = make_event(capacity=12)
        browser.log_in(make_member(event.organization))
        shown = browser.open(f"/manage/events/{event.slug}/slots").form(FORM)
        assert (shown["starts_at"], shown["capacity"]) == (typed(event.slots[0].ends_at), "12")

    def test_more_seats_promote_the_waitlist(self, browser: Browser) -> None:
        slot = make_event(capacity=1).slots[0]
        make_registration(slot)
        first, second = make_registration(slot), make_registration(slot)
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/slots/{slot.id}"
        shown = browser.open(url).form(FORM)
        browser.submit(url, fields=shown | {"capacity": "2"})
        assert (first.status, second.status) == (Status.CONFIRMED, Status.WAITLISTED)
        assert (slot.seats_taken, told("registration_promoted")) == (2, 1)
        assert told("event_changed") == 0

    def test_fewer_seats_than_taken_are_refused(self, browser: Browser) -> None:
        slot = make_event(capacity=3).slots[0]
        make_registration(slot)
        make_registration(slot)
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/slots/{slot.id}"
        page = browser.submit(url, fields=browser.open(url).form(FORM) | {"capacity": "1"})
        assert page.status == 422
        assert "занято 2 места" in page.text(".o-summary")
        assert (page.form(FORM)["capacity"], slot.capacity) == ("1", 3)

    def test_another_time_is_told(self, browser: Browser) -> None:
        slot = make_event().slots[0]
        make_registration(slot)
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/slots/{slot.id}"
        page = browser.submit(url, fields=slot_fields(in_days(8)))
        assert "Об изменении сообщим 1" in page.text("#messages")
        assert told("event_changed") == 1
        assert slot.event.starts_at == in_days(8)

    def test_deletes(self, browser: Browser) -> None:
        event = make_event(slots=2)
        gone = event.slots[0].id
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/slots/{gone}/delete")
        assert "Слот удалён" in page.text("#messages")
        assert db.session.get(Slot, gone) is None

    def test_says_why_it_does_not_delete(self, browser: Browser) -> None:
        event = make_event(slots=2)
        make_registration(event.slots[0])
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/slots/{event.slots[0].id}/delete")
        assert "записывались люди" in page.text("#messages")
        assert len(event.slots) == 2

    def test_a_slot_of_another_event_is_not_found(self, browser: Browser) -> None:
        event, other = make_event(), make_event()
        browser.log_in(make_member(event.organization))
        for id_ in (other.slots[0].id, 0, 10**30):
            url = f"/manage/events/{event.slug}/slots/{id_}"
            assert browser.open(url).status == 404
            assert browser.submit(url, fields=slot_fields(in_days(3))).status == 404
            assert browser.submit(f"{url}/delete").status == 404
        assert len(other.slots) == 1

    def test_a_called_off_event_shows_its_slots_without_buttons(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.CANCELLED)
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/slots")
        assert page.soup.select(".o-table")
        assert not page.soup.select("main form[method=post].o-form")


BAD = [
    ("starts_at", ""), ("ends_at", ""), ("capacity", ""), ("starts_at", "завтра"),
    ("starts_at", "1026-11-23T10:00"), ("starts_at", "3026-11-23T10:00"),
    ("ends_at", "3026-11-23T10:00"), ("ends_at", "2026-13-45T99:99"),
    ("capacity", "0"), ("capacity", "-5"), ("capacity", "5001"), ("capacity", "9" * 5000),
    ("capacity", "много"), ("room", "=cmd()"), ("room", "я" * 10_000), ("title", "<script>"),
    ("title", "😀"), ("title", "а\x00"), ("more", "51"), ("more", "-1"), ("every", "1"),
    ("every", "1000000"),
]  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize(("field", "value"), BAD, ids=lambda text: text[:20])
    def test_gets_a_sentence_beside_its_field(
        self, browser: Browser, field: str, value: str
    ) -> None:
        event = make_event(slots=0, status=EventStatus.DRAFT)
        browser.log_in(make_member(event.organization))
        said = slot_fields(in_days(7), room="Мастерская", title="Сварка") | {field: value}
        page = browser.submit(f"/manage/events/{event.slug}/slots", fields=said)
        assert page.status == 422
        assert page.text(f"#{field}-error")
        assert event.slots == []
        kept = "room" if field != "room" else "title"
        assert page.form(FORM)[kept] == said[kept]

    @pytest.mark.parametrize(
        ("hours", "sentence"), [(0, "позже начала"), (-1, "позже начала"), (31 * 24, "30 дней")]
    )
    def test_the_end_fits_the_beginning(
        self, browser: Browser, hours: float, sentence: str
    ) -> None:
        event = make_event(slots=0, status=EventStatus.DRAFT)
        browser.log_in(make_member(event.organization))
        page = browser.submit(
            f"/manage/events/{event.slug}/slots", fields=slot_fields(in_days(7), hours=hours)
        )
        assert sentence in page.text("#ends_at-error")
        assert event.slots == []

    def test_several_need_a_step(self, browser: Browser) -> None:
        event = make_event(slots=0, status=EventStatus.DRAFT)
        browser.log_in(make_member(event.organization))
        page = browser.submit(
            f"/manage/events/{event.slug}/slots", fields=slot_fields(in_days(7), more="3", every="")
        )
        assert "через сколько минут" in page.text("#more-error")
