"""The pictures by which layouts of certificates are chosen: static/img/layouts/<code>.png,
made from the real papers. To be run after a layout has changed; needs pdftoppm."""

import subprocess
from dataclasses import replace
from io import BytesIO

from PIL import Image

from app import create_app
from app.base.config import ROOT
from app.certificates.design.layouts import LAYOUTS
from app.certificates.design.looks import STANDARD, signed_by
from app.certificates.designer.specimens import USUAL, specimen
from app.certificates.kinds import CertificateKind
from app.certificates.printing.document import sample
from app.organizations.models import Organization, OrganizationKind

FOLDER = ROOT / "static" / "img" / "layouts"
LONGER_SIDE = 320  # pixels
KINDS = {
    "honours": CertificateKind.DIPLOMA,
    "letter": CertificateKind.THANKS,
    "reference": CertificateKind.HOURS,
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    college = Organization(
        id=0,
        kind=OrganizationKind.COLLEGE,
        name="Бюджетное профессиональное образовательное учреждение «Колледж»",
        short_name="Колледж",
        slug="college",
    )
    settings: dict[str, object] = {
        "SQLALCHEMY_DATABASE_URI": "sqlite://",
        "SITE_URL": "https://example.org",
    }
    with create_app(settings).test_request_context():
        from app.base.db import db

        db.create_all()
        for code, layout in LAYOUTS.items():
            look = STANDARD[KINDS.get(code, CertificateKind.PARTICIPANT)]
            look = replace(look, layout=code, accent=layout.accent)
            look = signed_by(look, name="О. Б. Манджиева", post="Директор")
            store(code, sample(look, college, holder=specimen(USUAL, look.case)))


def store(code: str, paper: bytes) -> None:
    drawn = subprocess.run(
        ["pdftoppm", "-png", "-r", "96", "-singlefile", "-"],
        input=paper,
        capture_output=True,
        check=True,
    )
    picture = Image.open(BytesIO(drawn.stdout)).convert("RGB")
    picture.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)
    file = FOLDER / f"{code}.png"
    picture.quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
