"""The e-mail address of an account: added to a login, or changed."""

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.accounts import addresses
from app.accounts.forms import AddressForm, PressForm
from app.accounts.guards import attempts
from app.accounts.queries import user_by_email
from app.audit.actions import record
from app.audit.confirming import confirmed_again
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.people.families.invitations import tell_guardians_of
from app.web.pages import outside, page, private
from app.web.security import limiter

bp = Blueprint("address", __name__)


@bp.route("/me/security/address", methods=["GET", "POST"])
@login_required
@limiter.limit("20 per hour", methods=["POST"])
@confirmed_again
def add() -> ResponseReturnValue:
    """The new mailbox gets a link; the one before reads of it when the link was followed."""
    form = AddressForm()
    if form.validate_on_submit():
        with attempts.even_pace():
            mail_link(form.email.data)
        return redirect(url_for(".add", sent="yes"), 303)
    if request.args.get("sent") and (address := session.get("letter_to")):
        return page("accounts/letter_sent.html", address=address, again=request.path)
    return page("accounts/address.html", status=422 if form.is_submitted() else 200, form=form)


@bp.route("/me/security/address/<string:token>", methods=["GET", "POST"])
@login_required
def confirm(token: str) -> ResponseReturnValue:
    email = addresses.address_in(token, current_user)
    if email is None:
        offer, url = _("Security"), url_for("accounts.security")
        return page("accounts/link_gone.html", status=410, offer=offer, url=url)
    form = PressForm()
    if form.validate_on_submit():
        try:
            with transaction():
                before = addresses.set_address(current_user, email)
                record("account.address_changed", current_user, first=not before)
                tell_of_new_address(before)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Added: letters come to %(email)s from now on.", email=email), "success")
            return redirect(url_for("accounts.security"), 303)
    status = 422 if form.is_submitted() else 200
    return private(page("accounts/address_confirm.html", status=status, form=form, email=email))


def tell_of_new_address(before: str) -> None:
    """The old mailbox and the new one, and whoever keeps the child whose account it is."""
    for address in filter(None, (before, current_user.email)):
        notify(
            address,
            "address_changed",
            language=current_user.language,
            name=current_user.name,
            is_new=address == current_user.email,
        )
    tell_guardians_of(current_user, "child_address_changed")


def mail_link(email: str) -> None:
    """To an address that nobody has; whoever asks notices no difference."""
    with transaction():
        if attempts.may_write_to(email) and user_by_email(email) is None:
            link = outside("address.confirm", token=addresses.token_for(current_user, email))
            notify(
                email,
                "address_confirm",
                language=current_user.language,
                name=current_user.name,
                link=link,
            )
    session["letter_to"] = email
