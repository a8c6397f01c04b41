"""Pages about the site itself: policy, accessibility, language, health."""

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, make_response, redirect, request
from flask.typing import ResponseReturnValue

from app import cookies
from app.db import db
from app.jobs import queue
from app.web import here_or, page

bp = Blueprint("site", __name__)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return page("site/privacy.html")


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    return page("site/accessibility.html")


@bp.post("/language")
def language() -> ResponseReturnValue:
    """Remember the language in a cookie. Changes nothing of anybody's: needs no token."""
    response = back()
    chosen = request.form.get("language", "")
    if chosen in current_app.config["LANGUAGES"]:
        cookies.keep(response, "language", chosen)
    return response


@bp.post("/low-vision")
def low_vision() -> ResponseReturnValue:
    """Switch the low-vision version on or off, kept in a cookie."""
    response = back()
    if request.form.get("low_vision") == "on":
        cookies.keep(response, "low_vision", "on")
    else:
        cookies.drop(response, "low_vision")
    return response


def back() -> Response:
    return make_response(redirect(here_or("/", request.form.get("next")), 303))


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"status": "alive"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Database and queue reachable, or 503 with the part that is not."""
    parts = {
        "database": lambda: db.session.execute(sa.text("SELECT 1")),
        "queue": queue.pending_count,
    }
    failed = []
    for part, ask in parts.items():
        try:
            ask()
        except Exception:
            current_app.logger.exception("%s is not reachable", part)
            failed.append(part)
    return {"status": "not ready" if failed else "ready", "failed": failed}, 503 if failed else 200
