"""The organizer's room «Admission»: the way to the seats, applications, the draw, quotas."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.audit.actions import record
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.editing.queries import municipalities
from app.events.models import Event
from app.events.seat_rules import actions as seat_rules
from app.events.seat_rules.queries import draw_of, quota_of, quotas_of
from app.events.seat_rules.quota_models import QuotaKind
from app.events.seat_rules.wording import is_in_force, quota_rule
from app.events.slots import actions as slots
from app.permissions import authorize, event_for
from app.registrations.admission import decisions, draws
from app.registrations.admission.forms import AdmissionForm, DecisionForm, QuotaForm
from app.registrations.desk.actions import Outcome
from app.registrations.desk.forms import MOST_CHOSEN, numbers, slot_title
from app.registrations.desk.queries import Filter, chosen, figures_of, found
from app.registrations.guardians.states import consent_states
from app.registrations.models import Registration, Status
from app.registrations.queries import applications_of
from app.registrations.signing_up.actions import promote
from app.web.pages import found_or_404, page

bp = Blueprint("admission", __name__)
ROOM = "/manage/events/<string:slug>/admission"


def managed_event(slug: str) -> Event:
    event = event_for("event.manage", slug)
    authorize("event.see_people", event)
    return event


def room(
    event: Event,
    *,
    status: int = 200,
    way: AdmissionForm | None = None,
    quota: QuotaForm | None = None,
    decision: DecisionForm | None = None,
) -> Response:
    """The page, with what was typed into the form that was sent."""
    waiting, draw = applications_of(event), draw_of(event)
    undo = chosen(event, numbers(request.args, "undo")[:MOST_CHOSEN])
    return page(
        "registrations/admission/index.html",
        status=status,
        event=event,
        way=way or AdmissionForm(event),
        quota=quota or QuotaForm(municipalities()),
        decision=decision or DecisionForm(),
        sent=next((form for form in (way, quota, decision) if form), None),
        waiting=waiting,
        groups={one.group.code: one.group for one in waiting if one.group},
        ids=numbers(request.form),
        picked=request.form.getlist("groups"),
        states=consent_states(waiting),
        undo=[one for one in undo if decisions.may_undo(one) or one.is_declined],
        declined=found(event, Filter(status=Status.DECLINED)),
        quotas=[(one, quota_rule(one), is_in_force(one)) for one in quotas_of(event)],
        draw=draw,
        may_draw=draw is not None and draws.may_draw(event, draw),
        figures=figures_of(event),
        slot_title=slot_title,
    )


@bp.route(ROOM, methods=["GET", "POST"])
@login_required
def index(slug: str) -> ResponseReturnValue:
    event = managed_event(slug)
    if request.method == "GET":
        return room(event)
    form = AdmissionForm(event)
    if form.validate():
        try:
            with transaction():
                slots.hold(event)
                figures = figures_of(event)
                seat_rules.choose(
                    event,
                    form.wanted,
                    closes_at=form.closes_at.stored,
                    signed_up=figures.total - figures.ended,
                    applied=figures.applied,
                )
                record(
                    "admission.chosen",
                    event,
                    organization_id=event.organization_id,
                    kind=form.wanted.value,
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Saved."), "success")
            return back(event)
    return room(event, status=422, way=form)


def back(event: Event, **arguments: object) -> ResponseReturnValue:
    return redirect(url_for(".index", slug=event.slug, **arguments), 303)  # type: ignore[arg-type]


@bp.post(f"{ROOM}/decide")
@login_required
def decide(slug: str) -> ResponseReturnValue:
    """Accept, decline with a reason, or take decisions back, for all who are ticked."""
    event = managed_event(slug)
    form = DecisionForm()
    people = ticked(event)
    act = request.form.get("action", "")
    if not people:
        form.form_errors.append(_("Nobody is chosen: tick people in the table first."))
    elif act not in ACTS:
        form.form_errors.append(_("Choose what to do with the chosen people."))
    elif form.validate():
        try:
            if act == "decline" and not form.reason.data:
                raise RuleBroken(_("Write the reason: people read it in the letter."))
            with transaction():
                outcome = ACTS[act](people, form.reason.data or "")
                record(
                    "applications.decided",
                    event,
                    organization_id=event.organization_id,
                    act=act,
                    number=len(outcome.done),
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            tell_outcome(outcome, act)
            ids = [one.id for one in outcome.done][:MOST_CHOSEN] if act != "undo" else []
            return back(event, undo=",".join(map(str, ids)) or None)
    return room(event, status=422, decision=form)


ACTS: dict[str, Callable[[Sequence[Registration], str], Outcome]] = {
    "approve": lambda people, _reason: decisions.approve_many(people),
    "decline": lambda people, reason: decisions.decline_many(people, reason=reason),
    "undo": lambda people, _reason: decisions.undo_many(people),
}


def ticked(event: Event) -> list[Registration]:
    """The people ticked, and all who applied with the classes ticked."""
    people = chosen(event, numbers(request.form)[:MOST_CHOSEN])
    classes = set(request.form.getlist("groups"))
    ids = {one.id for one in people}
    return people + [
        one
        for one in (applications_of(event) if classes else ())
        if one.group and one.group.code in classes and one.id not in ids
    ]


def tell_outcome(outcome: Outcome, act: str) -> None:
    done = len(outcome.done)
    waiting = sum(one.is_waitlisted for one in outcome.done)
    words = {
        "approve": ngettext(
            "%(num)s application is accepted.", "%(num)s applications are accepted.", done
        ),
        "decline": ngettext(
            "%(num)s application is declined.", "%(num)s applications are declined.", done
        ),
        "undo": ngettext(
            "%(num)s application waits for a decision again.",
            "%(num)s applications wait for a decision again.",
            done,
        ),
    }
    if done:
        flash(words[act], "success")
    if waiting:
        flash(
            ngettext(
                "%(num)s of them is on the waitlist: there is no seat for now.",
                "%(num)s of them are on the waitlist: there are no seats for now.",
                waiting,
            )
        )
    if outcome.refused:
        flash(" ".join(outcome.refusals), "error")


@bp.post(f"{ROOM}/quotas")
@login_required
def add_quota(slug: str) -> ResponseReturnValue:
    event = managed_event(slug)
    form = QuotaForm(municipalities())
    if form.validate_on_submit():
        try:
            with transaction():
                slots.hold(event)
                kind = QuotaKind(form.kind.data)
                seat_rules.add_quota(event, kind, form.number.data or 0, **form.said())
                record(
                    "quota.added",
                    event,
                    organization_id=event.organization_id,
                    kind=kind.value,
                    number=form.number.data,
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("The rule holds from now on; seats already given stay given."), "success")
            return back(event)
    return room(event, status=422, quota=form)


@bp.post(f"{ROOM}/quotas/<int:quota_id>/delete")
@login_required
def delete_quota(slug: str, quota_id: int) -> ResponseReturnValue:
    event = managed_event(slug)
    quota = found_or_404(quota_of(event, quota_id))
    with transaction():
        slots.hold(event)
        record(
            "quota.deleted",
            event,
            organization_id=event.organization_id,
            kind=quota.kind.value,
            number=quota.seats,
        )
        seat_rules.delete_quota(quota)
        for slot in event.slots:
            promote(slot)
    flash(_("The rule is deleted. Whom it held up gets a seat while there are any."), "success")
    return back(event)


@bp.post(f"{ROOM}/draw")
@login_required
def draw(slug: str) -> ResponseReturnValue:
    event = managed_event(slug)
    try:
        with transaction():
            draws.draw(event)
            record("draw.held", event, organization_id=event.organization_id)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(_("The lots are drawn, and everybody gets a letter."), "success")
    return back(event)
