"""The list at the door: who came."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.attendance import actions
from app.attendance.forms import MarkForm
from app.attendance.models import Method
from app.attendance.queries import (
    MOST_FOUND,
    marking_is_open,
    marking_opens_at,
    roll,
    row_of,
    searched,
    slot_now,
    tally,
)
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.models import Event, Slot
from app.permissions import can, event_for
from app.registrations.desk.queries import printable, registration_in
from app.web.pages import found_or_404, page

bp = Blueprint("attendance", __name__)
LEAST_LETTERS = 2


@bp.get("/manage/events/<string:slug>/attendance")
@login_required
def index(slug: str) -> ResponseReturnValue:
    event = event_for("event.check_in", slug)
    slot = asked_slot(event) if "slot" in request.args else slot_now(event)
    if slot is None:
        return page("attendance/door/empty.html", event=event)
    words = printable(request.args.get("q", ""))
    is_search = len(words) >= LEAST_LETTERS
    marked = registration_in(event, request.args.get("marked", 0, type=whole))
    return page(
        "attendance/index.html",
        event=event,
        slot=slot,
        words=words,
        is_search=is_search,
        # An open list at the door would show everybody's names to whoever stands there.
        sees_everybody=can("event.see_people", event),
        # Read by the list alone: a single tick is answered with its own row.
        rows=partial(searched, event, words) if is_search else partial(roll, slot),
        most_found=MOST_FOUND,
        marked=row_of(marked) if marked else None,
        tally=tally(slot),
        is_open=marking_is_open(slot),
        opens_at=marking_opens_at(slot),
    )


def asked_slot(event: Event) -> Slot:
    """The slot of this event that the address or the form names."""
    wanted = request.values.get("slot", type=whole)
    return next((slot for slot in event.slots if slot.id == wanted), None) or abort(404)


@bp.post("/manage/events/<string:slug>/attendance/<int:registration_id>")
@login_required
def mark(slug: str, registration_id: int) -> ResponseReturnValue:
    event = event_for("event.check_in", slug)
    registration = found_or_404(registration_in(event, registration_id))
    form = MarkForm()
    if not form.validate_on_submit():
        raise RuleBroken(_("Choose one: here, not here, excused, or no mark."))
    with transaction():
        actions.mark(registration, form.mark, method=Method.LIST, by=current_user)
    return redirect(
        url_for(
            ".index",
            slug=slug,
            slot=registration.slot_id,
            q=printable(request.form.get("q", "")) or None,
            marked=registration.id,
            _anchor=f"row-{registration.id}",
        ),
        303,
    )


@bp.post("/manage/events/<string:slug>/attendance/mark-all")
@login_required
def mark_all(slug: str) -> ResponseReturnValue:
    event = event_for("event.see_people", slug)
    slot = asked_slot(event)
    with transaction():
        number = actions.mark_all(slot, by=current_user)
    if number:
        flash(
            ngettext(
                "%(num)s person is marked as here. Correct those who did not come.",
                "%(num)s people are marked as here. Correct those who did not come.",
                number,
            ),
            "success",
        )
    else:
        flash(_("Everybody had a mark already: nothing was changed."))
    return redirect(url_for(".index", slug=slug, slot=slot.id), 303)
