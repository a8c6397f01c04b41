"""One slot is called off, and its people are offered another."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.audit.actions import record
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.models import Event, Slot
from app.events.slots.forms import CallOffForm, MovePeopleForm
from app.permissions import event_for
from app.registrations.desk.slot_changes import Moved, call_off, live_in, move_all
from app.web.filters import span
from app.web.pages import found_or_404, page

bp = Blueprint("slot_fate", __name__)


def managed(slug: str, id_: int) -> tuple[Event, Slot]:
    """Of the event's own organization alone: a colleague of another one ends nothing."""
    event = event_for("slot.call_off", slug)
    return event, found_or_404(next((slot for slot in event.slots if slot.id == id_), None))


@bp.route("/manage/events/<string:slug>/slots/<int:id>/call-off", methods=["GET", "POST"])
@login_required
def off(slug: str, id: int) -> ResponseReturnValue:
    """Asks for the reason; afterwards, where the people of the slot could go."""
    event, slot = managed(slug, id)
    form = CallOffForm()
    if form.validate_on_submit():
        try:
            with transaction():
                people = call_off(slot, reason=form.reason.data or "")
                record("slot.called_off", slot, organization_id=event.organization_id)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(called_off(len(people)), "success")
            return redirect(where_next(slug, id, is_done=not people), 303)
    return shown(event, slot, form, MovePeopleForm(formdata=None))


@bp.post("/manage/events/<string:slug>/slots/<int:id>/move-people")
@login_required
def move_people(slug: str, id: int) -> ResponseReturnValue:
    event, slot = managed(slug, id)
    form = MovePeopleForm()
    targets = {one.id: one for one in others(event, slot)}
    form.to.choices = [(id_, "") for id_ in targets]
    if form.validate_on_submit():
        try:
            with transaction():
                outcome = move_all(slot, targets[form.to.data])
                record("slot.people_moved", slot, organization_id=event.organization_id,
                       number=len(outcome.moved))  # fmt: skip
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            for category, sentence in said_of(outcome):
                flash(sentence, category)
            return redirect(where_next(slug, id, is_done=not outcome.stayed), 303)
    elif form.to.errors:
        form.to.errors = [_("Choose a time from the list.")]
    return shown(event, slot, CallOffForm(formdata=None), form)


def where_next(slug: str, id_: int, *, is_done: bool) -> str:
    return url_for("slots.index", slug=slug) if is_done else url_for(".off", slug=slug, id=id_)


def shown(
    event: Event, slot: Slot, form: CallOffForm, move_form: MovePeopleForm
) -> ResponseReturnValue:
    targets = others(event, slot)
    move_form.to.choices = [(one.id, titled(one)) for one in targets]
    people = live_in(slot)
    return page(
        "events/slots/call_off.html",
        status=422 if form.errors or move_form.errors else 200,
        event=event,
        slot=slot,
        form=form,
        move_form=move_form,
        people=people,
        needed=sum(one.seats for one in people if one.holds_seat),
        is_late=slot.ends_at <= clock.now(),
    )


def others(event: Event, slot: Slot) -> list[Slot]:
    return [
        one
        for one in event.slots
        if one.id != slot.id and not one.is_called_off and not one.has_begun
    ]


def titled(slot: Slot) -> str:
    named = ", ".join(filter(None, (span(slot.starts_at, slot.ends_at), slot.title, slot.room)))
    left: str = ngettext("%(num)s seat free", "%(num)s seats free", slot.seats_left)
    return f"{named} · {left}"


def called_off(told: int) -> str:
    sentence: str = ngettext(
        "The slot is called off. %(num)s person who signed up is told.",
        "The slot is called off. %(num)s people who signed up are told.",
        told,
    )
    return sentence if told else str(_("The slot is called off."))


def said_of(outcome: Moved) -> list[tuple[str, str]]:
    number = len(outcome.moved)
    said = [("success", ngettext("%(num)s person moved.", "%(num)s people moved.", number))]
    if outcome.stayed:
        names = ", ".join(one.person.full_name for one in outcome.stayed)
        said.append(
            (
                "warning",
                _("Signed up elsewhere at that time, so not moved: %(names)s.", names=names),
            )
        )
    return said
