"""Signing up: oneself, one's children, a guest."""

from collections.abc import Hashable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.accounts.models import User
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.events.about.wording import why_signup_is_closed
from app.events.catalogue.states import form_state_of
from app.events.models import Event
from app.events.queries import event_by_slug
from app.people.actions import add_person, guest_person
from app.people.consents.actions import Giver, agree
from app.people.models import ConsentChannel, ConsentKind, Person
from app.people.queries import children_of, consents_of, person_of, schools, words_in_force
from app.permissions import authorize
from app.registrations.letters import tell
from app.registrations.models import Channel, Registration
from app.registrations.queries import registration_by_code
from app.registrations.signing_up import actions, costs
from app.registrations.signing_up.forms import OwnForm, PersonForm, SeatForm, new_form_key
from app.registrations.signing_up.rules import AlreadySignedUp, KnownAlready
from app.web.budgets import STRANGERS_TOLD, Cost, charge, spend
from app.web.kept import kept_page
from app.web.pages import found_or_404, page, private, wanted_panel

bp = Blueprint("sign_up", __name__)
PERSONAL_DATA = ConsentKind.PERSONAL_DATA


@bp.route("/events/<string:slug>/sign-up", methods=["GET", "POST"])
def sign_up(slug: str) -> ResponseReturnValue:
    if request.method == "GET" and not current_user.is_authenticated:
        return empty_form(slug)
    event = found_or_404(event_by_slug(slug, alone=True))
    authorize("event.see", event)
    own = own_people()
    form = form_for(event, own)
    if form.validate_on_submit():
        try:
            if isinstance(form, PersonForm) and not current_user.is_authenticated:
                return signed_up_guest(form)
            return signed_up_account(form)
        except RuleBroken as broken:
            form.form_errors.append(with_ticket(broken, own))
    return page(
        "registrations/signing_up/sign_up.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        event=event,
        closed="" if form.is_submitted() else why_signup_is_closed(event),
        own=own,
        minor_alone=[one for one in own if one.user_id == current_user.id and one.is_minor],
        schools=[] if own else schools(),
        words=words() if form.must_agree else "",
    )


def with_ticket(broken: RuleBroken, own: Sequence[Person]) -> str:
    """With a link to the ticket that stands in the way, for whoever has it."""
    words = str(broken)
    registration = registration_by_code(broken.code) if isinstance(broken, KnownAlready) else None
    if registration is None:
        return words
    is_theirs = registration.person_id in {one.id for one in own}
    if not is_theirs and registration.code not in session.get("tickets", []):
        return words
    url = url_for("registrations.show", code=registration.code)
    return Markup('{} <a href="{}" hx-boost="false">{}</a>').format(
        words, url, _("Open the ticket")
    )


def signed_up_guest(form: PersonForm) -> ResponseReturnValue:
    """Neither the page nor what it costs tells whether the person was signed up before: the
    truth goes to the mailbox that is known, a ticket or a letter that says why not."""
    try:
        with transaction():
            charge(*cost_of(form))
            register_one(form, guest_person(form.details))
    except KnownAlready as known:
        if known.code in session.get("tickets", []):
            raise
        with transaction():
            charge(*cost_of(form))
            remind(known, wanted=form.event.title)
    session["signed_up"] = {"person": form.details.first_name, "email": form.ticket_email}
    return redirect(url_for(".sent", slug=form.event.slug), 303)


@bp.get("/events/<string:slug>/sign-up/sent")
def sent(slug: str) -> ResponseReturnValue:
    """The same words for everybody; what was typed stands there once."""
    event = found_or_404(event_by_slug(slug))
    authorize("event.see", event)
    return private(
        page(
            "registrations/signing_up/sent.html",
            event=event,
            typed=session.pop("signed_up", None),
            heading="h2" if wanted_panel("registrations/signing_up/sent.html") else "h1",
        )
    )


def signed_up_account(form: SeatForm) -> ResponseReturnValue:
    told = isinstance(form, PersonForm)  # about anybody at all: see the except
    try:
        with transaction():
            charge(*cost_of(form), *([Cost(STRANGERS_TOLD, current_user.id)] if told else []))
            registrations = register(form)
    except KnownAlready as known:
        with transaction():
            if told:  # the answer tells something about a person who may be a stranger
                charge(Cost(STRANGERS_TOLD, current_user.id))
            if told or isinstance(known, AlreadySignedUp):
                remind(known, wanted=form.event.title)
        raise
    if len(registrations) > 1:
        flash(
            _("Signed up: %(names)s. All tickets are in “My registrations”; "
              "this is the first.", names=names_of(registrations)),
            "success",
        )  # fmt: skip
    return redirect(url_for("registrations.show", code=registrations[0].code), 303)


def cost_of(form: SeatForm) -> list[Cost]:
    companions, guardian_email = form.companions.data or 0, form.guardian_email.data or ""
    if current_user.is_authenticated:
        people = len(form.chosen_people) if isinstance(form, OwnForm) else 1
        return costs.of_account(
            form.event,
            current_user,
            people=people,
            companions=companions,
            guardian_email=guardian_email,
        )
    return costs.of_guest(
        form.event,
        email=form.ticket_email if isinstance(form, PersonForm) else "",
        guardian_email=guardian_email,
        address=request.remote_addr,
        seats=1 + companions,
    )


def empty_form(slug: str) -> ResponseReturnValue:
    """The form as every guest finds it, but for its token and its key."""
    token, form_key = generate_csrf(), new_form_key()

    def context() -> dict[str, Any]:
        event = found_or_404(event_by_slug(slug))
        authorize("event.see", event)
        form = form_for(event, [])
        form.form_key.data = form_key
        return {
            "form": form,
            "event": event,
            "closed": why_signup_is_closed(event),
            "own": [],
            "minor_alone": [],
            "schools": schools(),
            "words": words(),
        }

    def shown() -> Hashable:
        return form_state_of(slug), clock.now().timestamp() // 300  # the schools: every 5 minutes

    return kept_page(
        "registrations/signing_up/sign_up.html", shown=shown, context=context, own=(token, form_key)
    )


def words() -> str:
    return words_in_force(ConsentKind.PERSONAL_DATA)


def own_people() -> list[Person]:
    """Whom the visitor signs up by a tick: themselves, if they have told who they are, and
    their children. ``?person=new`` asks for somebody's details instead."""
    if not current_user.is_authenticated:
        return []
    me = person_of(current_user)
    if me is None and request.args.get("person") == "new":
        return []
    return [*([me] if me else []), *children_of(current_user)]


def form_for(event: Event, own: Sequence[Person]) -> SeatForm:
    slot_id = request.args.get("slot", type=whole)
    if own:
        agreed = {id_ for id_, kinds in consents_of(own).items() if PERSONAL_DATA in kinds}
        return OwnForm(event, own, agreed=agreed, slot_id=slot_id)
    form = PersonForm(event, slot_id=slot_id, must_agree=True)
    if current_user.is_authenticated and not form.is_submitted():
        form.email.data = current_user.email
    return form


def register(form: SeatForm) -> list[Registration]:
    """Sign up whoever the form of an account describes; all of them, in the caller's
    transaction, or none."""
    if isinstance(form, OwnForm):
        return [register_one(form, person) for person in form.chosen_people]
    return [register_one(form, newly_told(form, current_user))]


def register_one(form: SeatForm, person: Person) -> Registration:
    account: User | None = current_user if current_user.is_authenticated else None
    is_own = account is None or person.user_id == account.id
    write_agreement(form, person, account, is_own=is_own)
    key = form.form_key.data
    try:
        return actions.sign_up(
            form.chosen_slot,
            person,
            channel=channel_of(account, is_own=is_own),
            email=account.email if account else email_of(form, person),
            phone=person.phone,
            companions=form.companions.data or 0,
            language=str(get_locale()),
            by=account,
            form_key=f"{key}.{person.id}" if is_one_of_several(form) else key,
            tickets=session.get("tickets", []),
            guardian_email=form.guardian_email.data or "",
            answers=form.answers,
        )
    except KnownAlready as known:
        if is_one_of_several(form) and not isinstance(known, AlreadySignedUp):
            known.args = (f"{person.full_name}: {known}",)
        raise
    except RuleBroken as broken:
        if is_one_of_several(form):
            raise RuleBroken(f"{person.full_name}: {broken}") from broken
        raise


def email_of(form: SeatForm, person: Person) -> str:
    return form.ticket_email if isinstance(form, PersonForm) else person.email


def is_one_of_several(form: SeatForm) -> bool:
    return isinstance(form, OwnForm) and len(form.chosen_people) > 1


def channel_of(account: User | None, *, is_own: bool) -> Channel:
    if account is None:
        return Channel.GUEST
    return Channel.ACCOUNT if is_own else Channel.GUARDIAN


def write_agreement(form: SeatForm, person: Person, account: User | None, *, is_own: bool) -> None:
    """What was ticked, if whoever ticked it may agree: an adult for themselves, a guardian
    for a child. For a minor who signs up alone a guardian is asked."""
    if is_own and person.is_minor:
        return
    if not is_own:
        channel = ConsentChannel.GUARDIAN_ACCOUNT
    else:
        channel = ConsentChannel.OWN_ACCOUNT if account else ConsentChannel.GUEST_FORM
    known = form.agreed if isinstance(form, OwnForm) else ()
    giver = Giver(account, email="" if account else person.email)
    if form.personal_data.data and person.id not in known:
        agree(person, ConsentKind.PERSONAL_DATA, channel=channel, by=giver)
    if form.photo.data:
        agree(person, ConsentKind.PHOTO, channel=channel, by=giver)


def names_of(registrations: Sequence[Registration]) -> str:
    return ", ".join(one.person.first_name for one in registrations)


def newly_told(form: SeatForm, account: User) -> Person:
    if not isinstance(form, PersonForm):
        raise TypeError("only this form tells who takes part")
    return add_person(form.details, user=account)


def remind(known: KnownAlready, *, wanted: str) -> None:
    """Tell the owner of the registration, at the address it went to: once, however often
    somebody asks. It goes though the mailbox has never answered (the first letter may lie among
    spam), as long as there is a budget for that; else it waits there."""
    registration = registration_by_code(known.code)  # read anew: what was read is rolled back
    if registration and spend(*costs.of_reminder(registration)):
        waits = not spend(*costs.of_repeat(registration.email))
        tell(registration, known.letter, wanted=wanted, by_form=waits)
