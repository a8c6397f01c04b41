"""Courses and shifts: one slot, many meetings."""

from datetime import timedelta

import pytest

from app.base import clock
from app.base.rules import RuleBroken
from app.events.meetings import actions as meetings
from app.events.models import Event, Slot
from app.events.timetable import rooms
from app.events.timetable.queries import meetings_of
from app.events.timetable.rooms import Spot
from tests.browser import Browser
from tests.events.editing.test_edit import typed
from tests.factories import (
    in_days,
    make_event,
    make_meeting,
    make_member,
    make_person,
    make_registration,
    make_slot,
)


def course(*days: float, event: Event | None = None) -> Slot:
    slot = make_slot(event or make_event(slots=0), starts_at=in_days(days[0]))
    for day in days:
        make_meeting(slot, starts_at=in_days(day))
    return slot


class TestRule:
    def test_the_slot_lasts_from_the_first_to_the_last(self) -> None:
        slot = course(7, 14)
        meetings.add_meetings(slot, [Spot(in_days(21), in_days(21, hour=13))])
        assert (slot.starts_at, slot.ends_at) == (in_days(7), in_days(21, hour=13))
        assert (slot.meeting_count, slot.event.ends_at) == (3, slot.ends_at)
        meetings.delete_meeting(slot, meetings_of([slot])[slot.id][0])
        assert (slot.starts_at, slot.meeting_count) == (in_days(14), 2)

    def test_two_at_once_are_refused(self) -> None:
        slot = course(7, 14)
        with pytest.raises(RuleBroken, match="побывать на двух"):
            meetings.add_meetings(slot, [Spot(in_days(14), in_days(14, hour=14))])

    def test_what_has_been_stays(self) -> None:
        slot = course(-1, 7)
        past, coming = meetings_of([slot])[slot.id]
        with pytest.raises(RuleBroken, match="уже началось"):
            meetings.delete_meeting(slot, past)
        with pytest.raises(RuleBroken, match="уже началось"):
            meetings.change_meeting(slot, past, Spot(in_days(2), in_days(3)))
        with pytest.raises(RuleBroken, match="прошлое"):
            meetings.change_meeting(slot, coming, Spot(in_days(-2), in_days(3)))
        meetings.change_meeting(slot, past, Spot(past.starts_at, past.ends_at, "7"), title="Цвет")

    def test_between_its_meetings_one_may_go_elsewhere(self) -> None:
        person = make_person()
        make_registration(course(7, 14), person)
        on_a_free_day = make_slot(make_event(slots=0), starts_at=in_days(10))
        assert make_registration(on_a_free_day, person).is_confirmed
        on_the_same = make_slot(make_event(slots=0), starts_at=in_days(14))
        with pytest.raises(RuleBroken, match="уже"):
            make_registration(on_the_same, person)
        assert make_registration(course(9, 16), person).is_confirmed
        with pytest.raises(RuleBroken, match="уже"):
            make_registration(course(11, 14, 30), person)

    def test_its_room_is_free_between_its_meetings(self) -> None:
        slot = course(7, 14)
        for day in (10, 14):
            make_slot(slot.event, starts_at=in_days(day), room="12", title=f"День {day}")
        slot.room = "12"
        [clash] = rooms.clashes_of(slot.event, [slot])
        assert clash.slot.title == "День 14"


class TestScreen:
    def test_adds_each_week_after_a_look(self, browser: Browser) -> None:
        event = make_event()
        [slot] = event.slots
        make_registration(slot)
        browser.log_in(make_member(event.organization))
        first = clock.today() + timedelta(days=7)
        said = {
            "first_day": f"{first}", "last_day": f"{first + timedelta(days=21)}",
            "weekdays": str(first.weekday()), "begins": "15:00", "ends": "16:30",
        }  # fmt: skip
        url = f"/manage/events/{event.slug}/slots/{slot.id}/meetings"
        shown = browser.submit(url, fields=said)
        assert "Будет добавлено 4 занятия" in shown.text("#seen")
        seen = shown.form(".o-form")["previewed"]
        page = browser.submit(url, fields=said | {"previewed": seen, "create": "1"})
        assert "Добавлено 4 занятия. Об этом сообщим 1" in page.text("#messages")
        assert slot.meeting_count == 4
        assert "4 занятия" in browser.open(f"/events/{event.slug}").text("#signup-panel")

    def test_changes_and_deletes_one(self, browser: Browser) -> None:
        slot = course(7, 14)
        first, last = meetings_of([slot])[slot.id]
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/slots/{slot.id}/meetings"
        bad = {"starts_at": typed(in_days(15)), "ends_at": typed(in_days(15))}
        assert browser.submit(f"{url}/{last.id}", fields=bad).status == 422
        good = {"starts_at": typed(in_days(15)), "ends_at": typed(in_days(15, hour=14))}
        browser.submit(f"{url}/{last.id}", fields=good)
        assert slot.ends_at == in_days(15, hour=14)
        browser.submit(f"{url}/{first.id}/delete")
        assert slot.starts_at == in_days(15)
        assert browser.submit(f"{url}/{first.id}/delete").status == 404

    def test_the_event_page_shows_a_changed_schedule_at_once(self, browser: Browser) -> None:
        slot = course(7, 14)
        address = f"/events/{slot.event.slug}"
        before = browser.open(address).html
        first = meetings_of([slot])[slot.id][0]
        meetings.change_meeting(slot, first, Spot(*Spot(first.starts_at, first.ends_at)[:2]),
                                title="Знакомство")  # fmt: skip
        assert "Знакомство" in browser.open(address).html
        assert "Знакомство" not in before

    def test_calendars_have_each_meeting(self, browser: Browser) -> None:
        slot = course(7, 14)
        registration = make_registration(slot)
        for url in (f"events/{slot.event.slug}", f"registrations/{registration.code}/calendar"):
            assert browser.open(f"/{url}.ics").html.count("BEGIN:VEVENT") == 2

    def test_the_month_shows_each_meeting(self, browser: Browser) -> None:
        first = (clock.today().replace(day=1) + timedelta(days=40)).replace(day=1)
        days = [(first + timedelta(days=day) - clock.today()).days for day in (0, 7, 14)]
        slot = course(*days)
        page = browser.open(f"/events?view=month&month={first:%Y-%m}")
        assert len(page.soup.select(f"td a[href='/events/{slot.event.slug}']")) == 3
