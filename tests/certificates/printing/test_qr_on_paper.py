"""The QR code of a printed certificate is read back as a phone reads it."""

import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from app.certificates.design.layouts import LAYOUTS
from app.certificates.design.looks import STANDARD
from app.certificates.design.models import CertificateLook
from app.certificates.issued.models import Certificate
from app.certificates.issued.signed_text import Answer, check
from app.certificates.issued.signing import public_keys, qr_text, sign
from app.certificates.kinds import CertificateKind
from app.certificates.printing import document as certificates
from app.press.qr import modules_of

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database

HELD_ON, HELD_UNTIL = map(datetime.fromisoformat, ("2026-05-04T07:00", "2026-05-04T09:00"))
TYPICAL = {
    "holder_in_short": "Санджи Эрдниевич Б.",
    "event_title": "Сварщик за один день",
    "organization_name": "Бюджетное профессиональное образовательное учреждение Республики "
    "Калмыкия «Элистинский политехнический колледж» имени И.Н. Эльвартынова",
}
LONG = {
    "holder_in_short": "Джиргалына Өлзәтовна-Мөңкин Убушиева-Манджиевская Ж.",
    "event_title": "ШЩЪЫ ЭЮЯЖ ЦУКЩ ФЫВЖ " * 10,
    "organization_name": "ЫЪЩЖ ЦЮФЭ " * 30,
    "result": "Победитель в номинации «Җаңһр»",
    "hours": 72,
    "code": "KLMNPQRSTUVW",
}
WORST = dict.fromkeys(("holder_in_short", "event_title", "organization_name"), "😀" * 200)


def paper(**words: object) -> Certificate:
    given = {
        "kind": CertificateKind.PARTICIPANT, "number": 1417, "year": 2026, "result": "",
        "issued_at": HELD_UNTIL, "code": "ABCDEFGHJKLM", "holder": "Бадмаев Санджи",
        "event_kind": "Профессиональная проба", "professional_fields": "",
        "held_on": HELD_ON, "held_until": HELD_UNTIL,
        "signatory_name": "О. Б. Манджиева", "signatory_post": "Директор", **words,
    }  # fmt: skip
    certificate = Certificate(**given)
    sign(certificate)
    return certificate


def in_layout(layout: str) -> CertificateLook:
    look = replace(STANDARD[CertificateKind.PARTICIPANT], layout=layout)
    return CertificateLook(content=look.to_json(), sha256=look.sha256)


def read(pdf: bytes, folder: Path, *, dpi: int) -> list[str]:
    """What a scanner makes of each page printed with so many dots an inch, in grey."""
    (folder / "paper.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-gray", "paper.pdf", f"at{dpi}"]
    subprocess.run(command, cwd=folder, check=True)
    found = []
    for file in sorted(folder.glob(f"at{dpi}-*.pgm")):
        found += [code.text for code in zxingcpp.read_barcodes(Image.open(file))]
    return found


@pytest.mark.parametrize("dpi", [150, 200])
def test_it_is_read_from_a_coarse_print(app: Flask, tmp_path: Path, dpi: int) -> None:
    papers = [paper(**LONG)] + [
        paper(**TYPICAL, look=in_layout(layout), code=f"{number:012}")
        for number, layout in enumerate(LAYOUTS, start=1)
    ]
    with app.test_request_context():
        texts = read(certificates.certificates(papers), tmp_path, dpi=dpi)
    assert texts == [qr_text(one) for one in papers]
    assert [check(text, public_keys()).answer for text in texts] == [Answer.RIGHT] * len(papers)


@pytest.mark.parametrize(("words", "most"), [(TYPICAL, 53), (LONG, 65), (WORST, 65)])
def test_it_has_few_modules(app: Flask, words: dict[str, object], most: int) -> None:
    """27 mm of paper: half a millimetre for each in a usual one, 0.4 mm in the longest."""
    app.config["SITE_URL"], kept = "https://orientir.kalmregion.ru", app.config["SITE_URL"]
    code = modules_of(qr_text(paper(**words)))
    app.config["SITE_URL"] = kept
    assert code.side <= most
