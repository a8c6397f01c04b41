"""Calendar files: what a strict reader finds in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from app.base.db import db
from app.events.models import Event, EventStatus, Format
from tests.browser import Browser
from tests.factories import in_days, make_event, make_municipality, make_slot


def entries(browser: Browser, address: str) -> list[Any]:
    """The entries of the file, after checking its form as RFC 5545 demands it."""
    response = browser.open(address).response
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    body = response.get_data()
    assert body.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert body.count(b"\n") == body.count(b"\r\n")
    lines = body.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no letter is torn between two lines
    calendar = Calendar.from_ical(body)
    assert all(not part.errors for part in calendar.walk())
    assert calendar["prodid"]
    found = calendar.walk("VEVENT")
    for occasion in found:
        for name in ("uid", "dtstamp", "dtstart", "dtend", "summary", "url", "status"):
            assert name in occasion
    return list(found)


def make_long_event() -> Event:
    event = make_event(
        slots=0, title="Экскурсия; в «учебные» мастерские, " * 3, summary="Две строки:\nвот они",
        venue="ул. Ленина, 245", municipality_id=make_municipality(short_name="г. Элиста").id,
    )  # fmt: skip
    make_slot(event, starts_at=datetime(2030, 5, 20, 9, 30), room="ауд. 12", title="Утро")  # noqa: DTZ001
    make_slot(event, starts_at=datetime(2030, 5, 20, 12, 0))  # noqa: DTZ001
    db.session.refresh(event)
    return event


class TestScreen:
    def test_one_entry_per_slot(self, browser: Browser) -> None:
        event = make_long_event()
        first, second = entries(browser, f"/events/{event.slug}.ics")
        assert first["uid"] == f"slot-{event.slots[0].id}@orientir"
        assert first["uid"] != second["uid"]
        assert first["dtstart"].dt == datetime(2030, 5, 20, 9, 30, tzinfo=UTC)
        assert first["dtend"].dt == datetime(2030, 5, 20, 10, 30, tzinfo=UTC)
        assert str(first["summary"]) == f"{event.title}: Утро"
        assert str(first["location"]) == "г. Элиста, ул. Ленина, 245, ауд. 12"
        assert str(first["url"]) == f"http://localhost/events/{event.slug}"
        assert str(first["status"]) == "CONFIRMED"
        assert str(first["description"]).startswith("Две строки:\nвот они\n")
        assert "organizer" not in first

    def test_an_entry_keeps_its_name_when_the_event_changes(self, browser: Browser) -> None:
        event = make_event()
        before = entries(browser, f"/events/{event.slug}.ics")[0]
        event.slots[0].starts_at += timedelta(minutes=10)
        event.title, event.changed_at = "Иначе", event.changed_at + timedelta(hours=1)
        after = entries(browser, f"/events/{event.slug}.ics")[0]
        assert before["uid"] == after["uid"]
        assert after["dtstamp"].dt - before["dtstamp"].dt == timedelta(hours=1)

    def test_called_off_is_cancelled(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.CANCELLED, title="Экскурсия")
        entry = entries(browser, f"/events/{event.slug}.ics")[0]
        assert str(entry["status"]) == "CANCELLED"
        assert str(entry["summary"]) == "Отменено: Экскурсия"

    def test_the_online_address_is_not_given_away(self, browser: Browser) -> None:
        event = make_event(format=Format.ONLINE, online_url="https://meet.example/secret")
        body = browser.open(f"/events/{event.slug}.ics").response.get_data(as_text=True)
        assert "secret" not in body
        assert "LOCATION:Онлайн" in body

    def test_the_catalogue_gives_its_selection(self, browser: Browser) -> None:
        make_event(title="Сварка", slots=3)
        make_event(title="Медицина")
        make_event(title="Сварка вчера", in_days_=-1)
        make_event(title="Сварка тайно", status=EventStatus.DRAFT)
        found = entries(browser, "/events.ics?q=СВАРК")
        assert [str(entry["summary"]) for entry in found] == ["Сварка"] * 3

    def test_an_empty_selection_is_a_calendar_too(self, browser: Browser) -> None:
        assert entries(browser, "/events.ics") == []

    @pytest.mark.parametrize("address", ["/events.ics", "/events.json"])
    def test_what_has_not_changed_is_not_sent_again(self, browser: Browser, address: str) -> None:
        event = make_event()
        first = browser.open(address).response
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        again = browser.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.get_data() == b""
        event.title, event.changed_at = "Иначе", in_days(0) + timedelta(hours=1)
        db.session.flush()
        changed = browser.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200
