"""/events.json: the catalogue as open data."""

import sys

import pytest
from flask import Flask

from app.events.models import Event, EventStatus
from tests.browser import Browser, counted_queries
from tests.factories import in_days, make_event, make_municipality, make_organization


def make_described_event() -> Event:
    return make_event(
        organization=make_organization(slug="eptk", name="Политехнический колледж"),
        municipality_id=make_municipality(oktmo="85701000", name="город Элиста").id,
        title="Проба", slug="proba", summary="Кратко", kind_code="trial", venue="ул. Ленина, 1",
        audience=["pupil"], grade_from=8, grade_to=9, fields=["it"], capacity=20,
        contact="Анна Ивановна, 8 961 000-00-00", online_url="https://meet.example/secret",
    )  # fmt: skip


class TestScreen:
    def test_the_documented_shape(self, browser: Browser) -> None:
        event = make_described_event()
        slot = event.slots[0]
        response = browser.open("/events.json").response
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        found = response.json
        assert found
        (described,) = found.pop("events")
        assert found == {"total": 1, "page": 1, "pages": 1, "next": None}
        assert described.pop("changed_at").endswith("Z")
        assert described == {
            "slug": "proba",
            "url": "http://localhost/events/proba",
            "title": "Проба",
            "summary": "Кратко",
            "kind": {"code": "trial", "title": "Профессиональная проба"},
            "status": "published",
            "format": "in_person",
            "venue": "ул. Ленина, 1",
            "municipality": {"oktmo": "85701000", "name": "город Элиста"},
            "organization": {"slug": "eptk", "name": "Политехнический колледж"},
            "audience": ["pupil"],
            "grades": {"from": 8, "to": 9},
            "fields": [{"code": "it", "title": "информационные технологии"}],
            "measure": None,
            "starts_at": in_days(7).strftime("%Y-%m-%dT12:00:00Z"),
            "ends_at": in_days(7).strftime("%Y-%m-%dT13:00:00Z"),
            "signup": {"is_open": True, "opens_at": None, "closes_at": None},
            "slots": [
                {
                    "id": slot.id, "title": "", "room": "", "capacity": 20, "seats_left": 20,
                    "is_called_off": False,
                    "starts_at": in_days(7).strftime("%Y-%m-%dT12:00:00Z"),
                    "ends_at": in_days(7).strftime("%Y-%m-%dT13:00:00Z"),
                }
            ],
        }  # fmt: skip

    def test_nobodys_name_or_number_is_in_it(self, browser: Browser) -> None:
        make_described_event()
        body = browser.open("/events.json").html
        assert "Анна" not in body
        assert "961" not in body
        assert "secret" not in body

    def test_the_same_selection_as_in_the_catalogue(self, browser: Browser) -> None:
        make_event(title="Сварка")
        make_event(title="Медицина")
        make_event(title="Сварка тайно", status=EventStatus.DRAFT)
        found = browser.open("/events.json?q=свар").response.json
        assert found
        assert [event["title"] for event in found["events"]] == ["Сварка"]

    def test_long_answers_come_in_pages(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.modules["app.events.catalogue.views"], "MOST_IN_DATA", 2)
        for day in range(3):
            make_event(in_days_=day + 1, kind_code="trial")
        first = browser.open("/events.json?kind=trial").response.json
        assert first
        assert first["next"] == "http://localhost/events.json?kind=trial&page=2"
        second = browser.open(first["next"].removeprefix("http://localhost")).response.json
        assert second
        assert len(second["events"]) == 1
        assert second["next"] is None

    @pytest.mark.figures
    @pytest.mark.parametrize("events", [2, 30])
    @pytest.mark.parametrize("address", ["/events.json", "/events.ics"])
    def test_queries_do_not_grow(
        self, app: Flask, browser: Browser, address: str, events: int
    ) -> None:
        for day in range(events):
            make_event(in_days_=day + 1, slots=3, municipality_id=make_municipality().id)
        with counted_queries(app) as queries:
            browser.open(address)
        assert len(queries) <= 5, queries
