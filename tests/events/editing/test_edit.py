"""Drafting and editing: what an organizer says about an event, and what is refused."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.about import slugs
from app.events.editing import actions
from app.events.editing.actions import Details
from app.events.editing.forms import BY_KIND, NOT_COUNTED
from app.events.kinds import KINDS
from app.events.models import Event, EventStatus, Format
from app.notifications.models import Notification
from app.organizations.models import Membership, Organization, Role
from app.roadmap.models import Measure, Plan, Section
from tests.browser import Browser
from tests.factories import (
    in_days,
    make_event,
    make_member,
    make_municipality,
    make_organization,
    make_registration,
)

FORM = "main form.o-form"
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


def told(template: str) -> int:
    query = sa.select(sa.func.count()).where(Notification.template == template)
    return db.session.scalar(query) or 0


def typed(moment: datetime) -> str:
    """As the browser's own field sends it: on the region's clock."""
    return clock.to_local(moment).strftime("%Y-%m-%dT%H:%M")


def the_event() -> Event:
    return db.session.scalars(sa.select(Event)).one()


def make_membership(user: User, organization: Organization) -> None:
    db.session.add(
        Membership(user_id=user.id, organization_id=organization.id, role=Role.ORGANIZER)
    )


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
        monkeypatch.setattr(slugs, "free_slug", lambda _title, **_now: next(answers))
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
            "Приём в колледж",
            at=organization,
            summary="Осмотр",
            fields=["medicine"],
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
        event = the_event()
        assert page.path == f"/manage/events/{event.slug}/slots"
        assert (event.title, event.organization_id) == (NEW["title"], organization.id)
        assert "Черновик сохранён" in page.text("#messages")

    def test_keeps_all_that_was_said(self, browser: Browser) -> None:
        municipality, measure = make_municipality(), make_measure()
        browser.log_in(make_member(make_organization()))
        said = NEW | {
            "summary": "Покажем мастерские", "description": "**Ждём!**", "programme": "- 10:00",
            "format": "mixed", "online_url": "https://example.ru/room", "contact": "8 961 123-45",
            "municipality": municipality.oktmo, "grade_from": "8", "grade_to": "11",
            "companions_max": "2", "measure": str(measure.id),
            "signup_opens_at": typed(in_days(1)), "signup_closes_at": typed(in_days(5)),
        }  # fmt: skip
        browser.submit("/manage/events/new", fields=said, audience=["pupil", "parent"])
        event = the_event()
        page = browser.open(f"/manage/events/{event.slug}/edit")
        shown = page.form(FORM)
        assert {name: shown[name] for name in said} == said
        assert event.audience == ["pupil", "parent"]
        assert event.measure_id == measure.id
        assert event.signup_opens_at == in_days(1), "typed on the region's clock, kept in UTC"

    def test_asks_for_the_kind_and_the_title(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.submit("/manage/events/new", summary="Без названия")
        assert page.status == 422
        assert "Выберите вид" in page.text("#kind-error")
        assert "Напишите название" in page.text("#title-error")
        assert page.form(FORM)["summary"] == "Без названия"

    def test_the_measure_follows_from_the_kind(self, browser: Browser) -> None:
        make_measure("3.12", first_year=2021)
        newer = make_measure("3.12", first_year=2025)
        browser.log_in(make_member(make_organization()))
        browser.submit("/manage/events/new", fields=NEW | {"measure": BY_KIND})
        assert the_event().measure_id == newer.id

    def test_an_event_need_not_count_for_the_plan(self, browser: Browser) -> None:
        make_measure()
        browser.log_in(make_member(make_organization()))
        browser.submit("/manage/events/new", fields=NEW | {"measure": NOT_COUNTED})
        assert the_event().measure_id is None

    def test_a_measure_of_an_older_plan_stays_chosen(self, browser: Browser) -> None:
        older = make_measure("3.4", first_year=2021)
        make_measure("3.12", first_year=2025)
        event = make_event(measure_id=older.id)
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/edit"
        shown = browser.open(url).form(FORM)
        browser.submit(url, fields=shown | {"title": "Другое название"})
        assert (event.title, event.measure_id) == ("Другое название", older.id)

    def test_chooses_among_ones_own_organizations_alone(self, browser: Browser) -> None:
        first, second, alien = (make_organization() for _ in range(3))
        user = make_member(first)
        make_membership(user, second)
        browser.log_in(user)
        assert len(browser.open("/manage/events/new").soup.select("#organization option")) == 2
        forged = browser.submit("/manage/events/new", fields=NEW | {"organization": str(alien.id)})
        assert (forged.status, events()) == (422, 0)
        browser.submit("/manage/events/new", fields=NEW | {"organization": str(second.id)})
        assert the_event().organization_id == second.id

    def test_begins_where_the_organization_is(self, browser: Browser) -> None:
        municipality = make_municipality()
        organization = make_organization(
            address="Лагань, ул. Ленина, 7",
            phone="8 84733 9-11-22",
            municipality_id=municipality.id,
        )
        page = browser.log_in(make_member(organization)).open("/manage/events/new")
        shown = page.form(FORM)
        assert (shown["venue"], shown["municipality"]) == (organization.address, municipality.oktmo)
        assert "9-11-22" in shown["contact"]

    @pytest.mark.parametrize("panel", [None, "audience-panel"], ids=["page", "htmx"])
    def test_the_kind_suggests_the_audience(self, browser: Browser, panel: str | None) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.submit(
            "/manage/events/new",
            panel=panel,
            kind="open_day",
            title="Ещё не всё",
            companions_max="0",
            grade_from="",
            audience=["teacher"],
            fields={"apply-kind": "1"},
        )
        assert (page.status, events()) == (200, 0)
        ticked = [box["value"] for box in page.soup.select("[name=audience][checked]")]
        assert ticked == ["pupil", "parent"]
        assert page.soup.select_one("#grade_from option[selected]")["value"] == "8"  # type: ignore[index]
        assert page.soup.select_one("#companions_max")["value"] == "2"  # type: ignore[index]
        assert ("<html" in page.html) is (panel is None)
        if panel is None:
            assert page.form(FORM)["title"] == "Ещё не всё"

    def test_a_link_may_name_the_kind(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        shown = browser.open("/manage/events/new?kind=preprofile_course").form(FORM)
        assert (shown["kind"], shown["grade_from"], shown["grade_to"]) == (
            "preprofile_course", "9", "9",
        )  # fmt: skip

    def test_tells_people_about_another_place(self, browser: Browser) -> None:
        event = make_event()
        make_registration(event.slots[0])
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/edit"
        shown = browser.open(url).form(FORM)
        page = browser.submit(url, fields=shown | {"summary": "Иначе"})
        assert (page.status, told("event_changed")) == (200, 0)
        page = browser.submit(url, fields=shown | {"venue": "ул. Пушкина, 5"})
        assert told("event_changed") == 1
        assert "Об изменении сообщим 1 записавшемуся" in page.text("#messages")

    def test_a_broken_rule_keeps_what_was_typed(self, browser: Browser) -> None:
        event = make_event(title="Прежнее")
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/edit"
        page = browser.submit(url, fields=NEW | {"title": "Новое", "venue": ""})
        assert page.status == 422
        assert "укажите место проведения" in page.text(".o-summary")
        assert page.form(FORM)["title"] == "Новое"
        assert event.title == "Прежнее"

    def test_a_called_off_event_has_no_form(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.CANCELLED, cancel_reason="В зале ремонт")
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/edit")
        assert not page.soup.select(FORM)
        assert "В зале ремонт" in page.text("main")


BAD = [
    ("title", ""), ("title", "   "), ("title", "я" * 10_000), ("title", "сва\x07рка"),
    ("title", "сварка\x00"),
    ("title", "Проба 😀"), ("title", "<script>alert(1)</script>"), ("title", "=cmd()"),
    ("summary", "я" * 10_000), ("summary", "<b>"), ("description", "я" * 10_000),
    ("description", "<script>alert(1)</script>"), ("programme", "\x1b[31m"),
    ("venue", "=HYPERLINK(1)"), ("venue", "я" * 10_000), ("contact", "😀"),
    ("kind", "party"), ("format", "astral"), ("municipality", "00000000"), ("measure", "424242"),
    ("audience", "hackers"), ("fields", "idleness"), ("grade_from", "12"), ("grade_to", "-1"),
    ("companions_max", "-1"), ("companions_max", "11"), ("companions_max", "много"),
    ("companions_max", "9" * 5000),
    ("online_url", "javascript:alert(1)"), ("online_url", "ya"), ("online_url", "http://[::1"),
    ("signup_opens_at", "1026-01-01T10:00"), ("signup_opens_at", "3026-01-01T10:00"),
    ("signup_closes_at", "вчера"), ("signup_closes_at", "0000-00-00T00:00"),
]  # fmt: skip


class TestBadInput:
    @pytest.mark.parametrize(("field", "value"), BAD, ids=lambda text: text[:20])
    def test_gets_a_sentence_beside_its_field(
        self, browser: Browser, field: str, value: str
    ) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.submit(
            "/manage/events/new", fields=NEW | {"contact": "8 961 123-45-67", field: value}
        )
        assert page.status == 422
        assert page.text(f"#{field}-error")
        assert events() == 0
        kept = "title" if field != "title" else "venue"
        assert page.form(FORM)[kept] == NEW[kept]

    def test_a_window_that_closes_before_it_opens(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.submit(
            "/manage/events/new",
            fields=NEW,
            signup_opens_at=typed(in_days(5)),
            signup_closes_at=typed(in_days(4)),
        )
        assert "позже, чем открывается" in page.text("#signup_closes_at-error")

    def test_grades_the_wrong_way_round(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.submit("/manage/events/new", fields=NEW, grade_from="9", grade_to="8")
        assert "меньше первого" in page.text("#grade_to-error")
        assert events() == 0

    def test_the_same_on_an_event_that_is_there(self, browser: Browser) -> None:
        event = make_event(title="Прежнее")
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/edit", fields=NEW | {"title": "<b>"})
        assert (page.status, event.title) == (422, "Прежнее")

    @pytest.mark.parametrize("slug", ["net-takogo", "..", "%00", "я" * 200])
    def test_addresses_of_nothing(self, browser: Browser, slug: str) -> None:
        browser.log_in(make_member(make_organization()))
        assert browser.open(f"/manage/events/{slug}/edit").status == 404
