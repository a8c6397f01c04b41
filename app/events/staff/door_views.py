"""The way in for people at the door: a link, a PIN, a name. And nothing beyond it."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.log_ins import enter as begin_session
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.staff import doors
from app.events.staff.forms import DoorForm
from app.events.staff.models import DoorLink
from app.events.staff.queries import door_link_by_token
from app.permissions import can
from app.web.pages import page, private
from app.web.security import limiter

bp = Blueprint("doors", __name__)
guessing_limit = limiter.limit("30 per minute", methods=["POST"])
# What a temporary account may open besides the rooms of its event, which ask by themselves:
# what everybody reads, tickets that it scans, the way out.
OPEN = {"static", "accounts.log_out", "registrations.show", "documents.verify"}
OPEN_PARTS = {"events", "site", "doors"}


@bp.before_app_request
def keep_to_the_door() -> None:
    """An account made at the door has no cabinet, no children, no sign-ups."""
    endpoint = request.endpoint or ""
    if endpoint in OPEN or endpoint.partition(".")[0] in OPEN_PARTS:
        return
    is_room = request.path == "/manage" or request.path.startswith("/manage/events/")
    if not is_room and current_user.is_authenticated and current_user.is_temporary:
        abort(404)


@bp.route("/door/<string:token>", methods=["GET", "POST"])
@guessing_limit
def enter(token: str) -> ResponseReturnValue:
    link = door_link_by_token(token)
    if link is None or link.is_over or not link.event.organization.is_approved:
        return private(page("events/staff/gone.html", status=410))
    room = url_for("check_in.index", slug=link.event.slug)
    if can("event.check_in", link.event):
        return redirect(room, 303)
    form = DoorForm()
    if form.validate_on_submit():
        try:
            let_in(link, form)
        except RuleBroken as refused:
            form.form_errors.append(str(refused))
        else:
            return redirect(room, 303)
    form.pin.data = ""  # never sent back
    status = 422 if form.is_submitted() else 200
    return private(
        page("events/staff/enter.html", status=status, link=link, event=link.event, form=form)
    )


def let_in(link: DoorLink, form: DoorForm) -> None:
    """The PIN is compared between two transactions: it is slow on purpose."""
    with transaction():
        doors.begin_try(link)
    if not doors.is_pin_of(link, form.pin.data):
        raise RuleBroken(doors.refusal_of(link))
    with transaction():
        user = doors.let_in(link, form.name.data)
    begin_session(user, by="door")
