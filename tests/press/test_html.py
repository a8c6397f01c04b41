"""Papers in general: what they may read, their fonts, their threads."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from app.base.config import ROOT
from app.press import html as pdf
from app.press import orders, printer
from app.press.orders import DrawnOnce
from app.press.pictures import QRCode
from tests.papers.people import pages

INSIDE = orders.STATIC.as_uri()


@pytest.fixture
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Templates of a test instead of the real ones."""
    ours: dict[str, str] = {}
    monkeypatch.setattr(app, "jinja_env", app.jinja_env.overlay(loader=DictLoader(ours)))
    return ours


def fonts_of(content: bytes) -> dict[str, bool]:
    """Name of each font, and whether it is embedded."""
    found = {}
    for page in PdfReader(BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            [face] = font.get_object()["/DescendantFonts"]
            about = face.get_object()["/FontDescriptor"]
            found[str(about["/FontName"]).partition("+")[2]] = "/FontFile2" in about
    return found


class TestFetcher:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.org/x.png",
            "https://example.org/x.png",
            "ftp://example.org/x.png",
            "file:///etc/passwd",
            "FILE:///etc/passwd",
            "file://example.org/share/x.png",
            f"{INSIDE}/../wsgi.py",
            f"{INSIDE}/%2e%2e/wsgi.py",
            f"{INSIDE}/css/..%2f..%2fwsgi.py",
            f"{INSIDE}/..%2Fapp%2Fconfig.py",
            f"{INSIDE}/../wsgi.py?/../static/css/paper.css",
            f"{INSIDE}/../wsgi.py#/../static/css/paper.css",
            f"{INSIDE}x/../../wsgi.py",
            "/etc/passwd",
            "wsgi.py",
            "",
        ],
    )
    def test_nothing_outside_static_is_read(self, url: str) -> None:
        with pytest.raises(ValueError, match="may not read"):
            pdf.OnlyOurs().fetch(url)

    def test_a_link_out_of_static_is_not_followed(self) -> None:
        link = orders.STATIC / "vendor" / "link-of-a-test"
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT / "wsgi.py")
        try:
            with pytest.raises(ValueError, match="may not read"):
                pdf.OnlyOurs().fetch(link.as_uri())
        finally:
            link.unlink()

    def test_our_files_and_data_are(self) -> None:
        style = pdf.OnlyOurs().fetch(f"{INSIDE}/css/paper.css?v=1")
        assert style.read() == Path(orders.STATIC / "css" / "paper.css").read_bytes()
        assert style.content_type == "text/css"
        assert pdf.OnlyOurs().fetch("data:text/plain,abc").read() == b"abc"


class TestRender:
    def test_what_a_template_asks_of_others_stays_out(
        self, app: Flask, templates: dict[str, str]
    ) -> None:
        templates["x.html"] = '<img src="/etc/hostname"><img src="http://[::1]:9/x.png">текст'
        with app.test_request_context():
            assert pages(printer.render("x.html")) == ["текст"]

    def test_fonts_are_ours_and_embedded(self, app: Flask, templates: dict[str, str]) -> None:
        templates["x.html"] = "<p>Өлзәтә Һаря, Latin 123, №</p><b>Җ</b>"
        with app.test_request_context():
            content = printer.render("x.html")
        fonts = fonts_of(content)
        assert all(fonts.values())
        assert {name.partition("-")[0] for name in fonts} == {"Golos"}
        assert "Өлзәтә Һаря, Latin 123, №" in pages(content)[0]

    def test_threads_do_not_disturb_each_other(
        self, app: Flask, templates: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 4)
        monkeypatch.setitem(app.config, "HEAVY_AT_ONCE_OF_A_KIND", 4)
        templates["x.html"] = "{% for _ in range(40) %}<p>{{ word }} Ө 12 Latin</p>{% endfor %}"

        def one(number: int) -> list[str]:
            with app.test_request_context():
                return pages(printer.render("x.html", word=f"Слово{number}"))

        with ThreadPoolExecutor(4) as several:
            for number, texts in enumerate(several.map(one, range(12))):
                assert " ".join(texts).count(f"Слово{number} Ө 12 Latin") == 40


class TestPictures:
    def test_a_shared_picture_is_stored_once(self, app: Flask, templates: dict[str, str]) -> None:
        frame = DrawnOnce("img/certificates/classic.svg")
        templates["x.html"] = f"<p class=next-sheet><img src={frame.url}>" * 5
        with app.test_request_context():
            content = printer.render("x.html", pictures={frame.url: frame})
        reader = PdfReader(BytesIO(content))
        forms = {reference(page) for page in reader.pages}
        assert len(reader.pages) == 5
        assert len(forms) == 1

    def test_a_qr_code_is_a_picture_of_a_bit_for_each_module(self) -> None:
        code = QRCode("https://example.org/verify/ABCDEFGHJKLM")
        assert code.side == 29
        assert len(code.modules.content) == 29 * 4
        finder = [f"{code.modules.content[row * 4]:08b}" for row in range(8)]
        assert finder == [
            "00000001", "01111101", "01000101", "01000101", "01000101", "01111101", "00000001",
            "11111111",
        ]  # fmt: skip
        assert len(code.as_mask()) < 400


def reference(page: Any) -> IndirectObject:
    """The object of the frame, wherever WeasyPrint lists it on this page."""
    found: IndirectObject = page["/Resources"]["/XObject"].raw_get("/iclassic0")
    return found
