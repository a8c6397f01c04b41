"""The list that is signed at the door, and the organizer's spreadsheet."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from app.attendance.models import Presence
from app.events.models import Event, Slot
from app.papers.lists import pdf as list_papers
from app.papers.lists import spreadsheet as list_tables
from app.papers.lists.choices import ListPaper, usual
from app.papers.lists.contents import found
from app.registrations.models import Registration, Status
from tests.browser import Browser, counted_queries
from tests.factories import make_event, make_member, make_organization, make_person, make_slot
from tests.papers.people import came, mark, pages, signed_up

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database

SURNAMES = [
    "Авяшев", "Әәдмин", "Бадмаев", "Һаряев", "Елкин", "Ёлкин", "Ельцин", "Җиргалов",
    "Ниджляев", "Ңимгиров", "Очиров", "Өлзәтә", "Үлмҗин", "Яковлев",
]  # fmt: skip


@pytest.fixture
def event() -> Event:
    organization = make_organization(name="Башантинский колледж имени Фёдора Попова")
    return make_event(organization=organization, title="Профессия — агроном", venue="с. Весёлое")


def attendance_list(event: Event, slots: Sequence[Slot]) -> bytes:
    ids = tuple(slot.id for slot in slots)
    return list_papers.pdf(event, usual(ListPaper.REGISTRATION, ids))


def printed(app: Flask, event: Event) -> list[str]:
    with app.test_request_context():
        return pages(attendance_list(event, event.slots))


def rows(app: Flask, event: Event) -> list[list[Any]]:
    with app.test_request_context():
        content = list_tables.table_with_contacts(event, event.slots)
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


class TestRule:
    def test_names_stand_in_russian_order_with_yo_and_kalmyk_letters(
        self, app: Flask, event: Event
    ) -> None:
        for surname in reversed(SURNAMES):
            signed_up(event.slots[0], surname)
        text = " ".join(printed(app, event))
        assert sorted(SURNAMES, key=text.index) == SURNAMES

    def test_only_those_who_have_a_seat_are_on_it(self, app: Flask, event: Event) -> None:
        signed_up(event.slots[0], "Очиров")
        signed_up(event.slots[0], "Ждунов", status=Status.WAITLISTED)
        signed_up(event.slots[0], "Ушедшев", status=Status.CANCELLED)
        text = " ".join(printed(app, event))
        assert "Очиров" in text
        assert "Ждунов" not in text
        assert "Ушедшев" not in text

    def test_says_what_where_and_when_and_is_in_russian(self, app: Flask, event: Event) -> None:
        event.slots[0].room = "ауд. 214"
        with app.test_request_context(headers={"Cookie": "language=en"}):
            text = " ".join(pages(attendance_list(event, event.slots)))
        assert "Башантинский колледж имени Фёдора Попова" in text
        assert "Лист регистрации участников" in text
        assert "Профессия — агроном" in text
        assert "с. Весёлое, ауд. 214" in text
        assert re.search(r"\d{1,2} [а-я]+ 20\d\d г\., 15:00–16:00", text)
        assert "Ответственный" in text
        assert "М. П." in text

    def test_companions_school_and_class_stand_beside_the_name(
        self, app: Flask, event: Event
    ) -> None:
        pupil = make_person("Манджиева", "Айса", "", grade=9, class_letter="Б", school="СОШ № 18")
        signed_up(event.slots[0], pupil, seats=3)
        text = " ".join(printed(app, event))
        assert "Манджиева Айса +2 СОШ № 18 9Б" in text

    def test_tells_nothing_that_is_not_needed_at_the_door(self, app: Flask, event: Event) -> None:
        person = make_person(phone="+7 961 123-45-67", email="badma@example.org")
        signed_up(event.slots[0], person, phone="+7 961 123-45-67")
        text = " ".join(printed(app, event))
        assert "961" not in text
        assert "@" not in text
        assert person.birth_date
        assert person.birth_date.strftime("%d.%m.%Y") not in text

    def test_blank_rows_go_on_with_the_numbers(self, event: Event) -> None:
        for _ in range(18):
            signed_up(event.slots[0])
        choice = usual(ListPaper.REGISTRATION, (event.slots[0].id,))
        [(rows, _context)] = list_papers.written(event, choice, found(event, choice)).parts
        assert [cells[0] for cells, _heading in rows] == [str(n) for n in range(1, 24)]
        assert [cells[1] for cells, _heading in rows[18:]] == [""] * 5

    def test_a_list_of_nobody_is_a_page_to_write_on(self, app: Flask, event: Event) -> None:
        [text] = printed(app, event)
        assert " 1 2 3 4 5 " in text
        assert " 20 " in text

    def test_many_pages_repeat_the_header_and_count_themselves(
        self, app: Flask, event: Event
    ) -> None:
        for _ in range(60):
            signed_up(event.slots[0])
        texts = printed(app, event)
        assert len(texts) >= 3
        for number, text in enumerate(texts, start=1):
            assert "№ ФИО Школа (организация) Класс Подпись" in text
            assert f"Страница {number} из {len(texts)}" in text
            assert "Профессия — агроном" in text
        assert "Ответственный" not in texts[0]

    def test_each_slot_begins_on_its_own_page(self, app: Flask, event: Event) -> None:
        second = make_slot(event, title="Второй поток")
        signed_up(event.slots[0], "Первый")
        signed_up(second, "Второв")
        event_slots = sorted([event.slots[0], second], key=lambda slot: slot.id)
        with app.test_request_context():
            first_page, second_page = pages(attendance_list(event, event_slots))
        assert "Первый Санджи" in first_page
        assert "Второй поток" in second_page
        assert "Второв" in second_page

    def test_strange_names_are_printed_not_run(self, app: Flask, event: Event) -> None:
        signed_up(event.slots[0], make_person("<b>Жирный</b>", "{{ 7 * 7 }}", ""))
        text = " ".join(printed(app, event))
        assert "<b>Жирный</b> {{ 7 * 7 }}" in text

    def test_a_long_name_without_blanks_stays_in_its_column(self, app: Flask, event: Event) -> None:
        signed_up(event.slots[0], make_person("Ж" * 100, "Ю" * 100, "Щ" * 100, school="Ш" * 200))
        text = "".join(printed(app, event))
        assert [text.count(letter) for letter in "ЖЮЩ"] == [100] * 3
        assert "Страница 1 из 1" in text  # rows have one height: the name gets smaller


class TestSpreadsheet:
    def test_has_contacts_status_and_marks(self, app: Flask, event: Event) -> None:
        slot = event.slots[0]
        person = make_person("Очиров", "Нарма", "", class_letter="А", school="СОШ № 4")
        came(slot, person, phone="+7 961 000-00-00", email="narma@example.org")
        absent = signed_up(slot, "Яковлев")
        mark(absent, Presence.ABSENT)
        signed_up(slot, "Бадмаев", status=Status.WAITLISTED)
        signed_up(slot, "Ушедшев", status=Status.CANCELLED)
        table = rows(app, event)
        header = next(row for row in table if row[0] == "№")
        assert header[:4] == ["№", "ФИО", "Школа (организация)", "Класс"]
        assert header[5:] == ["Телефон", header[6], "Статус", "Пришёл"]
        people = table[table.index(header) + 1 :]
        assert [row[1] for row in people] == [
            "Бадмаев Санджи Эрдниевич", "Очиров Нарма", "Яковлев Санджи Эрдниевич",
        ]  # fmt: skip
        assert people[1][2:] == [
            "СОШ № 4", "9А", "", "+7 961 000-00-00", "narma@example.org", "есть место", "да",
        ]  # fmt: skip
        assert [row[7] for row in people] == ["в листе ожидания", "есть место", "есть место"]
        assert [row[8] for row in people] == ["", "да", "нет"]

    def test_formulas_stay_text(self, app: Flask, event: Event) -> None:
        event.title = "=1+1"
        danger = ('=cmd|"/c calc"!A1', "+7(961)", "@SUM(A1)")
        signed_up(event.slots[0], make_person(*danger), phone="=2+2", email="-3")
        with app.test_request_context():
            content = list_tables.table_with_contacts(event, event.slots)
        with ZipFile(BytesIO(content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<f " not in sheet
        assert " ".join(danger) in [row[1] for row in rows(app, event)]

    def test_of_several_slots_names_the_slot(self, app: Flask, event: Event) -> None:
        second = make_slot(event, title="Второй поток")
        signed_up(second, "Второв")
        event.slots.append(second)
        [row] = [row for row in rows(app, event) if row[1] == "Второв Санджи Эрдниевич"]
        assert "Второй поток" in str(row[9])


class TestScreen:
    @pytest.fixture
    def organizer(self, browser: Browser, event: Event) -> Browser:
        return browser.log_in(make_member(event.organization))

    def test_pdf_opens_in_the_browser_under_a_russian_name(
        self, organizer: Browser, event: Event
    ) -> None:
        signed_up(event.slots[0], "Очиров")
        for name in ("list", f"list-{event.slots[0].id}"):
            response = organizer.open(f"/manage/events/{event.slug}/papers/{name}.pdf").response
            assert response.mimetype == "application/pdf"
            assert response.data.startswith(b"%PDF")
            disposition = unquote(response.headers["Content-Disposition"])
            assert disposition.startswith("inline; ")
            assert "filename*=UTF-8''Лист регистрации — Профессия — агроном.pdf" in disposition
            assert response.cache_control.no_store
            assert "Очиров" in pages(response.data)[0]

    def test_spreadsheet_is_saved(self, organizer: Browser, event: Event) -> None:
        signed_up(event.slots[0], "Очиров")
        for name in ("list", f"list-{event.slots[0].id}"):
            response = organizer.open(f"/manage/events/{event.slug}/papers/{name}.xlsx").response
            assert response.headers["Content-Disposition"].startswith("attachment; ")
            table = CalamineWorkbook.from_filelike(BytesIO(response.data)).get_sheet_by_index(0)
            assert "Очиров Санджи Эрдниевич" in [row[1] for row in table.to_python()]

    def test_a_slot_of_another_event_is_not_found(self, organizer: Browser, event: Event) -> None:
        other = make_event(organization=event.organization)
        for ending in ("pdf", "xlsx"):
            url = f"/manage/events/{event.slug}/papers/list-{other.slots[0].id}.{ending}"
            assert organizer.open(url).status == 404

    @pytest.mark.figures
    def test_queries_do_not_grow_with_people(
        self, app: Flask, organizer: Browser, event: Event
    ) -> None:
        many: list[Registration] = [signed_up(event.slots[0]) for _ in range(12)]
        assert many
        url = f"/manage/events/{event.slug}/papers/list.xlsx"
        with counted_queries(app) as statements:
            organizer.open(url)
        assert len(statements) <= 6, statements
