"""The people who act for an organization, for its administrators."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from flask_wtf import FlaskForm

from app.audit.actions import record
from app.audit.confirming import confirmed_again
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.organizations.kinds import ROLES
from app.organizations.members import actions as memberships
from app.organizations.members.forms import InviteForm
from app.organizations.models import Membership, Organization, Role
from app.organizations.queries import memberships_in, organization_by_slug
from app.permissions import authorize, reach
from app.web.pages import found_or_404, get_or_404, page

bp = Blueprint("memberships", __name__)


@bp.route("/manage/organization/members", methods=["GET", "POST"])
@login_required
@confirmed_again
def index() -> ResponseReturnValue:
    """Of ``?organization=<slug>``, else of the first organization the visitor administers."""
    organization = asked_organization()
    authorize("organization.staff", organization)
    form = InviteForm(organization)
    if form.validate_on_submit():
        try:
            with transaction():
                memberships.invite(organization, form.email.data, form.chosen_role, by=current_user)
                record("role.offered", organization, organization_id=organization.id,
                       role=form.role.data)  # fmt: skip
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "success")
            return redirect(url_for(".index", organization=organization.slug), 303)
    return page(
        "organizations/members/index.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        organization=organization,
        own=reach(Role.ADMIN),
        members=memberships_in(organization),
        titles=ROLES,
        days=memberships.LASTS_DAYS,
    )


def asked_organization() -> Organization:
    if slug := request.args.get("organization", "").replace("\0", ""):
        return found_or_404(organization_by_slug(slug))
    return next(iter(reach(Role.ADMIN)), None) or abort(404)


@bp.post("/manage/organization/members/<int:membership_id>/remove")
@login_required
@confirmed_again
def remove(membership_id: int) -> ResponseReturnValue:
    membership = get_or_404(Membership, membership_id)
    organization, user = membership.organization, membership.user
    authorize("organization.staff", organization)
    with transaction():
        record("role.withdrawn", user, organization_id=organization.id, role=membership.role.value)
        memberships.remove(membership)
    flash(_("%(name)s does not have this role any more.", name=user.display_name), "success")
    if user.id == current_user.id:
        return redirect(url_for("events_desk.desk"), 303)
    return redirect(url_for(".index", organization=organization.slug), 303)


@bp.route("/organizations/join/<string:token>", methods=["GET", "POST"])
@login_required
def join(token: str) -> ResponseReturnValue:
    """The link of an invitation. 410 when it does not work any more."""
    invitation = memberships.invitation_of(token)
    if invitation is None:
        return page("organizations/members/invitation_gone.html", status=410)
    form = FlaskForm()
    form.form_errors = []
    if form.validate_on_submit():
        try:
            with transaction():
                if memberships.accept(invitation, current_user):
                    record("role.granted", current_user,
                           organization_id=invitation.organization.id,
                           role=invitation.role.value)  # fmt: skip
        except RuleBroken as broken:
            form.form_errors = [str(broken)]
        else:
            flash(_("Welcome: you act for %(name)s now.",
                    name=invitation.organization.short_name), "success")  # fmt: skip
            to = "classes.desk" if invitation.role is Role.TEACHER else "events_desk.desk"
            return redirect(url_for(to), 303)
    return page(
        "organizations/members/invitation.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        invitation=invitation,
        title=ROLES[invitation.role],
    )
