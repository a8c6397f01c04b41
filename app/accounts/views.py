"""Logging in and out, an account, one's password and devices."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required
from flask_wtf import FlaskForm

from app.accounts import actions, devices, passwords
from app.accounts.forms import (
    AddressForm,
    ChangePasswordForm,
    LogInForm,
    PressForm,
    PressToEnterForm,
    ResetPasswordForm,
    SignUpForm,
)
from app.accounts.guards import attempts
from app.accounts.guards.known_browsers import this_one
from app.accounts.models import LinkPurpose
from app.accounts.queries import (
    device_in_use,
    devices_of,
    pending_account,
    usable_link,
    user_by_email,
)
from app.audit.actions import record
from app.audit.confirming import confirmed_by_mail
from app.audit.log_ins import enter, leave, refuse_wrong_password, user_who_knows
from app.audit.queries import log_ins_of
from app.audit.wording import log_in_words
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.notifications.held import note_answer
from app.organizations.models import Membership
from app.organizations.queries import memberships_of
from app.people.families.account_letters import tell_of_new_password, write
from app.permissions import can, memberships
from app.web.budgets import LETTERS_OF_NETWORK, Cost, charge, network_of
from app.web.health.outages import note
from app.web.pages import found_or_404, here_or, outside, page
from app.web.security import limiter

bp = Blueprint("accounts", __name__)
# Generous: a whole class may do it at once behind the one address of its school.
hashing_limit = limiter.limit("20 per minute; 120 per hour", methods=["POST"])
guessing_limit = limiter.limit("60 per minute", methods=["POST"])


@bp.before_app_request
def note_the_device() -> None:
    """Remember now and then that a log-in is in use, for the list of devices."""
    if request.endpoint == "static" or not current_user.is_authenticated:
        return
    device = device_in_use()
    if device and devices.is_to_be_noted(device):
        note(lambda: devices.note_seen(device))


@bp.route("/log-in", methods=["GET", "POST"])
@guessing_limit
def log_in() -> ResponseReturnValue:
    form = LogInForm(next=request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(onwards(form.next.data), 303)
    if form.validate_on_submit():
        try:
            user = user_who_knows(form.email.data, form.password.data)
        except RuleBroken as refused:
            form.form_errors.append(str(refused))
        else:
            enter(user, by="password", stay=not form.shared_computer.data)
            return redirect(onwards(form.next.data), 303)
    status = 422 if form.is_submitted() else 200
    return page("accounts/log_in.html", status=status, form=form)


@bp.post("/log-out")
@login_required
def log_out() -> ResponseReturnValue:
    leave()
    flash(_("You are logged out."))
    return redirect(url_for("events.home"), 303)


@bp.route("/log-in/link", methods=["GET", "POST"])
def log_in_link() -> ResponseReturnValue:
    form = AddressForm(next=request.args.get("next"))
    if form.validate_on_submit() and mailed(
        form, lambda: mail_link(form.email.data, LinkPurpose.LOG_IN, next=form.next.data or None)
    ):
        return redirect(url_for(".log_in_link", sent="yes"), 303)
    return form_or_sent("accounts/log_in_link.html", form)


@bp.route("/log-in/link/<string:token>", methods=["GET", "POST"])
def follow_link(token: str) -> ResponseReturnValue:
    if (link := usable_link(token, LinkPurpose.LOG_IN)) is None:
        return gone(_("Get a new link"), url_for(".log_in_link"))
    form = PressToEnterForm()
    if form.validate_on_submit():
        with transaction():
            user = actions.use_link(link)
            note_answer(user.email)
        enter(user, by="link", stay=not form.shared_computer.data)
        return redirect(onwards(request.args.get("next")), 303)
    return page("accounts/follow_link.html", form=form, user=link.user)


@bp.route("/sign-up", methods=["GET", "POST"])
@hashing_limit
def sign_up() -> ResponseReturnValue:
    form = SignUpForm(next=request.args.get("next"))
    if form.validate_on_submit() and mailed(form, lambda: mail_confirmation(form)):
        return redirect(url_for(".sign_up", sent="yes"), 303)
    return form_or_sent("accounts/sign_up.html", form)


@bp.route("/sign-up/<string:token>", methods=["GET", "POST"])
def confirm_address(token: str) -> ResponseReturnValue:
    if (asked := pending_account(token)) is None:
        return gone(_("Create an account"), url_for(".sign_up"))
    form = PressForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user = actions.confirm(asked)
                note_answer(user.email)
        except RuleBroken as refused:
            flash(str(refused), "error")
            return redirect(url_for(".log_in"), 303)
        enter(user, by="confirmation")
        flash(_("Your account is ready. Welcome!"), "success")
        return redirect(onwards(request.args.get("next")), 303)
    return page("accounts/confirm_address.html", form=form, asked=asked)


@bp.route("/log-in/reset", methods=["GET", "POST"])
def reset_password() -> ResponseReturnValue:
    form = AddressForm(next=request.args.get("next"))
    if form.validate_on_submit() and mailed(
        form, lambda: mail_link(form.email.data, LinkPurpose.RESET)
    ):
        return redirect(url_for(".reset_password", sent="yes"), 303)
    return form_or_sent("accounts/reset_password.html", form)


@bp.route("/log-in/reset/<string:token>", methods=["GET", "POST"])
def choose_password(token: str) -> ResponseReturnValue:
    if (link := usable_link(token, LinkPurpose.RESET)) is None:
        return gone(_("Get a new link"), url_for(".reset_password"))
    form = ResetPasswordForm(link.user, *places_of(memberships_of(link.user)))
    if form.validate_on_submit():
        password_hash = passwords.hash_of(form.new_password.data)
        with transaction():
            user = actions.use_link(link)
            actions.set_password(user, password_hash)
            note_answer(user.email)
            attempts.forgive(user.email, request.remote_addr, user=user, browser=this_one())
            tell_of_new_password(user, by="link")
        enter(user, by="link", stay=not form.shared_computer.data)
        flash(_("The new password works. You are logged out on all other devices."), "success")
        return redirect(onwards(None), 303)
    status = 422 if form.is_submitted() else 200
    return page("accounts/choose_password.html", status=status, form=form, user=link.user)


@bp.route("/me/security", methods=["GET", "POST"])
@login_required
@confirmed_by_mail
def security() -> ResponseReturnValue:
    form = ChangePasswordForm(current_user, *places_of(memberships()))
    if current_user.password_hash is None:
        del form.current_password
    if form.validate_on_submit():
        try:
            change_password(form)
        except RuleBroken as refused:
            form.current_password.errors = [str(refused)]
        else:
            flash(_("The new password works. You are logged out on all other devices."), "success")
            return redirect(url_for(".security"), 303)
    status = 422 if form.is_submitted() else 200
    return page(
        "accounts/security.html",
        status=status,
        form=form,
        devices=devices_of(current_user),
        here=device_in_use(),
        log_ins=log_ins_of(current_user),
        log_in_words=log_in_words,
    )


@bp.post("/me/security/devices/<int:device_id>/end")
@login_required
def end_device(device_id: int) -> ResponseReturnValue:
    device = found_or_404(
        next((own for own in devices_of(current_user) if own.id == device_id), None)
    )
    if device is device_in_use():
        leave()
        return redirect(url_for(".log_in"), 303)
    with transaction():
        devices.end(device)
        record("account.devices_ended", current_user, number=1)
    flash(_("Logged out there."), "success")
    return redirect(url_for(".security"), 303)


@bp.post("/me/security/devices/end-others")
@login_required
def end_other_devices() -> ResponseReturnValue:
    with transaction():
        number = devices.end_others(current_user, but=device_in_use())
        record("account.devices_ended", current_user, number=number)
    flash(_("Logged out on all other devices."), "success")
    return redirect(url_for(".security"), 303)


def places_of(held: list[Membership]) -> list[str]:
    """What the organizations are called that somebody acts for."""
    return [membership.organization.short_name for membership in held]


def change_password(form: ChangePasswordForm) -> None:
    if form.current_password:
        refuse_wrong_password(form.current_password.data)
    password_hash = passwords.hash_of(form.new_password.data)
    with transaction():
        actions.set_password(current_user, password_hash, here=device_in_use())
        tell_of_new_password(current_user, by="password")


def onwards(wanted: str | None) -> str:
    """Where somebody wanted to go before logging in, or where their work waits."""
    own = "events_desk.desk" if can("desk.open") else "registrations.mine"
    return here_or(url_for(own), wanted)


def mailed(form: FlaskForm, act: Callable[[], None]) -> bool:
    """Whether the letter was asked for: a network asks for so many a day, whoever has an
    account or not."""
    try:
        with attempts.even_pace():
            act()
    except RuleBroken as broken:
        form.form_errors.append(str(broken))
        return False
    return True


def mail_link(email: str, purpose: LinkPurpose, **query: Any) -> None:
    """Write to whoever has an account with this address; nobody else notices a difference."""
    letter, endpoint = {
        LinkPurpose.LOG_IN: ("log_in_link", ".follow_link"),
        LinkPurpose.RESET: ("password_reset", ".choose_password"),
    }[purpose]
    with transaction():
        charge(Cost(LETTERS_OF_NETWORK, network_of(request.remote_addr)))
        user = user_by_email(email)
        if attempts.may_write_to(email) and user:
            token = actions.make_link(user, purpose)
            link = outside(endpoint, token=token, **query)
            write(user, letter, link=link, good_until=actions.link_ends(purpose))
    session["letter_to"] = email


def mail_confirmation(form: SignUpForm) -> None:
    """To a new address a link that makes the account; to a known one a link to log in."""
    email, next_ = form.email.data.lower(), form.next.data or None
    password_hash = passwords.hash_of(form.password.data)  # also when it is not needed
    with transaction():
        charge(Cost(LETTERS_OF_NETWORK, network_of(request.remote_addr)))
        user = user_by_email(email)
        if not attempts.may_write_to(email):
            pass
        elif user:
            token = actions.make_link(user, LinkPurpose.LOG_IN)
            link = outside(".follow_link", token=token, next=next_)
            until = actions.link_ends(LinkPurpose.LOG_IN)
            write(user, "account_exists", link=link, good_until=until)
        else:
            language = str(get_locale())
            token = actions.ask_for_account(
                email, name=form.name.data, password_hash=password_hash, language=language
            )
            link = outside(".confirm_address", token=token, next=next_)
            notify(email, "account_confirm", language=language, name=form.name.data, link=link)
    session["letter_to"] = email


def form_or_sent(template: str, form: AddressForm | SignUpForm) -> ResponseReturnValue:
    """The form, or after sending it the same words for everybody."""
    if request.args.get("sent") and (address := session.get("letter_to")):
        return page("accounts/letter_sent.html", address=address, again=request.path)
    return page(template, status=422 if form.is_submitted() else 200, form=form)


def gone(offer: str, url: str) -> ResponseReturnValue:
    return page("accounts/link_gone.html", status=410, offer=offer, url=url)
