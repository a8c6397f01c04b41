"""Copying: the same event on other days, without anybody in it."""

from datetime import timedelta
from typing import Any

import pytest

from app.base import clock
from app.base.rules import RuleBroken
from app.events.editing import patterns
from app.events.models import EventStatus, Format
from tests.browser import Browser
from tests.events.editing.test_edit import events, make_measure
from tests.factories import in_days, make_event, make_member, make_registration, make_slot

DETAILS: dict[str, Any] = {
    "summary": "Покажем мастерские", "description": "**Приходите**", "programme": "- 10:00",
    "venue": "ул. Ленина, 1", "format": Format.MIXED, "online_url": "https://example.ru/a",
    "audience": ["pupil"], "grade_from": 8, "grade_to": 11, "fields": ["medicine"],
    "companions_max": 2, "contact": "8 961 123-45-67",
}  # fmt: skip


class TestRule:
    def test_keeps_the_words_and_moves_the_slots(self) -> None:
        event = make_event(slots=2, capacity=12, title="Проба", slug="proba", **DETAILS)
        make_slot(event, starts_at=in_days(9), hours=2, room="104", title="Сварка", capacity=5)
        first_day = clock.to_local(in_days(28)).date()
        twin = patterns.copy(event, first_day=first_day)
        assert {name: getattr(twin, name) for name in DETAILS} == DETAILS
        assert (twin.status, twin.slug, twin.published_at) == (EventStatus.DRAFT, "proba-2", None)
        moved = [(s.starts_at, s.ends_at, s.title, s.room, s.capacity) for s in twin.slots]
        there = [(s.starts_at, s.ends_at, s.title, s.room, s.capacity) for s in event.slots]
        shift = timedelta(days=21)
        assert moved == [(begins + shift, ends + shift, *rest) for begins, ends, *rest in there]
        assert (twin.starts_at, twin.ends_at) == (moved[0][0], moved[-1][1])

    def test_nobody_is_signed_up(self) -> None:
        event = make_event()
        make_registration(event.slots[0])
        twin = patterns.copy(event, first_day=clock.today())
        assert [slot.seats_taken for slot in twin.slots] == [0]

    def test_the_window_of_sign_up_moves_along(self) -> None:
        event = make_event(signup_opens_at=in_days(1), signup_closes_at=in_days(6))
        twin = patterns.copy(event, first_day=clock.to_local(in_days(17)).date())
        assert (twin.signup_opens_at, twin.signup_closes_at) == (in_days(11), in_days(16))

    def test_a_called_off_event_can_be_held_again(self) -> None:
        event = make_event(status=EventStatus.CANCELLED, cancel_reason="Ремонт")
        twin = patterns.copy(event, first_day=clock.today())
        assert (twin.status, twin.cancel_reason) == (EventStatus.DRAFT, "")

    def test_counts_for_the_plan_in_force(self) -> None:
        older = make_measure("3.12", first_year=2021)
        newer = make_measure("3.12", first_year=2025)
        event = make_event(measure_id=older.id)
        assert patterns.copy(event, first_day=clock.today()).measure is newer

    def test_not_onto_a_day_that_has_passed(self) -> None:
        with pytest.raises(RuleBroken, match="ещё не прошёл"):
            patterns.copy(make_event(), first_day=clock.today() - timedelta(days=1))

    def test_an_event_without_slots_needs_no_day(self) -> None:
        assert patterns.copy(make_event(slots=0)).slots == []

    def test_suggests_the_same_day_of_the_week(self) -> None:
        event = make_event(in_days_=-40)
        suggested = patterns.same_weekday_ahead(event)
        assert suggested.weekday() == patterns.first_day_of(event).weekday()
        assert timedelta(days=7) <= suggested - clock.today() < timedelta(days=14)


class TestScreen:
    def test_copies_to_the_suggested_day(self, browser: Browser) -> None:
        event = make_event(in_days_=-40)
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/copy"
        page = browser.submit(url, fields=browser.open(url).form("main form.o-form"))
        assert page.path != url
        assert page.path.endswith("/edit")
        assert "Это копия" in page.text("#messages")
        assert events() == 2

    @pytest.mark.parametrize("day", ["", "1026-01-01", "3026-01-01", "вчера", "2020-01-01"])
    def test_bad_days(self, browser: Browser, day: str) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/copy", first_day=day)
        assert (page.status, events()) == (422, 1)
        assert page.text("#first_day-error")

    def test_yesterday(self, browser: Browser) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        yesterday = (clock.today() - timedelta(days=1)).isoformat()
        page = browser.submit(f"/manage/events/{event.slug}/copy", first_day=yesterday)
        assert (page.status, events()) == (422, 1)
        assert "ещё не прошёл" in page.text(".o-summary")

    def test_without_slots(self, browser: Browser) -> None:
        event = make_event(slots=0)
        browser.log_in(make_member(event.organization))
        browser.submit(f"/manage/events/{event.slug}/copy")
        assert events() == 2
