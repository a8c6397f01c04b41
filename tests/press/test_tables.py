"""Lists stamped row by row: nothing lost, nothing alone, read in order."""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest
from flask import Flask

from app.press.orders import Column, Row
from app.press.printer import Part, printed_lists, shared
from tests.papers.people import pages
from tests.press.templates import instead

pytestmark = pytest.mark.sqlite_alone
COLUMNS = [Column("№", 10, "right"), Column("ФИО", 70), Column("Подпись")]
TEMPLATE = """{% extends "pdf/piece.html" %}
{% block heading %}<h1>Лист</h1><h2>{{ title }}</h2>{% endblock %}
{% block ending %}<p class="ending">Ответственный</p>{% endblock %}"""


@pytest.fixture(autouse=True)
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with instead(app, monkeypatch) as ours:
        ours["list.html"] = TEMPLATE
        yield


def rows(number: int) -> list[Row]:
    return [Row([str(one), f"Очиров{one} Санджи", ""]) for one in range(1, number + 1)]


def printed(*parts: list[Row], landscape: bool = False, archival: bool = False) -> bytes:
    return printed_lists(
        "list.html",
        [Part(one, {"title": f"Часть {place}"}, "Ярмарка") for place, one in enumerate(parts, 1)],
        COLUMNS,
        title="Лист",
        landscape=landscape,
        archival=archival,
    )


@pytest.mark.parametrize("number", [0, 1, 26, 27, 28, 29, 30, 61, 100])
def test_every_row_is_printed_once_whatever_the_page_takes(number: int) -> None:
    texts = pages(printed(rows(number)))
    words = " ".join(texts).split()
    for one in range(1, number + 1):
        assert words.count(f"Очиров{one}") == 1
    assert words.count("Ответственный") == 1
    for place, text in enumerate(texts, start=1):
        assert f"Страница {place} из {len(texts)}" in text
        assert "ФИО" in text or (place == 1 and number == 0)


@pytest.mark.parametrize("number", range(25, 33))
def test_signatures_never_stand_alone(number: int) -> None:
    last = pages(printed(rows(number)))[-1]
    assert "Ответственный" in last
    assert last.count("Очиров") >= 2


def test_a_heading_goes_with_its_rows() -> None:
    for before in range(24, 31):
        named = [*rows(before), Row(["9А, СОШ № 18"], is_heading=True), *rows(5)]
        for text in pages(printed(named)):
            after = text.partition("9А, СОШ № 18")
            assert not after[1] or "Очиров" in after[2]


def test_parts_begin_on_new_pages() -> None:
    texts = pages(printed(rows(3), rows(2)))
    assert ["Часть 1" in text for text in texts] == [True, False]
    assert "Страница 2 из 2" in texts[1]


def test_landscape_takes_fewer_rows_of_a_wider_table() -> None:
    assert len(pages(printed(rows(40), landscape=True))) > len(pages(printed(rows(40))))


def test_columns_share_the_width() -> None:
    assert shared(COLUMNS, 186) == [10, 70, 106]
    assert sum(shared([Column("a", 200), Column("b", 100)], 186)) == pytest.approx(186)
    narrow = shared([Column("a", 300), Column("b")], 186)
    assert min(narrow) >= 15
    assert sum(narrow) == pytest.approx(186)


class TestTags:
    def test_it_is_read_in_order_as_one_table(self) -> None:
        with pikepdf.open(BytesIO(printed(rows(40)))) as found:
            root = found.Root.StructTreeRoot
            document = root.K[0]
            kinds = [str(one.S) for one in document.K]
            assert kinds == ["/H1", "/H2", "/Table", "/P"]
            table = document.K[2]
            header, *others = list(table.K)
            assert [str(cell.A.Scope) for cell in header.K] == ["/Column"] * 3
            assert len(others) == 40
            assert all([str(cell.S) for cell in row.K] == ["/TD"] * 3 for row in others)
            with found.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
            assert found.Root.MarkInfo.Marked
            assert found.Root.Lang == "ru"

    def test_every_mark_has_its_element(self) -> None:
        with pikepdf.open(BytesIO(printed(rows(40), archival=True))) as found:
            nums = list(found.Root.StructTreeRoot.ParentTree.Nums)
            for page, elements in zip(found.pages, nums[1::2], strict=True):
                content = page.Contents.read_bytes()
                assert content.count(b"/MCID") == len(elements)
                assert content.count(b"BDC") + content.count(b"BMC") == content.count(b"EMC")
            with found.open_metadata() as metadata:
                assert metadata.pdfa_status == "2A"
