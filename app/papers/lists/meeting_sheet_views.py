"""The attendance sheet of a course as a paper and as a table."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.audit.actions import record_now
from app.events.models import Event, Slot
from app.papers.lists import meeting_sheets as sheets
from app.permissions import event_for
from app.web.pages import PDF, XLSX, download, found_or_404

bp = Blueprint("sheets", __name__)


def asked(slug: str, slot_id: int, paper: str) -> tuple[Event, Slot]:
    event = event_for("event.print", slug)
    courses = (one for one in event.slots if one.meeting_count)
    slot = found_or_404(next((one for one in courses if one.id == slot_id), None))
    record_now("persons.exported", event, organization_id=event.organization_id, paper=paper)
    return event, slot


@bp.get("/manage/events/<string:slug>/papers/sheet-<int:slot_id>.pdf")
@login_required
def pdf(slug: str, slot_id: int) -> ResponseReturnValue:
    event, slot = asked(slug, slot_id, "sheet.pdf")
    return file(sheets.meeting_sheet(event, slot), PDF, event)


@bp.get("/manage/events/<string:slug>/papers/sheet-<int:slot_id>.xlsx")
@login_required
def xlsx(slug: str, slot_id: int) -> ResponseReturnValue:
    event, slot = asked(slug, slot_id, "sheet.xlsx")
    return file(sheets.spreadsheet(event, slot), XLSX, event)


def file(content: bytes, kind: str, event: Event) -> Response:
    ending = "pdf" if kind == PDF else "xlsx"
    name = f"{_('Attendance sheet')} — {event.title[:80]}.{ending}"
    return download(content, kind, name)
