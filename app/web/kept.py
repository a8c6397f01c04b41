"""Pages that are the same for every visitor are drawn and compressed once.

A page is kept by all that stands on it (``shown``), by its address and by the choices
a visitor has: so it is right after every change, and nothing has to be thrown away by hand.
Whoever is logged in, or has a message waiting, gets a page of their own.
"""

import gzip
from collections.abc import Callable, Hashable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from flask import Response, current_app, request, session
from flask_babel import get_locale
from flask_login import current_user

from app.web import cookies
from app.web.pages import page, wanted_panel

MOST = 300  # in each process; some 20 kB each


class Kept(NamedTuple):
    plain: bytes
    compressed: bytes
    etag: str


_kept: dict[Hashable, Kept] = {}


def kept_page(
    template: str,
    *,
    shown: Callable[[], Hashable],
    context: Callable[[], dict[str, Any]],
    own: Sequence[str] = (),
) -> Response:
    """Like ``page()``. ``shown`` tells every value of the page that can change, what time
    changes included; ``context`` is asked only when the page has to be drawn.

    ``own`` are texts on the page for this visitor alone (the token of a form): they are
    taken out of what is kept, and everybody gets their own put in.
    """
    if current_user.is_authenticated or "_flashes" in session:
        return page(template, **context())
    now_shown = shown()
    key = (
        template,
        wanted_panel(template),
        request.full_path,
        get_locale(),
        cookies.read("low_vision"),
        now_shown,
    )
    kept = _kept.get(key)
    if kept is None:
        kept = drawn(template, context(), own)
        if shown() == now_shown:  # else something changed between the two readings
            keep(key, kept)
    return filled(kept, own) if own else sent(kept)


def keep(key: Hashable, kept: Kept) -> None:
    if len(_kept) >= MOST:
        _kept.clear()
    _kept[key] = kept


def drawn(template: str, context: dict[str, Any], own: Sequence[str]) -> Kept:
    plain = page(template, **context).get_data()
    for place, text in enumerate(own):
        plain = plain.replace(text.encode(), gap(place))
    if own:
        return Kept(plain, b"", "")
    level = current_app.config["COMPRESS_LEVEL"]
    etag = blake2b(plain, digest_size=12).hexdigest()
    return Kept(plain, gzip.compress(plain, level, mtime=0), etag)


def gap(place: int) -> bytes:
    """Where a visitor's own text goes; no text of ours holds such signs."""
    return b"\x00%d\x00" % place


def filled(kept: Kept, own: Sequence[str]) -> Response:
    plain = kept.plain
    for place, text in enumerate(own):
        plain = plain.replace(gap(place), text.encode())
    response = Response(plain, mimetype="text/html")
    response.cache_control.no_store = True
    response.headers["Vary"] = "HX-Target"
    return response


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
