"""The regional calendar, and the warning about other colleges' events on the same day."""

from datetime import timedelta

import pytest
from flask import Flask

from app.base import clock
from app.base.db import db
from app.events.catalogue.region import clashes_of, days_touched
from app.events.models import Event, EventStatus, Format
from app.organizations.models import Municipality, Role
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_member,
    make_municipality,
    make_organization,
    make_user,
)

DAY = 5


@pytest.fixture
def elista() -> Municipality:
    return make_municipality(short_name="Элиста")


@pytest.fixture
def ours(elista: Municipality) -> Event:
    return make_event(
        municipality_id=elista.id, in_days_=DAY, audience=["pupil"], grade_from=9, grade_to=11,
        status=EventStatus.DRAFT,
    )  # fmt: skip


def titles(event: Event) -> list[str]:
    db.session.refresh(event)
    return [one.title for planned in clashes_of(event).values() for one in planned]


def month(days: int = DAY) -> str:
    return (clock.today() + timedelta(days=days)).strftime("%Y-%m")


class TestClashes:
    @pytest.mark.parametrize(
        ("given", "clashes"),
        [
            ({}, True),  # for everybody
            ({"audience": ["pupil"], "grade_from": 8, "grade_to": 9}, True),
            ({"audience": ["pupil"], "grade_from": 1, "grade_to": 8}, False),
            ({"grade_from": 1, "grade_to": 4}, False),  # grades alone: pupils
            ({"audience": ["parent"]}, False),
            ({"audience": ["pupil", "parent"]}, True),
            ({"in_days_": DAY + 1}, False),
            ({"status": EventStatus.DRAFT}, False),
            ({"status": EventStatus.CANCELLED}, False),
        ],
    )
    def test_same_day_same_place_same_people(
        self, ours: Event, elista: Municipality, given: dict[str, object], clashes: bool
    ) -> None:
        other = {"in_days_": DAY, "municipality_id": elista.id, "title": "Другое", **given}
        make_event(**other)  # type: ignore[arg-type]
        assert titles(ours) == (["Другое"] if clashes else [])

    def test_elsewhere_is_no_clash_but_online_is(self, ours: Event) -> None:
        lagan = make_municipality()
        make_event(in_days_=DAY, municipality_id=lagan.id, title="В Лагани")
        make_event(in_days_=DAY, municipality_id=lagan.id, format=Format.ONLINE, title="В сети")
        make_event(in_days_=DAY, title="Без места")
        assert titles(ours) == ["В сети"]

    def test_own_events_do_not_clash(self, ours: Event, elista: Municipality) -> None:
        make_event(organization=ours.organization, in_days_=DAY, municipality_id=elista.id)
        assert titles(ours) == []

    def test_days_gone_by_and_no_slots(self, elista: Municipality) -> None:
        past = make_event(municipality_id=elista.id, in_days_=-DAY)
        make_event(municipality_id=elista.id, in_days_=-DAY)
        assert titles(past) == titles(make_event(slots=0)) == []

    def test_until_midnight_is_one_day_over_midnight_two(self) -> None:
        midnight = clock.end_of_day(clock.today())
        evening = midnight - timedelta(hours=3)
        assert len(days_touched(evening, midnight)) == 1
        assert len(days_touched(evening, midnight + timedelta(minutes=1))) == 2

    def test_the_editor_warns_and_publishing_goes_on(
        self, browser: Browser, ours: Event, elista: Municipality
    ) -> None:
        ours.kind_code, ours.description, ours.summary = "open_day", "О колледже", "Кратко"
        other = make_event(in_days_=DAY, municipality_id=elista.id, title="Другое")
        browser.log_in(make_member(ours.organization))
        warning = browser.open(f"/manage/events/{ours.slug}/edit")
        assert "Другое" in warning.text("#clashes")
        assert other.organization.short_name in warning.text("#clashes")
        browser.submit(f"/manage/events/{ours.slug}/publish")
        assert ours.is_public

    @pytest.mark.figures
    def test_one_query_however_many(self, app: Flask, ours: Event, elista: Municipality) -> None:
        for _ in range(5):
            make_event(in_days_=DAY, municipality_id=elista.id)
        db.session.refresh(ours)
        assert ours.slots
        with counted_queries(app) as queries:
            assert len(clashes_of(ours)) == 1
        assert len(queries) == 1


class TestScreen:
    def test_shows_the_region_by_day(
        self, browser: Browser, ours: Event, elista: Municipality
    ) -> None:
        other = make_event(in_days_=DAY, municipality_id=elista.id, grade_from=8, grade_to=9)
        secret = make_event(in_days_=DAY, status=EventStatus.DRAFT, title="Чужой черновик")
        make_event(in_days_=DAY, status=EventStatus.CANCELLED, title="Отменённое")
        browser.log_in(make_member(ours.organization))
        page = browser.open(f"/manage/calendar?month={month()}")
        day = page.text(f"#d-{clock.today() + timedelta(days=DAY)}")
        for words in (other.title, other.organization.short_name, "Элиста", "8–9", ours.title):
            assert words in day
        assert "Черновик" in day
        assert secret.title not in page.html
        assert "Отменённое" not in page.html
        assert (
            page.text(f".o-small-month a[href='#d-{clock.today() + timedelta(days=DAY)}'] b") == "2"
        )

    def test_filters(self, browser: Browser, ours: Event, elista: Municipality) -> None:
        lagan = make_municipality()
        make_event(in_days_=DAY, municipality_id=lagan.id, title="В Лагани")
        make_event(in_days_=DAY, format=Format.ONLINE, grade_from=1, grade_to=4, title="Малышам")
        browser.log_in(make_member(ours.organization))
        asked_for = ("", f"municipality={elista.oktmo}", "grades=1-4", "grades=x&municipality=y")
        found = {
            asked: browser.open(f"/manage/calendar?month={month()}&{asked}").texts(".o-plans a")
            for asked in asked_for
        }
        everything = [ours.title, "В Лагани", "Малышам"]
        assert found == {
            "": everything,
            f"municipality={elista.oktmo}": [ours.title, "Малышам"],
            "grades=1-4": ["В Лагани", "Малышам"],
            "grades=x&municipality=y": everything,
        }

    @pytest.mark.parametrize(
        "typed", ["0000-01", "9999-12", "2026-13", "x", "２０２６-01", "%00", ""]
    )
    def test_nonsense_is_this_month(self, browser: Browser, typed: str) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.open(f"/manage/calendar?month={typed}")
        assert page.status == 200
        assert page.soup.select(".is-today")

    def test_is_for_those_who_plan(self, browser: Browser) -> None:
        college = make_organization()
        for user in (
            make_user(),
            make_member(college, Role.DOOR),
            make_member(college, Role.TEACHER),
        ):
            assert browser.log_in(user).open("/manage/calendar").status == 404

    @pytest.mark.figures
    def test_needs_few_queries(self, browser: Browser, app: Flask) -> None:
        organization = make_organization()
        for _ in range(10):
            make_event(organization=organization, slots=2, in_days_=DAY)
        browser.log_in(make_member(organization))
        with counted_queries(app) as queries:
            browser.open(f"/manage/calendar?month={month()}")
        assert len(queries) <= 5
