"""The regional calendar, and the warning before an event is put on somebody else's day."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.base import clock
from app.events.about.wording import audience, for_grades
from app.events.catalogue import region
from app.events.catalogue.region import Wanted, month_of
from app.events.editing.queries import municipalities
from app.permissions import authorize, organized
from app.web.pages import page

bp = Blueprint("region", __name__)
bp.app_template_global()(region.clashes_of)
bp.app_template_global("audience_in_words")(audience)
YEARS = range(2015, 2101)
BANDS = {"1-4": (1, 4), "5-7": (5, 7), "8-9": (8, 9), "10-11": (10, 11)}


@bp.get("/manage/calendar")
@login_required
def calendar() -> ResponseReturnValue:
    authorize("calendar.see")
    places = municipalities()
    oktmo = request.args.get("municipality", "")
    grades = request.args.get("grades", "")
    said: dict[str, Any] = {
        "municipality": oktmo if oktmo in {one.oktmo for one in places} else None,
        "grades": grades if grades in BANDS else None,
    }
    wanted = Wanted(said["municipality"] or "", BANDS.get(grades))
    first = asked_month(request.args.get("month", ""))
    return page(
        "events/catalogue/region.html",
        month=month_of(first, wanted, drafts_of=organized()),
        municipalities=places,
        bands={code: for_grades(*band) for code, band in BANDS.items()},
        said=said,
        url_of=lambda day: url_for(".calendar", month=day.strftime("%Y-%m"), **said),
    )


def asked_month(typed: str) -> date:
    """«2026-11»; this month when it says anything else."""
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", typed)
    if found and int(found[1]) in YEARS:
        return date(int(found[1]), int(found[2]), 1)
    return clock.today().replace(day=1)
