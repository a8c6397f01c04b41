"""One's own details."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.base.db import transaction
from app.people.actions import correct
from app.people.forms import OwnDetailsForm
from app.people.queries import person_of, schools
from app.web.pages import page

bp = Blueprint("people", __name__)


@bp.route("/me/details", methods=["GET", "POST"])
@login_required
def details() -> ResponseReturnValue:
    person = person_of(current_user)
    form = OwnDetailsForm()
    if person and form.validate_on_submit():
        with transaction():
            correct(person, form.details)
        flash(_("Your details are saved. Coming tickets and papers show them."), "success")
        return redirect(url_for(".details"), 303)
    if person and not form.is_submitted():
        form.show(person)
    return page(
        "people/details.html",
        status=422 if form.is_submitted() else 200,
        person=person,
        form=form,
        schools=schools() if person else [],
    )
