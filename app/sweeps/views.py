"""Sweeps that wait for the ministry's word, and those that can be undone."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.audit import waiting
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.permissions import authorize
from app.sweeps import queries
from app.sweeps.actions import grace
from app.sweeps.models import RunReason, RunState, SweepRun
from app.sweeps.wording import title_of
from app.web.pages import get_or_404, page, page_asked, paged

bp = Blueprint("sweeps", __name__, url_prefix="/administration/sweeps")
ON_A_PAGE = 30


@bp.get("")
@login_required
def index() -> ResponseReturnValue:
    authorize("site.administer")
    number = page_asked()
    found = paged(queries.past_runs(), number=number, size=ON_A_PAGE)
    return page(
        "sweeps/index.html",
        waiting=queries.waiting_runs(),
        found=found,
        marks=queries.marks_left(found.items),
        grace=grace(),
        title_of=title_of,
        reasons=RunReason,
        states=RunState,
        page_url=lambda number: url_for(".index", page=number),
    )


@bp.post("/<int:run_id>/allow")
@login_required
def allow(run_id: int) -> ResponseReturnValue:
    return decide(run_id, waiting.allow, _("Allowed: the site does it at the next opportunity."))


@bp.post("/<int:run_id>/refuse")
@login_required
def refuse(run_id: int) -> ResponseReturnValue:
    return decide(run_id, waiting.refuse, _("Refused: nothing is erased."))


@bp.post("/<int:run_id>/undo")
@login_required
def undo(run_id: int) -> ResponseReturnValue:
    return decide(run_id, waiting.undo, _("Undone: what was marked is kept."))


def decide(run_id: int, act: Callable[[SweepRun], object], said: str) -> ResponseReturnValue:
    authorize("site.administer")
    run = get_or_404(SweepRun, run_id)
    try:
        with transaction():
            act(run)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(said, "success")
    return redirect(url_for(".index"), 303)
