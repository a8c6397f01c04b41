"""Lists as the organizer chooses them: papers, columns, whom, in which order."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from app.attendance.models import Presence
from app.base.db import db
from app.events.models import Event
from app.organizations.models import OrganizationKind, Role
from app.papers.lists import pdf as list_papers
from app.papers.lists.choices import COLUMNS, ListPaper, Pages, Whom, usual
from app.registrations.models import Group, Registration, Status
from tests.browser import Browser, counted_queries
from tests.factories import make_event, make_member, make_organization, make_person, make_user
from tests.papers.people import came, mark, pages, signed_up


@pytest.fixture
def event() -> Event:
    return make_event(title="Ярмарка профессий", in_days_=-1)


@pytest.fixture
def organizer(browser: Browser, event: Event) -> Browser:
    return browser.log_in(make_member(event.organization))


def address(event: Event, what: str = "lists", **chosen: str | list[str]) -> str:
    asked = f"?{urlencode(chosen, doseq=True)}" if chosen else ""
    return f"/manage/events/{event.slug}/papers/{what}{asked}"


def class_of(event: Event, *surnames: str, adults: tuple[str, ...] = ()) -> list[Registration]:
    """Signed up together by a school."""
    school = make_organization(kind=OrganizationKind.SCHOOL, short_name="СОШ № 18")
    group = Group(
        event=event, slot=event.slots[0], school=school, title="9А",
        companions=[{"name": name, "phone": "+7 961 000-00-00"} for name in adults],
    )  # fmt: skip
    db.session.add(group)
    db.session.flush()
    return [signed_up(event.slots[0], name, group=group) for name in surnames]


def printed(app: Flask, event: Event, paper: ListPaper, **chosen: Any) -> str:
    with app.test_request_context():
        choice = usual(paper, tuple(slot.id for slot in event.slots), **chosen)
        return " ".join(pages(list_papers.pdf(event, choice)))


class TestPapers:
    def test_the_turnout_list_tells_marks_and_their_sum(self, app: Flask, event: Event) -> None:
        came(event.slots[0], "Бадмаев")
        mark(signed_up(event.slots[0], "Очирова"), Presence.ABSENT)
        mark(signed_up(event.slots[0], "Эрдниев"), Presence.EXCUSED)
        text = printed(app, event, ListPaper.TURNOUT)
        for said in ("Бадмаев", "Очирова", "Эрдниев", "+", " н", " у"):
            assert said in text
        assert "1 из 3" in text

    def test_a_group_stands_together_with_its_adults(self, app: Flask, event: Event) -> None:
        signed_up(event.slots[0], "Бадмаев")
        class_of(event, "Яшкулова", "Авяшева", adults=("Манджиева Ольга Борисовна",))
        text = printed(app, event, ListPaper.REGISTRATION)
        order = [text.index(said) for said in ("Бадмаев", "9А", "Авяшева", "Яшкулова", "Манджиева")]
        assert order == sorted(order)

    def test_the_list_of_a_group_has_no_phones_of_anybody(self, app: Flask, event: Event) -> None:
        signed_up(event.slots[0], "Одинцова")
        [pupil] = class_of(event, "Яшкулова", adults=("Манджиева Ольга Борисовна",))
        pupil.phone = "+7 962 111-11-11"
        text = printed(app, event, ListPaper.GROUP)
        assert "Яшкулова" in text
        assert "Манджиева" in text
        assert "Одинцова" not in text  # came alone
        assert "962" not in text

    def test_a_protocol_is_signed_by_a_commission(self, app: Flask, event: Event) -> None:
        came(event.slots[0], "Бадмаев")
        text = printed(app, event, ListPaper.PROTOCOL)
        for said in ("Результат", "Председатель", "Секретарь"):
            assert said in text

    def test_an_application_has_a_page_for_each_school(self, app: Flask, event: Event) -> None:
        class_of(event, "Яшкулова")
        signed_up(event.slots[0], make_person("Бадмаев", school="Гимназия № 3"))
        with app.test_request_context():
            choice = usual(ListPaper.APPLICATION, (event.slots[0].id,))
            texts = pages(list_papers.pdf(event, choice))
        assert len(texts) == 2
        assert sorted("Яшкулова" in text for text in texts) == [False, True]

    @pytest.mark.parametrize("paper", ListPaper)
    def test_nobody_at_all_is_a_paper_too(self, app: Flask, event: Event, paper: ListPaper) -> None:
        assert printed(app, event, paper)

    def test_only_whom_it_is_asked_for(self, app: Flask, event: Event) -> None:
        came(event.slots[0], "Бадмаев")
        signed_up(event.slots[0], "Очирова")
        signed_up(event.slots[0], "Лиджиев", status=Status.WAITLISTED)
        shown = {
            whom: [name for name in ("Бадмаев", "Очирова", "Лиджиев")
                   if name in printed(app, event, ListPaper.OWN, whom=whom)]
            for whom in Whom
        }  # fmt: skip
        assert shown == {
            Whom.SEATED: ["Бадмаев", "Очирова"],
            Whom.CAME: ["Бадмаев"],
            Whom.LIVE: ["Бадмаев", "Очирова", "Лиджиев"],
        }

    def test_every_column_fits_on_a_wide_page(self, app: Flask, event: Event) -> None:
        came(event.slots[0], "Константинопольская-Преображенская")
        wide = tuple(COLUMNS)[:9]
        text = printed(app, event, ListPaper.OWN, columns=wide, landscape=True, pages=Pages.NOTHING)
        assert "Преображенская" in text.replace("- ", "-")


class TestScreen:
    def test_one_click_prints_each_paper(self, organizer: Browser, event: Event) -> None:
        came(event.slots[0], "Бадмаев")
        for paper in ListPaper:
            page = organizer.open(address(event, paper=paper.value))
            assert page.status == 200
            for kind in ("pdf", "xlsx"):
                answer = organizer.open(address(event, f"print.{kind}", paper=paper.value))
                assert answer.status == 200
                assert answer.response.cache_control.no_store

    def test_columns_are_those_that_were_ticked(self, organizer: Browser, event: Event) -> None:
        came(event.slots[0], make_person("Бадмаев", phone="+7 961 222-22-22"))
        answer = organizer.open(
            address(event, "print.xlsx", paper="own", columns=["phone", "name"], blank="0")
        )
        rows = CalamineWorkbook.from_filelike(
            BytesIO(answer.response.data)
        ).get_sheet_by_index(0).to_python()  # fmt: skip
        [heading] = [row for row in rows if "Телефон" in row]
        assert [one for one in heading if one] == ["ФИО", "Телефон"]
        assert any("961 222-22-22" in str(cell) for row in rows for cell in row)

    def test_no_column_is_a_sentence(self, organizer: Browser, event: Event) -> None:
        page = organizer.open(address(event, "print.pdf", paper="own", columns="", blank="0"))
        assert page.status == 422
        assert "хотя бы один столбец" in page.text("main")

    @pytest.mark.parametrize(
        "wrong", [{"slot": "999999"}, {"blank": "100000"}, {"order": "x"}, {"only": "g1 OR 1"}]
    )
    def test_what_is_not_offered_is_a_sentence(
        self, organizer: Browser, event: Event, wrong: dict[str, str]
    ) -> None:
        page = organizer.open(address(event, "print.pdf", paper="own", **wrong))
        assert page.status == 422
        assert page.text(".invalid-feedback, .o-box")

    def test_too_many_columns_for_a_page_is_a_sentence(
        self, organizer: Browser, event: Event
    ) -> None:
        page = organizer.open(
            address(event, "print.pdf", paper="own", columns=list(COLUMNS), blank="0")
        )
        assert page.status == 422
        assert page.soup.select("input[name=columns][checked]")

    def test_strangers_find_nothing(self, browser: Browser, event: Event) -> None:
        browser.log_in(make_user())
        for what in ("lists", "print.pdf", "print.xlsx"):
            assert browser.open(address(event, what)).status == 404

    def test_the_same_again_comes_from_the_shelf_until_something_changes(
        self, organizer: Browser, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = came(event.slots[0], "Бадмаев")
        made: list[list_papers.Paper] = []
        really = list_papers.printed

        def counted(paper: list_papers.Paper) -> bytes:
            made.append(paper)
            return really(paper)

        monkeypatch.setattr(list_papers, "printed", counted)
        first = organizer.open(address(event, "list.pdf")).response.data
        assert organizer.open(address(event, "list.pdf")).response.data == first
        assert len(made) == 1
        one.person.last_name = "Бадмаева"
        db.session.flush()
        assert organizer.open(address(event, "list.pdf")).response.data != first
        assert len(made) == 2

    def test_queries_do_not_grow_with_people(
        self, app: Flask, organizer: Browser, event: Event
    ) -> None:
        counts = []
        for _ in range(2):
            class_of(event, *(f"Очиров{letter}" for letter in "абвгд"), adults=("Эрдниева Айса",))
            with counted_queries(app) as queries:
                organizer.open(address(event, "print.pdf", paper="contacts"))
            counts.append(len(queries))
        assert counts[0] == counts[1]


def test_somebody_who_helps_at_the_door_prints_no_lists(browser: Browser, event: Event) -> None:
    browser.log_in(make_member(event.organization, Role.DOOR))
    assert browser.open(address(event)).status == 404
