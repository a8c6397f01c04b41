"""People added by staff: by hand, and at the door."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.attendance import actions as attendance
from app.attendance.models import Method, Presence
from app.attendance.queries import slot_now
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.models import Event
from app.people.actions import add_person
from app.people.consents.actions import Giver, agree
from app.people.models import ConsentChannel, ConsentKind, Person
from app.people.queries import schools
from app.permissions import can, event_for
from app.registrations.consents.actions import settle
from app.registrations.desk import actions as staff
from app.registrations.desk.forms import PaperForm, StaffForm, slot_title
from app.registrations.desk.queries import registration_in
from app.registrations.models import Channel, Registration
from app.registrations.queries import place_in_line
from app.registrations.signing_up import actions
from app.registrations.signing_up.rules import AlreadySignedUp
from app.web.pages import found_or_404, page

bp = Blueprint("adding", __name__)


@bp.route("/manage/events/<string:slug>/registrations/add", methods=["GET", "POST"])
@login_required
def add(slug: str) -> ResponseReturnValue:
    event = event_for("event.see_people", slug)
    wanted = request.args.get("slot", type=whole)
    slot = next((one for one in event.slots if one.id == wanted), None)
    form = StaffForm(event, slot=slot, asks=True)
    if form.validate_on_submit():
        try:
            with transaction():
                registration = add_by_hand(form)
        except RuleBroken as broken:
            form.form_errors.append(sentence(broken))
        else:
            tell_added(registration)
            again = url_for(".add", slug=slug, slot=registration.slot_id)
            after = (
                again if "again" in request.form else url_for("registrations_desk.index", slug=slug)
            )
            return redirect(after, 303)
    return person_page("registrations/desk/add.html", event, form)


def add_by_hand(form: StaffForm) -> Registration:
    person = person_on_paper(form)
    return actions.sign_up(
        form.chosen_slot,
        person,
        channel=Channel.STAFF,
        email=person.email,
        phone=person.phone,
        companions=form.companions.data or 0,
        by=current_user,
        answers=form.answers,
    )


def person_on_paper(form: StaffForm) -> Person:
    """Somebody written down by staff, with the consent that was signed on paper."""
    person = add_person(form.details)
    agree(
        person,
        ConsentKind.PERSONAL_DATA,
        channel=ConsentChannel.PAPER,
        paper_number=form.consent_number.data or "",
        paper_date=form.consent_date.data,
        entered_by=current_user,
    )
    return person


def tell_added(registration: Registration) -> None:
    name, slot = registration.person.full_name, slot_title(registration.slot)
    if registration.is_waitlisted:
        flash(
            _(
                "All seats are taken: %(name)s is on the waitlist, place %(place)s.",
                name=name,
                place=place_in_line(registration),
            ),
            "warning",
        )
    else:
        flash(_("Added: %(name)s, %(slot)s.", name=name, slot=slot), "success")


def sentence(broken: RuleBroken) -> str:
    if isinstance(broken, AlreadySignedUp):
        hint = _("If it is somebody else of the same name, give the birth date.")
        return f"{broken} {hint}"
    return str(broken)


def person_page(template: str, event: Event, form: StaffForm) -> Response:
    status = 422 if form.is_submitted() else 200
    return page(template, status=status, event=event, form=form, schools=schools())


@bp.route("/manage/events/<string:slug>/attendance/walk-in", methods=["GET", "POST"])
@login_required
def walk_in(slug: str) -> ResponseReturnValue:
    event = event_for("event.check_in", slug)
    wanted = request.args.get("slot", type=whole)
    slot = next((one for one in event.slots if one.id == wanted), None)
    form = StaffForm(event, slot=slot or slot_now(event), asks=False)
    if form.validate_on_submit():
        try:
            with transaction():
                registration = seat_and_mark(form)
        except RuleBroken as broken:
            form.form_errors.append(sentence(broken))
        else:
            flash(_("Added and marked: %(name)s.", name=registration.person.full_name), "success")
            if "door" in request.form:
                return redirect(
                    url_for("check_in.index", slug=slug, slot=registration.slot_id), 303
                )
            return redirect(
                url_for(
                    "attendance.index",
                    slug=slug,
                    slot=registration.slot_id,
                    q=registration.person.last_name,
                    _anchor=f"row-{registration.id}",
                ),
                303,
            )
    return person_page("registrations/desk/walk_in.html", event, form)


def seat_and_mark(form: StaffForm) -> Registration:
    """In one act: whoever gets no seat is not stored either."""
    person = person_on_paper(form)
    registration = staff.walk_in(
        form.chosen_slot, person, email=person.email, phone=person.phone, by=current_user
    )
    attendance.mark(registration, Presence.PRESENT, method=Method.WALK_IN, by=current_user)
    return registration


@bp.route(
    "/manage/events/<string:slug>/registrations/<int:registration_id>/paper-consent",
    methods=["GET", "POST"],
)
@login_required
def paper_consent(slug: str, registration_id: int) -> ResponseReturnValue:
    """A signed paper was brought: entered with its number and date, and the seat is theirs."""
    event = event_for("event.check_in", slug)
    registration = found_or_404(registration_in(event, registration_id))
    form = PaperForm()
    if form.validate_on_submit():
        with transaction():
            agree(
                registration.person,
                ConsentKind.PERSONAL_DATA,
                channel=ConsentChannel.PAPER,
                by=Giver(name=form.signed_by.data or ""),
                paper_number=form.consent_number.data or "",
                paper_date=form.consent_date.data,
                entered_by=current_user,
            )
            settle(registration.person)
        flash(_("The paper consent is entered: %(name)s.", name=registration.person.full_name),
              "success")  # fmt: skip
        if can("event.see_people", event):
            return redirect(url_for("registrations_desk.index", slug=slug), 303)
        return redirect(url_for("attendance.index", slug=slug, slot=registration.slot_id), 303)
    return page(
        "registrations/desk/paper_consent.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        form=form,
        person=registration.person,
    )
