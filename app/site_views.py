"""Pages about the site itself: policy, accessibility, language, health."""

import sqlalchemy as sa
from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue

from app.db import db
from app.jobs import queue
from app.web import here_or, page

bp = Blueprint("site", __name__)
YEAR = 365 * 24 * 3600


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return page("site/privacy.html")


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    return page("site/accessibility.html")


@bp.post("/language")
def language() -> ResponseReturnValue:
    """Remember the language in a cookie. Changes nothing of anybody's: needs no token."""
    response = redirect(here_or("/", request.form.get("next")), 303)
    chosen = request.form.get("language", "")
    if chosen in current_app.config["LANGUAGES"]:
        response.set_cookie("language", chosen, max_age=YEAR, httponly=True, samesite="Lax")
    return response


@bp.post("/low-vision")
def low_vision() -> ResponseReturnValue:
    """Switch the low-vision version on or off, kept in a cookie."""
    response = redirect(here_or("/", request.form.get("next")), 303)
    if request.form.get("low_vision") == "on":
        response.set_cookie("low_vision", "on", max_age=YEAR, httponly=True, samesite="Lax")
    else:
        response.delete_cookie("low_vision")
    return response


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
    told = {"status": "not ready" if failed else "ready", "failed": failed, "warnings": warnings()}
    return told, 503 if failed else 200


def warnings() -> list[str]:
    """What a person has to look after, by the roof's list (create_app)."""
    found = []
    for name, is_so in current_app.extensions["warnings"].items():
        try:
            found += [name] if is_so() else []
        except Exception:  # the parts above have said what is out of reach
            current_app.logger.exception("%s cannot be told", name)
    return found
