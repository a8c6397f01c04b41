"""Signing up, the ticket, one's own registrations."""

from collections.abc import Hashable
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required
from flask_wtf.csrf import generate_csrf

from app import clock
from app.accounts.models import User
from app.db import transaction
from app.documents.queries import has_come
from app.errors import RuleBroken
from app.events.models import Event
from app.events.queries import event_by_slug
from app.events.states import form_state_of
from app.events.wording import why_signup_is_closed
from app.kept import kept_page
from app.people.actions import add_person, agree, guest_person
from app.people.models import ConsentKind, Person
from app.people.queries import has_agreed, person_of, schools, words_in_force
from app.permissions import authorize
from app.registrations import actions
from app.registrations.admission import AlreadySignedUp
from app.registrations.forms import MoveForm, OwnForm, PersonForm, SeatForm, new_form_key
from app.registrations.letters import tell
from app.registrations.models import Channel, Registration
from app.registrations.queries import (
    other_slots,
    place_in_line,
    registration_by_code,
    registrations_of,
)
from app.registrations.tickets import calendar_of, qr_svg
from app.web import found_or_404, page

bp = Blueprint("registrations", __name__)
TICKETS_KEPT = 20  # guests' tickets that this browser remembers


@bp.route("/events/<string:slug>/sign-up", methods=["GET", "POST"])
def sign_up(slug: str) -> ResponseReturnValue:
    if request.method == "GET" and not current_user.is_authenticated:
        return empty_form(slug)
    event = found_or_404(event_by_slug(slug, alone=True))
    authorize("event.see", event)
    own = person_of(current_user) if current_user.is_authenticated else None
    form = form_for(event, own)
    if form.validate_on_submit():
        try:
            with transaction():
                registration = register(form, own)
        except AlreadySignedUp as already:
            form.form_errors.append(str(already))
            remind(already.registration)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            remember_ticket(registration)
            return redirect(url_for(".show", code=registration.code), 303)
    return page(
        "registrations/sign_up.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        event=event,
        closed="" if form.is_submitted() else why_signup_is_closed(event),
        own=own,
        schools=[] if own else schools(),
        words=words() if form.must_agree else "",
    )


def empty_form(slug: str) -> ResponseReturnValue:
    """The form as every guest finds it, but for its token and its key."""
    token, form_key = generate_csrf(), new_form_key()

    def context() -> dict[str, Any]:
        event = found_or_404(event_by_slug(slug))
        authorize("event.see", event)
        form = form_for(event, None)
        form.form_key.data = form_key
        return {
            "form": form,
            "event": event,
            "closed": why_signup_is_closed(event),
            "own": None,
            "schools": schools(),
            "words": words(),
        }

    def shown() -> Hashable:
        return form_state_of(slug), clock.now().timestamp() // 300  # the schools: every 5 minutes

    return kept_page(
        "registrations/sign_up.html", shown=shown, context=context, own=(token, form_key)
    )


def words() -> str:
    return words_in_force(ConsentKind.PERSONAL_DATA)


def form_for(event: Event, own: Person | None) -> SeatForm:
    slot_id = request.args.get("slot", type=int)
    if own:
        agreed = has_agreed(own, ConsentKind.PERSONAL_DATA)
        form = OwnForm(event, slot_id=slot_id, must_agree=not agreed)
        form.person.choices = [(own.id, own.full_name)]
        return form
    form = PersonForm(event, slot_id=slot_id, must_agree=True)
    if current_user.is_authenticated and not form.is_submitted():
        form.email.data = current_user.email
    return form


def register(form: SeatForm, own: Person | None) -> Registration:
    """Sign up whoever the form describes; all in the caller's transaction."""
    account: User | None = current_user if current_user.is_authenticated else None
    person = own or newly_told(form, account)
    registration = actions.sign_up(
        form.chosen_slot,
        person,
        channel=Channel.ACCOUNT if account else Channel.GUEST,
        email=account.email if account else person.email,
        phone=person.phone,
        companions=form.companions.data or 0,
        language=str(get_locale()),
        by=account,
        form_key=form.form_key.data,
        tickets=session.get("tickets", []),
    )
    channel = "own_account" if account else "guest_form"
    if form.must_agree:
        agree(person, ConsentKind.PERSONAL_DATA, channel=channel)
    if form.photo.data:
        agree(person, ConsentKind.PHOTO, channel=channel)
    return registration


def newly_told(form: SeatForm, account: User | None) -> Person:
    if not isinstance(form, PersonForm):
        raise TypeError("only this form tells who takes part")
    return add_person(form.details, user=account) if account else guest_person(form.details)


def remind(registration: Registration) -> None:
    """Send the private link again, to the address it went to: only its owner reads it."""
    with transaction():
        tell(registration, "registration_link")


def remember_ticket(registration: Registration) -> None:
    """So that this browser is recognised as the one that holds the ticket."""
    if not current_user.is_authenticated:
        codes = [code for code in session.get("tickets", []) if code != registration.code]
        session["tickets"] = [*codes, registration.code][-TICKETS_KEPT:]


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
        qr=qr_svg(url_for(".show", code=registration.code, _external=True)),
    )


def private(response: Response) -> Response:
    """A secret address: nobody keeps a copy, no search engine lists it."""
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response


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
