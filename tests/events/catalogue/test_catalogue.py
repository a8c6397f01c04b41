"""Finding events: what is shown, in which order, by which filters."""

from datetime import date, timedelta

import pytest
from flask import Flask

from app.base import clock
from app.base.words.text import searchable
from app.events.models import Event, EventStatus, Format
from app.events.queries import Selection, find_events
from tests.browser import Browser, counted_queries
from tests.factories import (
    in_days,
    make_event,
    make_municipality,
    make_organization,
    make_slot,
)


def titles(selection: Selection | None = None, **given: object) -> list[str]:
    return [card.title for card in find_events(selection or Selection(**given)).items]  # type: ignore[arg-type]


def found_by(text: str) -> list[str]:
    return titles(words=tuple(searchable(text).split()))


class TestRule:
    def test_coming_events_stand_in_the_order_of_their_start(self) -> None:
        make_event(title="Через неделю", in_days_=7)
        make_event(title="Завтра", in_days_=1)
        make_event(title="Вчера", in_days_=-1)
        assert titles() == ["Завтра", "Через неделю"]

    def test_drafts_are_nobodys_business(self) -> None:
        make_event(status=EventStatus.DRAFT)
        assert titles() == []

    def test_called_off_events_are_shown_until_their_time_has_passed(self) -> None:
        make_event(title="Будет отменено", status=EventStatus.CANCELLED, in_days_=2)
        make_event(title="Было отменено", status=EventStatus.CANCELLED, in_days_=-2)
        assert titles() == ["Будет отменено"]
        assert titles(since=clock.today() - timedelta(days=9)) == ["Будет отменено"]

    def test_an_event_that_has_begun_stands_by_its_next_slot(self) -> None:
        course = make_event(title="Курс", in_days_=-20)
        make_slot(course, starts_at=in_days(10))
        make_event(title="Раньше", in_days_=5)
        make_event(title="Позже", in_days_=15)
        assert titles() == ["Раньше", "Курс", "Позже"]
        card = find_events(Selection()).items[1]
        assert card.first_at == in_days(10)

    @pytest.mark.parametrize(
        "text", ["СВАРЩИК", "свар", "щик", "елка", "ЁЛКА", "день ёлк", "лаган", "  сварщик   день "]
    )
    def test_search_knows_no_case_no_yo_and_parts_of_words(self, text: str) -> None:
        make_event(title="Сварщик на один день", venue="г. Лагань", summary="Ёлка из металла")
        make_event(title="Экскурсия в больницу")
        assert found_by(text) == ["Сварщик на один день"]

    def test_every_word_must_match(self) -> None:
        make_event(title="Сварщик на один день")
        assert found_by("сварщик больница") == []

    @pytest.mark.parametrize("text", ["%", "_", "100%", "a_b", "\\"])
    def test_signs_of_patterns_are_searched_as_they_stand(self, text: str) -> None:
        make_event(title="Сварщик на один день")
        assert found_by(text) == []
        make_event(title=f"Знак {text} в названии")
        assert found_by(text) == [f"Знак {text} в названии"]

    def test_grade_lies_between_the_grades_of_the_event(self) -> None:
        make_event(title="8–9", grade_from=8, grade_to=9, in_days_=1)
        make_event(title="до 7", grade_to=7, in_days_=2)
        make_event(title="с 10", grade_from=10, in_days_=3)
        make_event(title="любые", in_days_=4)
        assert titles(grade=9) == ["8–9", "любые"]
        assert titles(grade=7) == ["до 7", "любые"]
        assert titles(grade=11) == ["с 10", "любые"]

    def test_a_field_is_one_of_the_fields_of_the_event(self) -> None:
        make_event(title="ИТ и СМИ", fields=["it", "media"])
        make_event(title="Медицина", fields=["medicine"])
        assert titles(field="media") == ["ИТ и СМИ"]
        assert titles(field="med") == []

    def test_place_organizer_kind_and_format(self) -> None:
        place = make_municipality(oktmo="85615000")
        college = make_organization(slug="kolledzh")
        wanted = make_event(
            title="Та самая", organization=college, municipality_id=place.id,
            kind_code="trial", format=Format.ONLINE,
        )  # fmt: skip
        make_event(title="Другая", municipality_id=make_municipality().id)
        assert titles(municipality="85615000") == [wanted.title]
        assert titles(organization="kolledzh") == [wanted.title]
        assert titles(kind="trial") == [wanted.title]
        assert titles(format=Format.ONLINE) == [wanted.title]

    def test_free_means_that_somebody_could_sign_up_now_and_get_a_seat(self) -> None:
        free = make_event(title="Есть места", slots=2, capacity=1)
        free.slots[0].seats_taken = 1
        for slot in make_event(title="Занято", capacity=1).slots:
            slot.seats_taken = 1
        make_event(title="Ещё рано", signup_opens_at=in_days(1))
        make_event(title="Уже поздно", signup_closes_at=in_days(-1))
        make_event(title="Отменено", status=EventStatus.CANCELLED)
        begun = make_event(title="Свободно было вчера", in_days_=-1)
        make_slot(begun, starts_at=in_days(1), capacity=0 + 1, seats_taken=1)
        assert titles(free=True) == ["Есть места"]

    def test_dates_reach_into_the_past(self) -> None:
        make_event(title="Давно", in_days_=-30)
        make_event(title="Недавно", in_days_=-3)
        make_event(title="Скоро", in_days_=3)
        day = clock.today()
        assert titles(since=day - timedelta(days=5)) == ["Недавно", "Скоро"]
        assert titles(until=day - timedelta(days=1)) == ["Недавно", "Давно"]
        assert titles(until=day + timedelta(days=5)) == ["Скоро"]
        assert titles(since=day + timedelta(days=3), until=day + timedelta(days=3)) == ["Скоро"]

    def test_seats_are_those_of_slots_that_have_not_begun(self) -> None:
        event = make_event(in_days_=-1, capacity=50)
        make_slot(event, starts_at=in_days(2), capacity=10, seats_taken=4)
        make_slot(event, starts_at=in_days(3), capacity=10, seats_taken=10)
        card = find_events(Selection()).items[0]
        assert (card.coming.slots, card.coming.capacity, card.coming.seats_left) == (2, 20, 6)

    def test_beyond_the_last_page_is_the_last_page(self) -> None:
        for day in range(5):
            make_event(in_days_=day + 1)
        found = find_events(Selection(), number=999_999, size=2)
        assert (found.number, found.total, len(found.items)) == (3, 5, 1)


class TestScreen:
    @pytest.fixture(params=[None, "results-panel"], ids=["page", "panel"])
    def panel(self, request: pytest.FixtureRequest) -> str | None:
        return str(request.param) if request.param else None

    def test_shows_what_was_found(self, browser: Browser, panel: str | None) -> None:
        make_event(title="Сварщик на один день", capacity=30, grade_from=8, grade_to=11)
        make_event(title="Другое")
        page = browser.open("/events?q=СВАР", panel=panel)
        assert page.status == 200
        assert page.texts(".o-card h3") == ["Сварщик на один день"]
        assert "для 8–11 классов" in page.text(".o-card")
        assert "осталось 30 мест из 30" in page.text(".o-card").lower()
        assert "Найдено 1 мероприятие" in page.text("#results-panel")
        assert bool(page.soup.select("h1")) == (panel is None)

    def test_each_filter_can_be_removed_by_itself(
        self, browser: Browser, panel: str | None
    ) -> None:
        college = make_organization(slug="kolledzh", short_name="ЭПТК")
        make_event(organization=college)
        page = browser.open(f"/events?q=день&grade=9&organization=kolledzh&from={date(2026, 1, 5)}",
                            panel=panel)  # fmt: skip
        chips = {
            str(chip["aria-label"]): str(chip["href"])
            for chip in page.soup.select("#results-panel a[aria-label^='Убрать фильтр']")
        }
        assert set(chips) == {
            "Убрать фильтр: «день»", "Убрать фильтр: 9 класс", "Убрать фильтр: ЭПТК",
            "Убрать фильтр: с 5 января 2026 г.",
        }  # fmt: skip
        rest = chips["Убрать фильтр: 9 класс"]
        assert "grade" not in rest
        assert "organization=kolledzh" in rest
        assert "from=2026-01-05" in rest

    def test_nothing_found_says_what_to_do(self, browser: Browser, panel: str | None) -> None:
        page = browser.open("/events?q=щщщщ", panel=panel)
        assert "Ничего не нашлось" in page.text(".o-empty")
        assert page.soup.select_one(".o-empty a[href='/events']")

    def test_called_off_is_said_in_words(self, browser: Browser, panel: str | None) -> None:
        make_event(status=EventStatus.CANCELLED)
        assert "Отменено" in browser.open("/events", panel=panel).text(".o-card")

    def test_pages_keep_the_filters(self, browser: Browser, panel: str | None) -> None:
        for day in range(21):
            make_event(in_days_=day + 1, kind_code="trial")
        page = browser.open("/events?kind=trial&q=", panel=panel)
        assert len(page.soup.select(".o-card")) == 20
        following = page.soup.select_one("a[rel=next]")
        assert following
        assert following["href"] == "/events?kind=trial&page=2"
        assert len(browser.open(str(following["href"]), panel=panel).soup.select(".o-card")) == 1

    def test_a_changed_event_is_shown_as_it_is_now(self, browser: Browser) -> None:
        event = make_event(title="Было", capacity=5)
        assert "Было" in browser.open("/events").text(".o-card")
        event.title = "Стало"
        event.slots[0].seats_taken = 5
        card = browser.open("/events").text(".o-card")
        assert "Стало" in card
        assert "Мест нет" in card

    def test_the_form_keeps_what_was_chosen(self, browser: Browser) -> None:
        make_organization()
        page = browser.open("/events?q=день&grade=9&free=1&from=2026-11-01&format=online")
        form = page.form("#filters")
        assert form["grade"] == "9"
        assert form["free"] == "1"
        assert form["from"] == "2026-11-01"
        assert form["format"] == "online"
        search = page.soup.select_one("input[name=q][form=filters]")
        assert search
        assert search["value"] == "день"

    def test_the_address_bar_gets_no_empty_fields(self, browser: Browser) -> None:
        page = browser.open("/events?q=&kind=trial&grade=&page=1", panel="results-panel")
        assert page.response.headers["HX-Push-Url"] == "/events?kind=trial"

    @pytest.mark.parametrize(
        "query",
        [
            "from=1026-01-01", "to=3026-01-01", "from=abc", "from=2026-02-31", "from=20261101x",
            "grade=abc", "grade=-1", "grade=99", "grade=٩", "kind=nothing", "field=nothing",
            "format=telepathy", "municipality=0", "municipality=%001", "organization=%00'--",
            "organization=" + "a" * 10_000, "view=month&month=9999-99", "view=month&month=0001-01",
            "free=yes", "view=month&month=2026-13", "grade=99999999999999999999999",
        ],
    )  # fmt: skip
    def test_what_cannot_be_understood_is_left_out_and_named(
        self, browser: Browser, query: str
    ) -> None:
        event = make_event(in_days_=2)
        page = browser.open(f"/events?{query}")
        assert page.status == 200
        assert "Не поняли и не учли" in page.text("#results-panel")
        assert event.title in page.text("#results-panel") or "month" in query

    @pytest.mark.parametrize(
        "query",
        [
            "page=-5", "page=abc", "page=99999999999999999999", "page=0", "page=", "view=nothing",
            "q=%00", "q=%F0%9F%98%80", "q=" + "ы" * 10_000, "q=" + "a+" * 5_000, "q=%25_%5C'\"",
            "q=<script>alert(1)</script>", "q[]=1", "kind=&kind=trial", "q=%ED%A0%80", "free=",
            "from=2026-12-01&to=2026-01-01",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("address", ["/events", "/events.ics", "/events.json"])
    def test_nothing_in_an_address_can_break_the_page(
        self, browser: Browser, address: str, query: str
    ) -> None:
        make_event()
        page = browser.open(f"{address}?{query}")
        assert page.status == 200
        assert "<script>alert" not in page.html or address != "/events"

    def test_days_the_wrong_way_round_are_turned(self, browser: Browser) -> None:
        event = make_event(in_days_=2)
        first, last = clock.today(), clock.today() + timedelta(days=9)
        page = browser.open(f"/events?from={last}&to={first}")
        assert event.title in page.text(".o-grid")

    @pytest.mark.figures
    @pytest.mark.parametrize("events", [2, 30])
    def test_queries_do_not_grow_with_what_is_shown(
        self, app: Flask, browser: Browser, events: int
    ) -> None:
        for day in range(events):
            make_event(in_days_=day + 1, slots=1 + day % 4, municipality_id=make_municipality().id)
        with counted_queries(app) as queries:
            assert browser.open("/events?q=день&grade=9&free=1").status == 200
        assert len(queries) <= 4, queries

    def test_visitors_get_no_cookie(self, browser: Browser) -> None:
        make_event()
        for address in ("/", "/events", "/events?view=month", "/events.json", "/events.ics"):
            assert "Set-Cookie" not in browser.open(address).response.headers, address


class TestHome:
    def test_says_what_the_site_is_for_and_leads_on(self, browser: Browser) -> None:
        for day in range(8):
            make_event(in_days_=day + 1)
        make_event(kind_code="trial", in_days_=20)
        page = browser.open("/")
        assert page.status == 200
        assert len(page.soup.select(".o-card")) == 6
        assert page.soup.select_one("form[action='/events'] input[name=q]")
        assert "Профессиональная проба 1" in page.texts("a[href='/events?kind=trial'].btn")
        assert "День открытых дверей 8" in page.texts("a[href='/events?kind=open_day'].btn")

    def test_with_nothing_published_it_still_says_what_to_do(self, browser: Browser) -> None:
        page = browser.open("/")
        assert page.status == 200
        assert "Предстоящих мероприятий пока нет" in page.text("main")

    @pytest.mark.figures
    @pytest.mark.parametrize("events", [2, 30])
    def test_queries(self, app: Flask, browser: Browser, events: int) -> None:
        for day in range(events):
            make_event(in_days_=day + 1, slots=2)
        with counted_queries(app) as queries:
            browser.open("/")
        assert len(queries) <= 3, queries


class TestMonth:
    @pytest.fixture(params=[None, "results-panel"], ids=["page", "panel"])
    def panel(self, request: pytest.FixtureRequest) -> str | None:
        return str(request.param) if request.param else None

    def event_on(self, day: date, title: str, *, hour: int = 9) -> Event:
        event = make_event(slots=0, title=title)
        starts_at = clock.start_of_day(day) + timedelta(hours=hour)
        make_slot(event, starts_at=starts_at)
        return event

    def test_is_a_table_from_monday_to_sunday(self, browser: Browser, panel: str | None) -> None:
        self.event_on(date(2026, 11, 9), "Девятого")
        page = browser.open("/events?view=month&month=2026-11", panel=panel)
        assert page.text("#results-panel nav h2") == "ноябрь 2026"
        assert page.texts(".o-month thead th") == ["пн", "вт", "ср", "чт", "пт", "сб", "вс"]
        assert len(page.soup.select(".o-month tbody tr")) == 6
        cells = page.soup.select(".o-month tbody tr:nth-of-type(3) td")
        assert "09:00 Девятого" in " ".join(cells[0].get_text(" ").split())
        assert "понедельник" in cells[0].get_text()

    def test_an_evening_belongs_to_the_day_of_the_region(self, browser: Browser) -> None:
        self.event_on(date(2026, 12, 1), "Ночью", hour=1)  # still 30 November in UTC
        assert "Ночью" not in browser.open("/events?view=month&month=2026-11").text(".o-month")
        assert "Ночью" in browser.open("/events?view=month&month=2026-12").text(".o-month")

    def test_an_event_stands_on_each_of_its_days_once(self, browser: Browser) -> None:
        event = self.event_on(date(2026, 11, 9), "Курс")
        make_slot(event, starts_at=clock.start_of_day(date(2026, 11, 9)) + timedelta(hours=15))
        make_slot(event, starts_at=clock.start_of_day(date(2026, 11, 11)) + timedelta(hours=15))
        page = browser.open("/events?view=month&month=2026-11")
        assert page.texts(".o-month td > a") == ["09:00 Курс", "15:00 Курс"]
        assert "Найдено 1 мероприятие" in page.text("#results-panel")

    def test_filters_hold_in_the_month_and_lead_to_its_neighbours(
        self, browser: Browser, panel: str | None
    ) -> None:
        self.event_on(date(2026, 11, 9), "Сварка")
        self.event_on(date(2026, 11, 9), "Медицина")
        page = browser.open("/events?view=month&month=2026-11&q=свар", panel=panel)
        assert page.texts(".o-month td > a") == ["09:00 Сварка"]
        before, after = (page.soup.select_one(f"a[rel={rel}]") for rel in ("prev", "next"))
        assert before
        assert after
        assert "month=2026-10" in str(before["href"])
        assert "month=2026-12" in str(after["href"])
        assert "q=%D1%81%D0%B2%D0%B0%D1%80" in str(after["href"])

    def test_a_full_day_leads_to_its_list(self, browser: Browser) -> None:
        for number in range(6):
            self.event_on(date(2026, 11, 9), f"Событие {number}")
        page = browser.open("/events?view=month&month=2026-11")
        more = page.soup.select(".o-month td > a")[-1]
        assert "ещё 3" in more.get_text()
        assert len(browser.open(str(more["href"])).soup.select(".o-card")) == 6

    def test_an_empty_month_says_so(self, browser: Browser) -> None:
        page = browser.open("/events?view=month&month=2020-02")
        assert "февраль 2020" in page.text("#results-panel nav h2")
        assert "В этом месяце ничего нет" in page.text("main")
