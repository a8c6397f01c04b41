"""Where a school's coordinator looks at people who may be one, and merges or parts them."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.attendance.queries import participation_of
from app.audit.confirming import confirmed_again
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.organizations.models import Organization
from app.people.duplicates.queries import (
    Pair,
    merge_of,
    possible_duplicates,
    recent_merges,
    tell_apart,
    with_persons,
)
from app.people.queries import consents_of, guardianships_of
from app.permissions import authorize, can, own_schools
from app.registrations.merging import actions as merging
from app.registrations.merging.by_school import merge_at_school
from app.web.pages import found_or_404, page

bp = Blueprint("duplicates", __name__)
AT_ONCE = 20  # pairs on a page; the next ones come when these are settled


def coordinated() -> list[Organization]:
    authorize("school.open")
    return [school for school in own_schools() if can("school.coordinate", school)] or abort(404)


def chosen_school() -> Organization:
    """``?school=<slug>``, else the first that the visitor coordinates."""
    wanted = request.args.get("school", "")
    found = (one for one in coordinated() if wanted in ("", one.slug))
    return found_or_404(next(found, None))


@bp.get("/school/duplicates")
@login_required
def index() -> ResponseReturnValue:
    return list_of(chosen_school())


def list_of(school: Organization, *, status: int = 200) -> ResponseReturnValue:
    found = possible_duplicates(school)
    pairs = with_persons(found[:AT_ONCE])
    people = list({person.id: person for pair in pairs for person in pair.people}.values())
    return page(
        "registrations/merging/index.html",
        status=status,
        school=school,
        pairs=pairs,
        total=len(found),
        participation=participation_of(people),
        consents=consents_of(people),
        guardians=guardianships_of(people),
        merges=recent_merges(school),
    )


def chosen_pair(school: Organization) -> Pair | None:
    """The pair of the form, while it is still on the list: nobody else can be merged here."""
    wanted = (request.form.get("kept", 0, type=whole), request.form.get("other", 0, type=whole))
    return (
        next(iter(with_persons([wanted])), None) if wanted in possible_duplicates(school) else None
    )


@bp.post("/school/duplicates/merge")
@login_required
@confirmed_again
def merge() -> ResponseReturnValue:
    school = chosen_school()
    pair = chosen_pair(school)
    if pair is None:
        return settled(school)
    spelling = request.form.get("named", 0, type=whole)
    named = next((one for one in pair.people if one.id == spelling), pair.kept)
    try:
        with transaction():
            merge_at_school(school, pair.kept, pair.other, by=current_user, named=named)
    except RuleBroken as broken:
        flash(str(broken), "error")
        return list_of(school, status=422)
    flash(
        _("%(name)s: merged. This can be undone below.",
          name=pair.kept.full_name),
        "success",
    )  # fmt: skip
    return back(school)


@bp.post("/school/duplicates/apart")
@login_required
def apart() -> ResponseReturnValue:
    school = chosen_school()
    pair = chosen_pair(school)
    if pair is None:
        return settled(school)
    with transaction():
        tell_apart(pair, by=current_user)
    flash(_("Remembered: these are different people. They stay apart."), "success")
    return back(school)


@bp.post("/school/duplicates/<int:merge_id>/undo")
@login_required
def undo(merge_id: int) -> ResponseReturnValue:
    school = chosen_school()
    done = found_or_404(merge_of(school, merge_id))
    try:
        with transaction():
            merging.undo(done, by=current_user)
    except RuleBroken as broken:
        flash(str(broken), "error")
        return list_of(school, status=422)
    flash(
        _("Undone: %(name)s are two people again, each with their own.", name=done.kept.full_name),
        "success",
    )
    return back(school)


def settled(school: Organization) -> ResponseReturnValue:
    """Somebody was quicker, or the list has changed since."""
    flash(_("This pair is no longer on the list. Look at it again."), "error")
    return list_of(school, status=422)


def back(school: Organization) -> ResponseReturnValue:
    known: dict[str, Any] = {"school": school.slug} if len(coordinated()) > 1 else {}
    return redirect(url_for(".index", **known), 303)
