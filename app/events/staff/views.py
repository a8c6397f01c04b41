"""Who else works at an event: colleagues by their address, people at the door by a link."""

from typing import Any

from flask import Blueprint, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.accounts import passwords
from app.audit.confirming import confirmed_again
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.staff import actions as staff
from app.events.staff import doors
from app.events.staff.forms import ColleagueForm, DoorLinkForm
from app.events.staff.models import StaffRole
from app.events.staff.queries import colleagues_at, door_link_in, door_links_of, staff_in
from app.permissions import event_for
from app.registrations.tickets.tickets import qr_svg
from app.web.pages import found_or_404, outside, page, private

bp = Blueprint("staff", __name__)
MADE = "door_made"  # in the session: the secrets of a link, until they are shown once


def staff_page(event: Event, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    made = session.pop(MADE, None) if status == 200 else None
    shown = None
    if made and made["slug"] == event.slug:
        address = outside("doors.enter", token=made["token"])
        pin = f"{made['pin'][:3]} {made['pin'][3:]}"
        shown = {"id": made["id"], "address": address, "pin": pin, "qr": qr_svg(address)}
    context: dict[str, Any] = {
        "colleague_form": ColleagueForm(formdata=None),
        "door_form": DoorLinkForm(formdata=None, data={"valid_on": doors.default_day(event)}),
        **forms,
    }
    answer = page(
        "events/staff/index.html",
        status=status,
        event=event,
        colleagues=colleagues_at(event),
        links=door_links_of(event),
        made=shown,
        roles=StaffRole,
        **context,
    )
    return private(answer)


@bp.route("/manage/events/<string:slug>/staff", methods=["GET", "POST"])
@login_required
@confirmed_again
def index(slug: str) -> ResponseReturnValue:
    event = event_for("event.staff", slug)
    form = ColleagueForm()
    if not form.is_submitted():
        return staff_page(event)
    if form.validate():
        role = StaffRole(form.role.data)
        try:
            with transaction():
                added = staff.add(event, form.email.data, role, by=current_user)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("%(email)s is added and gets a letter.", email=added.email), "success")
            return redirect(url_for(".index", slug=slug), 303)
    return staff_page(event, status=422, colleague_form=form)


@bp.post("/manage/events/<string:slug>/staff/<int:staff_id>/remove")
@login_required
@confirmed_again
def remove(slug: str, staff_id: int) -> ResponseReturnValue:
    """A colleague, or somebody who stands at the door now."""
    event = event_for("event.staff", slug)
    somebody = found_or_404(staff_in(event, staff_id))
    with transaction():
        if somebody.door_link_id:
            doors.send_away(somebody)
        else:
            staff.remove(somebody)
    flash(_("Removed: from now on this event is closed to them."), "success")
    return redirect(url_for(".index", slug=slug), 303)


@bp.post("/manage/events/<string:slug>/staff/door-links")
@login_required
@confirmed_again
def make_link(slug: str) -> ResponseReturnValue:
    event = event_for("event.staff", slug)
    form = DoorLinkForm()
    if form.validate():
        pin = doors.new_pin()
        pin_hash = passwords.hash_of(pin)  # slow on purpose: before the transaction
        try:
            with transaction():
                made = doors.make(
                    event,
                    form.valid_on.data,
                    pin=pin,
                    pin_hash=pin_hash,
                    label=form.label.data or "",
                    by=current_user,
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            session[MADE] = {
                "slug": slug, "id": made.link.id, "token": made.token, "pin": made.pin,
            }  # fmt: skip
            return redirect(url_for(".index", slug=slug, _anchor="door-link"), 303)
    return staff_page(event, status=422, door_form=form)


@bp.post("/manage/events/<string:slug>/staff/door-links/<int:link_id>/revoke")
@login_required
def revoke_link(slug: str, link_id: int) -> ResponseReturnValue:
    event = event_for("event.staff", slug)
    link = found_or_404(door_link_in(event, link_id))
    with transaction():
        number = doors.revoke(link)
    said = [_("The link does not work any more.")]
    if number:
        said.append(
            ngettext("%(num)s person is logged out.", "%(num)s people are logged out.", number)
        )
    flash(" ".join(said), "success")
    return redirect(url_for(".index", slug=slug), 303)
