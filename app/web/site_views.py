"""Pages about the site itself: policy, accessibility, language, health."""

from flask import Blueprint, Response, current_app, make_response, redirect, request
from flask.typing import ResponseReturnValue

from app.web import cookies
from app.web.health import readiness
from app.web.pages import here_or, page

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
    """The process answers. Nobody else is asked: a sick neighbour is no reason to end it."""
    return {"status": "alive"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Who of the neighbours is sick; 503 when the site may not serve because of it."""
    failed, warnings = readiness.state()
    status = "not ready" if failed else "ready"
    return {"status": status, "failed": failed, "warnings": warnings}, 503 if failed else 200
