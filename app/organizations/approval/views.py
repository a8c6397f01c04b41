"""What the ministry does with organizations: reads who asks, and decides, act by act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import login_required
from flask_wtf import FlaskForm

from app.audit.actions import record
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import clean
from app.events.catalogue.counts import coming_events_of, number_of_coming
from app.organizations import queries
from app.organizations.actions import needs_approval
from app.organizations.approval import changes, states
from app.organizations.approval.warnings import warnings_of
from app.organizations.forms import CloseForm, ReasonForm
from app.organizations.kinds import TITLES
from app.organizations.models import Organization, OrganizationChange, State
from app.permissions import authorize
from app.registrations.desk.closing import MOST_NAMED, close_organization
from app.registrations.queries import people_to_come_to
from app.web.pages import found_or_404, get_or_404, page, page_asked

bp = Blueprint("approvals", __name__)
MOST_LETTERS = 100
STATES = {
    State.WAITING: _l("Waiting"),
    State.APPROVED: _l("Approved organizations"),
    State.REJECTED: _l("Rejected"),
    State.SUSPENDED: _l("Suspended"),
    State.CLOSED: _l("Closed"),
}


def approve(organization: Organization, _form: FlaskForm) -> None:
    states.approve(organization, seen=request.form.get("seen", ""))
    record("organization.approved", organization, **about(organization))


def reject(organization: Organization, form: ReasonForm) -> None:
    states.reject(organization, reason=form.reason.data)
    record("organization.rejected", organization, **about(organization), reason=form.reason.data)


def suspend(organization: Organization, form: ReasonForm) -> None:
    states.suspend(organization, reason=form.reason.data)
    record("organization.suspended", organization, **about(organization), reason=form.reason.data)


def resume(organization: Organization, _form: FlaskForm) -> None:
    states.resume(organization)
    record("organization.resumed", organization, **about(organization))


def close(organization: Organization, form: CloseForm) -> None:
    reason = form.reason.data
    events, people = close_organization(organization, reason=reason, calls_off=form.calls_off.data)
    record(
        "organization.closed", organization, **about(organization), reason=reason,
        events=events, people=people,
    )  # fmt: skip


def about(organization: Organization) -> dict[str, Any]:
    """Of what the audit says in each entry."""
    return {"organization_id": organization.id, "name": organization.name}


@dataclass(frozen=True)
class Act:
    """Something the ministry does to an organization."""

    perform: Callable[[Organization, Any], None]
    form: type[FlaskForm]
    states: tuple[State, ...]  # in which it can be done
    done: Any  # what is said afterwards
    is_told_why: bool = False


ACTS = {
    "approve": Act(
        approve,
        FlaskForm,
        (State.WAITING, State.REJECTED),
        _l("«%(name)s» is approved and can publish events."),
    ),
    "reject": Act(
        reject,
        ReasonForm,
        (State.WAITING,),
        _l("«%(name)s» is not approved."),
        is_told_why=True,
    ),
    "suspend": Act(
        suspend,
        ReasonForm,
        (State.APPROVED,),
        _l("«%(name)s» is suspended."),
        is_told_why=True,
    ),
    "resume": Act(
        resume,
        FlaskForm,
        (State.SUSPENDED,),
        _l("«%(name)s» works again."),
    ),
    "close": Act(
        close,
        CloseForm,
        (State.WAITING, State.APPROVED, State.REJECTED, State.SUSPENDED),
        _l("«%(name)s» is closed."),
        is_told_why=True,
    ),
}


def told_words(organization: Organization, act: Act | None = None) -> str:
    """To how many the letter went: one that nobody administers hears nothing."""
    number = number_told(organization)
    if not number:
        return str(_("Nobody was told: the organization has no administrator yet."))
    if act and act.is_told_why:
        return ngettext(
            "The reason was sent to %(num)s administrator.",
            "The reason was sent to %(num)s administrators.",
            number,
        )
    return ngettext(
        "A letter was sent to %(num)s administrator.",
        "A letter was sent to %(num)s administrators.",
        number,
    )


def number_told(organization: Organization) -> int:
    return sum(bool(admin.email) for admin in queries.admins_of([organization])[organization.id])


@bp.get("/administration/organizations")
@login_required
def index() -> ResponseReturnValue:
    """Those of one state, the waiting ones first. What is not understood in the address
    filters nothing."""
    authorize("site.administer")
    state = next((one for one in State if one == request.args.get("state")), State.WAITING)
    q = clean(request.args.get("q", "").replace("\0", ""))[:MOST_LETTERS]
    found = queries.organizations_in_state(state, q, number=page_asked())
    return page(
        "organizations/approval/index.html",
        found=found,
        state=state,
        q=q,
        names=STATES,
        numbers=queries.number_in_state(),
        asked=queries.changes_asked(size=1).total,
        warnings=warnings_of(found.items) if state is not State.APPROVED else {},
        acts=acts_of,
        titles=TITLES,
    )


def acts_of(organization: Organization) -> list[str]:
    """What can be done to it now; nothing to the ministry itself."""
    if organization.state is State.APPROVED and not needs_approval(organization):
        return []
    return [name for name, act in ACTS.items() if organization.state in act.states]


@bp.route(
    "/administration/organizations/<int:organization_id>/<string:name>", methods=["GET", "POST"]
)
@login_required
def act(organization_id: int, name: str) -> ResponseReturnValue:
    """Says what will happen, and to how many, before it is done."""
    authorize("site.administer")
    chosen = ACTS.get(name) or abort(404)
    organization = get_or_404(Organization, organization_id)
    form = chosen.form()
    form.form_errors = []
    if form.validate_on_submit():
        try:
            with transaction():
                chosen.perform(organization, form)
        except RuleBroken as broken:
            form.form_errors = [str(broken)]
        else:
            done = str(chosen.done) % {"name": organization.short_name}
            flash(" ".join((done, told_words(organization, chosen))), "success")
            return redirect(url_for(".index"), 303)
    elif not form.is_submitted() and name not in acts_of(organization):
        flash(_("This does not fit any more: it has been decided already."))
        return redirect(url_for(".index", state=organization.state.value), 303)
    return page(
        "organizations/approval/act.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        name=name,
        organization=organization,
        kind=TITLES[organization.kind],
        seal=states.seal_of(organization),
        warnings=warnings_of([organization])[organization.id],
        staff=queries.staff_of(organization),
        admins=number_told(organization),
        events=number_of_coming(organization),
        first_events=coming_events_of(organization, most=MOST_NAMED),
        people=people_to_come_to(organization),
    )


@bp.get("/administration/organization-names")
@login_required
def names() -> ResponseReturnValue:
    """Approved organizations that ask for another name or kind."""
    authorize("site.administer")
    found = queries.changes_asked(number=page_asked())
    return page(
        "organizations/approval/changes.html",
        found=found,
        names=STATES,
        numbers=queries.number_in_state(),
        asked=found.total,
        warnings=warnings_of(found.items),
        titles=TITLES,
    )


@bp.route("/administration/organization-names/<int:organization_id>", methods=["GET", "POST"])
@login_required
def change(organization_id: int) -> ResponseReturnValue:
    """The old name and the new one; accepted by one button, refused with a reason."""
    authorize("site.administer")
    organization = get_or_404(Organization, organization_id)
    asked = found_or_404(queries.change_of(organization))
    form = ReasonForm()
    form.form_errors = []
    accepts = request.form.get("answer") == "accept"
    if form.is_submitted() and (accepts or form.validate()):
        try:
            with transaction():
                answer(asked, form, accepts=accepts)
        except RuleBroken as broken:
            form.form_errors = [str(broken)]
            asked = found_or_404(queries.change_of(organization))  # as it is now
        else:
            flash(" ".join((_("Answered."), told_words(organization))), "success")
            return redirect(url_for(".names"), 303)
    return page(
        "organizations/approval/change.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        change=asked,
        organization=organization,
        seal=states.seal_of(asked),
        warnings=warnings_of([asked])[asked.id],
        titles=TITLES,
    )


def answer(asked: OrganizationChange, form: ReasonForm, *, accepts: bool) -> None:
    organization = asked.organization
    if accepts:
        said = changes.accept(asked, seen=request.form.get("seen", ""))
        record(
            "organization.change_accepted", organization, organization_id=organization.id, **said
        )
    else:
        said = changes.refuse(asked, reason=form.reason.data)
        record(
            "organization.change_refused", organization, organization_id=organization.id,
            reason=form.reason.data, **said,
        )  # fmt: skip
