"""Stamped pages: as if WeasyPrint had laid out each of them."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pikepdf
import pytest
import zxingcpp
from flask import Flask
from PIL import Image, ImageChops
from pypdf import PdfReader

from app.press import html as pdf
from app.press import pieces as press
from app.press import printer
from app.press.document import printed
from app.press.pictures import QRCode
from app.press.pieces import Leaf, Stamp
from tests.papers.people import pages
from tests.press.templates import instead, piece_of

pytestmark = pytest.mark.sqlite_alone
PAGE = """<!doctype html><html lang="ru"><head><title>x</title>
<style>@page { size: 210mm 99mm; margin: 0;
  background: url(img/certificates/classic.svg) 0 0 / 210mm 99mm no-repeat }
body { font: 12pt/1.3 Golos, "Golos Latin", "Golos Kalmyk"; color: #1b2a38 }
.holder { font: 700 22pt/1.2 "PT Serif", "PT Serif Latin", "PT Serif Kalmyk";
  position: absolute; left: 20mm; top: 20mm; width: 170mm; height: 22mm; text-align: center }
.end { position: absolute; left: 20mm; top: 55mm; width: 90mm; height: 6mm; text-align: right;
  letter-spacing: .06em; color: #c8372d }
.qr { position: absolute; left: 150mm; top: 50mm; width: 30mm; height: 30mm }
</style></head><body><h1>Диплом</h1>
<div class="holder" data-slot="holder" data-lines="2" data-least="9">{{ holder }}</div>
<p class="end" data-slot="end">{{ end }}</p>
<div class="qr" data-slot="qr" data-picture></div>
<a href="https://example.org/">example</a></body></html>"""


@pytest.fixture
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    with instead(app, monkeypatch) as ours:
        ours["x.html"] = PAGE
        yield ours


@pytest.fixture
def piece(templates: dict[str, str]) -> press.Piece:
    return piece_of("x.html", holder="Аб", end="Аб")


def one(piece: press.Piece, **filled: str | QRCode) -> bytes:
    leaf = Leaf(piece.width, piece.height, [Stamp(piece, filled=filled)])
    return printed([leaf], title="x")


def picture(content: bytes, folder: Path, resolution: int = 80) -> Image.Image:
    command = ["pdftoppm", "-r", str(resolution), "-png", "-singlefile", "-", str(folder / "x")]
    subprocess.run(command, input=content, check=True)
    return Image.open(folder / "x.png").convert("L")


class TestLook:
    @pytest.mark.parametrize(
        "holder",
        [
            "Бадмаев Санджи Эрдниевич",
            "Әәдмин Өлзәтә Һаря җңү",
            "John O’Neill, AV To",
            "Очирова-Константинопольская Александра-Елизавета Санджи-Горяевна",  # two lines
        ],
    )
    def test_it_is_what_weasyprint_would_have_printed(
        self, piece: press.Piece, holder: str, tmp_path: Path
    ) -> None:
        """The same picture, but for the smoothing of single pixels."""
        stamped = picture(one(piece, holder=holder, end="№ 17/2026"), tmp_path)
        plain = picture(printer.render("x.html", holder=holder, end="№ 17/2026"), tmp_path)
        assert stamped.size == plain.size
        differs = ImageChops.difference(stamped, plain).point(lambda value: 255 * (value > 96))
        assert differs.histogram()[255] <= 12

    def test_the_comparison_is_able_to_fail(self, piece: press.Piece, tmp_path: Path) -> None:
        stamped = picture(one(piece, holder="Бадмаев Санджи"), tmp_path)
        other = picture(one(piece, holder="Бадмаев Сандже"), tmp_path)
        differs = ImageChops.difference(stamped, other).point(lambda value: 255 * (value > 96))
        assert differs.histogram()[255] > 12

    def test_a_qr_code_is_read_by_a_scanner(self, piece: press.Piece, tmp_path: Path) -> None:
        content = one(piece, qr=QRCode("https://example.org/verify/ABCDEFGHJKLM"))
        [found] = zxingcpp.read_barcodes(picture(content, tmp_path, 150))
        assert found.text == "https://example.org/verify/ABCDEFGHJKLM"

    def test_a_piece_stands_on_its_head_where_it_would_have_stood(
        self, piece: press.Piece, tmp_path: Path
    ) -> None:
        filled: dict[str, str | QRCode] = {"holder": "Бадмаев Санджи", "qr": QRCode("x")}
        upright, turned = (
            picture(
                printed([Leaf(piece.width, piece.height, [Stamp(piece, 0, 0, filled, down)])],
                        title="x"),
                tmp_path,
                127,  # five pixels to a millimetre
            ).crop((0, 0, 1050, 495)).resize((210, 99), Image.Resampling.BOX)
            for down in (False, True)
        )  # fmt: skip

        def differing(one: Image.Image, other: Image.Image) -> int:
            differs = ImageChops.difference(one, other).point(lambda value: 255 * (value > 96))
            return differs.histogram()[255]

        assert differing(upright, turned.rotate(180)) <= 12
        assert differing(upright, turned) > 100


class TestText:
    @pytest.mark.parametrize(
        "holder", ["Я", "Ли", "Һаря Җиҗгә", "Anna-Maria", "О́чирова «Ёлка» № 5 — „да“"]
    )
    def test_what_went_in_copies_out(self, piece: press.Piece, holder: str) -> None:
        [text] = pages(one(piece, holder=holder, end="17/2026"))
        assert holder in text
        assert "17/2026" in text
        assert "Аб" not in text  # the specimen

    @pytest.mark.parametrize("holder", ["محمد علي", "😀 Ли", "李小龍", "\u200b", "a\u0301" * 40])
    def test_other_scripts_never_fail(self, piece: press.Piece, holder: str) -> None:
        assert len(pages(one(piece, holder=holder))) == 1

    def test_a_long_name_shrinks_and_stays_inside(self, piece: press.Piece) -> None:
        long = "Константинопольский-Преображенский Александр-Максимилиан Константинович ибн Хасан"
        with pdf.press_lock:
            slot = piece.slots["holder"]
            lines = press.set_text(piece, slot, long)
            [short] = press.set_text(piece, slot, "Ли")
        assert len(lines) == 2
        assert {line.layout.style["font_size"] for line in lines} != {
            short.layout.style["font_size"]
        }
        for line in lines:
            assert slot.x <= line.x
            assert slot.y < line.baseline < slot.y + slot.height
        assert "".join(line.text for line in lines) == long  # broken at a hyphen

    def test_nothing_is_cut_off_even_where_it_is_too_long(self, piece: press.Piece) -> None:
        long = "Ы" * 150
        assert pages(one(piece, end=long))[0].count("Ы") == 150


class TestDocument:
    def test_what_stands_still_is_stored_once(self, piece: press.Piece) -> None:
        leaves = [
            Leaf(piece.width, piece.height, [Stamp(piece, filled={"holder": f"Имя {number}"})])
            for number in range(20)
        ]
        content = printed(leaves, title="x")
        assert len(content) < 2 * len(one(piece, holder="Имя 1")) + 20 * 1200
        assert [f"Имя {number}" in text for number, text in enumerate(pages(content))] == [
            True
        ] * 20

    def test_links_work(self, piece: press.Piece) -> None:
        [page] = PdfReader(BytesIO(one(piece, holder="Я"))).pages
        links: Any = page["/Annots"]
        assert links[0].get_object()["/A"]["/URI"] == "https://example.org/"

    def test_an_archive_is_pdf_a(self, piece: press.Piece) -> None:
        leaf = Leaf(piece.width, piece.height, [Stamp(piece, filled={"holder": "Я"})])
        with pikepdf.open(BytesIO(printed([leaf], title="Диплом", archival=True))) as found:
            with found.open_metadata() as metadata:
                assert metadata.pdfa_status == "2B"
                assert metadata["dc:title"] == "Диплом"
            [intent] = list(found.Root.OutputIntents)
            assert intent.DestOutputProfile.N == 3
            assert "/ID" in found.trailer

    def test_a_piece_is_laid_out_once_for_the_same_words(
        self, piece: press.Piece, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pdf, "laid_out", None)
        assert piece_of("x.html", holder="Аб", end="Аб") is piece


def test_a_ticket_does_not_wait_for_a_thousand_certificates(piece: press.Piece) -> None:
    """A web process prints for several people at once: each gets a turn."""
    begun, taken = Event(), []

    def leaves() -> Iterator[Leaf]:
        for number in range(1000):
            taken.append(number)
            begun.set()
            filled = {"holder": f"Бадмаев Санджи Эрдниевич {number}"}
            yield Leaf(piece.width, piece.height, [Stamp(piece, filled=filled)])

    with ThreadPoolExecutor(1) as threads:
        long = threads.submit(printed, leaves(), title="x")
        begun.wait(60)
        one(piece, holder="Очирова Баирта")
        assert len(taken) < 1000
        texts = pages(long.result())
    assert len(texts) == 1000
    assert " 999 " in texts[999]
