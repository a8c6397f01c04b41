"""The draw, for everybody: its hash beforehand, afterwards the lots and how to check them."""

import csv
import io
import json
from typing import Any

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.base import clock
from app.events.models import Event
from app.events.seat_rules.draw_models import Draw
from app.events.seat_rules.queries import draw_of
from app.permissions import event_for
from app.registrations.admission.draw_recipe import RECIPE
from app.registrations.desk.queries import figures_of
from app.web.filters import span
from app.web.pages import found_or_404, page

bp = Blueprint("draws", __name__)


def visible_draw(slug: str) -> tuple[Event, Draw]:
    event = event_for("event.see", slug)
    return event, found_or_404(draw_of(event))


@bp.get("/events/<string:slug>/draw")
def show(slug: str) -> ResponseReturnValue:
    event, draw = visible_draw(slug)
    return page(
        "registrations/admission/draw.html",
        event=event,
        draw=draw,
        lots=lots_of(event, draw),
        applied=figures_of(event).applied,
        recipe=RECIPE,
    )


@bp.get("/events/<string:slug>/draw.json")
def as_json(slug: str) -> ResponseReturnValue:
    event, draw = visible_draw(slug)
    told = {
        "event": event.title,
        "url": url_for(".show", slug=event.slug, _external=True),
        "seed_sha256": draw.seed_sha256,
        "seed": draw.seed if draw.is_held else None,
        "drawn_at": clock.to_local(draw.drawn_at).isoformat() if draw.drawn_at else None,
        "lots": lots_of(event, draw),
    }
    return for_anybody(json.dumps(told, ensure_ascii=False, indent=1), "application/json")


@bp.get("/events/<string:slug>/draw.csv")
def as_csv(slug: str) -> ResponseReturnValue:
    event, draw = visible_draw(slug)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow([_("Time"), _("Rank"), _("Application number")])
    for slot in lots_of(event, draw):
        for rank, number in enumerate(slot["numbers"], start=1):
            writer.writerow([slot["time"], rank, number])
    return for_anybody("\ufeff" + file.getvalue(), "text/csv")


def lots_of(event: Event, draw: Draw) -> list[dict[str, Any]]:
    """Slot by slot the numbers in the order of the lots; nothing before the draw."""
    titles = {slot.id: slot_words(slot) for slot in event.slots}
    return [{"time": titles.get(one["slot"], ""), "numbers": one["numbers"]} for one in draw.lots]


def slot_words(slot: Any) -> str:
    return ", ".join(filter(None, (str(span(slot.starts_at, slot.ends_at)), slot.title)))


def for_anybody(body: str, mimetype: str) -> Response:
    response = Response(body, content_type=f"{mimetype}; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.cache_control.no_cache = True
    return response
