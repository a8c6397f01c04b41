"""What the page at the door asks for by itself: marks, the list for the shift, the worker
that keeps the page for the time without network."""

import hmac
import json
from base64 import b64encode
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from flask_wtf.csrf import generate_csrf

from app.attendance.door import actions as check_in
from app.attendance.door import queries as check_in_queries
from app.attendance.door.forms import DEVICE, batch_of
from app.attendance.door.queries import Ticket
from app.attendance.door.words import details_of, words_of
from app.attendance.queries import marking_opens_at
from app.audit.actions import record_now
from app.base import clock
from app.base.config import ROOT
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.queries import event_row
from app.permissions import authorize
from app.web.filters import asset, iso
from app.web.pages import found_or_404, json_body, private, reads_json

bp = Blueprint("check_in_phone", __name__)


def event_at_the_door(slug: str) -> Event:
    event = found_or_404(event_row(slug))
    authorize("event.check_in", event)
    return event


def answer(content: dict[str, Any], status: int = 200) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return private(Response(text, status, mimetype="application/json"))


@bp.post("/manage/events/<string:slug>/check-in/marks")
@login_required
@reads_json
def marks(slug: str) -> ResponseReturnValue:
    """Each mark is stored by itself: one that fails takes no other with it."""
    event = event_at_the_door(slug)
    try:
        batch = batch_of(json_body())
    except RuleBroken as broken:
        return answer({"error": str(broken)}, 422)
    outcomes = []
    for sent in batch.marks:
        with transaction():
            one = check_in.take(
                event, sent, device=batch.device, device_now=batch.now, by=current_user
            )
        outcomes.append(words_of(one).as_json(one.uuid))
    return answer({"outcomes": outcomes})


@bp.get("/manage/events/<string:slug>/check-in/changes.json")
@login_required
def changes(slug: str) -> ResponseReturnValue:
    """Everybody's marks as they stand, and a fresh token for sending more."""
    event = event_at_the_door(slug)
    return answer(
        {
            "marks": check_in_queries.marks_in(event),
            "version": check_in_queries.version_of(event),
            "token": generate_csrf(),
        }
    )


@bp.get("/manage/events/<string:slug>/check-in/list.json")
@login_required
def shift_list(slug: str) -> ResponseReturnValue:
    """The event's people for one phone and one day, and the key under which it keeps them."""
    event = event_at_the_door(slug)
    device = request.args.get("device", "")
    if not device or not DEVICE.fullmatch(device):
        return answer({"error": _("Reload the page and try again.")}, 422)
    tickets = check_in_queries.shift_list(event)
    record_now(
        "check_in_list.taken", event, organization_id=event.organization_id, number=len(tickets)
    )
    return answer(
        {
            "key": b64encode(key_of_shift(event, device)).decode(),
            "ends_at": iso(clock.end_of_day(clock.today())),
            "version": check_in_queries.version_of(event),
            "people": [line(ticket) for ticket in tickets],
        }
    )


def key_of_shift(event: Event, device: str) -> bytes:
    """Of this person, phone, event and day alone; nothing of it is stored here."""
    words = f"check-in:{event.id}:{current_user.id}:{device}:{clock.today()}"
    return hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), words.encode(), "sha256")


def line(ticket: Ticket) -> dict[str, Any]:
    """As little as the door needs. The number of the ticket only as a hash: with the
    number itself one could open the ticket."""
    registration, person = ticket.registration, ticket.registration.person
    return {
        "id": registration.id,
        "hash": sha256(registration.code.encode()).hexdigest(),
        "name": person.full_name,
        "search": person.search_name,
        "class": person.class_title,
        "details": details_of(registration),
        "slot": registration.slot_id,
        "opens_at": iso(marking_opens_at(registration.slot)),
        "status": registration.status.value,
        "presence": ticket.presence.value if ticket.presence else "",
    }


@bp.get("/manage/events/<string:slug>/check-in/sw.js")
@login_required
def worker(slug: str) -> ResponseReturnValue:
    """The service worker of this event's door, and of no other page."""
    event_at_the_door(slug)
    text = (ROOT / "static" / "js" / "check-in-sw.js").read_text(encoding="utf-8")
    response = Response(text, mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = url_for("check_in.index", slug=slug)
    response.cache_control.no_cache = True
    return response


@bp.get("/manage/events/<string:slug>/check-in/manifest.webmanifest")
@login_required
def manifest(slug: str) -> ResponseReturnValue:
    event = event_at_the_door(slug)
    start = url_for("check_in.index", slug=slug)
    response = answer(
        {
            "name": _("Check-in: %(event)s", event=event.title),
            "short_name": _("Check-in"),
            "start_url": start,
            "scope": start,
            "id": start,
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#1d6fa5",
            "icons": [
                {"src": asset("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        }
    )
    response.mimetype = "application/manifest+json"
    return response
