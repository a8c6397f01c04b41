"""The meetings of a slot, for its organizers."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.meetings import actions as meetings
from app.events.models import Event, Slot
from app.events.slots.rhythm_forms import MeetingForm, MeetingSeriesForm
from app.events.timetable import rooms
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.events.timetable.rhythm import spots_of
from app.events.timetable.rooms import Spot
from app.permissions import event_for
from app.registrations.desk.slot_changes import tell_schedule
from app.web.pages import found_or_404, page

bp = Blueprint("meetings", __name__)


def managed(slug: str, id_: int) -> tuple[Event, Slot]:
    event = event_for("event.manage", slug)
    return event, found_or_404(next((slot for slot in event.slots if slot.id == id_), None))


def meeting_in(slot: Slot, id_: int) -> Meeting:
    return found_or_404(next((one for one in meetings_of([slot])[slot.id] if one.id == id_), None))


@bp.route("/manage/events/<string:slug>/slots/<int:id>/meetings", methods=["GET", "POST"])
@login_required
def index(slug: str, id: int) -> ResponseReturnValue:
    """The meetings there are; more of them in a rhythm, looked at before they are made."""
    event, slot = managed(slug, id)
    form = MeetingSeriesForm()
    seen = None
    if form.validate_on_submit():
        try:
            most = meetings.MOST_MEETINGS - slot.meeting_count
            spots = spots_of(form.rhythm, [form.room.data or slot.room], most=most)
            if form.is_seen and "create" in request.form:
                return added(slot, spots, form)
            seen = {
                "spots": spots,
                "rhythm": form.rhythm,
                "rooms": [""],
                "warning": rooms.said_of(rooms.clashes(event, spots, of=[slot] * len(spots))),
            }
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
    return page(
        "events/meetings/index.html",
        status=422 if form.is_submitted() and not seen else 200,
        event=event,
        slot=slot,
        meetings=meetings_of([slot])[slot.id],
        form=form,
        seen=seen,
    )


def added(slot: Slot, spots: list[Spot], form: MeetingSeriesForm) -> ResponseReturnValue:
    was = spot_of(slot)
    with transaction():
        new = meetings.add_meetings(
            slot, spots, room=form.room.data or "", title=form.title.data or ""
        )
        told = tell(slot, was)
    said = ngettext("%(num)s meeting added.", "%(num)s meetings added.", len(new))
    flash(f"{said} {told}".strip(), "success")
    return redirect(url_for(".index", slug=slot.event.slug, id=slot.id), 303)


@bp.route(
    "/manage/events/<string:slug>/slots/<int:id>/meetings/<int:meeting_id>",
    methods=["GET", "POST"],
)
@login_required
def change(slug: str, id: int, meeting_id: int) -> ResponseReturnValue:
    event, slot = managed(slug, id)
    meeting = meeting_in(slot, meeting_id)
    form = MeetingForm(obj=meeting)
    if form.validate_on_submit():
        was = Spot(meeting.starts_at, meeting.ends_at, meeting.room or slot.room)
        try:
            with transaction():
                meetings.change_meeting(slot, meeting, form.spot, title=form.title.data or "")
                is_moved = was != Spot(
                    meeting.starts_at, meeting.ends_at, meeting.room or slot.room
                )
                told = tell(slot, was, meeting) if is_moved else ""
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(f"{_('The meeting is saved.')} {told}".strip(), "success")
            return redirect(url_for(".index", slug=slug, id=id), 303)
    return page(
        "events/meetings/meeting.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        slot=slot,
        meeting=meeting,
        form=form,
    )


@bp.post("/manage/events/<string:slug>/slots/<int:id>/meetings/<int:meeting_id>/delete")
@login_required
def delete(slug: str, id: int, meeting_id: int) -> ResponseReturnValue:
    _event, slot = managed(slug, id)
    meeting = meeting_in(slot, meeting_id)
    was = spot_of(slot)
    with transaction():
        meetings.delete_meeting(slot, meeting)
        told = tell(slot, was)
    flash(f"{_('The meeting is deleted.')} {told}".strip(), "success")
    return redirect(url_for(".index", slug=slug, id=id), 303)


def spot_of(slot: Slot) -> Spot:
    return Spot(slot.starts_at, slot.ends_at, slot.room)


def tell(slot: Slot, was: Spot, meeting: Meeting | None = None) -> str:
    """Everybody signed up gets the new schedule. Says how many, in words."""
    if not meetings.must_be_told(slot):
        return ""
    number = tell_schedule(slot, was, meeting)
    if not number:
        return ""
    sentence: str = ngettext(
        "%(num)s person who signed up is told.", "%(num)s people who signed up are told.", number
    )
    return sentence
