"""Whatever a file holds, the answer is a list or a sentence; work grows with its length alone."""

import contextlib
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.people.class_lists.sheets.columns import Column
from app.people.class_lists.sheets.files import Cell, ListUnreadable, Table, read_tables, text_of
from app.people.class_lists.sheets.interpret import HeaderUnknown, interpret, without_forbidden
from tests.counting import grows_no_faster_than_its_input
from tests.people.class_lists.lists import TODAY, xlsx

pytestmark = pytest.mark.sqlite_alone  # the same on every database

HEADERS = ["ФИО", "Фамилия", "Имя", "Класс", "Параллель", "Дата рождения", "Мать", "Телефон"]
LIKELY = ["Бадмаев Санджи", "9А", "31.02.2011", "2012", "Итого: 5", "8Б класс", "СНИЛС", "a@b", "7"]
CELLS = st.one_of(
    st.none(),
    st.sampled_from([*HEADERS, *LIKELY]),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)
GRIDS = st.lists(st.lists(CELLS, max_size=8), max_size=8)
TABLES = st.lists(st.builds(Table, st.sampled_from(["", "9А", "9", "Лист1"]), GRIDS), max_size=3)
MAPPINGS = st.none() | st.dictionaries(st.integers(0, 9), st.sampled_from(list(Column)), max_size=6)
MANY = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@MANY
@given(TABLES, MAPPINGS, st.sampled_from(["", "9А", "?"]))
def test_any_table_gives_a_list_or_asks_for_the_columns(
    tables: list[Table], mapping: dict[int, Column] | None, class_title: str
) -> None:
    try:
        found = interpret(tables, mapping=mapping, class_title=class_title, today=TODAY)
    except HeaderUnknown as unknown:
        rows = unknown.table.rows
        if mapping is not None or len(rows) > 8:
            pytest.fail(f"columns given: {mapping}, rows shown: {rows}")
        return
    for row in found.rows:
        if not row.refusal:
            assert row.last_name
            assert row.first_name
            assert row.grade in range(1, 12)
        assert row.birth_date is None or date(2006, 1, 1) < row.birth_date <= TODAY


@MANY
@given(TABLES)
def test_cleaning_changes_no_places(tables: list[Table]) -> None:
    cleaned = without_forbidden(tables)
    for before, after in zip(tables, cleaned, strict=True):
        assert list(map(len, before.rows)) == list(map(len, after.rows))
    assert repr(without_forbidden(cleaned)) == repr(cleaned)


@MANY
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_tables_or_a_sentence(content: bytes) -> None:
    with contextlib.suppress(ListUnreadable):
        assert read_tables(content, "list.xlsx")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_long_list_takes_no_more_than_its_length(kind: str) -> None:
    content = {size: list_of(size, kind) for size in (100, 400)}

    def read(size: int) -> None:
        found = interpret(read_tables(content[size]), today=TODAY)
        assert len(found.rows) == size
        assert [row.refusal for row in found.rows if row.refusal] == []

    assert grows_no_faster_than_its_input(read, 100)


def list_of(pupils: int, kind: str) -> bytes:
    header: list[Cell] = ["№", "ФИО", "Дата рождения", "Класс"]
    header += ["ФИО матери", "Телефон матери", "e-mail мамы"]
    letters = "абвгдежзик"
    rows: list[list[Cell]] = [
        [
            *(n, f"Бадмаев{letters[n % 10]}{letters[n // 10 % 10]} Санджи{letters[n // 100 % 10]}"),
            *(date(2011, 1 + n % 12, 1 + n % 28), f"{n % 11 + 1}{letters[n // 1000]}"),
            *("Очирова Кермен Саналовна", f"+7 (961) {n:07}", f"mother{n}@mail.ru"),
        ]
        for n in range(pupils)
    ]
    if kind == "csv":
        text = "\n".join(";".join(map(text_of, row)) for row in [header, *rows])
        return text.encode("windows-1251")
    return xlsx(header, *rows)
