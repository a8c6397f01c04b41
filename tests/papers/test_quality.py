"""Every kind of paper, asked for what all of them must hold (tests/documents/quality*.py)."""

import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pikepdf
import pytest
from flask import Flask
from flask_babel import force_locale
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from app.base.db import db
from app.certificates.design.layouts import LAYOUTS
from app.certificates.issued.actions import issue_due
from app.certificates.printing import document as certificates
from app.certificates.printing.composition import composed
from app.events.models import Event
from app.papers.consents import sheets as consent_papers
from app.papers.hall import posters
from app.papers.lists import pdf as list_papers
from app.papers.lists.choices import ListPaper, usual
from app.people.models import ConsentKind, Person
from app.press import printer
from app.press.orders import Column, Leaf, Row, Stamp
from app.press.printer import Part, piece, printed, printed_lists
from app.privacy import acts, own_data
from app.privacy.models import ErasureAct, ErasureReason
from tests.certificates.designer.test_layouts import look, words
from tests.factories import make_event, make_organization, make_person, make_user
from tests.papers.people import came, signed_up
from tests.press import quality
from tests.press.quality_access import accessible
from tests.press.quality_archive import archival
from tests.press.templates import instead

NAME = "Өлзәтәева Һаряна Җиңгүлевна"


@pytest.fixture
def event(app: Flask) -> Iterator[Event]:
    organization = make_organization(name="Башантинский колледж имени Фёдора Попова")
    with app.test_request_context():
        yield make_event(
            organization=organization, title="Профессия — агроном", kind_code="trial",
            in_days_=-1, fields=["construction"],
        )  # fmt: skip


def somebody() -> Person:
    last_name, first_name, patronymic = NAME.split()
    return make_person(last_name, first_name, patronymic)


def attendance_list(event: Event) -> bytes:
    signed_up(event.slots[0], somebody())
    ids = tuple(slot.id for slot in event.slots)
    return list_papers.pdf(event, usual(ListPaper.REGISTRATION, ids))


def certificate(event: Event) -> bytes:
    came(event.slots[0], somebody())
    return certificates.certificates(issue_due(event))


def ticket(event: Event) -> bytes:
    return certificates.ticket(signed_up(event.slots[0], somebody()))


def consent(event: Event) -> bytes:
    return consent_papers.blank(event, ConsentKind.PERSONAL_DATA)


def data(event: Event) -> bytes:
    person = came(event.slots[0], somebody()).person
    issue_due(event)
    with ZipFile(BytesIO(own_data.archive(person, asked_by=make_user()))) as folder:
        return folder.read("data.pdf")


def act(_event: Event) -> bytes:
    kept = ErasureAct(subject=1, reason=ErasureReason.REQUEST, rows={"person": 1}, done_by="")
    kept.categories, kept.kept = ["фамилия, имя"], ["отметки о посещении"]
    db.session.add(kept)
    db.session.flush()
    return acts.act_of_erasure(kept)


# What is printed, what stands on it, further demands.
PAPERS: dict[str, tuple[Callable[[Event], bytes], list[str], dict[str, Any]]] = {
    "attendance list": (attendance_list, [NAME, "Профессия — агроном"], {}),
    "certificate": (certificate, [NAME, "Профессия — агроном"], {"most_bytes": 60_000}),
    "ticket": (ticket, [NAME, "Профессия — агроном"], {"size": quality.A5}),
    "poster": (posters.poster, ["Профессия — агроном"], {}),
    "consent": (consent, ["Профессия — агроном"], {}),
    "own data": (data, [NAME, "Профессия — агроном"], {}),
    "act of erasure": (act, ["отметки о посещении"], {}),
}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper(paper: str, event: Event, tmp_path: Path) -> None:
    printing, words, demands = PAPERS[paper]
    content = printing(event)
    assert quality.common(content, words=words, **demands) == []
    assert quality.in_grey(content, tmp_path) == []


def test_the_act_of_erasure_is_an_archive(event: Event) -> None:
    assert archival(act(event), "2B") == []


def test_any_paper_can_be_one(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """As WeasyPrint prints them alone: with pictures and a QR code."""
    plain = printer.ordered
    monkeypatch.setattr(
        printer, "ordered", lambda *args, **given: plain(*args, archival=True, **given)
    )
    assert archival(ticket(event), "2B") == []


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("code", LAYOUTS)
@pytest.mark.parametrize("is_archival", [False, True])
def test_every_layout_of_certificates(code: str, tmp_path: Path, *, is_archival: bool) -> None:
    with force_locale("ru"):
        page = composed(look(code), words(NAME), {})
        content = certificates.printed([page], title="Сертификат", archival=is_archival)
    assert quality.common(content, words=[NAME], most_bytes=60_000) == []
    assert quality.in_grey(content, tmp_path) == []
    assert (archival(content, "2B") if is_archival else accessible(content)) == []


STAMPED = """<!doctype html><html lang="ru"><head><title>x</title>
<style>@page { size: A4; margin: 0; background: url(img/certificate.svg) 0 0 / 210mm 150mm }
body { font: 12pt/1.3 Golos, "Golos Latin", "Golos Kalmyk" }
div { font: 700 22pt/1.2 "PT Serif", "PT Serif Latin", "PT Serif Kalmyk"; height: 20mm;
  position: absolute; top: 40mm; left: 30mm; width: 150mm }</style></head>
<body><h1>Диплом</h1><div data-slot="holder">Аб</div><p><a href="https://example.org/">адрес</a></p>
</body></html>"""
LIST = """{% extends "pdf/piece.html" %}
{% block heading %}<h1>Лист регистрации</h1><h2>Ярмарка</h2>{% endblock %}
{% block ending %}<p class="ending">Ответственный</p>{% endblock %}"""


@pytest.fixture
def templates(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    with instead(app, monkeypatch) as ours:
        ours.update({"x.html": STAMPED, "list.html": LIST})
        yield ours


def long_list(rows: int = 40, *, archival: bool = False) -> bytes:
    people = [Row([str(one), f"{NAME} {one}", ""]) for one in range(1, rows + 1)]
    return printed_lists(
        "list.html",
        [Part([Row(["9А, СОШ № 18"], is_heading=True), *people], footer="Ярмарка")],
        [Column("№", 12, "right"), Column("ФИО", 90), Column("Подпись")],
        title="Лист регистрации",
        archival=archival,
    )


@pytest.mark.sqlite_alone
@pytest.mark.usefixtures("templates")
class TestPress:
    @pytest.mark.parametrize("is_archival", [False, True])
    def test_stamped_pages(self, tmp_path: Path, *, is_archival: bool) -> None:
        laid_out = piece("x.html")
        leaf = Leaf([Stamp(laid_out, filled={"holder": NAME})], *quality.A4)
        content = printed([leaf] * 2, title="Диплом", archival=is_archival)
        words, links = [NAME, "Диплом"], ["https://example.org/"]
        assert quality.common(content, words=words, links=links, most_bytes=60_000) == []
        assert quality.in_grey(content, tmp_path) == []
        assert not is_archival or archival(content, "2B") == []

    @pytest.mark.parametrize("is_archival", [False, True])
    def test_lists(self, tmp_path: Path, *, is_archival: bool) -> None:
        content = long_list(archival=is_archival)
        words = [f"{NAME} 40", "9А, СОШ № 18", "Ответственный", "Страница 2 из 2"]
        assert quality.common(content, words=words) == []
        assert quality.in_grey(content, tmp_path) == []
        assert accessible(content, says_so=not is_archival) == []
        assert not is_archival or archival(content, "2A") == []

    def test_a_list_of_a_thousand_weighs_little(self) -> None:
        assert len(long_list(1000)) <= 400_000


def without_letters(found: Pdf) -> None:
    del quality.fonts_of(found)[0].ToUnicode


def without_font_file(found: Pdf) -> None:
    [face] = quality.fonts_of(found)[0].DescendantFonts
    del face.FontDescriptor["/FontFile2"]


def with_a_script(found: Pdf) -> None:
    found.Root.OpenAction = Dictionary(Type=Name.Action, S=Name.JavaScript, JS="x")


def without_an_artifact(found: Pdf) -> None:
    steps = pikepdf.parse_content_stream(found.pages[0])
    [first, *_more] = [one for one in steps if list(one.operands) == [Name.Artifact]]
    bare = [([Name.Span] if one is first else one.operands, one.operator) for one in steps]
    found.pages[0].Contents = found.make_stream(pikepdf.unparse_content_stream(bare))


def without_scope(found: Pdf) -> None:
    [document] = found.Root.StructTreeRoot.K
    [table] = [one for one in document.K if Name.Table == one.S]
    del table.K[0].K[0]["/A"]


def with_a_lost_parent(found: Pdf) -> None:
    nums = found.Root.StructTreeRoot.ParentTree.Nums
    nums[1] = Array(list(nums[1])[1:])


def in_cmyk(found: Pdf) -> None:
    page = found.pages[0]
    page.contents_add(found.make_stream(b"0 0 0 1 k 0 0 9 9 re f"))


def with_wrong_widths(found: Pdf) -> None:
    [face] = quality.fonts_of(found)[0].DescendantFonts
    face.W = Array([0, Array([1] * 500)])


DAMAGES: dict[Callable[[Pdf], None], str] = {
    without_letters: "does not say which letters",
    without_font_file: "is not embedded",
    with_a_script: "6.5.1",
    without_an_artifact: "without a mark",
    without_scope: "does not say what it heads",
    with_a_lost_parent: "parent",
    in_cmyk: "CMYK",
    with_wrong_widths: "wide in the document",
}


@pytest.mark.sqlite_alone
@pytest.mark.usefixtures("templates")
class TestTheChecksAreAbleToFail:
    @pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
    def test_damage_is_seen(self, damage: Callable[[Pdf], None]) -> None:
        with pikepdf.open(BytesIO(long_list(3, archival=True))) as found:
            damage(found)
            found.save(damaged := BytesIO())
        wrong = said_of(damaged.getvalue())
        assert any(DAMAGES[damage] in one for one in wrong), wrong

    def test_missing_words_links_and_sizes(self) -> None:
        content = long_list(3)
        wrong = quality.common(
            content, words=["Нет"], links=["https://x.ru/"], size=quality.A5, most_bytes=9
        )
        assert len(wrong) == 5  # two readers miss the word

    def test_pale_words(self, templates: dict[str, str], tmp_path: Path) -> None:
        templates["pale.html"] = "<html lang=ru><title>x</title><p style='color: #bbb'>бледно"
        [said] = quality.in_grey(printer.render("pale.html"), tmp_path)
        assert "«бледно» is pale" in said


def said_of(content: bytes) -> list[str]:
    wrong = quality.common(content)
    if any("letters" in one or "embedded" in one for one in wrong):
        return wrong  # the others read what is not there
    return wrong + archival(content, "2A") + accessible(content, says_so=False)


# Papers that somebody signs by hand: how many lines stand beside each other, and how wide.
SIGNED = {"consent": (3, 30), "act of erasure": (3, 38)}


@pytest.mark.parametrize("paper", SIGNED)
def test_there_is_room_to_sign(paper: str, event: Event, tmp_path: Path) -> None:
    number, millimetres = SIGNED[paper]
    found = lines_of(PAPERS[paper][0](event), tmp_path)
    assert any(
        len(beside) >= number and min(sorted(beside, reverse=True)[:number]) >= millimetres
        for beside in found
    ), f"the widest lines beside each other: {sorted(found, key=len)[-3:]}"


def lines_of(content: bytes, folder: Path) -> list[list[float]]:
    """The widths in millimetres of the straight lines of each row of dots, all pages."""
    command = ["pdftoppm", "-r", "100", "-gray", "-png", "-", str(folder / "page")]
    subprocess.run(command, input=content, check=True)
    found = []
    for file in sorted(folder.glob("page*.png")):
        image = Image.open(file)
        for y in range(image.height):
            row = image.crop((0, y, image.width, y + 1)).tobytes()
            dark = bytes(120 if dot < 160 else 32 for dot in row).decode().split()
            found.append([len(run) * 25.4 / 100 for run in dark if len(run) > 40])
    return [beside for beside in found if beside]
