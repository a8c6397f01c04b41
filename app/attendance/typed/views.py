"""The filled printed list is typed in by its row numbers: shown with names, then saved."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.attendance.queries import marking_is_open, marking_opens_at, sheet_of, slot_now
from app.attendance.typed import rows as typed_rows
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.models import Event, Slot
from app.permissions import event_for
from app.web.pages import found_or_404, page

bp = Blueprint("typed_rows", __name__)


def event_and_slot(slug: str) -> tuple[Event, Slot]:
    """Everybody's names are shown: for whoever may see the list."""
    event = event_for("event.see_people", slug)
    wanted = request.values.get("slot", type=whole)
    slot = next((one for one in event.slots if one.id == wanted), None)
    return event, found_or_404(slot or slot_now(event))


def typed_text() -> str:
    return request.values.get("rows", "")[: typed_rows.MOST_TEXT]


@bp.get("/manage/events/<string:slug>/attendance/typed")
@login_required
def show(slug: str) -> ResponseReturnValue:
    """What was typed as it was understood; nothing is saved yet."""
    event, slot = event_and_slot(slug)
    return shown(event, slot)


def shown(event: Event, slot: Slot, *, status: int = 200) -> ResponseReturnValue:
    text, sheet = typed_text(), sheet_of(slot)
    rest = "rest" in request.values
    understood = typed_rows.understand(text, size=len(sheet)) if text.strip() else None
    return page(
        "attendance/typed/rows.html",
        status=status,
        event=event,
        slot=slot,
        text=text,
        rest=rest,
        size=len(sheet),
        understood=understood,
        plan=typed_rows.plan_of(sheet, understood, rest_is_absent=rest)
        if understood and not understood.mistakes
        else None,
        in_ranges=typed_rows.in_ranges,
        shifted=typed_rows.shifted_since_printing(event, slot),
        is_open=marking_is_open(slot),
        opens_at=marking_opens_at(slot),
    )


@bp.post("/manage/events/<string:slug>/attendance/typed")
@login_required
def save(slug: str) -> ResponseReturnValue:
    event, slot = event_and_slot(slug)
    try:
        with transaction():
            number = typed_rows.save(
                slot,
                typed_text(),
                rest_is_absent="rest" in request.form,
                state=request.form.get("state", ""),
                by=current_user,
            )
    except RuleBroken as broken:
        flash(str(broken), "error")
        return shown(event, slot, status=422)
    flash(
        ngettext("%(num)s mark is entered.", "%(num)s marks are entered.", number)
        if number
        else _("Everybody had these marks already: nothing was changed."),
        "success",
    )
    return redirect(url_for("attendance.index", slug=slug, slot=slot.id), 303)
