"""Pages about the site itself: policy, accessibility, language, health."""

from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue

from app import readiness
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
    """The process answers. Nobody else is asked: a sick neighbour is no reason to end it."""
    return {"status": "alive"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Who of the neighbours is sick; 503 when the site may not serve because of it."""
    failed, warnings = readiness.state()
    status = "not ready" if failed else "ready"
    return {"status": status, "failed": failed, "warnings": warnings}, 503 if failed else 200
