"""What visitors read: the home page, the catalogue, an event; and the same for programs."""

import json
from collections.abc import Hashable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.base import clock
from app.events.catalogue.calendars import absolute, calendar_of, selection_as_data
from app.events.catalogue.cards import event_card
from app.events.catalogue.feeds import feed_of
from app.events.catalogue.months import month_of
from app.events.catalogue.search import asked, fixed_lists
from app.events.catalogue.showing import shown_on_page
from app.events.catalogue.states import state_of
from app.events.kinds import KINDS
from app.events.models import Event
from app.events.queries import (
    Card,
    Selection,
    find_events,
    kinds_with_counts,
    whole_events,
)
from app.permissions import event_for
from app.web.kept import kept_page
from app.web.pages import Paged

bp = Blueprint("events", __name__)
MOST_IN_A_CALENDAR, MOST_IN_DATA = 300, 100


@bp.get("/")
def home() -> ResponseReturnValue:
    coming = find_events(Selection(), size=6)
    kinds = kinds_with_counts()

    def context() -> dict[str, Any]:
        titles = [(KINDS[code], number) for code, number in kinds]
        return {"coming": coming, "kinds": titles, "past_url": past_url()}

    def shown() -> Hashable:
        return states_of(coming), tuple(kinds), clock.today()

    return kept_page("events/catalogue/home.html", shown=shown, context=context)


@bp.get("/events")
def index() -> ResponseReturnValue:
    question = asked(request.args)
    found = month = None
    if question.month:
        month = month_of(question.selection, question.month)
    else:
        found = find_events(question.selection, number=question.page)

    def context() -> dict[str, Any]:
        return {
            "question": question,
            "selection": question.selection,
            "choices": question.choices,
            "found": found,
            "month": month,
            "past_url": past_url(),
            "lists": fixed_lists(str(get_locale())),
        }

    def shown() -> Hashable:
        return found and states_of(found), month, question.choices.content, clock.today()

    response = kept_page("events/catalogue/index.html", shown=shown, context=context)
    # For the address bar: the question without its empty fields.
    response.headers["HX-Push-Url"] = question.page_url(found.number if found else 1)
    return response


@bp.get("/events.ics")
def calendar() -> ResponseReturnValue:
    found = whole_events(asked(request.args).selection, size=MOST_IN_A_CALENDAR)
    body = calendar_of(found.items, name=_("Career guidance events in Kalmykia"))
    return for_programs(body, "text/calendar", filename="events.ics")


@bp.get("/events.json")
def open_data() -> ResponseReturnValue:
    question = asked(request.args)
    found = whole_events(question.selection, number=question.page, size=MOST_IN_DATA)
    more = found.number < found.pages
    address = absolute("events.open_data", **question.said, page=found.number + 1)
    body = selection_as_data(found, next_page=address if more else None)
    return for_programs(json.dumps(body, ensure_ascii=False).encode(), "application/json")


@bp.get("/events.atom")
def atom() -> ResponseReturnValue:
    question = asked(request.args)
    found = whole_events(question.selection, number=question.page, size=MOST_IN_DATA)
    said = question.feed_arguments
    body = feed_of(
        found.items,
        title=_("Career guidance events in Kalmykia"),
        address=absolute("events.atom", **said, page=found.number if found.number > 1 else None),
        page_url=absolute("events.index", **said),
        next_page=absolute("events.atom", **said, page=found.number + 1)
        if found.number < found.pages
        else None,
    )
    return for_programs(body, "application/atom+xml")


@bp.get("/events/<string:slug>")
def show(slug: str) -> ResponseReturnValue:
    return kept_page(
        "events/catalogue/show.html",
        shown=lambda: state_of(slug),
        context=lambda: shown_on_page(visible_event(slug)),
    )


@bp.get("/events/<string:slug>.ics")
def event_calendar(slug: str) -> ResponseReturnValue:
    event = visible_event(slug)
    body = calendar_of([event], name=event.title)
    return for_programs(body, "text/calendar", filename=f"{event.slug}.ics")


def states_of(found: Paged[Card]) -> Hashable:
    """The page's cards, and how things stand with them at this moment."""
    return found.total, found.number, tuple((card, card.signup) for card in found.items)


def past_url() -> str:
    return url_for(".index", to=clock.today() - timedelta(days=1))


def visible_event(slug: str) -> Event:
    """Drafts are for their organizers alone; to others there is nothing here."""
    return event_for("event.see", slug)


def for_programs(body: bytes, mimetype: str, *, filename: str = "") -> Response:
    """Readable from any site; sent again only when something has changed."""
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Type"] = f"{mimetype}; charset=utf-8"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if filename:
        response.headers["Content-Disposition"] = f"inline; filename={filename}"
    response.vary.add("Cookie")  # the language
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


bp.add_app_template_global(event_card)
