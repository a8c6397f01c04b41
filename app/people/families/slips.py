"""Printed log-ins: eight to a sheet, to be cut and handed out."""

from collections.abc import Mapping, Sequence

from flask import current_app
from flask_babel import force_locale

from app.base import clock
from app.base.codes import in_groups
from app.people.families.invitations import PRINTED_LASTS
from app.people.models import Person, SchoolClass
from app.press import printer
from app.press.orders import QRCode

ON_A_SHEET = 8


def slips_for(class_: SchoolClass, pupils: Sequence[Person], codes: Mapping[int, str]) -> bytes:
    """For each pupil the code, as letters and as a QR code. In Russian whoever prints it."""
    site = str(current_app.config["SITE_URL"])
    rows = [(pupil, in_groups(codes[pupil.id]), f"qr:{codes[pupil.id]}") for pupil in pupils]
    pictures = {f"qr:{code}": QRCode(f"{site}/join/{code}") for code in codes.values()}
    with force_locale("ru"):
        return printer.render(
            "pdf/slips.html",
            pictures=pictures,
            class_=class_,
            sheets=[rows[start : start + ON_A_SHEET] for start in range(0, len(rows), ON_A_SHEET)],
            address=f"{site.partition('//')[2]}/join",
            until=clock.now() + PRINTED_LASTS,
        )
