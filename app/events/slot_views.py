"""The slots of an event, for its organizers."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.db import transaction
from app.errors import RuleBroken
from app.events import slots
from app.events.models import Event, Slot
from app.events.queries import event_by_slug
from app.events.slot_forms import NewSlotForm, SlotForm
from app.permissions import authorize
from app.registrations.actions import promote, tell_changed
from app.web import found_or_404, page

bp = Blueprint("slots", __name__)


def managed_event(slug: str) -> Event:
    event = found_or_404(event_by_slug(slug))
    authorize("event.manage", event)
    return event


def slot_of(event: Event, id_: int) -> Slot:
    """The event's own slot; those of others are not found."""
    return found_or_404(next((slot for slot in event.slots if slot.id == id_), None))


def next_after(event: Event) -> dict[str, Any]:
    """A new slot begins where the last one ends, and is like it."""
    if not event.slots:
        return {}
    last = event.slots[-1]
    return {
        "room": last.room,
        "capacity": last.capacity,
        "starts_at": last.ends_at,
        "ends_at": last.ends_at + (last.ends_at - last.starts_at),
    }


@bp.route("/manage/events/<string:slug>/slots", methods=["GET", "POST"])
@login_required
def index(slug: str) -> ResponseReturnValue:
    """The slots with their seats; a form for new ones, several at once if wanted."""
    event = managed_event(slug)
    form = NewSlotForm(data=next_after(event))
    if form.validate_on_submit():
        try:
            with transaction():
                new = slots.add_several(event, form.number, form.step, **form.said())
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(ngettext("%(num)s slot added.", "%(num)s slots added.", len(new)), "success")
            return redirect(url_for(".index", slug=event.slug), 303)
    return page(
        "events_desk/slots.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        form=form,
    )


@bp.route("/manage/events/<string:slug>/slots/<int:id>", methods=["GET", "POST"])
@login_required
def change(slug: str, id: int) -> ResponseReturnValue:
    event = managed_event(slug)
    slot = slot_of(event, id)
    form = SlotForm(obj=slot)
    if form.validate_on_submit():
        try:
            with transaction():
                is_moved = slots.change(slot, **form.said())
                promote(slot)
                told = tell_changed(event, slot=slot) if is_moved else 0
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(slot_saved(told), "success")
            return redirect(url_for(".index", slug=event.slug), 303)
    return page(
        "events_desk/slot.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        slot=slot,
        form=form,
    )


def slot_saved(told: int) -> str:
    sentence: str = ngettext(
        "The slot is saved. %(num)s person who signed up is told about the change.",
        "The slot is saved. %(num)s people who signed up are told about the change.",
        told,
    )
    return sentence if told else str(_("The slot is saved."))


@bp.post("/manage/events/<string:slug>/slots/<int:id>/delete")
@login_required
def delete(slug: str, id: int) -> ResponseReturnValue:
    event = managed_event(slug)
    with transaction():
        slots.delete(slot_of(event, id))
    flash(_("The slot is deleted."), "success")
    return redirect(url_for(".index", slug=event.slug), 303)
