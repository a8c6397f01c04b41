"""The desk: who may enter which room, what waits, how events are found."""

from datetime import timedelta

import pytest
from flask import Flask

from app.base import clock
from app.base.db import db
from app.events.models import Admission, Event, EventStatus
from app.organizations.models import Role
from app.registrations.models import Status
from tests.browser import Browser, Page, counted_queries
from tests.factories import (
    in_days,
    make_event,
    make_member,
    make_ministry_admin,
    make_organization,
    make_registration,
    make_slot,
    make_user,
)

ROOMS = ["edit", "slots", "call-off", "copy"]
ACTS = ["edit", "slots", "publish", "unpublish", "call-off", "copy"]


def rows(page: Page) -> list[str]:
    return page.texts(".o-table tbody tr td:first-child b")


def around_now(event: Event, minutes: int = -10) -> None:
    make_slot(event, starts_at=clock.now() + timedelta(minutes=minutes))


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.ORGANIZER, Role.ADMIN])
    def test_organizers_enter_the_rooms_of_their_events(self, browser: Browser, role: Role) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization, role))
        for url in ("/manage", "/manage/events", "/manage/events/new"):
            assert browser.open(url).status == 200
        for room in ROOMS:
            assert browser.open(f"/manage/events/{event.slug}/{room}").status == 200
        slot = f"/manage/events/{event.slug}/slots/{event.slots[0].id}"
        assert browser.open(slot).status == 200

    @pytest.mark.parametrize("role", [Role.DOOR, Role.TEACHER, Role.EXPERT, Role.VIEWER])
    def test_other_roles_do_not(self, browser: Browser, role: Role) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization, role))
        self.finds_nothing(browser, event)
        for url in ("/manage/events", "/manage/events/new"):
            assert browser.open(url).status == 404
        assert browser.open("/manage").status == (200 if role is Role.DOOR else 404)

    def test_organizers_of_others_do_not(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.DRAFT)
        browser.log_in(make_member(make_organization()))
        self.finds_nothing(browser, event)
        assert event.title not in browser.open("/manage/events").text("main")
        assert event.title not in browser.open("/manage").text("main")

    def test_somebody_without_an_organization_does_not(self, browser: Browser) -> None:
        event = make_event()
        browser.log_in(make_user())
        self.finds_nothing(browser, event)
        for url in ("/manage", "/manage/events", "/manage/events/new"):
            assert browser.open(url).status == 404

    def test_strangers_are_asked_to_log_in(self, browser: Browser) -> None:
        event = make_event()
        for url in ("/manage", "/manage/events", f"/manage/events/{event.slug}/edit"):
            page = browser.open(url, follow=False)
            assert (page.status, page.response.location) == (303, f"/log-in?next={url}")

    @staticmethod
    def finds_nothing(browser: Browser, event: Event) -> None:
        slot = event.slots[0]
        for room in ROOMS:
            assert browser.open(f"/manage/events/{event.slug}/{room}").status == 404
        for act in (*ACTS, f"slots/{slot.id}", f"slots/{slot.id}/delete"):
            page = browser.submit(f"/manage/events/{event.slug}/{act}", reason="Ремонт", title="А")
            assert page.status == 404, act
        assert (len(event.slots), event.is_called_off) == (1, False)


class TestRooms:
    def test_an_organizer_sees_all_the_ways(self, browser: Browser) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/slots")
        assert page.texts(".o-tabs a") == [
            "Мероприятие", "Слоты", "Вопросы", "Отбор", "Записи", "На входе", "Посещаемость",
            "Сообщения", "Документы", "Команда",
        ]  # fmt: skip
        assert page.text(".o-tabs [aria-current]") == "Слоты"
        for link in page.soup.select(".o-tabs a"):
            assert browser.open(str(link["href"])).status == 200

    def test_door_staff_see_attendance_and_the_door_alone(self, browser: Browser) -> None:
        event = make_event(slots=0)
        around_now(event)
        browser.log_in(make_member(event.organization, Role.DOOR))
        page = browser.open("/manage")
        assert page.texts("article a") == ["На входе", "Посещаемость"]
        assert not page.soup.select("main a[href*='/edit'], main a[href$='/new']")


class TestDesk:
    def test_shows_the_coming_week_in_order(self, browser: Browser) -> None:
        organization = make_organization()
        late = make_event(organization=organization, in_days_=3, capacity=5, title="Позже")
        make_registration(late.slots[0])
        soon = make_event(organization=organization, slots=0, title="Сейчас")
        around_now(soon)
        make_event(organization=organization, in_days_=20, title="Нескоро")
        make_event(
            organization=organization, in_days_=2, status=EventStatus.DRAFT, title="Черновик"
        )
        make_event(title="Чужое", in_days_=1)
        browser.log_in(make_member(organization))
        page = browser.open("/manage")
        assert page.texts("#agenda ~ div .h4") == ["Сейчас", "Позже"]
        assert page.text("#agenda").startswith("Сегодня")
        assert page.texts("#week ~ div .h4") == ["Позже"]
        assert "4 места" in page.texts("#agenda ~ div .o-meter")[1]

    def test_what_waits(self, browser: Browser) -> None:
        organization = make_organization()
        make_event(organization=organization, status=EventStatus.DRAFT, title="Недописанное")
        full = make_event(organization=organization, capacity=1, title="Полное")
        for _ in range(3):
            make_registration(full.slots[0])
        past = make_event(organization=organization, title="Прошедшее", capacity=3)
        make_registration(past.slots[0])
        for slot in past.slots:
            slot.starts_at, slot.ends_at = in_days(-2), in_days(-2) + timedelta(hours=1)
        past.starts_at, past.ends_at = in_days(-2), in_days(-2) + timedelta(hours=1)
        browser.log_in(make_member(organization))
        waiting = browser.open("/manage").text("aside")
        for words in ("Недописанное", "Полное", "ждут 2 человека", "Прошедшее"):
            assert words in waiting

    def test_what_waits_for_others_and_is_to_be_decided(self, browser: Browser) -> None:
        event = make_event(title="По заявкам")
        for status in (Status.APPLIED, Status.APPLIED, Status.AWAITING_CONSENT):
            one = make_registration(event.slots[0])
            one.status, one.hold_until = status, in_days(2)
        by_lot = make_event(title="По жребию", organization=event.organization)
        by_lot.admission = Admission.DRAW  # draws by itself
        make_registration(by_lot.slots[0]).status = Status.APPLIED
        foreign = make_event(title="Чужое")
        make_registration(foreign.slots[0]).status = Status.APPLIED
        db.session.flush()
        page = browser.log_in(make_member(event.organization)).open("/manage")
        assert "По заявкам 2 заявки" in page.text("#applied")
        assert "По жребию" not in page.text("#applied")
        assert "По заявкам 1 место" in page.text("#awaiting")
        assert "Чужое" not in page.text("main")
        link = page.soup.select_one("#applied a")
        assert link is not None
        assert browser.open(str(link["href"])).status == 200

    def test_a_draft_says_what_it_lacks(self, browser: Browser) -> None:
        draft = make_event(status=EventStatus.DRAFT, slots=0)
        page = browser.log_in(make_member(draft.organization)).open("/manage")
        assert "До публикации" in page.text("#drafts")

    def test_figures_stand_beside_the_bars(self, browser: Browser) -> None:
        organization = make_organization()
        event = make_event(organization=organization, capacity=3, in_days_=20, title="Нескоро")
        make_event(organization=organization, capacity=5)
        make_registration(event.slots[0])
        make_registration(event.slots[0])
        page = browser.log_in(make_member(organization)).open("/manage")
        assert page.texts(".o-bar")[1] == "2 из 3 66 %"
        bar = page.soup.select(".o-bar rect.fill")[1]
        assert bar["width"] == "66.7"
        assert "занято 2 из 8 мест" in page.text(".o-stats")
        assert "25 %" in page.text(".o-stats")
        assert "Записей за две недели: 2" in page.text(".o-figure")

    def test_people_at_the_door_see_today_alone(self, browser: Browser) -> None:
        event = make_event(slots=0, title="Сейчас")
        around_now(event)
        make_event(organization=event.organization, in_days_=2, title="Послезавтра")
        page = browser.log_in(make_member(event.organization, Role.DOOR)).open("/manage")
        assert page.texts("article h2") == ["Сейчас"]
        assert "Послезавтра" not in page.text("main")
        assert "занято" not in page.text("main")

    def test_the_ministry_sees_who_asks_for_approval(self, browser: Browser) -> None:
        new = make_organization(approved=False, short_name="Степной сварщик")
        desk = browser.log_in(make_ministry_admin()).open("/manage")
        assert new.short_name in desk.text("aside")
        organizer = make_member(make_organization())
        assert new.short_name not in browser.log_in(organizer).open("/manage").text("main")

    def test_nothing_waits_for_a_beginner(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.open("/manage")
        assert "На этой неделе ничего нет" in page.text("main")
        assert "Всё сделано" in page.text("aside")

    def test_says_that_approval_is_awaited(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization(approved=False)))
        assert "министерство ещё не подтвердило" in browser.open("/manage").text("main")

    @pytest.mark.figures
    def test_needs_as_many_queries_for_one_event_as_for_many(
        self, browser: Browser, app: Flask
    ) -> None:
        organization = make_organization()
        user = make_member(organization)
        browser.log_in(user)
        counts = []
        for number in (1, 10):
            for _ in range(number):
                make_event(organization=organization, in_days_=2, slots=3)
                make_event(organization=organization, status=EventStatus.DRAFT)
                full = make_event(organization=organization, capacity=1)
                make_registration(full.slots[0])
                make_registration(full.slots[0])
            with counted_queries(app) as queries:
                assert browser.open("/manage").status == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 12


class TestIndex:
    @pytest.fixture
    def organizer(self, browser: Browser) -> Browser:
        organization = make_organization()
        make_event(
            organization=organization, title="Ярмарка профессий", kind_code="fair", in_days_=5,
            summary="Ель и берёза",
        )  # fmt: skip
        past = make_event(organization=organization, title="Экскурсия", kind_code="excursion",
                          in_days_=-5)  # fmt: skip
        past.slots[0].seats_taken = 3
        make_event(organization=organization, title="Без даты", slots=0, status=EventStatus.DRAFT)
        make_event(organization=organization, title="Отменённое", status=EventStatus.CANCELLED)
        make_event(title="Чужое")
        return browser.log_in(make_member(organization))

    def test_shows_all_of_ones_own(self, organizer: Browser) -> None:
        page = organizer.open("/manage/events")
        assert rows(page) == ["Без даты", "Отменённое", "Ярмарка профессий", "Экскурсия"]
        assert "4 мероприятия" in page.text("caption")

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("status=draft", ["Без даты"]),
            ("status=cancelled", ["Отменённое"]),
            ("time=past", ["Экскурсия"]),
            ("time=coming&status=published", ["Ярмарка профессий"]),
            ("kind=excursion", ["Экскурсия"]),
            ("q=ЯРМАР", ["Ярмарка профессий"]),
            ("q=Ёль+береза", ["Ярмарка профессий"]),
            ("q=%25", []),
            ("sort=title", ["Без даты", "Отменённое", "Экскурсия", "Ярмарка профессий"]),
            ("sort=-title", ["Ярмарка профессий", "Экскурсия", "Отменённое", "Без даты"]),
            ("sort=date", ["Без даты", "Экскурсия", "Ярмарка профессий", "Отменённое"]),
            ("sort=-seats&kind=excursion", ["Экскурсия"]),
        ],
    )
    @pytest.mark.parametrize("panel", [None, "events-panel"], ids=["page", "htmx"])
    def test_filters_and_sorts(
        self, organizer: Browser, asked: str, found: list[str], panel: str | None
    ) -> None:
        page = organizer.open(f"/manage/events?{asked}", panel=panel)
        assert rows(page) == found
        assert ("<html" in page.html) is (panel is None)
        if not found:
            assert "Ничего не нашлось" in page.text(".o-empty")

    def test_the_most_taken_first(self, organizer: Browser) -> None:
        assert rows(organizer.open("/manage/events?sort=-seats"))[0] == "Экскурсия"

    @pytest.mark.parametrize(
        "asked",
        ["status=party", "time=never", "kind=nonsense", "sort=drop", "page=0", "page=-5",
         "page=99999999999999999999", "page=x", "q=%00", "q=%27%22%3Cscript%3E", "q=" + "я" * 5000],
    )  # fmt: skip
    def test_nonsense_is_answered(self, organizer: Browser, asked: str) -> None:
        page = organizer.open(f"/manage/events?{asked}")
        assert page.status == 200
        assert "<script>" not in page.text("main")

    def test_pages(self, browser: Browser) -> None:
        organization = make_organization()
        for number in range(30):
            make_event(organization=organization, slots=0, title=f"Проба {number}")
        browser.log_in(make_member(organization))
        page = browser.open("/manage/events?status=published&page=2")
        assert len(rows(page)) == 5
        back = page.soup.select_one(".o-pager a[rel=prev]")
        assert back is not None
        assert back["href"] == "/manage/events?status=published&page=1"

    def test_invites_a_beginner(self, browser: Browser) -> None:
        page = browser.log_in(make_member(make_organization())).open("/manage/events")
        assert "Мероприятий пока нет" in page.text(".o-empty")

    @pytest.mark.figures
    def test_needs_few_queries(self, browser: Browser, app: Flask) -> None:
        organization = make_organization()
        for _ in range(25):
            make_event(organization=organization, slots=3)
        browser.log_in(make_member(organization))
        with counted_queries(app) as queries:
            browser.open("/manage/events")
        assert len(queries) <= 6
