"""The organizer's table of registrations; people added by hand and at the door."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.attendance import actions as attendance
from app.attendance.models import Presence
from app.attendance.queries import Missed, marks_of, missed_of
from app.audit.actions import record, record_now
from app.base.db import transaction
from app.base.words.text import whole
from app.events.models import Event
from app.permissions import can, event_for
from app.registrations.answers.queries import answers_to_find, said_by
from app.registrations.desk import actions as staff
from app.registrations.desk.forms import MOST_CHOSEN, FilterForm, numbers, slot_title
from app.registrations.desk.queries import (
    chosen,
    figures_of,
    found,
    places_in_line,
    registration_in,
    schools_in,
    table_of,
)
from app.registrations.groups.queries import GroupRow, groups_in
from app.registrations.guardians.states import consent_states
from app.registrations.models import Registration
from app.web.pages import found_or_404, page, page_asked

bp = Blueprint("registrations_desk", __name__)
NAMED = 12  # so many names stand in a question about many people


@bp.get("/manage/events/<string:slug>/registrations")
@login_required
def index(slug: str) -> ResponseReturnValue:
    event = event_for("event.see_people", slug)
    figures = figures_of(event)
    groups = groups_in(event) if figures.in_groups else []
    form = filter_form(event, groups)
    table = table_of(event, form.filter, number=page_asked())
    noted = {"organization_id": event.organization_id, "number": len(table.items)}
    record_now("contacts.seen", event, **noted)
    ids = numbers(request.args)[:MOST_CHOSEN]
    asks = request.args.get("confirm") == "cancel"
    undo = numbers(request.args, "undo")[:MOST_CHOSEN]
    return page(
        "registrations/desk/index.html",
        event=event,
        form=form,
        table=table,
        groups=groups,
        group=next((row for row in groups if row.group.code == form.group.data), None),
        marks=marks_of(table.items),
        missed=missed_in(event, table.items),
        states=consent_states(table.items),
        said=said_by(table.items),
        figures=figures,
        places=places_in_line(event) if any(one.is_waitlisted for one in table.items) else {},
        ids=ids,
        elsewhere=[id_ for id_ in ids if id_ not in {one.id for one in table.items}],
        everyone="everyone" in request.args,
        to_cancel=[one for one in asked_people(event, form) if one.is_live] if asks else None,
        to_restore=[one for one in chosen(event, undo) if not one.is_live] if undo else [],
        named=NAMED,
        slot_title=slot_title,
    )


def missed_in(event: Event, shown: Sequence[Registration]) -> dict[int, Missed]:
    """Who did not come to earlier events: for the organization's own people alone."""
    if not shown or not can("event.see_absences", event):
        return {}
    return missed_of([one.person for one in shown], organization_id=event.organization_id)


def filter_form(event: Event, groups: Sequence[GroupRow]) -> FilterForm:
    titles = [(row.group.code, row.title) for row in groups]
    return FilterForm(
        event,
        request.values,
        schools=schools_in(event),
        groups=titles,
        answers=answers_to_find(event),
    )


def asked_people(event: Event, form: FilterForm) -> list[Registration]:
    """Those ticked, or everybody the filter finds. Numbers of other events are nobody's."""
    if "everyone" in request.values:
        return found(event, form.filter)
    return chosen(event, numbers(request.values))


@bp.post("/manage/events/<string:slug>/registrations/act")
@login_required
def act(slug: str) -> ResponseReturnValue:
    event = event_for("event.see_people", slug)
    form = filter_form(event, groups_in(event))
    people = asked_people(event, form)
    deed = ACTS.get(request.values.get("action", ""))
    undo: list[int] = []
    if deed is None:
        flash(_("Choose what to do with the chosen people."), "error")
    elif not people:
        flash(_("Nobody is chosen: tick people in the table first."), "error")
    else:
        with transaction():
            undo = deed(people)
            note(event, request.values["action"], len(people))
    at = request.values.get("at", 1, type=whole)
    here: dict[str, Any] = {**form.address, "page": at if at > 1 else None}
    return redirect(url_for(".index", slug=slug, **here, undo=joined(undo)), 303)


def note(event: Event, act: str, number: int) -> None:
    told = {"act": act, "number": number}
    record("registrations.changed", event, organization_id=event.organization_id, **told)


def joined(ids: Sequence[int]) -> str | None:
    return ",".join(map(str, ids)) or None


def cancel_chosen(people: Sequence[Registration]) -> list[int]:
    """Says whom to offer for undoing."""
    marks = marks_of(people)
    came = {id_ for id_, mark in marks.items() if mark.presence is Presence.PRESENT}
    cancelled = staff.cancel_many([one for one in people if one.id not in came])
    flash(
        ngettext(
            "%(num)s registration is cancelled.",
            "%(num)s registrations are cancelled.",
            len(cancelled),
        )
    )
    if came:
        flash(
            ngettext(
                "%(num)s person is marked as here and stays: take the mark off first.",
                "%(num)s people are marked as here and stay: take the marks off first.",
                len(came),
            ),
            "error",
        )
    return [one.id for one in cancelled][:MOST_CHOSEN]


def confirm_chosen(people: Sequence[Registration]) -> list[int]:
    outcome = staff.confirm_many(people)
    flash(ngettext("%(num)s person got a seat.", "%(num)s people got a seat.", len(outcome.done)))
    tell_refusals(outcome)
    return []


def restore_chosen(people: Sequence[Registration]) -> list[int]:
    outcome = staff.restore_many(people, by=current_user)
    waiting = sum(one.is_waitlisted for one in outcome.done)
    flash(
        ngettext(
            "%(num)s registration is restored.",
            "%(num)s registrations are restored.",
            len(outcome.done),
        )
    )
    if waiting:
        flash(
            ngettext(
                "%(num)s of them is on the waitlist: there are no free seats.",
                "%(num)s of them are on the waitlist: there are no free seats.",
                waiting,
            )
        )
    tell_refusals(outcome)
    return []


def mark_chosen(people: Sequence[Registration]) -> list[int]:
    number = attendance.mark_present(people, by=current_user)
    flash(
        ngettext(
            "%(num)s person is newly marked as here.",
            "%(num)s people are newly marked as here.",
            number,
        )
    )
    if not number:
        flash(
            _("Only people with a seat can be marked, and not before the day of their time."),
            "error",
        )
    return []


def tell_refusals(outcome: staff.Outcome) -> None:
    if outcome.refused:
        flash(
            ngettext(
                "%(num)s registration was left as it is.",
                "%(num)s registrations were left as they are.",
                outcome.refused,
            )
            + " "
            + " ".join(outcome.refusals),
            "error",
        )


ACTS: dict[str, Callable[[Sequence[Registration]], list[int]]] = {
    "cancel": cancel_chosen,
    "confirm": confirm_chosen,
    "restore": restore_chosen,
    "present": mark_chosen,
}


@bp.post("/manage/events/<string:slug>/registrations/<int:registration_id>/cancel")
@login_required
def cancel(slug: str, registration_id: int) -> ResponseReturnValue:
    event = event_for("event.see_people", slug)
    registration = found_or_404(registration_in(event, registration_id))
    with transaction():
        undo = cancel_chosen([registration])
        note(event, "cancel", 1)
    return redirect(url_for(".index", slug=slug, undo=joined(undo)), 303)
