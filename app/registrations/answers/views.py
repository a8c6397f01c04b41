"""Answers to the organizer's questions, changed by whoever holds the ticket."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.questions.queries import questions_of
from app.registrations.answers import actions as answers
from app.registrations.answers.forms import AnswersForm
from app.registrations.queries import registration_by_code
from app.web.pages import found_or_404, page, private

bp = Blueprint("answers", __name__)


@bp.route("/registrations/<string:code>/answers", methods=["GET", "POST"])
def change(code: str) -> ResponseReturnValue:
    registration = found_or_404(registration_by_code(code))
    form = AnswersForm(questions_of(registration.event), given=registration.answers)
    if not form.is_submitted() and not answers.may_change(registration):
        return redirect(url_for("registrations.show", code=code), 303)
    if form.validate_on_submit():
        try:
            with transaction():
                answers.change(registration, form.answers)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("The answers are saved."), "success")
            return redirect(url_for("registrations.show", code=code), 303)
    return private(
        page(
            "registrations/answers/change.html",
            status=422 if form.is_submitted() else 200,
            registration=registration,
            event=registration.event,
            form=form,
        )
    )
