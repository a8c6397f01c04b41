"""The poster for the stand: one page, whatever stands on it, with the address of the event."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.base.db import db
from app.events.models import Event, EventStatus, Format
from app.organizations.models import Role
from app.papers.hall.posters import short_days
from tests.browser import Browser
from tests.factories import (
    in_days,
    make_event,
    make_member,
    make_municipality,
    make_organization,
    make_slot,
)
from tests.papers.people import pages

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database


def poster(browser: Browser, event: Event) -> str:
    response = browser.open(f"/events/{event.slug}/poster.pdf").response
    assert response.status_code == 200
    assert response.mimetype == "application/pdf"
    [text] = pages(response.data)
    return text


def make_busy_event(days: int, each_day: int, **given: Any) -> Event:
    event = make_event(slots=0, **given)
    for number in range(days):
        for hour in range(each_day):
            start = in_days(7 + number, 5) + timedelta(hours=hour, minutes=number % 50)
            make_slot(event, starts_at=start, hours=0.5)
    db.session.refresh(event)
    return event


class TestRule:
    def test_days_alike_that_follow_each_other_stand_together(self) -> None:
        event = make_event(slots=0)
        for number in (7, 8, 9, 11):
            make_slot(event, starts_at=in_days(number, 6))
        db.session.refresh(event)
        first, second = short_days(event)
        assert first.times == second.times == "09:00–10:00"
        assert " – " in first.date
        assert " – " not in second.date

    def test_of_very_many_only_how_long_it_lasts(self) -> None:
        [lasts] = short_days(make_busy_event(40, 12))
        assert " – " in lasts.date
        assert len(lasts.times) < 100


class TestScreen:
    def test_says_what_when_where_for_whom_and_by_whom(self, browser: Browser) -> None:
        event = make_event(
            organization=make_organization(short_name="ЭПТК"),
            municipality_id=make_municipality(short_name="г. Элиста").id,
            title="Ярмарка профессий", summary="Сварка, пайка и токарный станок", slots=2,
            venue="ул. Ленина, 245", audience=["pupil"], grade_from=8, grade_to=11,
        )  # fmt: skip
        text = poster(browser, event)
        for words in (
            "День открытых дверей", "Ярмарка профессий", "Сварка, пайка и токарный станок",
            "15:00–16:00, 17:00–18:00", "г. Элиста, ул. Ленина, 245", "для 8–11 классов", "ЭПТК",
            "Запишитесь с телефона",
        ):  # fmt: skip
            assert words in text
        assert f"localhost/events/{event.slug}" in text.replace("- ", "-")
        assert "http" not in text

    @pytest.mark.parametrize(("days", "each_day"), [(1, 60), (20, 3), (40, 12)])
    def test_long_words_and_many_slots_fit_on_one_page(
        self, browser: Browser, days: int, each_day: int
    ) -> None:
        event = make_busy_event(
            days, each_day, title="Ж" * 199 + "!", summary="щ" * 299 + "!", venue="Ш" * 299 + "!",
            contact="ю" * 300, slug="w" * 99 + "0",
        )  # fmt: skip
        event.organization.short_name = "Щ" * 199 + "?"
        event.signup_opens_at = in_days(1)
        text = poster(browser, event)
        assert text.count("!") == 3
        assert "?" in text
        assert "w0" in text  # the end of the address
        assert "Запись откроется" in text

    def test_online_without_an_address_and_without_slots(self, browser: Browser) -> None:
        event = make_event(format=Format.ONLINE, slots=0, online_url="https://meet.example/secret")
        text = poster(browser, event)
        assert "онлайн" in text
        assert "secret" not in text

    def test_is_in_russian_whoever_prints_it(self, browser: Browser) -> None:
        event = make_event()
        browser.submit("/language", language="en", next="/privacy")
        assert "Запишитесь" in poster(browser, event)

    def test_of_a_called_off_event_calls_nobody(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.CANCELLED)
        text = poster(browser, event)
        assert "Мероприятие отменено" in text
        assert "Запишитесь" not in text
        assert "poster.pdf" not in browser.open(f"/events/{event.slug}").html

    def test_of_a_draft_is_for_its_organizers(self, app: Flask, browser: Browser) -> None:
        event = make_event(status=EventStatus.DRAFT)
        assert browser.open(f"/events/{event.slug}/poster.pdf").status == 404
        organizer = make_member(event.organization, Role.ORGANIZER)
        assert "Черновик" in poster(Browser(app.test_client()).log_in(organizer), event)

    def test_stands_on_the_page_of_the_event_and_among_its_papers(self, browser: Browser) -> None:
        event = make_event()
        link = f'a[href="/events/{event.slug}/poster.pdf"]'
        assert browser.open(f"/events/{event.slug}").text(link) == "Плакат для стенда, PDF"
        browser.log_in(make_member(event.organization, Role.ORGANIZER))
        assert browser.open(f"/manage/events/{event.slug}/papers").text(link)

    def test_nonsense_is_404(self, browser: Browser) -> None:
        assert browser.open("/events/none/poster.pdf").status == 404
