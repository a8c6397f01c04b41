"""The organizer's desk: events drafted, published, called off, copied."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.attendance.queries import unticked_events
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.about.details import Details, version_of
from app.events.editing import actions, patterns
from app.events.editing import queries as desk_queries
from app.events.editing import windows as editing
from app.events.editing.editor_forms import event_form, said_by, tab_of, usual_at
from app.events.editing.forms import EventForm, usual_for
from app.events.editing.queries import Choice
from app.events.kinds import KINDS
from app.events.series.actions import begin_series
from app.events.slots import actions as slots
from app.events.slots.forms import CallOffForm, CopyForm
from app.organizations.models import Organization, State
from app.organizations.queries import organizations_in_state
from app.permissions import attended, authorize, can, described, drafting, event_for, organized
from app.registrations.groups.waitlists import sign_ups_by_day, waiting_at
from app.registrations.queries import live_count
from app.registrations.signing_up.actions import cancel_all, tell_changed
from app.web.pages import page, page_asked, paged

bp = Blueprint("events_desk", __name__)
PAGE_SIZE = 25
MOST_BARS, MOST_UNTICKED, MOST_ASKING = 12, 10, 5


@bp.get("/manage")
@login_required
def desk() -> ResponseReturnValue:
    """For organizers everything; for people at the door today's doors alone."""
    authorize("desk.open")
    remit = organized()
    if not remit:
        return page("events/desk/doors.html", agenda=desk_queries.agenda(attended(), days=1))
    organizations = drafting()
    agenda = desk_queries.agenda(attended())
    full = desk_queries.filling(remit)
    waiting = waiting_at(remit)
    last_day = clock.today() + timedelta(days=desk_queries.AGENDA_DAYS - 1)
    drafts = desk_queries.drafts_of(remit)
    return page(
        "events/desk/desk.html",
        today_events=agenda.pop(clock.today(), {}),
        agenda=agenda,
        last_day=last_day,
        later=next((one for one in full if one.next_at >= clock.end_of_day(last_day)), None),
        full=full[:MOST_BARS],
        capacity=sum(one.capacity for one in full),
        taken=sum(one.taken for one in full),
        number=len(full),
        sign_ups=sign_ups_by_day(remit),
        applied=[one for one in waiting if one.applied],
        awaiting=[one for one in waiting if one.awaiting],
        lines=[one for one in waiting if one.waitlisted],
        drafts=[(event, actions.missing_for_publishing(event)) for event in drafts],
        unticked=unticked_events(remit, most=MOST_UNTICKED),
        asking=organizations_in_state(State.WAITING, size=MOST_ASKING).items
        if can("site.administer")
        else [],
        described=described(),
        unapproved=[each for each in organizations if not each.is_approved],
    )


@bp.get("/manage/events")
@login_required
def manage_index() -> ResponseReturnValue:
    authorize("event.create_somewhere")
    remit = organized()
    asked = {name: request.args.get(name, "") for name in ("status", "time", "kind", "q", "sort")}
    choice = Choice(**asked)
    number = page_asked()
    events = paged(desk_queries.events_of(remit, choice), number=number, size=PAGE_SIZE)
    said = {name: value for name, value in asked.items() if value}

    def url_with(**changed: Any) -> str:
        return url_for(".manage_index", **{**said, **changed})

    return page(
        "events/desk/index.html",
        events=events,
        seats=desk_queries.seats_of(events.items),
        choice=choice,
        kinds=KINDS.values(),
        has_several_organizations=len(remit.organizations) > 1 or bool(remit.events),
        url_with=url_with,
        url_of=lambda number: url_with(page=number),
    )


@bp.route("/manage/events/new", methods=["GET", "POST"])
@login_required
def new() -> ResponseReturnValue:
    """First the kind, as cards; then the form with what that kind needs. What this window
    has saved by itself already goes on as the same draft."""
    authorize("event.create_somewhere")
    organizations = drafting()
    tab = tab_of(request.form)
    usual = usual_at(organizations[0])
    if kind := KINDS.get(request.args.get("kind", "")):
        usual |= {"kind": kind.code, **usual_for(kind)}
    form = event_form(organizations, usual)
    begun = editing.draft_begun(request.form.get("draft", ""), tab, organizations)
    opened_with = request.form.get("version", "")[:40]
    asks_for_advice = "apply-kind" in request.form
    if asks_for_advice:
        form.apply_kind()
    elif form.validate_on_submit():
        organization = next(one for one in organizations if one.id == form.organization.data)
        try:
            with transaction():
                details = with_series(form, organization)
                if begun:
                    editing.save(begun, details, version=opened_with, tab=tab)
                    begun.organization = organization
                else:
                    begun = actions.draft(organization, details)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
            opened_with = version_of(begun) if begun else ""  # whoever saves again was told
        else:
            flash(_("The draft is saved. Now add the time and the seats."), "success")
            return redirect(url_for("slots.index", slug=begun.slug), 303)
    is_wrong = form.is_submitted() and not asks_for_advice
    return page(
        "events/editing/new.html",
        status=422 if is_wrong else 200,
        form=form,
        tab=tab,
        begun=begun,
        version=opened_with,
        chosen=KINDS.get(form.kind.data or ""),
        kinds=KINDS.values(),
    )


@bp.route("/manage/events/<string:slug>/edit", methods=["GET", "POST"])
@login_required
def edit(slug: str) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    form = event_form([event.organization], said_by(event), kept=event.measure)
    tab, version = tab_of(request.form), version_of(event)
    opened_with = request.form.get("version", "")[:40]
    asks_for_advice = "apply-kind" in request.form
    if asks_for_advice:
        form.apply_kind()
    elif form.validate_on_submit():
        kind = event.kind_code
        try:
            with transaction():
                details = with_series(form, event.organization)
                is_moved = editing.save(event, details, version=opened_with, tab=tab)
                told = tell_changed(event) if is_moved else 0
        except editing.Stale as stale:
            form.form_errors.append(str(stale))
            opened_with = ""  # whoever saves again has been told
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(saved(told), "success")
            if kind != event.kind_code and (people := live_count(event)):
                flash(kind_changed(people), "warning")
            return redirect(url_for(".edit", slug=event.slug), 303)
    return page(
        "events/editing/edit.html",
        status=422 if form.is_submitted() and not asks_for_advice else 200,
        event=event,
        form=form,
        tab=tab,
        version=opened_with or version,
    )


def with_series(form: EventForm, organization: Organization) -> Details:
    """What was typed; a new series begins with its first event."""
    details = form.details()
    if title := form.new_series.data:
        return replace(details, series=begin_series(organization, title))
    return details


def kind_changed(people: int) -> str:
    sentence: str = ngettext(
        "The kind is another one now. %(num)s person stays signed up; check for whom the event "
        "is and the measure of the plan.",
        "The kind is another one now. %(num)s people stay signed up; check for whom the event "
        "is and the measure of the plan.",
        people,
    )
    return sentence


def saved(told: int) -> str:
    sentence: str = ngettext(
        "Saved. %(num)s person who signed up is told about the change.",
        "Saved. %(num)s people who signed up are told about the change.",
        told,
    )
    return sentence if told else str(_("Saved."))


@bp.post("/manage/events/<string:slug>/publish")
@login_required
def publish(slug: str) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    with transaction():
        actions.publish(event)
    flash(_("“%(title)s” is published: everybody can see it.", title=event.title), "success")
    return redirect(url_for(".edit", slug=event.slug), 303)


@bp.post("/manage/events/<string:slug>/unpublish")
@login_required
def unpublish(slug: str) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    with transaction():
        slots.hold(event)
        actions.unpublish(event, signed_up=live_count(event))
    flash(_("“%(title)s” is a draft again: only you see it.", title=event.title), "success")
    return redirect(url_for(".edit", slug=event.slug), 303)


@bp.route("/manage/events/<string:slug>/call-off", methods=["GET", "POST"])
@login_required
def call_off(slug: str) -> ResponseReturnValue:
    """Asks for the reason and says how many people will be told."""
    event = event_for("event.manage", slug)
    authorize("event.call_off", event)
    form = CallOffForm()
    if form.validate_on_submit():
        try:
            with transaction():
                actions.call_off(event, reason=form.reason.data)
                told = cancel_all(event, reason=form.reason.data)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(called_off(told), "success")
            return redirect(url_for(".edit", slug=event.slug), 303)
    return page(
        "events/editing/call_off.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        form=form,
        people=live_count(event),
    )


def called_off(told: int) -> str:
    sentence: str = ngettext(
        "The event is called off. %(num)s person who signed up is told.",
        "The event is called off. %(num)s people who signed up are told.",
        told,
    )
    return sentence if told else str(_("The event is called off."))


@bp.route("/manage/events/<string:slug>/copy", methods=["GET", "POST"])
@login_required
def copy(slug: str) -> ResponseReturnValue:
    """Asks for the first day of the copy, if there are slots to be moved to it."""
    event = event_for("event.manage", slug)
    authorize("event.create", event.organization)
    form = CopyForm(data={"first_day": patterns.same_weekday_ahead(event)})
    if form.is_submitted() and (not event.slots or form.validate()):
        try:
            with transaction():
                twin = patterns.copy(event, first_day=form.first_day.data)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Here is the copy: a draft with the same words and slots."), "success")
            return redirect(url_for(".edit", slug=twin.slug), 303)
    return page(
        "events/editing/copy.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        form=form,
    )
