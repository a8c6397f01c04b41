"""Class lists: 5,000 pupils read, looked at, loaded and undone."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

import xlsxwriter
from flask import Flask

from app.accounts.models import User
from app.base import clock
from app.base.db import db, transaction
from app.organizations.models import Organization, OrganizationKind
from app.people.class_lists import actions as list_imports
from app.people.class_lists import reading as list_reading
from app.people.class_lists.models import ImportState, ListImport
from app.people.class_lists.queries import rows_of
from app.web.pages import paged

PUPILS = 5_000
T = TypeVar("T")
LAST = ("Бадмаев", "Очиров", "Манджиев", "Убушаев", "Санджиев", "Нимгиров", "Эрдниев", "Доржиев")
FIRST = ("Санджи", "Бата", "Очир", "Данир", "Дольган", "Тимур", "Арслан", "Максим")
SYLLABLES = ("ба", "до", "ки", "лу", "ме", "на", "ра", "су", "та", "ча")


def workbook(pupils: int = PUPILS) -> bytes:
    """A list of so many pupils of all classes, each with a parent and a phone."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Все классы")
    header = ["№", "Фамилия", "Имя", "Отчество", "Дата рождения", "Класс"]
    sheet.write_row(0, 0, [*header, "ФИО родителя", "Телефон родителя"])
    for number in range(pupils):
        last = LAST[number % 8] + "".join(SYLLABLES[int(digit)] for digit in f"{number:04}")
        grade, letter = 1 + number % 11, "АБВГД"[number // 11 % 5]
        born = f"{1 + number % 28:02}.{1 + number % 12:02}.{clock.today().year - 6 - grade}"
        pupil = [number + 1, last, FIRST[number % 7], "Саналович", born, f"{grade}{letter}"]
        phone = f"+7 937 {number // 10000:03}-{number % 10000 // 100:02}-{number % 100:02}"
        sheet.write_row(number + 1, 0, [*pupil, f"{last} Кермен Очировна", phone])
    book.close()
    return content.getvalue()


def timed(what: str, act: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    found = act()
    taken = time.perf_counter() - begun
    print(f"  {what:<46} {f'{taken:.2f} s':>16}   ", flush=True)
    return found, taken


def measure(app: Flask) -> None:
    print(f"A class list of {PUPILS:,} pupils (XLSX)")
    content = workbook()
    with app.app_context():
        with transaction():
            school, teacher = a_school()
        reading, read = timed("read", lambda: list_reading.read(content, "all.xlsx"))
        import_, compared = timed("compared", lambda: received(reading, school, teacher))
        _page, shown = timed("the first page of the preview", lambda: first_page(import_))
        _none, loaded = timed("loaded", lambda: carried_out(list_imports.start, import_))
        whole = read + compared + shown + loaded
        print(f"  {'together':<46} {f'{whole:.1f} s':>16}   ≤ 10 s", flush=True)
        again, _taken = timed(
            "the same list again, compared", lambda: received(reading, school, teacher)
        )
        assert list_imports.outcomes_of(again)["same"] == PUPILS  # type: ignore[index]
        timed("undone", lambda: carried_out(list_imports.undo, import_))
        db.session.remove()


def a_school() -> tuple[Organization, User]:
    school = Organization(
        kind=OrganizationKind.SCHOOL,
        name="Школа с большим списком",
        short_name="Школа со списком",
        slug="school-of-the-list",
        search_text="школа со списком",
        sort_key="",
        approved_at=clock.now(),
    )
    teacher = User(name="Учитель", email="teacher@bench.test")
    db.session.add_all([school, teacher])
    db.session.flush()
    return school, teacher


def received(reading: list_reading.Reading, school: Organization, by: User) -> ListImport:
    with transaction():
        return list_imports.receive(reading, "all.xlsx", school=school, by=by)


def first_page(import_: ListImport) -> None:
    list_imports.outcomes_of(import_)
    paged(rows_of(import_), number=1, size=100)


def carried_out(begin: Callable[[ListImport], bool], import_: ListImport) -> None:
    """Begun by the teacher, done by the worker."""
    with transaction():
        assert begin(import_)
    list_imports.work_on_lists()
    assert import_.state in (ImportState.DONE, ImportState.UNDONE), import_.state
