"""The layouts of certificates: everything on one page, as WeasyPrint would have set it."""

import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask_babel import force_locale
from PIL import Image, ImageChops

from app.base.db import db
from app.certificates.design import colours as layout_colours
from app.certificates.design.layouts import LAYOUTS
from app.certificates.design.looks import STANDARD, Look, Signatory
from app.certificates.design.models import CertificateLook, Picture
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind
from app.certificates.printing import document as certificates
from app.certificates.printing.composition import Words, addresses_of, composed, plainly, stamp
from app.organizations.models import Organization
from app.press import pieces as press
from tests.factories import make_event, make_organization
from tests.papers.people import came, pages

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database

VALUES = {
    "мероприятие": "«Сварщик за один день»",
    "вид": "Профессиональная проба",
    "дата": "23 ноября 2026 г.",
    "результат": "I место",
    "часы": "16 часов",
}
LONGEST = "Очирова-Константинопольская Александра-Елизавета Санджи-Горяевна Преображенская-Манджи"
BODY = (
    "{результат}\n{мероприятие}\n{вид}, {дата}\n" + "за ответственность и доброжелательность " * 11
)
THREE = (
    Signatory("О. Б. Манджиева", "Директор колледжа"),
    Signatory("Б. В. Очиров", "Заместитель министра образования и науки Республики Калмыкия"),
    Signatory("А. Е. Константинопольская-Преображенская", "Председатель жюри"),
)


def words(holder: str = "Бадмаев Санджи Эрдниевич") -> Words:
    return Words(
        holder=holder,
        number="№ 17/2026",
        date="Дата выдачи: 23 ноября 2026 г.",
        number_and_date="№ 17/2026 от 23 ноября 2026 г.",
        code="ABCD-EFGH-JKLM",
        qr="https://example.org/verify/ABCDEFGHJKLM",
        organization="Бюджетное учреждение «Элистинский политехнический колледж»",
        values=VALUES,
    )


def look(code: str, **given: object) -> Look:
    standard = STANDARD[CertificateKind.PARTICIPANT]
    accent = LAYOUTS[code].accent
    return replace(standard, **{"layout": code, "accent": accent, "signatories": THREE, **given})  # type: ignore[arg-type]


def image(colour: str, size: tuple[int, int] = (60, 60)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "PNG")
    return content.getvalue()


def picture_of(organization: Organization, colour: str) -> int:
    content = image(colour)
    kept = Picture(
        organization_id=organization.id, sha256=colour.strip("#").ljust(64, "0"),
        content_type="image/png", width=60, height=60, content=content,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept.id


def seen(content: bytes, folder: Path, resolution: int = 60) -> Image.Image:
    command = ["pdftoppm", "-r", str(resolution), "-png", "-singlefile", "-", str(folder / "x")]
    subprocess.run(command, input=content, check=True)
    return Image.open(folder / "x.png").convert("RGB")


def colours(picture: Image.Image) -> set[tuple[int, int, int]]:
    return {colour for _count, colour in picture.getcolors(1 << 24) or ()}  # type: ignore[misc]


@pytest.fixture(autouse=True)
def request_in_russian(app: Flask) -> Iterator[None]:
    with app.test_request_context(), force_locale("ru"):
        yield


@pytest.fixture
def organization() -> Organization:
    return make_organization(name="Колледж", signatory_name="О. Б. Манджиева")


@pytest.mark.parametrize("code", LAYOUTS)
class TestEachLayout:
    def test_says_everything_on_one_small_page_that_a_scanner_reads(
        self, code: str, tmp_path: Path
    ) -> None:
        page = composed(look(code), words(), {})
        content = certificates.printed([page], title="Сертификат")
        [text] = pages(content)
        heading = "Сертификат" if code in ("letter", "strict") else "СЕРТИФИКАТ"
        for said in (
            heading, "участника", "подтверждает, что", "Бадмаев Санджи Эрдниевич",
            "«Сварщик за один день»", "Профессиональная проба, 23 ноября 2026 г.",
            "Элистинский политехнический", "О. Б. Манджиева", "Б. В. Очиров",
            "Председатель жюри", "№ 17/2026", "23 ноября 2026 г.", "ABCD-EFGH-JKLM",
            "localhost/verify", "М. П.",
        ):  # fmt: skip
            assert said in text, said
        assert "Абв" not in text  # the specimens
        assert len(content) <= 60_000
        [found] = zxingcpp.read_barcodes(seen(content, tmp_path, 110).convert("L"))
        assert found.text == "https://example.org/verify/ABCDEFGHJKLM"

    def test_is_copied_and_read_aloud_in_the_order_of_its_sentences(self, code: str) -> None:
        """What stands still and what differs from paper to paper are one text."""
        [text] = pages(certificates.printed([composed(look(code), words(), {})], title="x"))
        order = (
            "Элистинский политехнический", "участника", "подтверждает, что",
            "Бадмаев Санджи Эрдниевич", "«Сварщик за один день»", "Профессиональная проба",
            "О. Б. Манджиева", "Б. В. Очиров", "Председатель жюри", "ABCD-EFGH-JKLM",
        )  # fmt: skip
        places = [text.index(said) for said in order]
        assert places == sorted(places), text

    def test_looks_as_if_weasyprint_alone_had_set_it(self, code: str, tmp_path: Path) -> None:
        page = composed(look(code, signatories=THREE[:1]), words("Ли Вера Львовна"), {})
        stamped = seen(certificates.printed([page], title="x"), tmp_path).convert("L")
        plain = seen(plainly(page), tmp_path).convert("L")
        assert stamped.size == plain.size
        # The code is an image: its edge falls on this pixel or the next. Scanners read both.
        code_place = press.kept(stamp(page, {}).piece).slots["qr"]
        left, top, wide, high = (
            round(one * 60 / 96)
            for one in (code_place.x, code_place.y, code_place.width, code_place.height)
        )
        for one in (stamped, plain):
            one.paste(255, (left - 2, top - 2, left + wide + 2, top + high + 2))
        differs = ImageChops.difference(stamped, plain).point(lambda value: 255 * (value > 96))
        assert differs.histogram()[255] <= 20

    def test_the_longest_words_stay_on_their_page_and_in_their_places(self, code: str) -> None:
        page = composed(look(code, body=BODY), words(LONGEST), {})
        texts = pages(certificates.printed([page], title="x"))
        assert len(texts) == 1
        folded = texts[0].replace(" ", "")
        assert LONGEST.replace(" ", "") in folded
        assert folded.count("доброжелательность") == 11
        setting, room = page.context["setting"], page.context["height"] * 72 / 25.4
        heights = [setting.holder.height, *(line.height for line in setting.body)]
        assert sum(heights) < room
        assert min(line.size for line in setting.body) >= 7


class TestLook:
    def test_the_accent_colours_heading_and_frame(self, tmp_path: Path) -> None:
        page = composed(look("classic", accent="#17693f"), words(), {})
        found = colours(seen(certificates.printed([page], title="x"), tmp_path))
        assert (0x17, 0x69, 0x3F) in found
        assert (0x1D, 0x6F, 0xA5) not in found

    def test_a_pale_accent_is_darkened_for_words(self) -> None:
        dark = layout_colours.parsed(layout_colours.for_words("#ffe066"))
        assert layout_colours.contrast_with_white(dark) >= 4.5
        assert layout_colours.for_words("#1d6fa5") == "#1d6fa5"

    def test_pictures_are_shown_and_stored_once(
        self, organization: Organization, tmp_path: Path
    ) -> None:
        seal, signature, emblem = (
            picture_of(organization, colour) for colour in ("#0000ff", "#00ff00", "#ff0000")
        )
        signed = replace(THREE[0], seal=seal, signature=signature)
        shown = look("ornament", signatories=(signed, THREE[1]), emblem=emblem)
        addresses = addresses_of(shown.pictures)
        papers = [composed(shown, words(f"Имя {number}"), addresses) for number in range(3)]
        content = certificates.printed(papers, title="x")
        assert {(0, 0, 255), (0, 255, 0), (255, 0, 0)} <= colours(seen(content, tmp_path))
        assert content.count(b"/Subtype /Image") <= 3
        assert len(pages(content)) == 3
        assert "М. П." not in pages(content)[0]  # the seal is there

    def test_a_background_takes_the_place_of_the_frame(
        self, organization: Organization, tmp_path: Path
    ) -> None:
        behind = picture_of(organization, "#f4e8d0")
        page = composed(look("classic", background=behind), words(), addresses_of({behind}))
        found = seen(certificates.printed([page], title="x"), tmp_path)
        assert found.getpixel((3, 3)) == (0xF4, 0xE8, 0xD0)
        assert (0xF0, 0xB4, 0x29) not in colours(found)  # the gold line of the frame

    def test_a_picture_that_is_gone_leaves_its_place_empty(self) -> None:
        shown = look("honours", emblem=999_999)
        assert addresses_of(shown.pictures) == {}
        page = composed(shown, words(), addresses_of(shown.pictures))
        assert len(pages(certificates.printed([page], title="x"))) == 1

    def test_an_empty_value_takes_its_line_along(self) -> None:
        said = replace(words(), values={**VALUES, "результат": ""})
        page = composed(look("honours", body="{результат}\n{мероприятие}"), said, {})
        [line] = page.context["setting"].body
        assert (line.text, line.style) == ("«Сварщик за один день»", "strong")

    @pytest.mark.parametrize("holder", ["Я", "Әәдмин Өлзәтә Һаря", "John O’Neill", "محمد", "😀 Ли"])
    def test_names_of_all_scripts_are_printed(self, holder: str) -> None:
        page = composed(look("sky"), words(holder), {})
        assert len(pages(certificates.printed([page], title="x"))) == 1


class TestIssued:
    def issued(self, **given: object) -> Certificate:
        event = make_event(title="Проба «Повар»", in_days_=-1, kind_code="trial")
        registration = came(event.slots[0])
        facts = {
            "event": event, "registration": registration, "organization": event.organization,
            "year": 2026, "number": 17, "holder": "Бадмаев Санджи", "holder_in_short": "Санджи Б.",
            "organization_name": "Колледж", "event_title": event.title, "event_kind": "Проба",
            "held_on": event.slots[0].starts_at, "held_until": event.slots[0].ends_at,
            "signatory_name": "О. Б. Манджиева", "signatory_post": "Директор",
        }  # fmt: skip
        paper = Certificate(**{**facts, **given})
        db.session.add(paper)
        db.session.flush()
        return paper

    def test_a_paper_says_what_it_froze_in_the_look_it_froze(self) -> None:
        standard = STANDARD[CertificateKind.HOURS]
        frozen = CertificateLook(sha256=standard.sha256, content=standard.to_json())
        paper = self.issued(look=frozen, holder_declined="Бадмаеву Санджи", hours=21)
        [text] = pages(certificates.certificates([paper]))
        for said in (
            "СПРАВКА", "№ 17/2026 от", "Дана", "Бадмаеву Санджи",
            "«Проба „Повар“»", "21 час.", "Директор", "О. Б. Манджиева",
        ):  # fmt: skip
            assert said in text, said

    def test_papers_of_several_looks_make_one_document_in_order(self) -> None:
        honours = STANDARD[CertificateKind.DIPLOMA]
        frozen = CertificateLook(sha256=honours.sha256, content=honours.to_json())
        before = self.issued()
        diploma = self.issued(look=frozen, number=18, result="I место", kind=honours_kind())
        texts = pages(certificates.certificates([before, diploma], archival=True))
        assert "СЕРТИФИКАТ" in texts[0]
        assert "подтверждается участие в мероприятии" in texts[0]
        assert "выдан " in texts[0]
        assert "ДИПЛОМ" in texts[1]
        assert "I место" in texts[1]

    def test_school_and_class_are_those_of_the_person(self) -> None:
        shown = replace(STANDARD[CertificateKind.PARTICIPANT], body="ученик, {школа}")
        frozen = CertificateLook(sha256=shown.sha256, content=shown.to_json())
        paper = self.issued(look=frozen)
        assert paper.registration is not None
        paper.registration.person.school_name = "Лицей № 1"
        assert "Лицей № 1" in pages(certificates.certificates([paper]))[0]

    def test_a_sample_shows_a_design_with_values_of_ones_own(
        self, organization: Organization
    ) -> None:
        shown = STANDARD[CertificateKind.DIPLOMA]
        content = certificates.sample(
            shown, organization, holder=LONGEST, values={"результат": "Гран-при"}
        )
        [text] = pages(content)
        for said in ("Гран-при", "Сварщик", "О. Б. Манджиева", "№ 000/", "XXXX-XXXX-XXXX"):
            assert said in text, said


def honours_kind() -> CertificateKind:
    return CertificateKind.DIPLOMA
