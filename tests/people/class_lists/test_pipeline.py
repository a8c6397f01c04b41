"""A class list through the pages: sent in, looked at, loaded, undone."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from flask import Flask
from werkzeug.datastructures import FileStorage

from app.accounts.models import User
from app.base import jobs
from app.base.config import ROOT
from app.base.db import db
from app.organizations.models import Organization, Role
from app.people.class_lists import actions as list_imports
from app.people.class_lists.models import ImportedRow, ImportState, ListImport
from app.people.class_lists.sheets.files import ListUnreadable, read_tables
from app.people.models import Guardianship, Person, SchoolClass
from app.web.budgets import IMPORTS_OF_ACCOUNT, Cost, charge
from tests.browser import Browser, Page, counted_queries
from tests.factories import make_class, make_member, make_pupil, make_school, make_user

LISTS = ROOT / "data" / "class_lists"
HEADER = ["Фамилия", "Имя", "Отчество", "Дата рождения", "Класс"]
BADMAEV = ["Бадмаев", "Санджи", "Эрдниевич", "17.03.2011", "9А"]
OCHIROV = ["Очиров", "Бата", "Викторович", "05.06.2011", "9А"]


def workbook(*rows: list[Any]) -> bytes:
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Лист1")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()


@pytest.fixture
def school() -> Organization:
    return make_school()


@pytest.fixture
def teacher(school: Organization) -> User:
    return make_member(school, Role.TEACHER)


@pytest.fixture
def desk(browser: Browser, teacher: User) -> Browser:
    return browser.log_in(teacher)


def send(desk: Browser, content: bytes, name: str = "9А.xlsx", **more: Any) -> Page:
    url = more.pop("url", "/school/classes")
    file: Any = FileStorage(BytesIO(content), name)
    return desk.submit(url, fields={"file": file}, **more)


def send_rows(desk: Browser, *rows: list[Any], **more: Any) -> Page:
    return send(desk, workbook(HEADER, *rows), **more)


def press(desk: Browser, page: Page, what: str) -> Page:
    return desk.submit(f"{page.path}/{what}")


def figures(page: Page) -> list[str]:
    return page.texts(".o-stat")


def pupils() -> list[Person]:
    return list(db.session.scalars(sa.select(Person).order_by(Person.sort_key)))


def the_import() -> ListImport:
    return db.session.scalars(sa.select(ListImport).order_by(ListImport.id.desc())).first() or (
        pytest.fail("no import")
    )


class TestFiles:
    """What schools really send."""

    @pytest.mark.parametrize(
        ("name", "new", "refused", "title"),
        [
            ("9a_simple.xlsx", 24, 0, "9А"),
            ("8b_with_titles.xlsx", 27, 0, "8Б"),
            ("10a_excel_export_cp1251.csv", 19, 0, "10А"),
            ("9b_with_errors.xlsx", 2, 5, "9Б"),
        ],
    )
    def test_each_is_read_loaded_and_the_same_again_changes_nothing(
        self, desk: Browser, name: str, new: int, refused: int, title: str
    ) -> None:
        content = (LISTS / name).read_bytes()
        page = send(desk, content, name)
        assert figures(page) == [
            f"{new} новых", "0 изменятся", "0 без изменений", f"{refused} не подходят",
        ]  # fmt: skip
        assert pupils() == []
        loaded = press(desk, page, "apply")
        assert "Список загружен" in loaded.text("#import-panel h2")
        assert len(pupils()) == new
        assert {one.class_title for one in pupils()} == {title}
        again = send(desk, content, name)
        assert figures(again)[:3] == ["0 новых", "0 изменятся", f"{new} без изменений"]
        assert "Загружать нечего" in again.text("#import-panel")
        assert not again.soup.select("#import-panel form")
        undone = press(desk, loaded, "undo")
        assert "Загрузка отменена" in undone.text("#import-panel h2")
        assert pupils() == []

    def test_not_without_end(self, desk: Browser, teacher: User) -> None:
        charge(Cost(IMPORTS_OF_ACCOUNT, teacher.id, IMPORTS_OF_ACCOUNT.most))
        page = send_rows(desk, BADMAEV)
        assert page.status == 422
        assert "много списков" in page.text("main")
        assert db.session.scalars(sa.select(ListImport)).all() == []

    def test_parents_phones_go_to_the_parents(self, desk: Browser) -> None:
        press(desk, send(desk, (LISTS / "8b_with_titles.xlsx").read_bytes()), "apply")
        assert {one.phone for one in pupils()} == {""}
        cards = list(db.session.scalars(sa.select(Guardianship)))
        assert len(cards) == 27
        assert ("Эрдниев Цагана Андреевна", "+7 (937) 214-54-59") in {
            (one.name, one.phone) for one in cards
        }

    def test_every_refusal_says_why(self, desk: Browser) -> None:
        page = send(desk, (LISTS / "9b_with_errors.xlsx").read_bytes())
        refused = page.texts("tbody tr")[:5]
        assert all("не подходит" in row for row in refused)
        assert all(len(row.split("не подходит")[1]) > 10 for row in refused)


class TestPreview:
    def test_rows_tell_their_number_name_class_parents_and_what_changes(
        self, desk: Browser, school: Organization
    ) -> None:
        make_pupil(make_class(school, 8, "Б"), birth_date=date(2011, 3, 17))
        page = send_rows(desk, OCHIROV, BADMAEV)
        first, second = page.texts("tbody tr")
        assert first == "3 Бадмаев Санджи Эрдниевич 9А 17.03.2011 — меняется класс 8Б → 9А"
        assert second == "2 Очиров Бата Викторович 9А 05.06.2011 — новый ученик"
        assert "Загрузить 1 ученика, изменить 1" in page.text("#import-panel form")

    def test_columns_left_out_and_those_never_kept_are_named(self, desk: Browser) -> None:
        page = send(
            desk,
            workbook(
                [*HEADER, "СНИЛС", "Домашний адрес", "Кружок"],
                [*BADMAEV, "123-456-789 00", "ул. Ленина, 1", "шахматы"],
            ),
        )
        assert "Не сохраняем, отброшено сразу: СНИЛС, Домашний адрес." in page.text()
        assert "пропущены: Кружок." in page.text()
        kept = str(db.session.scalars(sa.select(ImportedRow.facts)).one())
        assert not any(word in kept for word in ("123-456", "Ленина", "шахматы"))

    def test_rows_are_paged_and_filtered(self, desk: Browser) -> None:
        rows = [[f"Бадмаев{letter}{other}", *BADMAEV[1:]] for letter in "абвгдежзик"
                for other in "абвгдежзиклм"]  # fmt: skip
        page = send_rows(desk, *rows, ["Очиров", "Бата", "", "31.02.2011", "9А"])
        assert len(page.texts("tbody tr")) == 100
        assert "не подходит" in page.texts("tbody tr")[0]
        assert len(desk.open(f"{page.path}?page=2").texts("tbody tr")) == 21
        assert len(desk.open(f"{page.path}?outcome=refused").texts("tbody tr")) == 1
        assert desk.open(f"{page.path}?outcome=nonsense&page=99").status == 200

    def test_a_panel_of_it_alone(self, desk: Browser) -> None:
        page = send_rows(desk, BADMAEV)
        panel = desk.open(page.path, panel="import-panel")
        assert panel.text("#import-panel h2") == "Пока ничего не сохранено"
        assert not panel.soup.select("header")

    def test_queries_do_not_grow_with_the_rows(self, app: Flask, desk: Browser) -> None:
        def queries(number: int) -> int:
            rows = [["Бадмаев" + "а" * n, *BADMAEV[1:]] for n in range(number)]
            with counted_queries(app) as found:
                page = send_rows(desk, *rows, follow=False)
                assert page.status == 303
                desk.open(page.response.headers["Location"])
            return len(found)

        few = queries(2)
        assert queries(60) <= few
        assert few <= 30


class TestOwnClass:
    def test_pupils_without_a_class_go_to_it(self, desk: Browser, school: Organization) -> None:
        class_ = make_class(school, letter="В")
        page = send(desk, workbook(HEADER[:4], BADMAEV[:4]), url=f"/school/classes/{class_.id}")
        press(desk, page, "apply")
        assert [one.class_id for one in pupils()] == [class_.id]

    def test_rows_of_another_class_are_refused(self, desk: Browser, school: Organization) -> None:
        class_ = make_class(school, letter="В")
        page = send_rows(desk, BADMAEV, url=f"/school/classes/{class_.id}")
        assert "Не из класса 9В." in page.text("tbody")

    def test_another_teachers_class_does_not_exist(
        self, desk: Browser, school: Organization
    ) -> None:
        class_ = make_class(school, teacher=make_user())
        assert send_rows(desk, BADMAEV, url=f"/school/classes/{class_.id}").status == 404


class TestNamingColumns:
    ROWS = ([*BADMAEV, "123-456-789 00"], [*OCHIROV, "123-456-789 01"])

    def test_columns_of_a_table_without_a_header_are_named_by_hand(self, desk: Browser) -> None:
        page = send(desk, workbook(*self.ROWS))
        assert "Что в столбцах?" in page.text("#import-panel")
        assert page.texts("tbody td")[:2] == ["Бадмаев", "Санджи"]
        assert "123-456" not in page.html
        assert "123-456" not in str(the_import().tables)
        chosen = ["last_name", "first_name", "patronymic", "birth_date", "school_class"]
        fields = page.form("#import-panel form") | {
            f"column-{n}": name for n, name in enumerate(chosen)
        }
        shown = desk.submit(f"{page.path}/columns", fields=fields)
        assert figures(shown)[0] == "2 новых"
        assert the_import().tables is None
        press(desk, shown, "apply")
        assert [one.last_name for one in pupils()] == ["Бадмаев", "Очиров"]

    @pytest.mark.parametrize(
        ("chosen", "sentence"),
        [
            (["birth_date"], "Укажите столбец с ФИО или столбцы с фамилией и именем."),
            (["full_name", "full_name"], "У двух столбцов одно значение."),
            (["nonsense"], "Выберите из списка, что в каждом столбце."),
        ],
    )
    def test_what_is_missing_is_said_and_the_choice_stays(
        self, desk: Browser, chosen: list[str], sentence: str
    ) -> None:
        page = send(desk, workbook(*self.ROWS))
        fields = page.form("#import-panel form") | {
            f"column-{n}": name for n, name in enumerate(chosen)
        }
        wrong = desk.submit(f"{page.path}/columns", fields=fields)
        assert wrong.status == 422
        assert sentence in wrong.text("[role=alert]")
        if chosen[0] != "nonsense":
            assert wrong.form("#import-panel form")["column-0"] == chosen[0]


def refusal(content: bytes, name: str) -> str:
    """What the reader of files says about it, in Russian."""
    with pytest.raises(ListUnreadable) as unreadable:
        read_tables(content, name)
    return str(unreadable.value)


class TestBadFiles:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x89PNG\r\n\x1a\n" + bytes(200),
            b"%PDF-1.7 ...",
            b"PK\x03\x04 broken",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "\n".join(["Фамилия;Имя;Класс", *["Бадмаев;Санджи;9А"] * 6001]).encode(),
        ],
        ids=["empty", "image", "pdf", "broken", "password", "6001 rows"],
    )
    def test_what_is_wrong_is_said_beside_the_field(self, desk: Browser, content: bytes) -> None:
        page = send(desk, content, "список.xlsx")
        assert page.status == 422
        assert page.text("#file-error") == refusal(content, "список.xlsx")
        assert page.soup.select_one("form input[type=file]")
        assert db.session.scalar(sa.select(sa.func.count(ListImport.id))) == 0

    def test_no_file_chosen(self, desk: Browser) -> None:
        page = desk.submit("/school/classes")
        assert (page.status, page.text("#file-error")) == (422, "Выберите файл со списком.")

    def test_too_many_bytes(self, desk: Browser, app: Flask) -> None:
        page = send(desk, bytes(app.config["MAX_CONTENT_LENGTH"] + 1))
        assert page.status == 413
        assert "разделите список" in page.text()

    def test_formulas_in_names_are_refused(self, desk: Browser) -> None:
        text = 'Фамилия;Имя;Класс\n"=HYPERLINK(""http://x"")";Санджи;9А\nОчиров;Бата;9А\n'
        page = send(desk, text.encode(), "a.csv")
        assert figures(page)[0] == "1 новый"
        assert "1 не подходит" in figures(page)

    def test_300_columns_are_no_matter(self, desk: Browser) -> None:
        header = [*HEADER, *[f"Кружок {n}" for n in range(300)]]
        page = send(desk, workbook(header, [*BADMAEV, *["да"] * 300]))
        assert figures(page)[0] == "1 новый"
        assert "Кружок 19 и ещё 280" in page.text()
        unknown = send(desk, workbook(["да"] * 300, ["нет"] * 300))
        assert "Что в столбцах?" in unknown.text("#import-panel")
        assert len(unknown.soup.select("select")) <= 40


class TestLoading:
    def test_a_long_list_is_the_workers_and_shows_its_progress(
        self, desk: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(list_imports, "AT_ONCE", 1)
        page = send_rows(desk, BADMAEV, OCHIROV)
        working = press(desk, page, "apply")
        assert jobs.queues["heavy"].pending_count() == 1
        progress = working.soup.select_one("progress")
        assert progress
        assert (progress["max"], progress["value"]) == ("2", "0")
        panel = working.soup.select_one("#import-panel")
        assert panel
        assert (panel["hx-get"], panel["hx-trigger"]) == (page.path, "every 1s")
        assert working.text("#import-panel a") == "Обновить"
        press(desk, page, "apply")  # twice
        list_imports.work_on_lists()
        done = desk.open(page.path, panel="import-panel")
        assert "2 новых ученика." in done.text("#import-panel")
        assert not done.soup.select("[hx-trigger]")
        assert len(pupils()) == 2

    def test_when_its_rows_are_forgotten_it_cannot_be_undone(self, desk: Browser) -> None:
        page = press(desk, send_rows(desk, BADMAEV), "apply")
        the_import().created_at -= list_imports.KEPT
        list_imports.forget_old_rows()
        page = desk.open(page.path)
        assert "1 строка загружена; сами строки удалены." in page.text("#import-panel")
        assert not page.soup.select("#import-panel form")
        assert len(pupils()) == 1

    def test_pressing_twice_loads_once(self, desk: Browser) -> None:
        page = send_rows(desk, BADMAEV)
        assert press(desk, page, "apply").status == 200
        assert press(desk, page, "apply").status == 200
        assert len(pupils()) == 1
        assert press(desk, page, "undo").status == 200
        assert press(desk, page, "undo").status == 200
        assert pupils() == []

    def test_an_empty_class_of_before_stays_when_undone(
        self, desk: Browser, school: Organization
    ) -> None:
        make_class(school)
        page = send_rows(desk, BADMAEV, [*OCHIROV[:4], "9Б"])
        press(desk, page, "apply")
        press(desk, page, "undo")
        assert [one.title for one in db.session.scalars(sa.select(SchoolClass))] == ["9А"]


class TestWhoMay:
    @pytest.mark.parametrize("act", ["", "/columns", "/apply", "/undo"])
    def test_an_import_is_its_makers_and_the_coordinators(
        self, app: Flask, desk: Browser, school: Organization, act: str
    ) -> None:
        page = send_rows(desk, BADMAEV)

        def status(user: User) -> int:
            other = Browser(app.test_client()).log_in(user)
            url = f"{page.path}{act}"
            return (other.submit(url) if act else other.open(url)).status

        assert status(make_member(make_school(), Role.ORGANIZER)) == 404
        assert status(make_member(school, Role.TEACHER)) == 404
        assert status(make_member(school, Role.ORGANIZER)) == 200

    def test_of_several_schools_one_is_named(self, desk: Browser, teacher: User) -> None:
        other = make_school("СОШ № 4")
        from app.organizations.models import Membership

        db.session.add(Membership(user_id=teacher.id, organization_id=other.id, role=Role.TEACHER))
        db.session.flush()
        assert send_rows(desk, BADMAEV).status == 404
        assert send_rows(desk, BADMAEV, school=make_school().slug).status == 404
        assert "СОШ № 4" in send_rows(desk, BADMAEV, school=other.slug).text("main")
        assert the_import().state is ImportState.PREVIEW

    def test_nobody_else_sends_lists(self, browser: Browser) -> None:
        browser.log_in(make_user())
        assert send_rows(browser, BADMAEV).status == 404


def test_the_lists_of_the_tests_are_there() -> None:
    assert len(list(Path(LISTS).iterdir())) >= 4
