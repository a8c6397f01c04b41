"""Several ticked slots changed or deleted together."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.models import Event, Slot
from app.events.slots.at_once import NotAll, Refused, change_many, delete_many
from app.events.slots.forms import ManyForm
from app.events.timetable import rooms
from app.permissions import event_for
from app.registrations.desk.slot_changes import tell_moved
from app.registrations.signing_up.actions import promote
from app.web.pages import page

bp = Blueprint("slots_at_once", __name__)


@bp.post("/manage/events/<string:slug>/slots/many")
@login_required
def many(slug: str) -> ResponseReturnValue:
    """First asks what is to change in the ticked slots, then changes them all or none."""
    event = event_for("event.manage", slug)
    chosen = ticked(event)
    refused: list[Refused] = []
    form = ManyForm() if "change" in request.form else ManyForm(formdata=None)
    if not chosen:
        flash(_("Tick at least one slot."), "error")
        return redirect(url_for("slots.index", slug=slug), 303)
    if "delete" in request.form:
        try:
            with transaction():
                number = delete_many(event, chosen)
            flash(ngettext("%(num)s slot deleted.", "%(num)s slots deleted.", number), "success")
        except RuleBroken as broken:
            flash(str(broken), "error")
        return redirect(url_for("slots.index", slug=slug), 303)
    if "change" in request.form and form.validate():
        try:
            told = changed(event, chosen, form)
        except NotAll as broken:
            form.form_errors.append(_("Nothing is changed: look at the slots marked below."))
            refused = list(broken.refused)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(many_saved(len(chosen), told), "success")
            warn_of_rooms(event, chosen)
            return redirect(url_for("slots.index", slug=slug), 303)
    return page(
        "events/slots/many.html",
        status=422 if form.errors else 200,
        event=event,
        form=form,
        chosen=chosen,
        why={one.slot.id: one.why for one in refused},
    )


def changed(event: Event, chosen: list[Slot], form: ManyForm) -> int:
    """Changes them, fills what became free, tells the people. How many were told."""
    with transaction():
        done = change_many(event, chosen, form.wish)
        if form.capacity.data:
            for one in done:
                promote(one.slot)
        return tell_moved(event, {one.slot.id: one.was for one in done if one.must_be_told})


def ticked(event: Event) -> list[Slot]:
    if "everything" in request.form:
        return [slot for slot in event.slots_held if not slot.has_begun]
    ids = set(request.form.getlist("slot", type=whole))
    return [slot for slot in event.slots if slot.id in ids]


def many_saved(number: int, told: int) -> str:
    saved: str = ngettext("%(num)s slot changed.", "%(num)s slots changed.", number)
    if not told:
        return saved
    people = ngettext(
        "%(num)s person who signed up is told.", "%(num)s people who signed up are told.", told
    )
    return f"{saved} {people}"


def warn_of_rooms(event: Event, changed: list[Slot]) -> None:
    """Two at once in one room are said, not refused: it may be a large hall."""
    found = rooms.clashes_of(event, changed)
    if warning := rooms.said_of(found):
        flash(warning, "warning")
