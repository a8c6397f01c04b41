"""The slots of an event, for its organizers."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.models import Event, Slot
from app.events.slots import actions as slots
from app.events.slots.forms import NewSlotForm, SlotForm
from app.events.timetable import rooms
from app.events.timetable.rooms import Spot
from app.permissions import event_for
from app.registrations.desk.slot_changes import take_seats_away, would_lose
from app.registrations.models import Registration
from app.registrations.signing_up.actions import promote, tell_changed
from app.web.pages import found_or_404, page, page_of

bp = Blueprint("slots", __name__)
ON_A_PAGE = 50


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
    event = event_for("event.manage", slug)
    form = NewSlotForm(data=next_after(event))
    if form.validate_on_submit():
        try:
            with transaction():
                new = slots.add_several(event, form.number, form.step, **form.said())
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(ngettext("%(num)s slot added.", "%(num)s slots added.", len(new)), "success")
            warn_of_rooms(event, new)
            return redirect(url_for(".index", slug=event.slug), 303)
    number = request.args.get("page", 0, type=whole) or page_now(event)
    return page(
        "events/slots/index.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        found=page_of(event.slots, number=number, size=ON_A_PAGE),
        page_url=lambda number: url_for(".index", slug=slug, page=number),
        form=form,
    )


def page_now(event: Event) -> int:
    """The page with what goes on or comes next."""
    over = sum(slot.ends_at <= clock.now() for slot in event.slots)
    return min(over, len(event.slots) - 1) // ON_A_PAGE + 1 if event.slots else 1


@bp.route("/manage/events/<string:slug>/slots/<int:id>", methods=["GET", "POST"])
@login_required
def change(slug: str, id: int) -> ResponseReturnValue:
    """Who would lose a seat in a smaller slot is shown first, and must be agreed to."""
    event = event_for("event.manage", slug)
    slot = slot_of(event, id)
    form = SlotForm(obj=slot)
    if slot.meeting_count:
        form.leave_time_out()
    losing: Sequence[Registration] = ()
    if form.validate_on_submit():
        try:
            losing = would_lose(slot, form.capacity.data or 0)
            told, lost = changed(slot, form, agreed_to())
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(slot_saved(told), "success")
            if lost:
                flash(told_of_loss(lost), "warning")
            warn_of_rooms(event, [slot])
            return redirect(url_for(".index", slug=event.slug), 303)
    return page(
        "events/slots/slot.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        slot=slot,
        form=form,
        losing=losing,
    )


def changed(
    slot: Slot, form: SlotForm, agreed: Collection[int] | None
) -> tuple[int, Sequence[Registration]]:
    """Changes the slot, and the seats of those ``agreed`` on. How many were told, who lost."""
    was = Spot(slot.starts_at, slot.ends_at, slot.room)
    capacity = form.capacity.data or 0
    with transaction():
        lost = take_seats_away(slot, capacity, agreed=agreed) if agreed is not None else []
        said = {"starts_at": slot.starts_at, "ends_at": slot.ends_at} | form.said()
        is_moved = slots.change(slot, **said)
        promote(slot)
        told = tell_changed(slot.event, slot=slot, was=was) if is_moved else 0
    return told, lost


def agreed_to() -> set[int] | None:
    """Those whom the organizer agreed to put back on the waitlist; None: nothing agreed."""
    if "take-seats" not in request.form:
        return None
    return set(request.form.getlist("loses", type=whole))


def told_of_loss(lost: Sequence[Registration]) -> str:
    sentence: str = _(
        "Now at the head of the waitlist, and told: %(names)s.",
        names=", ".join(one.person.full_name for one in lost),
    )
    return sentence


def warn_of_rooms(event: Event, changed: Sequence[Slot]) -> None:
    """Two at once in one room are said, not refused: it may be a large hall."""
    found = rooms.clashes_of(event, changed)
    if warning := rooms.said_of(found):
        flash(warning, "warning")


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
    event = event_for("event.manage", slug)
    with transaction():
        slots.delete(slot_of(event, id))
    flash(_("The slot is deleted."), "success")
    return redirect(url_for(".index", slug=event.slug), 303)
