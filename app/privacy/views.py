"""One's own data: taken away, or erased."""

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required, logout_user

from app.audit.actions import record_now
from app.audit.confirming import confirmed_again, confirmed_by_mail
from app.audit.log_ins import refuse_wrong_password
from app.audit.queries import number_since
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.people.models import Person
from app.privacy import erasing, own_data
from app.privacy.farewell import erase_on_request
from app.privacy.forms import EraseForm
from app.privacy.traces import circle_of
from app.privacy.words import KEPT
from app.registrations.queries import coming_of
from app.web.pages import download, found_or_404, page
from app.web.security import limiter

bp = Blueprint("own_data", __name__)
EXPORTS_A_DAY = 10  # of one account: several children, several browsers


@bp.get("/me/data")
@login_required
def index() -> ResponseReturnValue:
    return page("privacy/index.html", people=circle_of(current_user))


@bp.post("/me/data/<int:person_id>/export.zip")
@login_required
@confirmed_again
def export(person_id: int) -> ResponseReturnValue:
    """Everything about somebody in one file: asked for again, and not without end."""
    person = one_of_the_circle(person_id)
    since = clock.now() - timedelta(days=1)
    if number_since("person.exported", current_user, since) >= EXPORTS_A_DAY:
        flash(
            _("The data was downloaded %(number)s times today. Try again tomorrow.",
              number=EXPORTS_A_DAY), "error",
        )  # fmt: skip
        return redirect(url_for(".index"), 303)
    content = own_data.archive(person, asked_by=current_user)
    record_now("person.exported", person)
    return download(content, "application/zip", "orientir-data.zip")


@bp.route("/me/data/<int:person_id>/erase", methods=["GET", "POST"])
@login_required
@limiter.limit("20 per hour", methods=["POST"])
@confirmed_by_mail
def erase(person_id: int) -> ResponseReturnValue:
    """Says before what goes, what stays and why; for ever, so it asks twice."""
    person = one_of_the_circle(person_id)
    is_own = person.user_id == current_user.id
    form = EraseForm(has_password=current_user.password_hash is not None)
    if form.validate_on_submit():
        try:
            refuse_unless_known(form)
            with transaction():
                gave = erase_on_request(person, by=current_user, done_by=whose_wish(is_own))
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            return erased_answer(is_own, gave_seats=gave)
    return erase_page(person, form, is_own)


def erase_page(person: Person, form: EraseForm, is_own: bool) -> Response:
    response = page(
        "privacy/erase.html",
        status=422 if form.is_submitted() else 200,
        person=person,
        form=form,
        is_own=is_own,
        obstacles=erasing.obstacles(person),
        coming=coming_of(person),
        kept=KEPT,
    )
    response.cache_control.no_store = True
    return response


def one_of_the_circle(person_id: int) -> Person:
    """The visitor's own person or a child of theirs; others do not exist for them."""
    return found_or_404(next((p for p in circle_of(current_user) if p.id == person_id), None))


def refuse_unless_known(form: EraseForm) -> None:
    if "password" in form:
        refuse_wrong_password(form.password.data)


def whose_wish(is_own: bool) -> str:
    with force_locale("ru"):
        return _("the person, in their account") if is_own else _("a guardian, in their account")


def erased_answer(is_own: bool, *, gave_seats: bool) -> ResponseReturnValue:
    if not is_own:
        erased, given = _("The data is erased."), _("Whoever waited for a seat has got it.")
        flash(f"{erased} {given}" if gave_seats else erased, "success")
        return redirect(url_for(".index"), 303)
    logout_user()
    session.clear()
    flash(_("Your data and your account are erased, and you are logged out."), "success")
    return redirect(url_for("events.home"), 303)
