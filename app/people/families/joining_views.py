"""Invitations followed: a guardian's by the link in a letter, one's own account by a code."""

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.accounts import actions as accounts
from app.accounts import passwords
from app.accounts.forms import PressForm, ResetPasswordForm
from app.accounts.guards import attempts
from app.accounts.models import User
from app.accounts.queries import free_login
from app.audit.actions import record
from app.audit.confirming import confirmed_again
from app.audit.log_ins import enter
from app.base.codes import as_code
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.people.families import invitations
from app.people.families.joining_forms import CodeForm, NewAccountForm
from app.people.families.queries import invitation_by, pupils_kept_in
from app.people.families.slips import slips_for
from app.people.models import Invitation, InvitationPurpose, SchoolClass
from app.people.queries import person_of
from app.permissions import authorize
from app.registrations.merging.actions import merge
from app.web.pages import PDF, download, get_or_404, page, private
from app.web.security import limiter

bp = Blueprint("joining", __name__)


# Guardians


@bp.route("/invitations/<string:token>", methods=["GET", "POST"])
@login_required
def invitation(token: str) -> ResponseReturnValue:
    """Opening it changes nothing: programs that look through mail open links, but press
    nothing."""
    sent = invitation_by(token, InvitationPurpose.GUARDIAN, InvitationPurpose.HAND_OVER)
    if sent is None:
        return no_longer(None)
    form = PressForm()
    if stands(sent) and form.validate_on_submit():
        try:
            with transaction():
                invitations.accept(sent, current_user)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(
                _("You are a guardian now: %(name)s.", name=sent.person.shortened), "success"
            )  # fmt: skip
            return redirect(url_for("children.index"), 303)
    if not stands(sent):
        return no_longer(sent)
    status = 422 if form.is_submitted() else 200
    return private(page("people/families/invitation.html", status=status, sent=sent, form=form))


# An account of one's own


@bp.route("/join", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
def type_code() -> ResponseReturnValue:
    form = CodeForm()
    if form.validate_on_submit():
        try:
            found = looked_up(form.code.data)
        except RuleBroken as broken:
            form.code.errors = [str(broken)]
        else:
            if found:
                return redirect(url_for(".join", code=form.code.data), 303)
            form.code.errors = [no_such_code()]
    return page(
        "people/families/join_code.html", status=422 if form.is_submitted() else 200, form=form
    )


@bp.route("/join/<string:code>", methods=["GET", "POST"])
@limiter.limit("60 per minute")
@confirmed_again
def join(code: str) -> ResponseReturnValue:
    """«Is this you?» for who is logged in; else a login and a password are chosen first."""
    try:
        found = looked_up(code)
    except RuleBroken as broken:
        return wrong_code(code, str(broken), status=429)
    if found is None:
        return wrong_code(code, no_such_code(), status=404)
    if not stands(found):
        return no_longer(found)
    if user := found.person.user:
        may_renew = invitations.may_renew(found)
        return choose_password(found, user) if may_renew else no_longer(found)
    if current_user.is_authenticated:
        return join_this_account(found, code)
    return join_new_account(found, code)


def join_this_account(found: Invitation, code: str) -> ResponseReturnValue:
    form = PressForm()
    if form.validate_on_submit():
        try:
            with transaction():
                join_own(found, current_user)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            return welcome(found)
    status = 422 if form.is_submitted() else 200
    return private(
        page("people/families/join.html", status=status, person=found.person, form=form, code=code)
    )


def join_new_account(found: Invitation, code: str) -> ResponseReturnValue:
    person = found.person
    name = f"{person.first_name} {person.last_name}"
    form = NewAccountForm(name)
    if form.validate_on_submit():
        password_hash = passwords.hash_of(form.password.data)
        try:
            with transaction():
                user = accounts.open_account(
                    form.login.data,
                    name=name,
                    password_hash=password_hash,
                    language=str(get_locale()),
                )
                record("account.opened", user)
                invitations.join(found, user)
        except RuleBroken as broken:
            form.login.errors = [str(broken)]
        else:
            enter(user, by="code", stay=not form.shared_computer.data)
            return welcome(found)
    if not form.is_submitted():
        form.shared_computer.data = invitations.is_printed_by_school(found)
        form.login.data = free_login(name)
    status = 422 if form.is_submitted() else 200
    return private(
        page("people/families/join.html", status=status, person=person, form=form, code=code)
    )


def choose_password(found: Invitation, user: User) -> ResponseReturnValue:
    """The password of an account without an address was forgotten."""
    form = ResetPasswordForm(user)
    if form.validate_on_submit():
        password_hash = passwords.hash_of(form.new_password.data)
        with transaction():
            invitations.renew_password(found, password_hash)
        enter(user, by="code", stay=not form.shared_computer.data)
        return welcome(found)
    if not form.is_submitted():
        form.shared_computer.data = invitations.is_printed_by_school(found)
    status = 422 if form.is_submitted() else 200
    return private(page("accounts/choose_password.html", status=status, form=form, user=user))


def join_own(found: Invitation, user: User) -> None:
    """Whoever has told who they are before is merged with the person of the code, who takes
    over the account with everything else."""
    invitations.refuse_stranger(found.person, user)
    if own := person_of(user):
        merge(found.person, own, by=user)  # one human being: nobody stands here twice
    invitations.join(found, user)


def looked_up(code: str) -> Invitation | None:
    """The invitation; a wrong code is counted, and too many are refused."""
    attempts.refuse_guessing(request.remote_addr)
    found = invitation_by(as_code(code), InvitationPurpose.OWN_ACCOUNT)
    if found is None:
        with transaction():
            attempts.note_wrong_code(request.remote_addr)
    return found


def welcome(found: Invitation) -> ResponseReturnValue:
    flash(_("Welcome, %(name)s! This is your page.", name=found.person.first_name), "success")
    return redirect(url_for("registrations.mine"), 303)


def stands(found: Invitation) -> bool:
    """Not used, not lapsed, and about somebody who is still there."""
    person = found.person
    return found.is_usable and not (person.merged_into_id or person.anonymized_at)


def no_such_code() -> str:
    return _("There is no such code. Compare it with the paper, letter by letter.")


def wrong_code(code: str, words: str, *, status: int) -> ResponseReturnValue:
    form = CodeForm(formdata=None, code=as_code(code)[:40])
    form.code.errors = [words]
    return private(page("people/families/join_code.html", status=status, form=form))


def no_longer(sent: Invitation | None) -> ResponseReturnValue:
    """410 for one that was used or whose time is over, 404 for one that never was."""
    status = 410 if sent else 404
    return private(page("people/families/invitation_gone.html", status=status, sent=sent))


# Printed log-ins


@bp.post("/school/classes/<int:class_id>/slips.pdf")
@login_required
@limiter.limit("30 per minute")
@confirmed_again
def slips(class_id: int) -> ResponseReturnValue:
    """Codes for the chosen pupils, or for all who have no account, on paper to cut. A chosen
    one whose account is in use is refused: only its owner or a guardian opens it."""
    class_ = get_or_404(SchoolClass, class_id)
    authorize("class.see", class_)
    pupils = {pupil.id: pupil for pupil in pupils_kept_in(class_)}
    wanted = request.form.getlist("ids", type=whole)
    if any(id_ not in pupils for id_ in wanted) or len(wanted) < len(request.form.getlist("ids")):
        abort(404)
    chosen = [
        pupil
        for pupil in pupils.values()
        if pupil.id in wanted or (pupil.user is None and not wanted)
    ]
    if not chosen:
        raise RuleBroken(_("Everybody here has an account already: there is nothing to print."))
    with transaction():
        codes = invitations.print_codes(class_, chosen, by=current_user)
    name = f"{_('Log-ins')} — {class_.title}.pdf"
    return paper(slips_for(class_, chosen, codes), name)


def paper(content: bytes, name: str) -> Response:
    return download(content, PDF, name)
