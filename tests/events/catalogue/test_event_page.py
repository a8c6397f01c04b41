"""The page of an event: what, when, for whom, how many seats, and whether one can sign up."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.base import clock
from app.base.db import db
from app.events.about.wording import audience, why_signup_is_closed
from app.events.models import Event, EventStatus, Format
from app.events.queries import event_by_slug
from app.organizations.models import Role
from app.roadmap.models import Measure, Plan, Section
from tests.browser import Browser, Page, counted_queries
from tests.factories import (
    in_days,
    make_event,
    make_member,
    make_municipality,
    make_organization,
    make_slot,
)


def make_measure(code: str = "3.12", title: str = "Проведение дней открытых дверей") -> Measure:
    plan = Plan(title="Дорожная карта", order="№ 294", first_year=2021, last_year=2024)
    section = Section(plan=plan, number=3, title="Раздел")
    measure = Measure(
        section=section, code=code, position=12, title=title, term="ежегодно", result="",
        indicator="", responsible=[], counting={},
    )  # fmt: skip
    db.session.add(measure)
    db.session.flush()
    return measure


def show(browser: Browser, event: Event, panel: str | None = None) -> Page:
    return browser.open(f"/events/{event.slug}", panel=panel)


class TestRule:
    @pytest.mark.parametrize(
        ("categories", "first", "last", "words"),
        [
            ([], None, None, "для всех"),
            ([], 8, 11, "для 8–11 классов"),
            (["pupil"], 8, 11, "для 8–11 классов"),
            (["pupil"], 9, 9, "для 9 класса"),
            (["pupil"], None, None, "для школьников"),
            (["pupil", "parent"], 5, None, "для 5–11 классов, для родителей"),
            (["teacher", "specialist"], None, None, "для педагогов, для специалистов"),
        ],
    )
    def test_audience_in_words(
        self, app: Flask, categories: list[str], first: int | None, last: int | None, words: str
    ) -> None:
        with app.test_request_context():
            assert audience(categories, first, last) == words

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({}, ""),
            ({"status": EventStatus.DRAFT}, "черновик"),
            ({"status": EventStatus.CANCELLED, "cancel_reason": "Буран."}, "отменено. Буран."),
            ({"in_days_": -3}, "прошло"),
            ({"signup_opens_at": in_days(1, hour=7)}, "Запись откроется"),
            ({"signup_closes_at": in_days(-1, hour=7)}, "Запись закрылась"),
        ],
    )
    def test_the_reason_why_sign_up_is_closed(
        self, app: Flask, given: dict[str, Any], reason: str
    ) -> None:
        event = make_event(**given)
        with app.test_request_context():
            assert reason in why_signup_is_closed(event)
            assert bool(why_signup_is_closed(event)) != event.signup_is_open

    def test_a_window_is_told_on_the_clock_of_the_region(self, app: Flask) -> None:
        event = make_event(signup_opens_at=in_days(1, hour=22))
        with app.test_request_context():
            assert "в 01:00" in why_signup_is_closed(event)

    def test_when_all_slots_have_begun_sign_up_is_closed(self, app: Flask) -> None:
        now = clock.now()
        event = make_event(slots=0)
        make_slot(event, starts_at=now - timedelta(minutes=5))
        db.session.refresh(event)
        with app.test_request_context():
            assert "уже началось" in why_signup_is_closed(event)

    @pytest.mark.parametrize("slug", ["", "nothing", "a\x00b", "a" * 10_000, "../etc", "Ё"])
    def test_an_odd_address_is_no_event(self, slug: str) -> None:
        assert event_by_slug(slug) is None


class TestScreen:
    @pytest.fixture(params=[None, "signup-panel"], ids=["page", "panel"])
    def panel(self, request: pytest.FixtureRequest) -> str | None:
        return str(request.param) if request.param else None

    def test_tells_what_where_and_for_whom(self, browser: Browser) -> None:
        event = make_event(
            organization=make_organization(short_name="ЭПТК", slug="eptk"),
            title="День открытых дверей", summary="Покажем мастерские", venue="ул. Ленина, 245",
            municipality_id=make_municipality(short_name="г. Элиста").id,
            audience=["pupil", "parent"], grade_from=8, grade_to=11, fields=["it"],
            measure_id=make_measure().id, contact="Приёмная комиссия",
            description="Будет **интересно**.", programme="* 12:00 Начало",
        )  # fmt: skip
        page = show(browser, event)
        assert page.text("h1") == "День открытых дверей"
        facts = page.text(".o-facts")
        for words in (
            "г. Элиста, ул. Ленина, 245", "для 8–11 классов, для родителей",
            "информационные технологии", "Приёмная комиссия",
        ):  # fmt: skip
            assert words in facts
        assert page.soup.select_one("a[href='/organizations/eptk']")
        assert "Мероприятие 3.12 дорожной карты" in page.text("aside details summary")
        assert "Проведение дней открытых дверей" in page.text("aside details")
        assert page.text("strong") == "интересно"
        assert "Начало" in page.text("main")

    def test_slots_with_their_seats(self, browser: Browser, panel: str | None) -> None:
        event = make_event(slots=0)
        for taken, room in ((29, "Ауд. 1"), (25, "Ауд. 2"), (28, "Ауд. 3"), (30, "Ауд. 4")):
            make_slot(
                event, starts_at=in_days(7, hour=9), capacity=30, seats_taken=taken, room=room
            )
        page = show(browser, event, panel)
        rows = page.texts("#signup-panel tbody tr")
        assert "12:00–13:00" in rows[0]
        assert "Ауд. 1" in rows[0]
        assert "осталось 1 место из 30" in rows[0].lower()
        assert "осталось 5 мест из 30" in rows[1].lower()
        assert "осталось 2 места из 30" in rows[2].lower()
        assert "мест нет" in rows[3].lower()
        assert "Можно встать в лист ожидания" in rows[3]
        links = page.soup.select("#signup-panel tbody a")
        assert [link.get_text() for link in links] == ["Записаться"] * 3 + [
            "Встать в лист ожидания"
        ]
        for slot, link in zip(event.slots, links, strict=True):
            assert link["href"] == f"/events/{event.slug}/sign-up?slot={slot.id}"
        assert bool(page.soup.select("h1")) == (panel is None)

    def test_closed_sign_up_names_the_reason_and_offers_nothing(
        self, browser: Browser, panel: str | None
    ) -> None:
        page = show(browser, make_event(signup_closes_at=in_days(-1)), panel)
        assert "Запись закрылась" in page.text("#signup-panel")
        assert not page.soup.select("#signup-panel tbody a")

    def test_called_off_is_said_with_the_reason(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.CANCELLED, cancel_reason="Закрыта дорога")
        page = show(browser, event)
        assert page.status == 200
        assert "Мероприятие отменено. Закрыта дорога" in page.text("main")
        assert not page.soup.select("#signup-panel tbody a")

    def test_a_slot_that_has_begun_takes_nobody(self, browser: Browser) -> None:
        event = make_event(in_days_=3)
        make_slot(event, starts_at=clock.now() - timedelta(minutes=30))
        db.session.refresh(event)
        rows = show(browser, event).texts("#signup-panel tbody tr")
        assert "Уже началось" in rows[0]
        assert "Записаться" in rows[1]

    def test_the_online_address_stays_on_the_ticket(self, browser: Browser) -> None:
        event = make_event(format=Format.ONLINE, online_url="https://meet.example/secret")
        page = show(browser, event)
        assert "ссылка будет в билете" in page.text(".o-facts")
        assert "secret" not in page.html

    def test_a_draft_is_seen_by_its_organizers_alone(self, browser: Browser, app: Flask) -> None:
        event = make_event(status=EventStatus.DRAFT)
        organizer = make_member(event.organization)
        assert show(browser, event).status == 404
        assert browser.open(f"/events/{event.slug}.ics").status == 404
        stranger = Browser(app.test_client()).log_in(make_member(make_organization()))
        assert show(stranger, event).status == 404
        door = Browser(app.test_client()).log_in(make_member(event.organization, Role.DOOR))
        assert show(door, event).status == 404
        page = show(browser.log_in(organizer), event)
        assert page.status == 200
        assert "Черновик" in page.text("main")
        assert page.soup.select_one(f"a[href='/manage/events/{event.slug}/edit']")
        assert page.soup.select_one("meta[name=robots][content=noindex]")

    def test_search_engines_read_it_safely(self, browser: Browser) -> None:
        event = make_event(
            title="Сварка </script><script>alert(1)</script>", summary='«Огонь» & "металл"'
        )
        page = show(browser, event)
        assert "<script>alert" not in page.html
        script = page.soup.select_one("script[type='application/ld+json']")
        assert script
        described = json.loads(script.get_text())
        assert described["@type"] == "Event"
        assert described["name"] == event.title
        assert described["startDate"].endswith("+03:00")
        assert described["eventStatus"] == "https://schema.org/EventScheduled"
        assert described["location"]["@type"] == "Place"
        assert described["remainingAttendeeCapacity"] == 10
        canonical = page.soup.select_one("link[rel=canonical]")
        assert canonical
        assert canonical["href"] == f"http://localhost/events/{event.slug}"
        assert page.soup.select_one("meta[property='og:title']")

    def test_markup_of_organizers_is_harmless(self, browser: Browser) -> None:
        event = make_event(description="<img src=x onerror=alert(1)> [так](javascript:alert(1))")
        page = show(browser, event)
        assert not page.soup.select("main img, main [onerror], main a[href^=javascript]")

    @pytest.mark.parametrize("slug", ["nothing", "%00", "a" * 5_000, "%F0%9F%98%80"])
    def test_no_such_event(self, browser: Browser, slug: str) -> None:
        assert browser.open(f"/events/{slug}").status == 404

    @pytest.mark.figures
    @pytest.mark.parametrize("slots", [2, 30])
    def test_queries_do_not_grow_with_the_slots(
        self, app: Flask, browser: Browser, slots: int
    ) -> None:
        event = make_event(
            slots=slots, measure_id=make_measure().id, municipality_id=make_municipality().id
        )
        address = f"/events/{event.slug}"
        with counted_queries(app) as first:
            page = browser.open(address)
        assert len(page.soup.select("#signup-panel tbody tr")) == slots
        assert len(first) <= 5, first
        with counted_queries(app) as again:
            assert browser.open(address).html == page.html
        assert len(again) == 1, again

    def test_visitors_get_no_cookie(self, browser: Browser) -> None:
        assert "Set-Cookie" not in show(browser, make_event()).response.headers


class TestKept:
    """The page is drawn once for the same content, and anew as soon as anything changes."""

    def test_each_change_shows_at_once(self, browser: Browser) -> None:
        event = make_event(
            organization=make_organization(short_name="Колледж"),
            measure_id=make_measure().id, municipality_id=make_municipality().id,
        )  # fmt: skip
        assert event.measure
        assert event.municipality
        show(browser, event)
        changes: list[tuple[Any, str, Any]] = [
            (event, "title", "Новое имя"), (event, "venue", "Новое место"),
            (event, "description", "Новый текст"), (event, "programme", "Новая программа"),
            (event, "contact", "Новые контакты"), (event, "summary", "Новое вкратце"),
            (event.organization, "short_name", "Новый колледж"),
            (event.organization, "name", "Новое имя колледжа"),
            (event.organization, "address", "Новый адрес"),
            (event.municipality, "short_name", "Новый район"),
            (event.measure, "title", "Новая мера"), (event.slots[0], "room", "Новая аудитория"),
            (event.slots[0], "title", "Новое время"),
        ]  # fmt: skip
        for row, name, value in changes:
            setattr(row, name, value)
            assert value in show(browser, event).text("main"), name
        event.slots[0].seats_taken = 9
        assert "осталось 1 место" in show(browser, event).text("#signup-panel").lower()
        event.grade_from = event.grade_to = 9
        assert "для 9 класса" in show(browser, event).text(".o-facts")
        event.fields = ["medicine"]
        assert "медицина" in show(browser, event).text(".o-facts")
        event.status, event.cancel_reason = EventStatus.CANCELLED, "Буран"
        assert "Буран" in show(browser, event).text("main")
        event.status = EventStatus.DRAFT
        assert show(browser, event).status == 404

    def test_time_changes_it_too(self, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        start = clock.now()
        event = make_event(
            slots=0, signup_opens_at=start + timedelta(hours=1),
            signup_closes_at=start + timedelta(hours=4),
        )  # fmt: skip
        make_slot(event, starts_at=start + timedelta(hours=3))
        make_slot(event, starts_at=start + timedelta(hours=5))
        for hours, words in (
            (0, "Запись откроется"), (2, "Записаться"), (3.5, "Уже началось"),
            (4.5, "Запись закрылась"), (7, "Мероприятие прошло"),
        ):  # fmt: skip
            moment = start + timedelta(hours=hours)
            monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
            assert words in show(browser, event).text("#signup-panel"), hours

    def test_it_holds_nothing_of_anybody(self, browser: Browser, app: Flask) -> None:
        event = make_event()
        member = make_member(event.organization)
        somebody = Browser(app.test_client()).log_in(member)
        assert member.name in show(somebody, event).html
        assert member.name not in show(browser, event).html
        assert member.name in show(somebody, event).html

    def test_languages_and_panels_are_kept_apart(self, browser: Browser) -> None:
        event = make_event()
        assert "Запись" in show(browser, event).html
        assert "<h1" not in show(browser, event, "signup-panel").html
        browser.client.set_cookie("language", "en")
        assert "Sign-up" in show(browser, event).html

    def test_the_version_for_low_vision_is_given_to_nobody_else(self, browser: Browser) -> None:
        event = make_event()
        usual = browser.open(f"/events/{event.slug}").html
        browser.client.set_cookie("low_vision", "on")
        large = browser.open(f"/events/{event.slug}").html
        assert large != usual
        assert browser.open(f"/events/{event.slug}").html == large
        browser.client.delete_cookie("low_vision")
        assert browser.open(f"/events/{event.slug}").html == usual

    def test_a_browser_that_has_it_is_told_so(self, browser: Browser) -> None:
        event = make_event()
        address = f"/events/{event.slug}"
        first = browser.open(address).response
        again = browser.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert "no-cache" in first.headers["Cache-Control"]
        event.title = "Иначе"
        db.session.flush()
        changed = browser.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200

    def test_compressed_it_is_the_same(self, browser: Browser) -> None:
        event = make_event()
        plain = browser.client.get(f"/events/{event.slug}")
        small = browser.client.get(f"/events/{event.slug}", headers={"Accept-Encoding": "gzip"})
        assert small.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.get_data()) == plain.get_data()
        assert "Accept-Encoding" in small.headers["Vary"]
