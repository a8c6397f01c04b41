"""The editor: kinds, drafts that save themselves, checklist, preview, history."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.events.about import details
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.editing import actions, checklist
from app.events.editing import windows as editing
from app.events.editing.forms import NOT_COUNTED
from app.events.kinds import KINDS, PROJECTS, Part
from app.events.models import Event, EventSeries, EventStatus
from app.events.timetable.models import Meeting
from app.people.models import Category
from app.roadmap.models import Measure
from tests.browser import Browser, Page
from tests.events.editing.test_edit import FORM, NEW, edit, events, make_measure, the_event
from tests.factories import make_event, make_member, make_organization, make_registration

TAB, OTHER = "window-number-1", "window-number-2"


def make_draft(**given: Any) -> Event:
    return make_event(**{"status": EventStatus.DRAFT, "published_at": None, **given})


def names(page: Page) -> set[str]:
    shown = page.soup.select(f"{FORM} [name]:not([type=hidden])")
    return {str(control["name"]) for control in shown}


class TestKinds:
    def test_each_is_whole(self) -> None:
        assert len(KINDS) == 20
        for code, kind in KINDS.items():
            assert kind.code == code
            assert kind.title
            assert kind.about
            assert kind.measures
            assert set(kind.audience) <= set(Category)
            assert (kind.grades is None) or kind.has(Part.GRADES), code
            assert bool(kind.companions) == kind.has(Part.COMPANIONS), code

    def test_the_editor_offers_all_as_cards(self, browser: Browser) -> None:
        page = browser.log_in(make_member(make_organization())).open("/manage/events/new")
        assert len(page.soup.select(".o-kinds a")) == len(KINDS)

    @pytest.mark.parametrize(
        ("kind", "asked"),
        [
            ("fair", {"stands", "grade_from", "companions_max"}),
            ("staff_course", {"hours"}),
            ("project_activity", {"project", "grade_from"}),
            ("interview_day", set()),
        ],
    )
    def test_asks_only_what_the_kind_needs(
        self, browser: Browser, kind: str, asked: set[str]
    ) -> None:
        browser.log_in(make_member(make_organization()))
        special = {"stands", "hours", "project", "grade_from", "companions_max"}
        assert names(browser.open(f"/manage/events/new?kind={kind}")) & special == asked
        browser.submit("/manage/events/new", fields=NEW | {"kind": kind})
        assert names(browser.open(f"/manage/events/{the_event().slug}/edit")) & special == asked

    def test_keeps_and_shows_what_only_some_kinds_have(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        said = {"kind": "fair", "stands": "Колледж\r\n\r\n Завод  «Звезда»", "hours": "36",
                "project": "zasoboy"}  # fmt: skip
        browser.submit("/manage/events/new", fields=NEW | said)
        event = the_event()
        assert event.stands == ["Колледж", "Завод «Звезда»"]
        assert (event.hours, event.project) == (36, "zasoboy")
        page = browser.open(f"/events/{event.slug}").text("main")
        for words in ("Завод «Звезда»", "36 академических часов", str(PROJECTS["zasoboy"])):
            assert words in page

    def test_offers_the_measures_of_the_kind_first(self, browser: Browser) -> None:
        first = make_measure("1.1", first_year=2025)
        for place, code in enumerate(("2.2", "4.1")):
            same = {"title": code, "term": "", "result": "", "indicator": ""}
            measure = Measure(section=first.section, code=code, position=20 + place,
                              responsible=[], counting={}, **same)  # fmt: skip
            db.session.add(measure)
        db.session.flush()
        browser.log_in(make_member(make_organization()))
        page = browser.open("/manage/events/new?kind=staff_course")
        assert page.texts("#measure option")[2].startswith("2.2")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("hours", "0"), ("hours", "1001"), ("hours", "много"), ("project", "moon"),
         ("stands", "я" * 300), ("stands", "<script>x"), ("series", "424242"),
         ("new_series", "<b>")],
    )  # fmt: skip
    def test_bad_input(self, browser: Browser, field: str, value: str) -> None:
        browser.log_in(make_member(make_organization()))
        page = browser.submit("/manage/events/new", fields=NEW | {field: value})
        assert (page.status, events()) == (422, 0)
        assert page.text(f"#{field}-error")

    def test_offers_the_papers_of_the_kind(self, browser: Browser) -> None:
        event = make_event(kind_code="parents_meeting")
        browser.log_in(make_member(event.organization))
        headings = browser.open(f"/manage/events/{event.slug}/papers").texts("main h2")
        assert ("Плакат" in headings, "Сертификаты" in headings) == (True, False)

    def test_an_unknown_kind_in_the_address_shows_the_cards(self, browser: Browser) -> None:
        page = browser.log_in(make_member(make_organization())).open("/manage/events/new?kind=x")
        assert page.soup.select(".o-kinds a")

    def test_another_kind_keeps_people_and_data_and_warns(self, browser: Browser) -> None:
        event = make_event(kind_code="fair", stands=["Колледж"])
        make_registration(event.slots[0])
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/edit"
        page = browser.submit(url, fields=browser.open(url).form(FORM) | {"kind": "excursion"})
        assert "1 записавшийся остаётся" in page.text("#messages")
        assert (event.kind_code, event.stands, event.slots[0].seats_taken) == (
            "excursion", ["Колледж"], 1,
        )  # fmt: skip
        assert "stands" in names(page), "what was said stays in sight"


class TestAutosave:
    def test_a_new_draft_begins_by_itself_once(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        url, panel = "/manage/events/autosave", "autosave-panel"
        page = browser.submit(url, panel=panel, kind="fair", tab=TAB)
        assert events() == 0
        assert "когда у него появятся вид и название" in page.text("#autosave-panel")
        page = browser.submit(url, panel=panel, fields=NEW | {"tab": TAB, "online_url": "не адрес"})
        assert "Сохранено в" in page.text("#autosave-panel")
        assert "Напишите адрес полностью" in page.text("#autosave-panel")
        assert (the_event().title, the_event().online_url) == (NEW["title"], "")
        draft = page.soup.select_one("[name=draft]")
        assert draft is not None
        fields = NEW | {"tab": TAB, "title": "Иначе", "draft": str(draft["value"])}
        browser.submit(url, panel=panel, fields=fields)
        page = browser.submit("/manage/events/new", fields=fields | {"title": "Совсем иначе"})
        assert (the_event().title, page.path) == (
            "Совсем иначе", f"/manage/events/{the_event().slug}/slots",
        )  # fmt: skip

    def test_the_answer_under_way_makes_no_second_draft(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization()))
        for _ in range(2):
            browser.submit("/manage/events/autosave", fields=NEW | {"tab": TAB})
        assert events() == 1

    def test_keeps_what_is_right_and_names_what_is_not(self, browser: Browser) -> None:
        event = make_draft(title="Прежнее", companions_max=3)
        browser.log_in(make_member(event.organization))
        page = browser.submit(
            f"/manage/events/{event.slug}/autosave",
            panel="autosave-panel",
            fields=NEW | {"title": "", "venue": "", "companions_max": "много", "tab": TAB},
        )
        assert (event.title, event.venue, event.companions_max) == ("Прежнее", "", 3)
        assert page.texts("#autosave-panel a") == [
            "Название",
            "Сколько сопровождающих может взять участник",
        ]
        assert "укажите место проведения" in page.text("#checklist")

    def test_what_everybody_sees_is_saved_with_the_button_alone(self, browser: Browser) -> None:
        event = make_event(title="Прежнее")
        browser.log_in(make_member(event.organization))
        assert "hx-trigger" not in str(
            browser.open(f"/manage/events/{event.slug}/edit").soup.select_one(FORM).attrs  # type: ignore[union-attr]
        )
        page = browser.submit(f"/manage/events/{event.slug}/autosave", fields=NEW | {"tab": TAB})
        assert (page.status, event.title) == (422, "Прежнее")

    @pytest.mark.parametrize("route", ["autosave", "edit"])
    def test_a_stale_window_does_not_overwrite(self, browser: Browser, route: str) -> None:
        event = make_draft(title="Прежнее")
        browser.log_in(make_member(event.organization))
        opened = browser.open(f"/manage/events/{event.slug}/edit").form(FORM)
        edit(event, summary="Сказано в другом окне")
        url = f"/manage/events/{event.slug}/{route}"
        page = browser.submit(url, fields=opened | {"title": "Моё", "tab": TAB})
        assert (page.status, event.title) == (422, "Прежнее")
        assert "изменили в другом окне" in page.text("main")
        if route == "edit":
            again = page.form(FORM)
            assert again["title"] == "Моё"
            browser.submit(url, fields=again)
            assert (event.title, event.summary) == ("Моё", "")

    def test_a_window_goes_on_after_its_own_saving(self, browser: Browser) -> None:
        event = make_draft()
        browser.log_in(make_member(event.organization))
        opened = browser.open(f"/manage/events/{event.slug}/edit").form(FORM) | {"tab": TAB}
        for title in ("Один", "Два"):
            browser.submit(
                f"/manage/events/{event.slug}/autosave", fields=opened | {"title": title}
            )
        assert event.title == "Два"
        said = details.Details(title="Три", kind=event.kind)
        with pytest.raises(editing.Stale):
            editing.save(event, said, version=opened["version"], tab=OTHER)

    def test_another_slot_makes_no_form_stale(self) -> None:
        event = make_draft()
        before = details.version_of(event)
        event.slots[0].capacity += 5
        event.changed_at = clock.now()
        assert details.version_of(event) == before

    def test_the_address_follows_the_title_when_it_is_published(self, browser: Browser) -> None:
        event = make_draft(title="Пр", slug="pr")
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/edit"
        browser.submit(url, fields=browser.open(url).form(FORM) | {"title": "Проба пера"})
        assert event.slug == "pr"
        browser.submit(f"/manage/events/{event.slug}/publish")
        assert (event.slug, event.is_public) == ("proba-pera", True)


class TestChecklist:
    def test_leads_to_the_places(self, browser: Browser) -> None:
        event = make_draft(slots=0, venue="", kind_code="staff_course")
        page = browser.log_in(make_member(event.organization)).open(
            f"/manage/events/{event.slug}/edit"
        )
        places = [str(link["href"]) for link in page.soup.select("#checklist a")]
        here = f"/manage/events/{event.slug}"
        assert places[:2] == [f"{here}/edit#venue", f"{here}/slots#starts_at"]
        assert f"{here}/edit#hours" in places
        assert "часах" in page.text("#checklist")

    def test_reminds_of_meetings(self) -> None:
        event = make_draft(kind_code="summer_shift")
        reminder = [one for one in checklist.useful_steps(event) if one.room == checklist.SLOTS]
        assert [one.is_done for one in reminder] == [False]
        slot = event.slots[0]
        db.session.add(Meeting(slot=slot, starts_at=slot.starts_at, ends_at=slot.ends_at))
        assert checklist.has_meetings(event)

    def test_nothing_is_left_of_a_full_event(self) -> None:
        event = make_event(summary="Кратко", description="Подробно", contact="8 961",
                           fields=[next(iter(PROFESSIONAL_FIELDS))])  # fmt: skip
        assert all(one.is_done for one in checklist.useful_steps(event))


class TestPreview:
    def test_shows_a_draft_as_visitors_would_see_it(self, browser: Browser) -> None:
        event = make_draft()
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/preview")
        assert "Предпросмотр" in page.text("main .o-info")
        assert "Это черновик" not in page.text("main")
        button = page.soup.select_one("#signup-panel a.btn-primary")
        assert button is not None
        assert str(button["href"]).startswith(f"/manage/events/{event.slug}/preview?slot=")

    def test_before_there_are_slots(self, browser: Browser) -> None:
        event = make_draft(slots=0)
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/preview")
        assert "началось" not in page.text("#signup-panel")


class TestHistory:
    def test_tells_in_words_who_did_what(self, browser: Browser) -> None:
        event = make_draft(title="Прежнее", kind_code="fair")
        user = make_member(event.organization)
        browser.log_in(user)
        url = f"/manage/events/{event.slug}/edit"
        said = browser.open(url).form(FORM) | {"measure": NOT_COUNTED}
        browser.submit(
            url, fields=said | {"title": "Новое", "kind": "trial", "contact": "89610001122"}
        )
        browser.submit(f"/manage/events/{event.slug}/publish")
        page = browser.open(f"/manage/events/{event.slug}/history")
        published, edited = page.texts(".o-history > li")
        assert "публикация мероприятия" in published
        assert user.display_name in edited
        assert "Прежнее → Новое" in edited
        assert "Ярмарка профессий → Профессиональная проба" in edited
        assert "89610001122" not in page.html, "contacts are named, not repeated"
        assert "изменено" in edited

    def test_says_that_the_account_is_gone(self, browser: Browser) -> None:
        event = make_draft(title="Прежнее")
        gone = make_member(event.organization)
        browser.log_in(gone)
        url = f"/manage/events/{event.slug}/edit"
        browser.submit(url, fields=browser.open(url).form(FORM) | {"title": "Новое"})
        db.session.delete(gone)
        db.session.flush()
        browser.log_in(make_member(event.organization))
        [edited] = browser.open(f"/manage/events/{event.slug}/history").texts(".o-history > li")
        assert "удалённая учётная запись" in edited
        assert "сам сайт" not in edited

    def test_edits_of_one_sitting_are_told_as_one(self, browser: Browser) -> None:
        event = make_draft(title="А")
        for title in ("Б", "В"):
            edit(event, title=title)
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/history")
        assert len(page.texts(".o-history > li")) == 1
        assert "А → В" in page.text(".o-history")

    def test_saving_without_a_change_writes_nothing(self, browser: Browser) -> None:
        event = make_draft()
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/edit"
        browser.submit(url, fields=browser.open(url).form(FORM))
        assert not browser.open(f"/manage/events/{event.slug}/history").texts(".o-history > li")


class TestSeries:
    def test_begins_in_the_editor_and_has_a_page(self, browser: Browser) -> None:
        organization = make_organization()
        event = make_event(organization=organization, title="Ярмарка весны")
        past = make_event(organization=organization, title="Ярмарка осени", in_days_=-30)
        browser.log_in(make_member(organization))
        for one in (event, past):
            url = f"/manage/events/{one.slug}/edit"
            page = browser.submit(
                url, fields=browser.open(url).form(FORM) | {"new_series": "Ярмарки"}
            )
            assert page.status == 200
        series = db.session.scalars(sa.select(EventSeries)).one()
        make_event(organization=organization, title="Черновик", status=EventStatus.DRAFT,
                   series_id=series.id)  # fmt: skip
        visitor = Browser(browser.client.application.test_client())
        page = visitor.open("/series/yarmarki")
        assert page.texts(".o-card h3") == ["Ярмарка весны", "Ярмарка осени"]
        assert visitor.open(f"/events/{event.slug}").soup.select("a[href='/series/yarmarki']")
        page = browser.submit("/manage/series/yarmarki", title="Весенние ярмарки", summary="Раз")
        assert page.text("h1") == "Весенние ярмарки"
        assert "Весенние ярмарки" in visitor.open(f"/events/{event.slug}").text("main")

    def test_without_public_events_it_is_not_there(self, browser: Browser) -> None:
        organization = make_organization()
        db.session.add(EventSeries(organization=organization, title="А", slug="a", summary=""))
        assert browser.open("/series/a").status == 404
        assert browser.open("/series/%00").status == 404
        browser.log_in(make_member(organization))
        assert browser.open("/series/a").status == 200
        browser.log_in(make_member(make_organization()))
        assert browser.open("/manage/series/a").status == 404


class TestActions:
    def test_publishing_twice_is_written_once(self) -> None:
        event = make_draft()
        actions.publish(event)
        before = event.changed_at
        actions.publish(event)
        assert event.changed_at == before
