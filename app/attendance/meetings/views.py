"""The attendance sheet of a course: people and meetings, one meeting at a time on a phone."""

import re
from typing import NamedTuple

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.attendance.meetings import actions as meeting_actions
from app.attendance.meetings.queries import courses_of, is_open, lines_of, meeting_now
from app.attendance.models import Presence
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.models import Event, Slot
from app.events.queries import event_by_slug
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.permissions import event_for
from app.registrations.desk.queries import registration_in
from app.web.pages import found_or_404, page

bp = Blueprint("meeting_sheet", __name__)
CELL = re.compile(r"(\d{1,9})-(\d{1,9})-(present|absent|excused|none)")


class Course(NamedTuple):
    event: Event
    slot: Slot
    meetings: list[Meeting]


def course(slug: str) -> Course | None:
    """The slot that the address or the form names, else the first one with meetings."""
    event = event_for("event.see_people", slug)
    courses = courses_of(event)
    wanted = request.values.get("slot", type=whole)
    slot = next((one for one in courses if one.id == wanted), None) if wanted else None
    slot = slot or (courses[0] if courses else None)
    return Course(event, slot, meetings_of([slot])[slot.id]) if slot else None


@bp.get("/manage/events/<string:slug>/attendance/sheet")
@login_required
def index(slug: str) -> ResponseReturnValue:
    found = course(slug)
    if found is None:
        return page("attendance/meetings/sheet_empty.html", event=event_by_slug(slug))
    event, slot, meetings = found
    wanted = request.args.get("meeting", type=whole)
    meeting = next((one for one in meetings if one.id == wanted), None) or meeting_now(meetings)
    place = meetings.index(meeting) if meeting else 0
    lines = lines_of(slot)
    return page(
        "attendance/meetings/sheet.html",
        event=event,
        slot=slot,
        courses=courses_of(event),
        meetings=meetings,
        meeting=meeting,
        place=place,
        before=meetings[place - 1] if place else None,
        after=meetings[place + 1] if place + 1 < len(meetings) else None,
        lines=lines,
        came={one.id: sum(line.at(one) is Presence.PRESENT for line in lines) for one in meetings},
        is_grid="grid" in request.args,
        is_open=is_open,
    )


@bp.post("/manage/events/<string:slug>/attendance/sheet")
@login_required
def mark(slug: str) -> ResponseReturnValue:
    """One mark: «registration-meeting-presence», as the button says."""
    found = found_or_404(course(slug))
    said = CELL.fullmatch(request.form.get("cell", ""))
    if not said:
        raise RuleBroken(_("Choose one: here, not here, excused, or no mark."))
    registration = found_or_404(registration_in(found.event, int(said[1])))
    meeting = found_or_404(next((m for m in found.meetings if m.id == int(said[2])), None))
    presence = None if said[3] == "none" else Presence(said[3])
    try:
        with transaction():
            meeting_actions.mark(registration, meeting, presence, by=current_user)
    except RuleBroken as broken:
        flash(str(broken), "error")
    return redirect(back(found, meeting, anchor=f"row-{registration.id}"), 303)


@bp.post("/manage/events/<string:slug>/attendance/sheet/rest")
@login_required
def mark_rest(slug: str) -> ResponseReturnValue:
    found = course(slug)
    if found is None:
        raise RuleBroken(_("This slot has no meetings."))
    wanted = request.form.get("meeting", type=whole)
    chosen = next((one for one in found.meetings if one.id == wanted), None)
    meeting = found_or_404(chosen if wanted else meeting_now(found.meetings))
    try:
        with transaction():
            number = meeting_actions.mark_rest(meeting, by=current_user)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        said = ngettext("%(num)s person marked as here.", "%(num)s people marked as here.", number)
        flash(said if number else _("Everybody is marked already."), "success")
    return redirect(back(found, meeting), 303)


def back(found: Course, meeting: Meeting, anchor: str | None = None) -> str:
    in_grid = "grid" in request.form
    return url_for(
        ".index",
        slug=found.event.slug,
        slot=found.slot.id,
        grid=1 if in_grid else None,
        meeting=None if in_grid else meeting.id,
        _anchor=anchor,
    )
