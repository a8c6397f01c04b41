"""Many slots from one rhythm: looked at first, then made."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask

from app.base import clock
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus
from app.events.slots import actions as slots
from app.events.timetable import rooms
from app.events.timetable.rhythm import Rhythm, spots_of
from tests.browser import Browser, Page, counted_queries
from tests.factories import in_days, make_event, make_member, make_slot

DAY = clock.today() + timedelta(days=7)


def rhythm(**said: object) -> Rhythm:
    return Rhythm(**{"first_day": DAY, "begins": time(9), "ends": time(13), **said})  # type: ignore[arg-type]


def starts(of: Rhythm) -> list[str]:
    return [begins.strftime("%H:%M") for begins, _ends in of.times]


class TestRule:
    def test_every_20_minutes_from_9_to_13_with_a_break_in_three_rooms(self) -> None:
        every = rhythm(every=20, breaks=((time(11), time(11, 20)),))
        assert len(every.times) == 11
        assert "11:00" not in starts(every)
        assert len(every.spots(["1", "2", "3"])) == 33

    def test_what_would_run_into_a_break_begins_after_it(self) -> None:
        assert starts(rhythm(every=60, breaks=((time(10, 30), time(10, 50)),))) == [
            *("09:00", "10:50", "11:50"),
        ]

    def test_a_pause_stands_between_them_when_they_are_shorter_than_the_step(self) -> None:
        every = rhythm(ends=time(10), every=30, length=25)
        assert every.times == [(time(9), time(9, 25)), (time(9, 30), time(9, 55))]

    def test_each_tuesday_until_may_except_holidays(self) -> None:
        tuesdays = rhythm(
            first_day=date(2026, 12, 1), last_day=date(2027, 5, 1), weekdays=frozenset({1}),
            exceptions=frozenset({date(2026, 12, 8)}),
        )  # fmt: skip
        assert {day.weekday() for day in tuesdays.days} == {1}
        assert tuesdays.left_out == [date(2026, 12, 8), date(2027, 1, 5), date(2027, 2, 23)]
        assert len(tuesdays.days) == 22 - 3

    def test_hours_are_of_the_region(self) -> None:
        [spot] = rhythm().spots()
        assert spot.starts_at == clock.from_local(datetime.combine(DAY, time(9)))

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ({"first_day": clock.today() - timedelta(days=1)}, "в прошлом"),
            ({"weekdays": frozenset({(DAY.weekday() + 1) % 7})}, "Не осталось ни одного дня"),
            ({"every": 5, "last_day": DAY + timedelta(days=104), "skips_holidays": False}, "5040"),
        ],
    )
    def test_none_too_many_or_past_are_refused(
        self, said: dict[str, object], sentence: str
    ) -> None:
        with pytest.raises(RuleBroken, match=sentence):
            spots_of(rhythm(**said), [""], most=1000)

    def test_two_at_once_in_a_room_are_named(self) -> None:
        event = make_event(slots=0, title="Ярмарка")
        make_slot(event, starts_at=in_days(7), room="Каб. 12", title="Сварка")
        other = make_event(organization=event.organization, slots=0)
        spots = [rooms.Spot(in_days(7), in_days(7, hour=13), room) for room in ("каб. 12", "5")]
        [clash] = rooms.clashes(other, spots)
        assert "Сварка" in clash.in_words
        assert "каб. 12" in clash.in_words

    def test_a_slot_does_not_clash_with_itself_and_two_are_named_once(self) -> None:
        event = make_event(slots=0)
        both = [make_slot(event, starts_at=in_days(7), room="12") for _ in range(2)]
        assert rooms.clashes_of(event, both[:1])[0].slot is both[1]
        assert len(rooms.clashes_of(event, both)) == 1
        assert rooms.clashes_of(make_event(), both) == []

    def test_another_venue_has_rooms_of_its_own(self) -> None:
        event = make_event(slots=0)
        make_slot(event, starts_at=in_days(7), room="12")
        elsewhere = make_event(organization=event.organization, slots=0, venue="пр. Мира, 5")
        spot = rooms.Spot(in_days(7), in_days(7, hour=13), "12")
        assert rooms.clashes(elsewhere, [spot]) == []


SAID = {
    "first_day": f"{DAY}", "begins": "09:00", "ends": "13:00", "every": "20",
    "where": "101\n102\n103", "capacity": "5", "breaks": "11:00–11:20", "look": "1",
}  # fmt: skip


def generate(browser: Browser, event: Event, *, on: Sequence[str] = (), **said: str) -> Page:
    url = f"/manage/events/{event.slug}/slots/generate"
    return browser.submit(url, fields=SAID | said, weekdays=list(on))


def draft(browser: Browser) -> Event:
    event = make_event(slots=0, status=EventStatus.DRAFT)
    browser.log_in(make_member(event.organization))
    return event


class TestScreen:
    def test_shows_first_then_makes(self, browser: Browser) -> None:
        event = draft(browser)
        shown = generate(browser, event)
        assert (shown.status, event.slots) == (200, [])
        assert "Будет создано 33 слота" in shown.text("#seen")
        made = generate(browser, event, previewed=shown.form(".o-form")["previewed"], create="1")
        assert "Добавлено 33 слота" in made.text("#messages")
        assert {slot.room for slot in event.slots} == {"101", "102", "103"}

    def test_what_was_not_shown_is_not_made(self, browser: Browser) -> None:
        event = draft(browser)
        seen = generate(browser, event).form(".o-form")["previewed"]
        page = generate(browser, event, previewed=seen, create="1", capacity="50")
        assert "Будет создано" in page.text("#seen")
        assert event.slots == []

    def test_500_take_few_queries_and_5000_are_refused(self, app: Flask, browser: Browser) -> None:
        event = draft(browser)
        said = {"every": "30", "breaks": "", "last_day": f"{DAY + timedelta(days=30)}"}
        shown = generate(browser, event, **said, on="01234")
        number = int(shown.text("#seen").split()[2])
        assert number > 400
        previewed = shown.form(".o-form")["previewed"]
        with counted_queries(app) as queries:
            generate(browser, event, **said, on="01234", create="1", previewed=previewed)
        # SQLite is told of each new row; nothing else is asked once for each.
        others = [query for query in queries if not query.startswith("INSERT INTO slot")]
        assert len(others) < 30
        assert len(event.slots) == number
        page = generate(browser, event, every="5", last_day=f"{DAY + timedelta(days=60)}")
        assert page.status == 422
        assert f"{slots.MOST_SLOTS - number}" in page.text(".o-summary")

    def test_warns_of_two_at_once_in_a_room(self, browser: Browser) -> None:
        event = draft(browser)
        make_slot(event, starts_at=clock.from_local(datetime.combine(DAY, time(10))),
                  room="102", title="Сварка")  # fmt: skip
        assert "Сварка" in generate(browser, event).text("section .o-warn")


BAD = [
    ("ends", "09:00", "ends"), ("ends", "02:00", "ends"), ("ends", "25:00", "ends"),
    ("begins", "", "begins"), ("every", "0", "every"), ("every", "-5", "every"),
    ("length", "30", "length"), ("first_day", "завтра", "first_day"),
    ("first_day", "3026-01-01", "first_day"), ("last_day", "2020-01-01", "last_day"),
    ("last_day", f"{DAY + timedelta(days=500)}", "last_day"), ("breaks", "обед", "breaks"),
    ("breaks", "12:00–11:00", "breaks"), ("breaks", "08:00–14:00", "breaks"),
    ("breaks", "09:00–13:00", "breaks"), ("where", "12\n12", "where"),
    ("where", "=cmd()", "where"), ("where", "Мастерская\nмастерская", "where"),
    ("capacity", "", "capacity"), ("capacity", "0", "capacity"), ("weekdays", "9", "weekdays"),
    ("exceptions", "32.13.2026", "exceptions"),
    ("exceptions", "02.01.2027–01.01.2027", "exceptions"),
    ("breaks", "11:60–12:00", "breaks"),
]  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize(("field", "value", "at"), BAD)
    def test_gets_a_sentence_beside_its_field(
        self, browser: Browser, field: str, value: str, at: str
    ) -> None:
        event = draft(browser)
        page = (
            generate(browser, event, **{field: value})
            if field != "weekdays"
            else generate(browser, event, on=[value])
        )
        assert page.status == 422
        assert page.soup.select(f"#{at}-error, #{at} .o-error, .o-summary a[href='#{at}']")
        assert event.slots == []
