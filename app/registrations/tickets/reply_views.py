"""Answers on the page of the ticket and of the class: I come, I take the seat."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.permissions import authorize
from app.registrations.groups.queries import classes_of, group_by_code
from app.registrations.models import Registration
from app.registrations.queries import registration_by_code
from app.registrations.reminders.reconfirmation import reconfirm, reconfirm_group
from app.registrations.tickets.replies import accept
from app.web.pages import found_or_404

bp = Blueprint("replies", __name__)


def answered(code: str, act: Callable[[Registration], None], done: str) -> ResponseReturnValue:
    """Whoever knows the ticket's secret address answers for it."""
    registration = found_or_404(registration_by_code(code))
    try:
        with transaction():
            act(registration)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(done, "success")
    return redirect(url_for("registrations.show", code=code), 303)


@bp.post("/registrations/<string:code>/reconfirm")
def reconfirm_seat(code: str) -> ResponseReturnValue:
    return answered(code, reconfirm, _("Thank you! You are expected."))


@bp.post("/registrations/<string:code>/accept")
def accept_seat(code: str) -> ResponseReturnValue:
    return answered(code, accept, _("The seat is yours."))


@bp.post("/school/groups/<string:code>/reconfirm")
@login_required
def reconfirm_class(code: str) -> ResponseReturnValue:
    authorize("school.open")
    group = found_or_404(group_by_code(code))
    authorize("group.see", (group, classes_of([group])[group.id]))
    with transaction():
        number = reconfirm_group(group)
    if number:
        flash(
            ngettext(
                "Thank you! %(num)s pupil is expected.",
                "Thank you! %(num)s pupils are expected.",
                number,
            ),
            "success",
        )
    else:
        flash(_("There is nothing to confirm any more."), "error")
    return redirect(url_for("groups.show", code=code), 303)
