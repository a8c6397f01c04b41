"""The page for the phone at the door: the ticket is read, the person is found and marked."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.attendance.door import actions as check_in
from app.attendance.door import queries as check_in_queries
from app.attendance.door.forms import TicketForm, new_uuid
from app.attendance.door.words import Words, device_title, door_words, words_of
from app.attendance.queries import MOST_FOUND, searched, slot_now
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.models import Event, Slot
from app.permissions import authorize, can, event_for
from app.registrations.desk.queries import printable
from app.web.pages import found_or_404, page, private

bp = Blueprint("check_in", __name__)
LEAST_LETTERS = 2


def slot_at_the_door(event: Event) -> Slot | None:
    """The one that was chosen, else the one that goes on."""
    wanted = request.values.get("slot", type=whole)
    return next((slot for slot in event.slots if slot.id == wanted), None) or slot_now(event)


@bp.get("/manage/events/<string:slug>/check-in")
@login_required
def index(slug: str) -> ResponseReturnValue:
    event = event_for("event.check_in", slug)
    slot = slot_at_the_door(event)
    if slot is None:
        return page("attendance/door/empty.html", event=event)
    return door(event, slot, TicketForm(formdata=None), answer=earlier_answer(event))


def door(
    event: Event, slot: Slot, form: TicketForm, *, answer: Words | None = None, status: int = 200
) -> ResponseReturnValue:
    words = printable(request.args.get("q", ""))
    is_search = len(words) >= LEAST_LETTERS
    return page(
        "attendance/door/check_in.html",
        status=status,
        is_shell=False,
        event=event,
        slot=slot,
        form=form,
        answer=answer,
        words=words,
        found=searched(event, words) if is_search else None,
        most_found=MOST_FOUND,
        counts=check_in_queries.counts_of(event, slot),
        late=check_in_queries.late_marks(event) if can("event.see_people", event) else [],
        device_title=device_title,
        door_words=door_words,
        new_uuid=new_uuid,
    )


def earlier_answer(event: Event) -> Words | None:
    """What became of the mark that was just sent as a form: the address names it."""
    number = request.args.get("answer", "")
    mark = check_in_queries.mark_by_uuid(number) if number.isascii() else None
    if mark is None or mark.event_id != event.id or mark.marked_by_id != current_user.id:
        return None
    return words_of(check_in.answer_again(event, mark.uuid))


@bp.post("/manage/events/<string:slug>/check-in")
@login_required
def mark(slug: str) -> ResponseReturnValue:
    """The way without scripts: the number of the ticket, or a person pressed in the list."""
    event = event_for("event.check_in", slug)
    slot = found_or_404(slot_at_the_door(event))
    form = TicketForm()
    if not form.validate_on_submit():
        return door(event, slot, form, status=422)
    with transaction():
        answer = check_in.take(event, form.sent(), by=current_user)
    return redirect(url_for(".index", slug=slug, slot=slot.id, answer=answer.uuid), 303)


@bp.post("/manage/events/<string:slug>/check-in/late")
@login_required
def late(slug: str) -> ResponseReturnValue:
    """Marks of a phone that came back after a week: they count, or they do not."""
    event = event_for("event.check_in", slug)
    authorize("event.see_people", event)
    wanted = set(request.form.getlist("ids", type=whole))
    marks = [one for one in check_in_queries.late_marks(event) if one.id in wanted]
    try:
        with transaction():
            if "apply" in request.form:
                number = check_in.apply_late(marks, by=current_user)
                said = ngettext("%(num)s mark is entered.", "%(num)s marks are entered.", number)
            else:
                number = check_in.drop_late(marks, by=current_user)
                said = ngettext("%(num)s mark is not used.", "%(num)s marks are not used.", number)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(said, "success")
    return redirect(url_for(".index", slug=slug), 303)


@bp.get("/manage/events/<string:slug>/check-in/shell")
@login_required
def shell(slug: str) -> ResponseReturnValue:
    """The page as the phone keeps it for the time without network: nobody's name, no token."""
    event = event_for("event.check_in", slug)
    response = page(
        "attendance/door/check_in.html",
        is_shell=True,
        event=event,
        slot=found_or_404(slot_at_the_door(event)),
        form=TicketForm(formdata=None, meta={"csrf": False}),
        answer=None,
        words="",
        found=None,
        most_found=MOST_FOUND,
        counts=check_in_queries.Counts(),
        late=[],
        device_title=device_title,
        door_words=door_words,
        new_uuid=new_uuid,
    )
    return private(response)
