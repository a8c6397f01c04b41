"""Drafting and editing: what an organizer says about an event, and what is refused."""

from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.db import db
from app.errors import RuleBroken
from app.events import actions
from app.events.actions import Details
from app.events.forms import BY_KIND, NOT_COUNTED
from app.events.kinds import KINDS
from app.events.models import Event, EventStatus, Format
from app.notifications.models import Notification
from app.organizations.models import Organization, Role
from app.roadmap.models import Measure, Plan, Section
from tests.browser import Browser
from tests.factories import (
    in_days,
    make_event,
    make_member,
    make_municipality,
    make_organization,
    make_registration,
    make_user,
)

NEW = {"kind": "open_day", "title": "День открытых дверей", "venue": "Элиста, ул. Ленина, 1"}


def draft(title: str = "Экскурсия", *, at: Organization | None = None, **said: Any) -> Event:
    details = {"title": title, "kind": KINDS["excursion"], "venue": "ул. Ленина, 1", **said}
    return actions.draft(at or make_organization(), Details(**details))


def edit(event: Event, **said: Any) -> bool:
    now: dict[str, Any] = {
        "title": event.title, "kind": event.kind, "venue": event.venue, "format": event.format,
        "municipality": event.municipality, "online_url": event.online_url,
    }  # fmt: skip
    return actions.edit(event, Details(**{**now, **said}))


def make_measure(code: str = "3.12", *, first_year: int = 2021) -> Measure:
    plan = Plan(title="План", order=f"Приказ {first_year}", first_year=first_year,
                last_year=first_year + 3)  # fmt: skip
    section = Section(plan=plan, number=3, title="Организационное обеспечение")
    measure = Measure(
        section=section, code=code, position=12, title="Ярмарки и дни открытых дверей",
        term="Ежегодно", result="", indicator="", responsible=[], counting={},
    )  # fmt: skip
    db.session.add_all([plan, section, measure])
    db.session.flush()
    return measure


def events() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


class TestRule:
    def test_a_draft_has_a_readable_address(self) -> None:
        event = draft("Сварка: проба профессии")
        assert event.status is EventStatus.DRAFT
        assert event.slug == "svarka-proba-professii"

    def test_the_same_title_gets_a_number(self) -> None:
        assert [draft("Проба").slug for _ in range(3)] == ["proba", "proba-2", "proba-3"]

    def test_a_title_without_letters_still_has_an_address(self) -> None:
        assert draft("«…»").slug == "event"

    def test_kalmyk_letters_have_latin_ones(self) -> None:
        assert draft("Өвлин һазр").slug == "ovlin-hazr"

    def test_two_at_the_same_moment_get_different_addresses(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The one who looked before the other had saved is refused and tries the next."""
        draft("Проба")
        answers = iter(["proba", "proba-2"])
        monkeypatch.setattr("app.events.slugs.free_slug", lambda _title, **_: next(answers))
        assert draft("Проба").slug == "proba-2"

    def test_the_address_follows_the_title_until_it_is_published(self) -> None:
        event = draft("Проба")
        edit(event, title="Экскурсия на завод")
        assert event.slug == "ekskursiya-na-zavod"
        event.status, event.published_at = EventStatus.PUBLISHED, clock.now()
        edit(event, title="Другое название")
        assert event.slug == "ekskursiya-na-zavod"
        event.status = EventStatus.DRAFT
        edit(event, title="Третье название")
        assert event.slug == "ekskursiya-na-zavod", "printed and sent: it stays"

    def test_editing_without_another_title_keeps_the_number(self) -> None:
        draft("Проба")
        second = draft("Проба")
        edit(second, summary="Час у станка")
        assert second.slug == "proba-2"

    def test_is_found_by_all_that_people_look_for(self) -> None:
        organization = make_organization(name="Калмыцкий медицинский колледж", short_name="КМК")
        event = draft(
            "Приём в колледж", at=organization, summary="Осмотр", fields=["medicine"],
            municipality=make_municipality(),
        )
        for words in ("прием", "осмотр", "медицинский", "кмк", "лаганский", "экскурсия", "ленина",
                      "медицина"):  # fmt: skip
            assert words in event.search_text

    def test_a_published_event_cannot_lose_its_venue(self) -> None:
        event = make_event()
        with pytest.raises(RuleBroken, match="место проведения"):
            edit(event, venue="")
        with pytest.raises(RuleBroken, match="ссылк"):
            edit(event, format=Format.ONLINE)
        assert edit(event, format=Format.ONLINE, venue="", online_url="https://example.ru/room")

    def test_a_draft_may_miss_anything(self) -> None:
        edit(event := draft(), venue="")
        assert event.venue == ""

    def test_only_another_place_of_a_published_event_must_be_told(self) -> None:
        event = make_event()
        assert not edit(event, title="Новое название", summary="Иначе")
        assert edit(event, venue="ул. Пушкина, 5")
        assert not edit(draft(), venue="ул. Пушкина, 5")
        assert not edit(make_event(in_days_=-3), venue="ул. Пушкина, 5")

    def test_sign_up_closes_before_the_last_slot_ends(self) -> None:
        event = make_event(in_days_=7)
        edit(event, signup_closes_at=in_days(7))
        with pytest.raises(RuleBroken, match="последн"):
            edit(event, signup_closes_at=in_days(8))

    def test_a_called_off_event_stays_as_it_was(self) -> None:
        with pytest.raises(RuleBroken, match="отмен"):
            edit(make_event(status=EventStatus.CANCELLED), title="Иначе")


class TestScreen:
    def test_makes_a_draft_and_goes_on_to_slots(self, browser: Browser) -> None:
        organization = make_organization()
        browser.log_in(make_member(organization))
        page = browser.submit("/manage/events/new", fields=NEW)
        event = db.session.scalars(sa.select(Event)).one()
        assert page.path == f"/manage/events/{event.slug}/slots"
        assert (event.title, event.organization_id) == (NEW["title"], organization.id)
        assert "Черновик сохранён" in page.text("#messages")

    def test_keeps_all_that_was_said(self, browser: Browser) -> None:
        municipality, measure = make_municipality(), make_measure()
        browser.log_in(make_member(make_organization()))
        said = NEW | {
            "summary": "Покажем мастерские", "description": "**Приходите!**", "programme": "- 10:00",
            "format": "mixed", "online_url": "https://example.ru/room", "contact": "8 961 123-45-67",
            "municipality": municipality.oktmo, "grade_from": "8", "grade_to": "11",
            "companions_max": "2", "measure": str(measure.id),
            "signup_opens_at": "2026-11-01T09:00", "signup_closes_at": "2026-11-20T18:00",
        }  # fmt: skip
        first_of_november = {"signup_opens_at": None, "signup_closes_at": None}
        said |= {k: _local(days) for k, days in zip(first_of_november, (1, 5), strict=True)}
        browser.submit("/manage/events/new", fields=said, audience=["pupil", "parent"],
                       **{"fields_": None})  # fmt: skip
        event = db.session.scalars(sa.select(Event)).one()
        page = browser.open(f"/manage/events/{event.slug}/edit")
        shown = page.form("form[method=post].o-form")
        assert {name: shown[name] for name in said} == said
        assert event.audience == ["pupil", "parent"]
        assert event.measure_id == measure.id


def _local(days: float) -> str:
    return clock.to_local(in_days(days)).strftime("%Y-%m-%dT%H:%M")
