"""The ticket, and one's own registrations."""

import logging

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required
from sqlalchemy.exc import DBAPIError

from app.accounts import mailboxes
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.certificates.issued.queries import has_come
from app.notifications.held import note_answer
from app.registrations.answers import actions as answers
from app.registrations.answers.queries import said_by
from app.registrations.guardians.requests import ask_again, lacks_consent, requests_about
from app.registrations.models import Registration
from app.registrations.queries import (
    other_slots,
    place_in_line,
    registration_by_code,
    registrations_of,
)
from app.registrations.seats.quotas import why_they_wait
from app.registrations.signing_up import actions, costs
from app.registrations.signing_up.forms import AskGuardianForm, MoveForm
from app.registrations.tickets.tickets import calendar_of, qr_svg
from app.web.budgets import CHANGES_OF_TICKET, Cost, charge
from app.web.pages import found_or_404, page, private

log = logging.getLogger(__name__)
bp = Blueprint("registrations", __name__)
TICKETS_KEPT = 20  # guests' tickets that this browser remembers


@bp.get("/registrations/<string:code>")
def show(code: str) -> ResponseReturnValue:
    registration = found_or_404(registration_by_code(code))
    remember_ticket(registration)
    if mailboxes.is_proof(registration.email, request.args.get("mail", "")):
        return opened_from_letter(registration)
    response = private(ticket_page(registration))
    # Where the ticket comes in place of the form, the address bar follows: people keep it.
    response.headers["HX-Replace-Url"] = request.path
    return response


def opened_from_letter(registration: Registration) -> ResponseReturnValue:
    """The mailbox has answered: the letters that waited for that go now. The proof does not
    stay in the address bar, from which people copy."""
    if not mailboxes.has_answered(registration.email):
        try:
            with transaction():
                released = note_answer(registration.email)
        except DBAPIError:  # a ticket can be read while nothing can be written
            log.warning("an answer of a mailbox could not be noted", exc_info=True)
        else:
            if released:
                flash(
                    ngettext(
                        "Thank you: now we know your mailbox. %(num)s letter that waited for "
                        "that is on its way.",
                        "Thank you: now we know your mailbox. %(num)s letters that waited for "
                        "that are on their way.",
                        released,
                    ),
                    "success",
                )
    return redirect(url_for(".show", code=registration.code), 303)


def remember_ticket(registration: Registration) -> None:
    """So that this browser is recognised as the one that holds the ticket."""
    codes = session.get("tickets", [])
    if not current_user.is_authenticated and registration.code not in codes:
        session["tickets"] = [*codes, registration.code][-TICKETS_KEPT:]


def ticket_page(registration: Registration, *, status: int = 200) -> Response:
    slots = other_slots(registration) if registration.may_cancel else []
    return page(
        "registrations/tickets/show.html",
        status=status,
        registration=registration,
        event=registration.event,
        slot=registration.slot,
        person=registration.person,
        place=place_in_line(registration),
        other_slots=slots,
        came=registration.slot.has_begun and has_come(registration),
        asked=requests_about(registration) if registration.is_live else [],
        why_waiting=why_they_wait(registration),
        asks=registration.is_awaiting_consent
        or (
            (registration.is_waitlisted or registration.is_applied)
            and lacks_consent(registration.person)
        ),
        ask_form=AskGuardianForm(),
        own_answers=said_by([registration])[registration.id],
        may_answer=answers.may_change(registration),
        qr=qr_svg(url_for(".show", code=registration.code, _external=True)),
    )


@bp.post("/registrations/<string:code>/cancel")
def cancel(code: str) -> ResponseReturnValue:
    registration = found_or_404(registration_by_code(code))
    try:
        with transaction():
            actions.cancel(registration, by_form=True)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(_("The registration is cancelled. If anybody waits, the seat is theirs."))
    return redirect(url_for(".show", code=code), 303)


@bp.post("/registrations/<string:code>/ask-guardian")
def ask_guardian(code: str) -> ResponseReturnValue:
    """The letter once more, or to another address."""
    registration = found_or_404(registration_by_code(code))
    form = AskGuardianForm()
    if not form.validate_on_submit():
        flash(" ".join(map(str, form.guardian_email.errors)) or _("Try again."), "error")
        return redirect(url_for(".show", code=code), 303)
    try:
        with transaction():
            charge(*costs.of_guardian(form.guardian_email.data))
            ask_again(registration, form.guardian_email.data)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(_("The letter is on its way to the parent."), "success")
    return redirect(url_for(".show", code=code), 303)


@bp.post("/registrations/<string:code>/move")
def move(code: str) -> ResponseReturnValue:
    registration = found_or_404(registration_by_code(code))
    form = MoveForm()
    slots = {slot.id: slot for slot in other_slots(registration)}
    form.slot.choices = [(id_, slot.title) for id_, slot in slots.items()]
    if not form.validate_on_submit():
        flash(_("Choose another time from the list: that one has no seats left."), "error")
        return redirect(url_for(".show", code=code), 303)
    try:
        with transaction():
            charge(Cost(CHANGES_OF_TICKET, registration.id))
            actions.move(registration, slots[form.slot.data])
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(_("The time is changed."))
    return redirect(url_for(".show", code=code), 303)


@bp.get("/registrations/<string:code>/calendar.ics")
def calendar(code: str) -> ResponseReturnValue:
    registration = found_or_404(registration_by_code(code))
    body = calendar_of(registration, url=url_for(".show", code=registration.code, _external=True))
    response = Response(body, mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=ticket.ics"
    return private(response)


@bp.get("/me")
@login_required
def mine() -> ResponseReturnValue:
    now = clock.now()
    everything = registrations_of(current_user)
    live = [one for one in everything if one.is_live]
    return page(
        "registrations/tickets/mine.html",
        coming=[one for one in live if one.slot.ends_at > now],
        past=[one for one in reversed(live) if one.slot.ends_at <= now],
        cancelled=[one for one in everything if not one.is_live and one.slot.ends_at > now],
    )
