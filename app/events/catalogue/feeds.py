"""Events as an Atom feed (RFC 4287), for readers and for pages of other sites."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from app.events.about.wording import audience, place_of
from app.events.catalogue.calendars import absolute, stamp
from app.events.models import Event
from app.web.filters import span

ATOM = "http://www.w3.org/2005/Atom"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Signs that no XML may hold, however it is written.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONG_AGO = datetime(2021, 1, 1)  # noqa: DTZ001 - a stored moment: a feed without entries says it
TIMES_NAMED = 5


def feed_of(
    events: Iterable[Event], *, title: str, address: str, page_url: str, next_page: str | None
) -> bytes:
    """The feed: an entry for each event. ``page_url`` shows the same to people."""
    entries = [(event, entry_of(event)) for event in events]
    feed = ElementTree.Element("feed", {"xmlns": ATOM, XML_LANGUAGE: str(get_locale())})
    said(feed, "id", address)
    said(feed, "title", title)
    said(
        feed,
        "updated",
        stamp(max((event.changed_at for event, _entry in entries), default=LONG_AGO)),
    )
    said(said(feed, "author"), "name", _("Orientir"))
    said(feed, "link", rel="self", type="application/atom+xml", href=address)
    said(feed, "link", rel="alternate", type="text/html", href=page_url)
    if next_page:
        said(feed, "link", rel="next", type="application/atom+xml", href=next_page)
    feed.extend(entry for _event, entry in entries)
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def entry_of(event: Event) -> ElementTree.Element:
    """The id stays the same for ever, so that a reader replaces what it already has."""
    entry = ElementTree.Element("entry")
    title = event.title
    said(entry, "id", f"tag:{host()},2026:event-{event.id}")
    said(entry, "title", _("Called off: %(title)s", title=title) if event.is_called_off else title)
    said(entry, "link", rel="alternate", type="text/html",
         href=absolute("events.show", slug=event.slug))  # fmt: skip
    said(entry, "updated", stamp(event.changed_at))
    said(entry, "published", stamp(event.published_at or event.created_at))
    said(said(entry, "author"), "name", event.organization.short_name)
    said(entry, "category", term=event.kind_code, label=str(event.kind.title))
    said(entry, "summary", "\n".join(filter(None, in_short(event))), type="text")
    return entry


def in_short(event: Event) -> Iterable[str]:
    """When, where, for whom, what: each on a line. Contacts stay out, as in open data."""
    taking_place = event.slots_held
    slots = taking_place[:TIMES_NAMED]
    more = "…" if len(taking_place) > TIMES_NAMED else ""
    yield "; ".join(span(slot.starts_at, slot.ends_at) for slot in slots) + more
    yield place_of(event) or _("Online")
    yield audience(event.audience, event.grade_from, event.grade_to)
    yield event.cancel_reason if event.is_called_off else event.summary


def said(
    parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    """A new element inside: with what of its words XML can hold."""
    allowed = {key: FORBIDDEN.sub("", value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, name, allowed)
    element.text = text and FORBIDDEN.sub("", text)
    return element


def host() -> str:
    return urlsplit(str(current_app.config["SITE_URL"])).hostname or "orientir"
