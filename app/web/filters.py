"""Jinja filters: dates and times as people of the region write them, Markdown, links."""

from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

import nh3
from babel.dates import format_date, format_skeleton
from flask import Flask, url_for
from flask_babel import get_locale
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.base import clock
from app.base.config import ROOT

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
ALLOWED_TAGS = {
    *("p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "a", "blockquote"),
    *("code", "pre", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}


def _as_date(moment: date) -> date:
    return clock.to_local(moment).date() if isinstance(moment, datetime) else moment


@lru_cache(maxsize=4096)
def _date(day: date, style: str, locale: str) -> str:
    if style == "long":
        text = format_date(day, "d MMMM y 'г.'" if locale == "ru" else "long", locale=locale)
    elif style == "short":
        text = format_date(day, "d MMMM" if locale == "ru" else "MMMM d", locale=locale)
    elif style == "weekday":
        text = format_date(day, "EEEE", locale=locale)
    elif style == "month":
        text = format_skeleton("yMMMM", day, locale=locale).removesuffix("г.").rstrip()
    else:
        text = format_date(day, style, locale=locale)
    return text


def day(moment: date, style: str = "long") -> str:
    """«23 ноября 2026 г.» (long), «23 ноября» (short), weekday, month, or a CLDR pattern.

    A ``datetime`` is a stored moment (UTC) and is shown on the region's clock.
    """
    return _date(_as_date(moment), style, str(get_locale()))


def time(moment: datetime) -> str:
    """«14:00», on the region's clock."""
    return clock.to_local(moment).strftime("%H:%M")


def span(starts_at: datetime, ends_at: datetime) -> str:
    """«23 ноября 2026 г., 14:00–15:30», or both days when they differ."""
    if _as_date(starts_at) == _as_date(ends_at):
        return f"{day(starts_at)}, {time(starts_at)}–{time(ends_at)}"
    return f"{day(starts_at)}, {time(starts_at)} – {day(ends_at)}, {time(ends_at)}"


def days(starts_at: datetime, ends_at: datetime) -> str:
    """«23 ноября 2026 г.», or «23 ноября 2026 г. – 2 декабря 2026 г.»: a span without hours."""
    first, last = day(starts_at), day(ends_at)
    return first if first == last else f"{first} – {last}"


def iso(moment: datetime) -> str:
    """For ``<time datetime>`` and schema.org: with the region's offset."""
    return clock.to_local(moment).isoformat(timespec="minutes")


@lru_cache(maxsize=512)
def markdown(text: str) -> Markup:
    """Markdown as safe HTML: no raw HTML, no images, links marked nofollow."""
    html = nh3.clean(
        _markdown.render(text),
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener",
    )
    return Markup(html)  # noqa: S704 - cleaned on the line above


@lru_cache(maxsize=256)
def _fingerprint(filename: str) -> str:
    file = ROOT / "static" / filename
    return sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"


def asset(filename: str) -> str:
    """The address of a file of ours that changes with its content: cached for a year."""
    return url_for("static", filename=filename, v=_fingerprint(filename))


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day, time=time, span=span, days=days, iso=iso, markdown=markdown
    )
    app.jinja_env.globals.update(asset=asset, now=clock.now, today=clock.today)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
