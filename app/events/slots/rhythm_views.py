"""Many slots made from a rhythm, looked at before they are made."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.slots import actions as slots
from app.events.slots.rhythm_forms import SlotSeriesForm
from app.events.timetable import rooms
from app.events.timetable.rhythm import spots_of
from app.permissions import event_for
from app.web.pages import page

bp = Blueprint("slot_series", __name__)


@bp.route("/manage/events/<string:slug>/slots/generate", methods=["GET", "POST"])
@login_required
def generate(slug: str) -> ResponseReturnValue:
    """Shows what would be made, and makes it when it is asked for a second time."""
    event = event_for("event.manage", slug)
    form = SlotSeriesForm(data=usual(event))
    seen = None
    if form.validate_on_submit():
        try:
            spots = spots_of(form.rhythm, form.rooms, most=slots.MOST_SLOTS - len(event.slots))
            slots.refuse_if_called_off(event)
            if form.is_seen and "create" in request.form:
                with transaction():
                    slots.hold(event)
                    slots.add_each(
                        event,
                        spots,
                        capacity=form.capacity.data or 1,
                        title=form.title.data or "",
                    )
                number = len(spots)
                flash(ngettext("%(num)s slot added.", "%(num)s slots added.", number), "success")
                return redirect(url_for("slots.index", slug=slug), 303)
            seen = {
                "spots": spots,
                "rhythm": form.rhythm,
                "rooms": form.rooms,
                "warning": rooms.said_of(rooms.clashes(event, spots)),
            }
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
    return page(
        "events/slots/rhythm.html",
        status=422 if form.is_submitted() and not seen else 200,
        event=event,
        form=form,
        seen=seen,
    )


def usual(event: Event) -> dict[str, Any]:
    """As many seats as the last slot has."""
    return {"capacity": event.slots[-1].capacity} if event.slots else {}
