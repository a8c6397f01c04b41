"""Answering browsers: whole pages, and panels of them for htmx."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_login import current_user
from jinja2_fragments.flask import render_block
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

from app.base.db import Base, db
from app.base.words.text import LARGEST

M = TypeVar("M", bound=Base)
T = TypeVar("T")
MOST_PAGES = 100_000


class Number(IntegerConverter):
    """Numbers in addresses that the database can hold; larger ones name nothing: 404."""

    def __init__(self, url_map: Map, **given: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST, **given})


class Word(UnicodeConverter):
    """Words in addresses. With a NUL, which PostgreSQL cannot look for, they name nothing."""

    def to_python(self, value: str) -> str:
        if "\0" in value:
            raise ValidationError
        return value


def get_or_404(model: type[M], id_: int) -> M:
    if id_ > LARGEST:  # databases answer such a question with an error
        abort(404)
    return db.session.get(model, id_) or abort(404)


def found_or_404(thing: T | None) -> T:
    """For what a query looked up by slug or code."""
    return abort(404) if thing is None else thing


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """Render a page; for htmx, only the panel it is going to swap.

    The swap target names the block: ``id="signup-panel"`` gets
    ``{% block signup_panel %}``. A page without that block is sent whole.
    """
    if panel := wanted_panel(template):
        html = render_block(template, panel, **context)
        html += render_template("_messages.html", out_of_band=True)
    else:
        html = render_template(template, **context)
    response = make_response(html, status)
    response.vary.add("HX-Target")
    return response


def wanted_panel(template: str) -> str | None:
    target = request.headers.get("HX-Target", "")  # "section#signup-panel"
    _, _, id_ = target.partition("#")
    block = id_.replace("-", "_")
    if not block.endswith("_panel"):
        return None
    return block if block in current_app.jinja_env.get_template(template).blocks else None


def message_only(status: int) -> Response:
    """Show the flashed messages and leave the rest of the page as it is."""
    # Without the context of pages, which asks the database who is logged in.
    html = current_app.jinja_env.get_template("_messages.html").render()
    response = make_response(html, status)
    for instruction in ("HX-Retarget", "HX-Reselect"):
        response.headers[instruction] = "#messages"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def here_or(fallback: str, wanted: str | None) -> str:
    """Where to go next: a path of this site alone, never another host."""
    if not wanted or len(wanted) > 2000:
        return fallback
    # Browsers drop control characters («/\t/host») and read «\» as «/».
    inside = wanted.isprintable() and re.match(r"/(?![/\\])", wanted)
    return wanted if inside else fallback


@dataclass(frozen=True)
class Paged(Generic[T]):
    """One page of a longer list: ``items``, and where it stands in the whole."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.size))


def page_asked(argument: str = "page") -> int:
    """The number of the page that the address asks for; 1 where it asks for none.

    However long it is, it stays one that a query can multiply: lists show their last page.
    """
    text = request.args.get(argument, "").strip()
    if not (text.isascii() and text.isdecimal()):
        return 1
    return max(1, int(text)) if len(text) < 6 else MOST_PAGES


def page_of(items: Sequence[T], *, number: int, size: int) -> Paged[T]:
    """One page of a list that is there; numbers beyond the ends show the nearest page."""
    number = min(max(1, number), max(1, ceil(len(items) / size)))
    first = (number - 1) * size
    return Paged(items[first : first + size], number, size, len(items))


def paged(query: sa.Select[T], *, number: int, size: int) -> Paged[T]:
    """One page of the query's rows; numbers beyond the ends show the nearest page."""
    counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    total = db.session.scalar(counted) or 0
    number = min(max(1, number), max(1, ceil(total / size)))
    rows = db.session.scalars(query.limit(size).offset((number - 1) * size)).unique().all()
    return Paged(rows, number, size, total)


def never_cache(response: Response) -> Response:
    """Personal pages: neither proxies nor the Back button may reuse them."""
    if response.status_code >= 500:  # asking who is logged in may be what failed
        response.cache_control.no_store = True
    elif response.mimetype == "text/html":
        response.vary.add("Cookie")
        if current_user.is_authenticated:
            response.cache_control.no_store = True
        elif not response.cache_control:
            response.cache_control.no_cache = True
            response.cache_control.private = True
    return response


def outside(endpoint: str, **values: Any) -> str:
    """For letters and paper: an address that owes nothing to the Host a request claims."""
    return str(current_app.config["SITE_URL"]) + url_for(endpoint, **values)


def private(response: Response) -> Response:
    """A secret address, or somebody's own page: nobody keeps a copy."""
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response


PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes, kind: str, name: str) -> Response:
    """A file made for this visitor, under a name in Russian: PDF is shown in the browser, the
    rest is saved; nobody on the way keeps it."""
    return private(send_file(BytesIO(content), kind, as_attachment=kind != PDF, download_name=name))


V = TypeVar("V", bound=Callable[..., Any])


def reads_json(view: V) -> V:
    """Mark a view that takes a JSON body; everywhere else such a body is refused."""
    vars(view)["reads_json"] = True
    return view


def json_body() -> Any:
    """What the request says in JSON; None where it is none, or nested deeper than anybody means."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def refuse_json_elsewhere() -> None:
    """Forms read JSON as if it were a form, and fail at a list where pairs should stand."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.is_json and not getattr(view, "reads_json", False):
        abort(415)


def init_app(app: Flask) -> None:
    app.before_request(refuse_json_elsewhere)
    app.url_map.converters.update(int=Number, string=Word)
    app.after_request(never_cache)
