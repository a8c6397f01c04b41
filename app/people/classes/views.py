"""The school's desk, its classes, the page of a class."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import whole
from app.organizations.models import Organization, Role
from app.organizations.queries import members_of
from app.people.classes import actions as classes
from app.people.classes.claims import number_of_claims
from app.people.classes.forms import ClassForm
from app.people.classes.pupils import on_receipt
from app.people.classes.queries import class_by_id, classes_of, numbers_of, pupils_of, together
from app.people.models import SchoolClass
from app.people.queries import consents_of, guardianships_of
from app.permissions import authorize, can, own_schools
from app.registrations.guardians.states import guardians_are_asked
from app.web.pages import found_or_404, page

bp = Blueprint("classes", __name__)


def chosen_school() -> Organization:
    """One of the visitor's schools: ``?school=<slug>``, else the first."""
    wanted = request.args.get("school", "")
    school = next((one for one in own_schools() if wanted in ("", one.slug)), None) or abort(404)
    authorize("school.teach", school)
    return school


def seen_classes(school: Organization, *, left: bool = False) -> list[SchoolClass]:
    """Those whose pupils the visitor may see."""
    return [one for one in classes_of(school, left=left) if can("class.see", one)]


@bp.get("/school")
@login_required
def desk() -> ResponseReturnValue:
    authorize("school.open")
    school = chosen_school()
    seen = seen_classes(school)
    numbers = numbers_of(seen)
    return page(
        "people/classes/desk.html",
        school=school,
        classes=seen,
        numbers=numbers,
        total=together(numbers.values()),
        requests=number_of_claims(school) if can("school.coordinate", school) else 0,
    )


@bp.get("/school/classes")
@login_required
def index() -> ResponseReturnValue:
    """The classes of this school year; ``?archive=1``: those that have left school."""
    authorize("school.open")
    school = chosen_school()
    archive = request.args.get("archive") == "1"
    seen = seen_classes(school, left=archive)
    return page(
        "people/classes/index.html",
        school=school,
        classes=seen,
        numbers=numbers_of(seen),
        archive=archive,
        year=clock.school_year(clock.today()),
    )


@bp.route("/school/classes/new", methods=["GET", "POST"])
@login_required
def new() -> ResponseReturnValue:
    authorize("school.open")
    school = chosen_school()
    form = ClassForm()
    if form.validate_on_submit():
        try:
            with transaction():
                class_ = classes.add_class(
                    school, grade=whole(form.grade.data), letter=form.letter.data or ""
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("The class is there. Now its pupils: by a file or by hand."), "success")
            return redirect(url_for(".show", class_id=class_.id), 303)
    return page(
        "people/classes/new.html",
        status=422 if form.is_submitted() else 200,
        school=school,
        form=form,
    )


@bp.get("/school/classes/<int:class_id>")
@login_required
def show(class_id: int) -> ResponseReturnValue:
    """Everybody in the class, with contacts: who looked at them is written down."""
    class_ = own_class(class_id)
    pupils = pupils_of(class_)
    with transaction():
        record("contacts.seen", class_, organization_id=class_.school_id, number=len(pupils))
    coordinates = can("school.coordinate", class_.school)
    receipt = request.args.get("left", "")
    return page(
        "people/classes/show.html",
        school=class_.school,
        class_=class_,
        pupils=pupils,
        consents=consents_of(pupils),
        asked=guardians_are_asked(pupils),
        guardians=guardianships_of(pupils),
        others=[one for one in classes_of(class_.school) if one.id != class_.id],
        teachers=members_of(class_.school, Role.TEACHER) if coordinates else [],
        coordinates=coordinates,
        may_take=class_.teacher is None and not coordinates,
        receipt=receipt,
        gone=on_receipt(class_, receipt) if receipt else [],
    )


def own_class(class_id: int) -> SchoolClass:
    class_ = found_or_404(class_by_id(class_id))
    authorize("class.see", class_)
    return class_


@bp.post("/school/classes/<int:class_id>/teacher")
@login_required
def teacher(class_id: int) -> ResponseReturnValue:
    """The coordinator says whose class it is; a teacher may take one that nobody has."""
    class_ = own_class(class_id)
    try:
        with transaction():
            if can("school.coordinate", class_.school):
                classes.give_to(class_, chosen_teacher(class_.school))
            else:
                classes.take(class_, current_user)
    except RuleBroken as broken:
        flash(str(broken), "error")
        return redirect(url_for(".index"), 303)
    flash(
        _("%(name)s teaches %(class_)s.", name=class_.teacher.display_name, class_=class_.title)
        if class_.teacher
        else _("%(class_)s has no teacher now: every teacher of the school sees it.",
               class_=class_.title),
        "success",
    )  # fmt: skip
    return redirect(url_for(".show", class_id=class_.id), 303)


def chosen_teacher(school: Organization) -> User | None:
    said = request.form.get("teacher", "")
    if not said:
        return None
    found = [one for one in members_of(school, Role.TEACHER) if str(one.id) == said]
    if not found:
        raise RuleBroken(_("Choose one of your school’s teachers."))
    return found[0]
