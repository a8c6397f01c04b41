"""Pupils of a class by hand: added, put right, moved, gone; their guardians' contacts."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.audit.actions import record
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.people.classes import pupils as actions
from app.people.classes.forms import GuardianForm, PupilForm
from app.people.classes.queries import class_by_id, classes_of, guardianship_in, pupil_in, pupils_of
from app.people.models import Guardianship, Person, SchoolClass
from app.people.queries import consents_of, guardianships_of
from app.permissions import authorize, can
from app.registrations.guardians.states import guardians_are_asked
from app.web.pages import found_or_404, page

bp = Blueprint("pupils", __name__, url_prefix="/school/classes/<int:class_id>/pupils")


def own_class(class_id: int) -> SchoolClass:
    class_ = found_or_404(class_by_id(class_id))
    authorize("class.see", class_)
    return class_


def own_pupil(class_id: int, person_id: int) -> tuple[SchoolClass, Person]:
    class_ = own_class(class_id)
    return class_, found_or_404(pupil_in(class_, person_id))


def ticked(class_: SchoolClass) -> list[Person]:
    """The pupils of the class whose numbers were sent; others are left out."""
    said = set(request.form.getlist("ids"))
    return [pupil for pupil in pupils_of(class_) if str(pupil.id) in said]


def kept_rules(act: Callable[[], object], errors: list[str]) -> bool:
    """Whether it could be done; if not, the reason joins the form's errors."""
    try:
        with transaction():
            act()
    except RuleBroken as broken:
        errors.append(str(broken))
        return False
    return True


@bp.route("/new", methods=["GET", "POST"])
@login_required
def new(class_id: int) -> ResponseReturnValue:
    class_ = own_class(class_id)
    form = PupilForm()
    if form.validate_on_submit() and kept_rules(
        lambda: actions.add_pupil(class_, form.details), form.form_errors
    ):
        flash(_("%(name)s is in %(class_)s now.", name=named(form), class_=class_.title), "success")
        if "again" in request.form:
            return redirect(url_for(".new", class_id=class_id), 303)
        return to_class(class_)
    return page(
        "people/classes/pupil_new.html",
        status=422 if form.is_submitted() else 200,
        school=class_.school,
        class_=class_,
        form=form,
    )


def named(form: PupilForm) -> str:
    return f"{form.last_name.data} {form.first_name.data}"


def to_class(class_: SchoolClass) -> ResponseReturnValue:
    """Back to the list, or to the school for those who see this class no more."""
    if can("class.see", class_):
        return redirect(url_for("classes.show", class_id=class_.id), 303)
    return redirect(url_for("classes.index"), 303)


@bp.route("/<int:person_id>", methods=["GET", "POST"])
@login_required
def edit(class_id: int, person_id: int) -> ResponseReturnValue:
    class_, pupil = own_pupil(class_id, person_id)
    form = PupilForm(pupil)
    if form.validate_on_submit() and kept_rules(
        lambda: actions.edit_pupil(pupil, class_, form.details), form.form_errors
    ):
        flash(_("Saved. Coming tickets and papers show it."), "success")
        return redirect(url_for(".edit", class_id=class_id, person_id=person_id), 303)
    contacts_are_seen(pupil, class_)
    return page(
        "people/classes/pupil.html",
        status=422 if form.is_submitted() else 200,
        school=class_.school,
        class_=class_,
        pupil=pupil,
        form=form,
        guardians=guardianships_of([pupil])[pupil.id],
        consents=consents_of([pupil])[pupil.id],
        was_asked=pupil.id in guardians_are_asked([pupil]),
        others=[one for one in classes_of(class_.school) if one.id != class_.id],
    )


def contacts_are_seen(pupil: Person, class_: SchoolClass) -> None:
    with transaction():
        record("contacts.seen", pupil, organization_id=class_.school_id, number=1)


@bp.post("/move")
@login_required
def move(class_id: int) -> ResponseReturnValue:
    class_ = own_class(class_id)
    chosen = ticked(class_)
    to = next((one for one in classes_of(class_.school) if str(one.id) == request.form.get("to")),
              None)  # fmt: skip
    if not chosen:
        flash(_("Nobody is ticked. Tick pupils in the list first."), "error")
    elif to is None:
        flash(_("Choose the class they go to."), "error")
    else:
        with transaction():
            number = actions.move(chosen, to)
        flash(
            ngettext("%(num)s pupil is in %(class_)s now.", "%(num)s pupils are in %(class_)s now.",
                     number, class_=to.title),
            "success",
        )  # fmt: skip
    return redirect(url_for("classes.show", class_id=class_id), 303)


@bp.post("/leave")
@login_required
def leave(class_id: int) -> ResponseReturnValue:
    """«Выбыл»: they leave the class; the next page offers to undo it."""
    class_ = own_class(class_id)
    chosen = ticked(class_)
    if not chosen:
        flash(_("Nobody is ticked. Tick pupils in the list first."), "error")
        return redirect(url_for("classes.show", class_id=class_id), 303)
    with transaction():
        actions.leave(chosen, class_)
    receipt = actions.receipt(chosen, class_)
    return redirect(url_for("classes.show", class_id=class_id, left=receipt), 303)


@bp.post("/return")
@login_required
def take_back(class_id: int) -> ResponseReturnValue:
    class_ = own_class(class_id)
    try:
        with transaction():
            gone = actions.on_receipt(class_, request.form.get("left", ""))
            number = actions.take_back(gone, class_)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(
            ngettext("%(num)s pupil is in %(class_)s now.", "%(num)s pupils are in %(class_)s now.",
                     number, class_=class_.title)
            if number
            else _("There is nobody to take back any more."),
            "success" if number else "error",
        )  # fmt: skip
    return redirect(url_for("classes.show", class_id=class_id), 303)


# -- Guardians -------------------------------------------------------------------------------


@bp.route("/<int:person_id>/guardians/new", methods=["GET", "POST"])
@login_required
def new_guardian(class_id: int, person_id: int) -> ResponseReturnValue:
    class_, pupil = own_pupil(class_id, person_id)
    form = GuardianForm()
    if form.validate_on_submit() and kept_rules(
        lambda: actions.add_guardian(pupil, by=current_user, **form.contacts), form.form_errors
    ):
        return saved_guardian(class_, pupil)
    return guardian_page(class_, pupil, form, None)


@bp.route("/<int:person_id>/guardians/<int:guardianship_id>", methods=["GET", "POST"])
@login_required
def edit_guardian(class_id: int, person_id: int, guardianship_id: int) -> ResponseReturnValue:
    class_, pupil = own_pupil(class_id, person_id)
    guardianship = written_by_the_school(pupil, guardianship_id)
    form = GuardianForm(obj=guardianship)
    if form.validate_on_submit() and kept_rules(
        lambda: actions.edit_guardian(guardianship, by=current_user, **form.contacts),
        form.form_errors,
    ):
        return saved_guardian(class_, pupil)
    contacts_are_seen(pupil, class_)
    return guardian_page(class_, pupil, form, guardianship)


@bp.post("/<int:person_id>/guardians/<int:guardianship_id>/delete")
@login_required
def delete_guardian(class_id: int, person_id: int, guardianship_id: int) -> ResponseReturnValue:
    class_, pupil = own_pupil(class_id, person_id)
    guardianship = written_by_the_school(pupil, guardianship_id)
    with transaction():
        actions.delete_guardian(guardianship)
    flash(_("The contacts are deleted."), "success")
    return redirect(url_for(".edit", class_id=class_.id, person_id=pupil.id), 303)


def written_by_the_school(pupil: Person, guardianship_id: int) -> Guardianship:
    """Guardians with an account keep their contacts themselves."""
    guardianship = found_or_404(guardianship_in(pupil, guardianship_id))
    return guardianship if guardianship.user_id is None else abort(404)


def saved_guardian(class_: SchoolClass, pupil: Person) -> ResponseReturnValue:
    flash(_("The contacts are saved."), "success")
    return redirect(url_for(".edit", class_id=class_.id, person_id=pupil.id), 303)


def guardian_page(
    class_: SchoolClass, pupil: Person, form: GuardianForm, guardianship: Guardianship | None
) -> ResponseReturnValue:
    return page(
        "people/classes/guardian.html",
        status=422 if form.is_submitted() else 200,
        school=class_.school,
        class_=class_,
        pupil=pupil,
        form=form,
        guardianship=guardianship,
    )
