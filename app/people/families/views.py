"""A guardian's children: added, corrected, shared with other guardians, handed over."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.audit.confirming import confirmed_again
from app.base.codes import in_groups
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.people.families import children, invitations
from app.people.families.forms import ChildForm, InviteForm
from app.people.families.queries import child_of, is_named_like, open_invitations
from app.people.models import InvitationPurpose, Person
from app.people.queries import children_of, guardianships_of, schools
from app.registrations.tickets.tickets import qr_svg
from app.web.budgets import CHILDREN_TYPED, Cost, charge
from app.web.pages import found_or_404, outside, page, private
from app.web.security import limiter

bp = Blueprint("children", __name__)


@bp.get("/me/children")
@login_required
def index() -> ResponseReturnValue:
    found = children_of(current_user)
    return page("people/families/children.html", children=found, guardians=guardianships_of(found))


@bp.route("/me/children/new", methods=["GET", "POST"])
@login_required
def new() -> ResponseReturnValue:
    form = ChildForm()
    if form.validate_on_submit():
        try:
            pay_for_the_answer()
            with transaction():
                child = children.add_child(current_user, form.details)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(words_for_added(child), "success")
            return redirect(url_for(".index"), 303)
    status = 422 if form.is_submitted() else 200
    return page("people/families/child_new.html", status=status, form=form, schools=schools())


@bp.route("/me/children/<int:person_id>", methods=["GET", "POST"])
@login_required
def edit(person_id: int) -> ResponseReturnValue:
    child = found_or_404(child_of(current_user, person_id))
    form = ChildForm(child)
    if form.validate_on_submit():
        try:
            if not is_named_like(child, form.details):
                pay_for_the_answer()
            with transaction():
                children.correct_child(child, form.details)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Saved. Coming tickets and papers show it."), "success")
            return redirect(url_for(".edit", person_id=person_id), 303)
    if not form.is_submitted():
        form.show(child)
    return child_page(child, form=form, status=422 if form.is_submitted() else 200)


def pay_for_the_answer() -> None:
    """Whether it is taken or refused, the answer tells if a child of this name and birth date
    is on the site: nobody asks about one after the other. Paid in a transaction of its own,
    for the refusal takes back the other."""
    with transaction():
        charge(Cost(CHILDREN_TYPED, current_user.id))


@bp.post("/me/children/<int:person_id>/invite")
@login_required
@confirmed_again
def invite(person_id: int) -> ResponseReturnValue:
    child = found_or_404(child_of(current_user, person_id))
    form = InviteForm()
    if form.validate_on_submit():
        email = form.guardian_email.data
        try:
            with transaction():
                invitations.invite(
                    child, email, InvitationPurpose(form.purpose.data), by=current_user
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("The invitation is on its way to %(email)s.", email=email), "success")
            return redirect(url_for(".edit", person_id=person_id), 303)
    return child_page(child, invite_form=form, status=422)


@bp.post("/me/children/<int:person_id>/invitations/<int:invitation_id>/take-back")
@login_required
def take_back(person_id: int, invitation_id: int) -> ResponseReturnValue:
    child = found_or_404(child_of(current_user, person_id))
    sent = {one.id: one for one in open_invitations(child)}
    invitation = found_or_404(sent.get(invitation_id))
    with transaction():
        invitations.take_back(invitation)
    flash(_("Taken back: the link in the letter no longer works."), "success")
    return redirect(url_for(".edit", person_id=person_id), 303)


@bp.post("/me/children/<int:person_id>/stop")
@login_required
@confirmed_again
def stop(person_id: int) -> ResponseReturnValue:
    child = found_or_404(child_of(current_user, person_id))
    try:
        with transaction():
            children.stop(child, current_user)
    except RuleBroken as broken:
        flash(str(broken), "error")
        return redirect(url_for(".edit", person_id=person_id), 303)
    flash(_("You no longer keep this child: %(name)s.", name=child.shortened), "success")
    return redirect(url_for(".index"), 303)


@bp.post("/me/children/<int:person_id>/code")
@login_required
@limiter.limit("30 per hour")
@confirmed_again
def code(person_id: int) -> ResponseReturnValue:
    """Shown in the answer itself, this once: it is kept nowhere."""
    child = found_or_404(child_of(current_user, person_id))
    try:
        with transaction():
            made = invitations.make_codes([child], by=current_user)[child.id]
    except RuleBroken as broken:
        flash(str(broken), "error")
        return redirect(url_for(".edit", person_id=person_id), 303)
    address = outside("joining.join", code=made)
    return private(
        page(
            "people/families/child_code.html",
            child=child,
            code=in_groups(made),
            qr=qr_svg(address),
            place=outside("joining.type_code").partition("//")[2],
            days=invitations.LASTS.days,
        )
    )


def child_page(
    child: Person,
    *,
    form: ChildForm | None = None,
    invite_form: InviteForm | None = None,
    status: int,
) -> ResponseReturnValue:
    if form is None:  # another form of this page was sent
        form = ChildForm(child, formdata=None)
        form.show(child)
    return page(
        "people/families/child.html",
        status=status,
        child=child,
        form=form,
        schools=schools(),
        guardians=guardianships_of([child])[child.id],
        invited=open_invitations(child),
        invite_form=invite_form or InviteForm(formdata=None),
    )


def words_for_added(child: Person) -> str:
    if child.class_id:
        return _(
            "The school keeps this child already, with your address: you are the guardian now."
        )
    return _("Added: %(name)s. Now you can sign them up for events.", name=child.shortened)
