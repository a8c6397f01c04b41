"""Files with class lists: what is read, and what is refused in words."""

import os
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from types import SimpleNamespace

import pytest

from app.people.class_lists.sheets import files, opening
from app.people.class_lists.sheets.files import ListUnreadable, Table, read_tables
from app.people.class_lists.sheets.text_files import likely_delimiter
from app.workbench.refusal import Refused
from tests.load import bombs
from tests.people.class_lists.lists import GIVEN, OLD_EXCEL, archive, ods, repacked, xlsx

pytestmark = pytest.mark.sqlite_alone  # the same on every database

HEADER = "Фамилия;Имя;Класс"
ROW = "Бадмаев;Санджи;9А"
ROWS = [["Фамилия", "Имя", "Класс"], ["Бадмаев", "Санджи", "9А"]]


def refused(content: bytes, filename: str = "list.xlsx") -> str:
    with pytest.raises(ListUnreadable) as refusal:
        read_tables(content, filename)
    return str(refusal.value)


class TestWorkbook:
    def test_xlsx_with_dates_and_numbers(self) -> None:
        content = xlsx(["ФИО", "Дата", 7], [None], ["Бадмаев", date(2011, 4, 12), 2.5])
        assert read_tables(content) == [
            Table("Лист1", [["ФИО", "Дата", 7], [], ["Бадмаев", date(2011, 4, 12), 2.5]])
        ]

    def test_old_excel(self) -> None:
        (table,) = read_tables(OLD_EXCEL.read_bytes(), "7в.xls")
        assert table.name == "7В"
        assert table.rows[2] == [1, "Бадмаев Санджи Эрдниевич", date(2013, 5, 17), 89612141234]

    def test_ods(self) -> None:
        assert read_tables(ods(*ROWS, sheet="9А"), "9а.ods") == [Table("9А", list(map(list, ROWS)))]

    def test_the_name_of_the_file_decides_nothing(self) -> None:
        assert read_tables(xlsx(*ROWS), "list.csv")[0].rows == ROWS
        assert read_tables(f"{HEADER}\n{ROW}".encode(), "list.xlsx")[0].rows == ROWS

    def test_hidden_sheets_are_not_read(self) -> None:
        assert [t.name for t in read_tables(xlsx(["ФИО"], hidden="Справочник"))] == ["Лист1"]

    def test_a_class_written_once_in_merged_cells_is_every_pupil_s(self) -> None:
        rows = [["ФИО", "Класс"], ["Бадмаев Санджи", "9А"], ["Очиров Бата"], ["Иванов Пётр"]]
        (table,) = read_tables(xlsx(*map(list, rows), merged="B2:B4"))
        assert [row[1] for row in table.rows[1:]] == ["9А", "9А", "9А"]

    def test_a_formula_gives_its_value(self) -> None:
        content = xlsx(["ФИО"], ["=1+1"])  # written as text
        assert read_tables(content)[0].rows[1] == ["=1+1"]

    def test_three_hundred_columns_of_which_most_are_blank(self) -> None:
        wide = [f"столбец {n}" for n in range(300)]
        (table,) = read_tables(xlsx([*wide], ["Бадмаев", *[""] * 299]))
        assert [len(row) for row in table.rows] == [300, 1]


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_encodings_and_delimiters(self, encoding: str, delimiter: str) -> None:
        text = f"{HEADER}\r\n{ROW}\r\n".replace(";", delimiter)
        assert read_tables(text.encode(encoding))[0].rows == ROWS

    def test_a_delimiter_in_quotes_is_text(self) -> None:
        text = '"Фамилия, имя, отчество";Класс\n"Бадмаев, Санджи";9А\n'
        assert read_tables(text.encode())[0].rows[1] == ["Бадмаев, Санджи", "9А"]

    def test_commas_in_one_cell_are_not_the_delimiter(self) -> None:
        text = "Фамилия, имя, отчество;Класс\nБадмаев Санджи;9А\nОчиров Бата;9А\n"
        assert read_tables(text.encode())[0].rows[1] == ["Бадмаев Санджи", "9А"]

    def test_the_delimiter_that_excel_declares(self) -> None:
        assert read_tables(f"sep=;\r\n{HEADER}\r\n{ROW}".encode())[0].rows == [[], *ROWS]

    def test_row_numbers_agree_with_excel(self) -> None:
        assert read_tables(f"{HEADER}\n\n\n{ROW}\n".encode())[0].rows[3] == ROWS[1]


class TestRefused:
    @pytest.mark.parametrize("content", [b"", b"  \r\n \t", b"\xef\xbb\xbf", b"\xff\xfe"])
    def test_empty(self, content: bytes) -> None:
        assert refused(content) in (
            "Файл пуст. Выберите файл со списком.",
            "В таблице ничего нет. Выберите файл со списком.",
        )

    @pytest.mark.parametrize("content", [b";;;\n;;;\n", xlsx(["", " "], [None])])
    def test_blank_cells_only(self, content: bytes) -> None:
        assert "ничего нет" in refused(content)

    def test_protected_with_a_password(self) -> None:
        name, other = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
        locked = OLD_EXCEL.read_bytes().replace(name.ljust(64, b"\0"), other.ljust(64, b"\0"))
        assert "снимите пароль" in refused(locked)

    def test_an_encrypted_archive(self) -> None:
        content = bytearray(xlsx(["ФИО"]))
        at = content.index(b"PK\x01\x02")
        content[at + 8] |= 1
        assert "снимите пароль" in refused(bytes(content))

    @pytest.mark.parametrize(
        "beginning",
        [
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"GIF89a",
            b"%PDF-1.7\n",
            b"Rar!\x1a\x07",
            b"MZ",
        ],
    )
    def test_something_else_renamed(self, beginning: bytes) -> None:
        assert "не таблица" in refused(beginning + os.urandom(500))

    @pytest.mark.parametrize(
        "content",
        [
            archive({"word/document.xml": "<w/>"}),
            archive({"photo.jpg": b"\xff\xd8"}),
            b"<html><table><tr><td>FIO</td></tr></table></html>",
            b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>',
            bytes(range(256)) * 10,
            b"\x00\x01\x02",
            b"abc\x98\xff;\n",
        ],
    )
    def test_no_table_inside(self, content: bytes) -> None:
        assert "не таблица" in refused(content)

    @pytest.mark.parametrize("kept", [4, 30, 0.5, 0.98])
    def test_a_broken_archive(self, kept: float) -> None:
        whole = xlsx(*ROWS)
        assert "повреждён" in refused(whole[: int(kept if kept > 1 else len(whole) * kept)])

    def test_a_broken_workbook(self) -> None:
        broken = repacked(
            xlsx(["ФИО"]), {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}
        )
        assert "Файл" in refused(broken)
        assert "повреждён" in refused(OLD_EXCEL.read_bytes()[:1000])

    def test_too_many_rows(self) -> None:
        rows = "\n".join([HEADER] + [ROW] * 6_000)
        assert "Разделите список" in refused(rows.encode())
        assert "Разделите список" in refused(xlsx(*([["Бадмаев"]] * 6_001)))

    def test_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_BYTES", 1_000)
        assert "до 20 МБ" in refused(b"a;b\n" * 300)


class TestBombs:
    """Small files that would fill the memory."""

    def test_a_large_part_packed_too_well(self) -> None:
        bomb = repacked(xlsx(["ФИО"]), {"xl/sharedStrings.xml": b" " * 5_000_000})
        assert len(bomb) < 20_000
        assert "слишком много лишнего" in refused(bomb)

    def test_many_parts_large_together(self) -> None:
        text = b"".join(os.urandom(10_000) * 30 for _ in range(10))
        parts = {f"xl/media/{n}.bin": text for n in range(25)}
        assert "слишком много лишнего" in refused(repacked(xlsx(["ФИО"]), parts))

    def test_too_many_parts(self) -> None:
        parts = {f"xl/{n}.xml": b"" for n in range(2_500)}
        assert "слишком много лишнего" in refused(repacked(xlsx(["ФИО"]), parts))

    def test_sizes_that_lie(self) -> None:
        """The directory says 1,000 bytes; 2 GB would come out."""
        cells = b'<row><c t="inlineStr"><is><t>' + b"a" * 900 + b"</t></is></c></row>"
        sheet = BytesIO(repacked(xlsx(["ФИО"]), {"xl/worksheets/sheet1.xml": b""}))
        content = with_lying_part(
            sheet.getvalue(),
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData>" + cells * 200_000,
        )
        assert len(content) < 2_000_000
        assert "Файл" in refused(content) or "файле" in refused(content)

    def test_two_cells_at_the_ends_of_a_sheet(self) -> None:
        """One is A1, the other XFD1048576: 17 billion cells between them."""
        sheet = (
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
        )
        bomb = repacked(xlsx(["ФИО"]), {"xl/worksheets/sheet1.xml": sheet})
        assert "слишком много лишнего" in refused(bomb)

    def test_one_cell_of_an_ods_repeated_a_million_times(self) -> None:
        content = ods(["ФИО"])
        with zipfile.ZipFile(BytesIO(content)) as made:
            text = made.read("content.xml").decode()
        text = text.replace(
            "<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">'
        )
        text = text.replace(
            "<table:table-cell ", '<table:table-cell table:number-columns-repeated="16384" '
        )
        assert "повреждён" in refused(repacked(content, {"content.xml": text.encode()}))

    def test_merged_cells_that_lie_over_each_other(self) -> None:
        """20,000 of them, 5,900 rows each: 118 million cells to repeat."""
        bomb = bombs.overlapping_merges()
        assert len(bomb) < 200_000
        assert "слишком много лишнего" in refused(bomb)

    def test_they_are_counted_before_they_are_repeated(self) -> None:
        column = ((0, 0), (5_000, 0))
        few, many = (
            SimpleNamespace(end=(5_999, 0), merged_cell_ranges=[column] * number)
            for number in (2, 20)
        )
        assert len(opening.merged_down(few)) == 5_000
        with pytest.raises(Refused, match="complex"):
            opening.merged_down(many)

    @pytest.mark.parametrize(
        "bomb",
        [bombs.one_row, bombs.quotation_marks, bombs.many_parts],
        ids=lambda made: made.__name__,
    )
    def test_files_without_end(self, bomb: Callable[[], bytes]) -> None:
        assert refused(bomb())

    def test_more_columns_than_any_list_has(self) -> None:
        row = ";".join(["ФИО", *["да"] * opening.COLUMNS])
        assert "слишком много лишнего" in refused(row.encode())

    def test_more_cells_than_any_list_has(self) -> None:
        rows = "\n".join([";".join(["а"] * 100)] * (opening.CELLS // 100 + 1))
        assert "слишком много лишнего" in refused(rows.encode())

    def test_a_cell_that_is_a_book_is_cut(self) -> None:
        [table] = read_tables(f"ФИО\n{'а' * 100_000}".encode())
        assert len(str(table.rows[1][0])) == opening.LONGEST

    def test_blank_rows_without_end(self) -> None:
        assert "Разделите список" in refused(b"a" + b"\n" * (opening.ALL_ROWS + 1) + b"a")


@pytest.mark.parametrize("text", ['"' * 50_000, '"a' * 25_000, '"' + '""' * 25_000 + "x"])
def test_open_quotation_marks_are_looked_through_once(text: str) -> None:
    """Searched with the regular expression of all pairs, this would take minutes: each mark
    begins a search to the end."""
    assert likely_delimiter("a;b\n" + text) == ";"


def test_what_stands_in_quotation_marks_is_no_delimiter() -> None:
    assert likely_delimiter('"Бадмаев; Санджи; Эрдниевич",9А\n"Ли; ""Вера"";",9Б\n') == ","


def with_lying_part(content: bytes, name: str, text: bytes) -> bytes:
    """The part holds ``text``, the directory says that it has 1,000 bytes."""
    packed = bytearray(repacked(content, {name: text}))
    with zipfile.ZipFile(BytesIO(packed)) as made:
        part = made.getinfo(name)
    size = struct.pack("<I", part.file_size)
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = packed.index(signature)
        while packed[start + at : start + at + 4] != size:
            start = packed.index(signature, start + 1)
        packed[start + at : start + at + 4] = struct.pack("<I", 1_000)
    return bytes(packed)


def test_the_given_files_are_read() -> None:
    assert {file.name: len(read_tables(file.read_bytes())[0].rows) for file in GIVEN.iterdir()} == {
        "10a_excel_export_cp1251.csv": 20,
        "8b_with_titles.xlsx": 34,
        "9a_simple.xlsx": 25,
        "9b_with_errors.xlsx": 9,
    }
