"""Pages that are the same for every visitor are drawn and compressed once.

A page is kept by all that stands on it (``shown``), by its address and by the choices
a visitor has: so it is right after every change, and nothing has to be thrown away by hand.
Whoever is logged in, or has a message waiting, gets a page of their own.
"""

import gzip
from collections.abc import Callable, Hashable
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Response, current_app, request, session
from flask_babel import get_locale
from flask_login import current_user

from app.db import Model
from app.web import page, wanted_panel

MOST = 300  # in each process; some 20 kB each


class Kept(NamedTuple):
    plain: bytes
    compressed: bytes
    etag: str


_kept: dict[Hashable, Kept] = {}


def kept_page(template: str, *, shown: Hashable, context: Callable[[], dict[str, Any]]) -> Response:
    """Like ``page()``; ``shown`` is every value of the page that can change, what time changes
    included. ``context`` is asked only when the page has to be drawn."""
    if current_user.is_authenticated or "_flashes" in session:
        return page(template, **context())
    key = (
        template,
        wanted_panel(template),
        request.full_path,
        get_locale(),
        request.cookies.get("low_vision"),
        shown,
    )
    kept = _kept.get(key)
    if kept is None:
        kept = drawn(template, context())
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = kept
    return sent(kept)


def drawn(template: str, context: dict[str, Any]) -> Kept:
    plain = page(template, **context).get_data()
    level = current_app.config["COMPRESS_LEVEL"]
    etag = blake2b(plain, digest_size=12).hexdigest()
    return Kept(plain, gzip.compress(plain, level, mtime=0), etag)


def sent(kept: Kept) -> Response:
    """The page, or word that the browser has it already."""
    small = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(kept.compressed if small else kept.plain, mimetype="text/html")
    if small:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "HX-Target, Accept-Encoding"
    response.set_etag(kept.etag, weak=True)
    if request.if_none_match:
        response.make_conditional(request)
    return response


def content_of(*rows: Model | None) -> tuple[Hashable, ...]:
    """All that these rows hold, as one value: two are equal when nothing has changed."""
    return tuple(
        as_value(getattr(row, name))
        for row in rows
        if row is not None
        for name in columns_of(type(row))
    )


@lru_cache(maxsize=100)
def columns_of(model: type[Model]) -> tuple[str, ...]:
    return tuple(sa.inspect(model).column_attrs.keys())


def as_value(value: object) -> Hashable:
    return repr(value) if isinstance(value, list | dict) else value
