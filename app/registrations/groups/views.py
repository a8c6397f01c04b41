"""The page of a class that is signed up, on which it changes until sign-up closes."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.people.models import Person
from app.permissions import authorize, can, group_for, own_classes, own_schools
from app.registrations.desk.queries import places_in_line
from app.registrations.groups import changes as group_changes
from app.registrations.groups.forms import AdultsForm, ChangeForm
from app.registrations.groups.queries import (
    Candidate,
    candidates,
    classes_of,
    groups_of_schools,
    members_of,
    pupils_in_classes,
)
from app.registrations.guardians.states import consent_states
from app.registrations.models import Group
from app.web.budgets import SEATS_OF_CLASSES, Cost, charge
from app.web.pages import page

bp = Blueprint("groups", __name__)


@bp.get("/school/groups")
@login_required
def index() -> ResponseReturnValue:
    authorize("school.open")
    rows = groups_of_schools(own_schools())
    classes = classes_of([row.group for row in rows])
    return page(
        "registrations/groups/index.html",
        rows=[row for row in rows if can("group.see", (row.group, classes[row.group.id]))],
    )


@bp.get("/school/groups/<string:code>")
@login_required
def show(code: str) -> ResponseReturnValue:
    response = group_page(group_for(code))
    # Where the group comes in place of the form, the address bar follows.
    response.headers["HX-Replace-Url"] = request.path
    return response


def group_page(
    group: Group, *, adults: AdultsForm | None = None, change: ChangeForm | None = None
) -> Response:
    """The group with its pupils; with a form that could not be followed, 422."""
    members = members_of(group)
    wrong = [form for form in (adults, change) if form is not None]
    if adults is None:
        adults = AdultsForm(formdata=None)
        adults.show(group)
    live = [one for one in members if one.is_live]
    may_change = group.slot.signup_is_open
    return page(
        "registrations/groups/show.html",
        status=422 if wrong else 200,
        group=group,
        event=group.event,
        slot=group.slot,
        members=live,
        left=[one for one in members if not one.is_live],
        states=consent_states(live),
        places=places_in_line(group.event) if any(one.is_waitlisted for one in live) else {},
        others=others_for(group) if may_change else [],
        may_change=may_change,
        may_cancel=not group.slot.has_begun and bool(live),
        adults=adults,
        change=change or ChangeForm(formdata=None),
        unanswered=[one for one in live if one.is_asked_to_reconfirm],
        asks_to_cancel=request.args.get("confirm") == "cancel",
    )


def school_pupils(group: Group) -> list[Person]:
    """The pupils whom the visitor may bring into the group: of the classes they see."""
    return pupils_in_classes([one for one in own_classes() if one.school_id == group.school_id])


def others_for(group: Group) -> list[Candidate]:
    return [one for one in candidates(group.slot, school_pupils(group)) if one.may_come]


def changed(group: Group, form: ChangeForm, act: Callable[[], str]) -> ResponseReturnValue:
    """Do it in one transaction, and say what was done or why not."""
    try:
        with transaction():
            done = act()
    except RuleBroken as broken:
        form.form_errors.append(str(broken))
        return group_page(group, change=form)
    flash(done, "success")
    return redirect(url_for(".show", code=group.code), 303)


@bp.post("/school/groups/<string:code>/swap")
@login_required
def swap(code: str) -> ResponseReturnValue:
    group = group_for(code)
    form = ChangeForm()

    def act() -> str:
        leaves = next((m for m in members_of(group) if m.id == form.leaves.data), None)
        comes = next((p for p in school_pupils(group) if p.id == form.comes.data), None)
        if leaves is None or comes is None:
            raise RuleBroken(_("Choose who does not come and who comes instead."))
        charge(Cost(SEATS_OF_CLASSES, current_user.id))  # to and fro writes to parents each time
        group_changes.swap(group, leaves, comes, by=current_user, language=str(get_locale()))
        return _(
            "%(comes)s comes instead of %(leaves)s.",
            comes=comes.full_name,
            leaves=leaves.person.full_name,
        )

    return changed(group, form, act)


@bp.post("/school/groups/<string:code>/remove")
@login_required
def remove(code: str) -> ResponseReturnValue:
    group = group_for(code)
    form = ChangeForm()

    def act() -> str:
        gone = group_changes.remove(group, form.leaving(members_of(group)))
        return ngettext(
            "%(num)s pupil is taken off the list.",
            "%(num)s pupils are taken off the list.",
            len(gone),
        )

    return changed(group, form, act)


@bp.post("/school/groups/<string:code>/add")
@login_required
def add(code: str) -> ResponseReturnValue:
    group = group_for(code)
    form = ChangeForm()

    def act() -> str:
        joining = form.joining(school_pupils(group))
        charge(Cost(SEATS_OF_CLASSES, current_user.id, len(joining)))
        placed = group_changes.add(group, joining, by=current_user, language=str(get_locale()))
        done = ngettext(
            "%(num)s pupil got a seat.", "%(num)s pupils got seats.", len(placed.seated)
        )
        if placed.waiting:
            done += " " + ngettext(
                "%(num)s is on the waitlist.", "%(num)s are on the waitlist.", len(placed.waiting)
            )
        return done

    return changed(group, form, act)


@bp.post("/school/groups/<string:code>/companions")
@login_required
def companions(code: str) -> ResponseReturnValue:
    group = group_for(code)
    form = AdultsForm()
    if form.validate_on_submit():
        try:
            with transaction():
                group_changes.change_companions(
                    group, form.companions, wishes=form.wishes.data or ""
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Adults and wishes are saved."), "success")
            return redirect(url_for(".show", code=code), 303)
    return group_page(group, adults=form)


@bp.post("/school/groups/<string:code>/cancel")
@login_required
def cancel(code: str) -> ResponseReturnValue:
    group = group_for(code)

    def act() -> str:
        gone = group_changes.cancel_group(group)
        return ngettext(
            "The group is cancelled: %(num)s pupil.", "The group is cancelled: %(num)s pupils.",
            len(gone),
        )  # fmt: skip

    return changed(group, ChangeForm(), act)
