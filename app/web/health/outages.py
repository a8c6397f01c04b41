"""When a neighbour is away: what counts as that, what is said, and what is tried once more.

An outage is nobody's mistake, so it is no 500: the visitor reads «try again in a minute»
and the log gets one line, without values.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
import redis
import sqlalchemy as sa
from flask import Flask, Response, current_app, flash, jsonify, request
from flask_babel import gettext as _

from app.base.db import db, transaction
from app.base.patience import RanOut
from app.web.pages import message_only

log = logging.getLogger(__name__)
MINUTE = 60
# Classes of SQLSTATE: connection, rolled back (deadlock, serialization), resources,
# operator, system; and single ones: read only, idle or locked too long, who we are.
CLASSES = {"08", "28", "40", "53", "57", "58"}
STATES = {"25006", "25P03", "25P04", "3D000", "55P03"}
# SQLITE_BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
SQLITE_CODES = {5, 6, 7, 8, 10, 13, 14, 15}
LOST = "orientir.connection_lost"  # in the environment of a request
SAFE = ("GET", "HEAD")
Wsgi = Callable[..., Iterable[bytes]]


class Crowded(Exception):
    """No place is free to make this page in."""


KINDS = (sa.exc.DBAPIError, sa.exc.TimeoutError, redis.RedisError, Crowded)


def is_outage(error: BaseException | None) -> bool:
    """Whether a neighbour is away or cannot do it now; a mistake of ours is no outage."""
    if isinstance(error, sa.exc.DBAPIError):
        return error.connection_invalidated or is_outage_of_driver(error.orig)
    return isinstance(error, (sa.exc.TimeoutError, redis.RedisError, Crowded))


def is_outage_of_driver(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in SQLITE_CODES
    state = getattr(error, "sqlstate", None)
    if state is None:  # it never came to a connection
        return isinstance(error, psycopg.OperationalError)
    return state[:2] in CLASSES or state in STATES


def word_of(error: BaseException) -> str:
    """For the log: the kind of error and its code, never its values."""
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", "")
    return f"{type(original).__name__} {code or ''}".strip()


def show_outage(error: BaseException) -> Response:
    """«Try again in a minute», made without the database, the session's user or Redis."""
    if not is_outage(error):
        raise error
    log.warning("503 for %s %s: %s", request.method, request.endpoint, word_of(error))
    forget_session()
    request.environ[LOST] = was_lost(error)
    response = outage_page()
    response.status_code = 503
    response.headers["Retry-After"] = str(MINUTE)
    response.cache_control.no_store = True
    return response


def outage_page() -> Response:
    if "HX-Request" in request.headers:
        flash(
            _("This cannot be done just now. Try again in a minute; nothing was changed."), "error"
        )
        return message_only(503)
    if request.is_json or request.accept_mimetypes.best == "application/json":
        return jsonify(
            error=_("This cannot be done just now. Try again in a minute; nothing was changed.")
        )
    return Response(bare("errors/503.html"), mimetype="text/html")


def bare(template: str, **context: Any) -> str:
    """Render without the context of pages, which asks the database who is logged in."""
    low_vision = request.cookies.get("low_vision") == "on"
    return current_app.jinja_env.get_template(template).render(low_vision=low_vision, **context)


def forget_session() -> None:
    """Give back what the request held; a connection that is dead is not worth a word."""
    try:
        db.session.remove()
    except Exception as broken:
        log.warning("the session could not be closed: %s", word_of(broken))


def was_lost(error: BaseException) -> bool:
    """The connection was ended by the other side: a new one may do. One that said nothing
    for so long was waited for enough."""
    return (
        isinstance(error, sa.exc.DBAPIError)
        and error.connection_invalidated
        and not isinstance(error.orig, RanOut)
    )


class OnceMore:
    """Ask again, once, when a page that only reads has lost its connection."""

    def __init__(self, app: Wsgi) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] not in SAFE:
            return self.app(environ, start_response)
        begun: list[tuple[Any, ...]] = []
        answer = self.app(environ, lambda *start: begun.append(start))
        if environ.pop(LOST, False):
            close(answer)
            return self.app(environ, start_response)
        start_response(*begun[-1])
        return answer


def close(answer: Iterable[bytes]) -> None:
    ending = getattr(answer, "close", None)
    if ending:
        ending()


_no_notes_until = [0.0]


def note(act: Callable[[], object]) -> None:
    """Write something small that nobody waits for, on the way to a page. Where the database
    cannot take it at once (read only, full, locked) it is left out, for a minute."""
    if time.monotonic() < _no_notes_until[0]:
        return
    try:
        with transaction(longest_wait=0.2):
            act()
    except KINDS as error:
        if not is_outage(error):
            raise
        _no_notes_until[0] = time.monotonic() + MINUTE
        log.warning("notes are left out for a minute: %s", word_of(error))


def init_app(app: Flask) -> None:
    for kind in KINDS:
        app.register_error_handler(kind, show_outage)
    app.wsgi_app = OnceMore(app.wsgi_app)  # type: ignore[method-assign]
