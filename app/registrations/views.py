"""The ticket, and one's own registrations."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app import clock
from app.db import transaction
from app.documents.queries import has_come
from app.errors import RuleBroken
from app.registrations import actions, answers
from app.registrations.answer_queries import said_by
from app.registrations.consent_requests import ask_again, lacks_consent, requests_about
from app.registrations.forms import AskGuardianForm, MoveForm
from app.registrations.models import Registration
from app.registrations.queries import (
    other_slots,
    place_in_line,
    registration_by_code,
    registrations_of,
)
from app.registrations.quotas import why_they_wait
from app.registrations.tickets import calendar_of, qr_svg
from app.security import limiter
from app.web import found_or_404, page, private

bp = Blueprint("registrations", __name__)


@bp.get("/registrations/<string:code>")
def show(code: str) -> ResponseReturnValue:
    registration = found_or_404(registration_by_code(code))
    response = private(ticket_page(registration))
    # Where the ticket comes in place of the form, the address bar follows: people keep it.
    response.headers["HX-Replace-Url"] = request.path
    return response


def ticket_page(registration: Registration, *, status: int = 200) -> Response:
    slots = other_slots(registration) if registration.may_cancel else []
    return page(
        "registrations/show.html",
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
            actions.cancel(registration)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(_("The registration is cancelled. If anybody waits, the seat is theirs."))
    return redirect(url_for(".show", code=code), 303)


@bp.post("/registrations/<string:code>/ask-guardian")
@limiter.limit("20 per hour")
def ask_guardian(code: str) -> ResponseReturnValue:
    """The letter once more, or to another address."""
    registration = found_or_404(registration_by_code(code))
    form = AskGuardianForm()
    if not form.validate_on_submit():
        flash(" ".join(map(str, form.guardian_email.errors)) or _("Try again."), "error")
        return redirect(url_for(".show", code=code), 303)
    try:
        with transaction():
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
        "registrations/mine.html",
        coming=[one for one in live if one.slot.ends_at > now],
        past=[one for one in reversed(live) if one.slot.ends_at <= now],
        cancelled=[one for one in everything if not one.is_live and one.slot.ends_at > now],
    )
