"""A class is signed up in one go: which class and when, then who."""

from collections.abc import Sequence
from typing import TypeVar

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole_or_nothing
from app.events.about.wording import why_signup_is_closed
from app.events.models import Event, Slot
from app.people.models import SchoolClass
from app.permissions import authorize, event_for, own_classes
from app.registrations.groups.actions import sign_up_class
from app.registrations.groups.forms import GroupForm
from app.registrations.groups.places import NotAllFit
from app.registrations.groups.queries import candidates, pupils_in, slots_with_room
from app.registrations.models import Channel, Group
from app.registrations.signing_up.rules import takes_applications
from app.web.budgets import SEATS_OF_CLASSES, Cost, charge
from app.web.pages import page

bp = Blueprint("class_sign_up", __name__)
T = TypeVar("T", SchoolClass, Slot)


def chosen_one(things: Sequence[T], name: str) -> T | None:
    """The one whose number stands in the address or the form; the only one by itself."""
    given = request.values.get(name, "")
    if not given:
        return things[0] if len(things) == 1 else None
    return next((one for one in things if one.id == whole_or_nothing(given)), None)


@bp.route("/events/<string:slug>/group", methods=["GET", "POST"])
@login_required
def sign_up(slug: str) -> ResponseReturnValue:
    event = event_for("event.see", slug)
    authorize("school.open")
    other = bool(request.form.get("other"))  # a button: the same class, at another time
    classes = own_classes()
    slots = [one for one in event.slots if one.signup_is_open]
    class_ = chosen_one(classes, "class")
    slot = chosen_one(slots, "other" if other else "slot")
    if class_ is None or slot is None or why_signup_is_closed(event):
        return choose_page(event, classes, slots, class_, slot)
    form = GroupForm(pupils_in(class_))
    if other:
        form.asked.data = ""  # what was answered for the first time does not count there
    shortage: NotAllFit | None = None
    if form.validate_on_submit():
        try:
            with transaction():
                people = len(form.chosen) + len(form.companions)
                charge(Cost(SEATS_OF_CLASSES, current_user.id, people))
                group = sign_up_as_told(form, class_, slot)
        except NotAllFit as not_all:
            shortage = not_all
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            applied = takes_applications(event, Channel.GROUP)
            done = _("The application is sent.") if applied else _("The class is signed up.")
            flash(done, "success")
            return redirect(url_for("groups.show", code=group.code), 303)
    explain(form, shortage)
    pupils = candidates(slot, form.pupils)
    if not form.is_submitted():
        form.ids.data = [one.person.id for one in pupils if one.may_come]
    return page(
        "registrations/groups/sign_up.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        class_=class_,
        slot=slot,
        form=form,
        pupils=pupils,
        shortage=shortage,
        others=slots_with_room(event, shortage.wanted + shortage.adults) if shortage else [],
        several=len(classes) > 1 or len(slots) > 1,
    )


def sign_up_as_told(form: GroupForm, class_: SchoolClass, slot: Slot) -> Group:
    return sign_up_class(
        slot,
        class_.school,
        class_.title,
        form.chosen,
        companions=form.companions,
        wishes=form.wishes.data or "",
        rest=form.rest_wanted if form.asked.data else None,
        seated=form.seats_wanted,
        by=current_user,
        language=str(get_locale()),
    )


def choose_page(
    event: Event,
    classes: Sequence[SchoolClass],
    slots: Sequence[Slot],
    class_: SchoolClass | None,
    slot: Slot | None,
) -> Response:
    """The first step: which class, and when."""
    wrong = request.method == "POST"
    closed = why_signup_is_closed(event)
    if wrong and not closed:
        flash(_("Choose the class and the time from the lists."), "error")
    return page(
        "registrations/groups/choose.html",
        status=422 if wrong else 200,
        event=event,
        classes=classes,
        slots=slots,
        class_=class_,
        slot=slot,
        closed=closed,
    )


def explain(form: GroupForm, shortage: NotAllFit | None) -> None:
    """What is wrong with the answer, or the question for the first time; the first pupils
    of the list are ticked beforehand."""
    if shortage is None:
        form.asked.data = ""
        return
    chosen = [one.id for one in form.chosen]
    if form.asked.data and form.rest_wanted is None:
        form.rest.errors = [_("Choose what to do with those for whom there is no seat.")]
    elif form.asked.data and len(form.seats_wanted or ()) > shortage.fit:
        form.seated.errors = [
            ngettext(
                "Tick at most %(num)s pupil: there are no more seats.",
                "Tick at most %(num)s pupils: there are no more seats.",
                shortage.fit,
            )
        ]
    if not form.seats_wanted:
        form.seated.data = chosen[: shortage.fit]
    form.asked.data = "1"
