"""What can go wrong, and what the visitor sees then."""

from contextlib import suppress
from typing import IO

from flask import Flask, Response, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from app.base.rules import RuleBroken
from app.web.health.outages import bare, forget_session, is_outage, show_outage
from app.web.pages import message_only

MOST_SWALLOWED = 200 * 1024 * 1024  # bytes of a body that nobody wanted
STRANGE_HOST = """<!doctype html>
<html lang="ru"><meta charset="utf-8"><title>Ориентир</title>
<h1>Этот адрес не наш</h1>
<p>Сайт открывается здесь: <a href="{SITE_URL}">{SITE_URL}</a></p>
<p lang="en">This is not our address. The site is here: <a href="{SITE_URL}">{SITE_URL}</a></p>
</html>
"""


def show_rule_broken(broken: RuleBroken) -> ResponseReturnValue:
    """Back to the page the visitor came from, with the reason on top."""
    flash(str(broken), "error")
    here = request.referrer or ""
    return redirect(here if here.startswith(request.host_url) else "/", 303)


def show_expired(_error: CSRFError) -> ResponseReturnValue:
    """What was typed stays: on the page for htmx, behind «back» without it."""
    if "HX-Request" in request.headers:
        flash(_("This page has expired. Reload it and try again."), "error")
        return message_only(422)
    return render_template("errors/expired.html"), 400


def show_too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        flash(_("Too many requests from your address. Wait a minute and try again."), "error")
        return message_only(429)
    sentence = error.description if error.limit.error_message else ""
    return render_template("errors/429.html", sentence=sentence), 429


def show_strange_host(_error: SecurityError) -> ResponseReturnValue:
    """Asked under a name that is not ours: no page of the site, whose links would carry it."""
    return Response(STRANGE_HOST.format(SITE_URL=escape(current_app.config["SITE_URL"])), 400)


def show_too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The rest of the body is taken and forgotten, up to a point: a browser shows an answer
    only when it has sent everything."""
    swallow(request.environ["wsgi.input"])
    limit = request.max_content_length or 0
    is_file = (request.content_length or 0) > limit
    sentence = _("The file is too large: up to %(size)s MB are taken at once.",
                 size=limit // 1048576) if is_file else _("The text is too long.")  # fmt: skip
    if "HX-Request" in request.headers:
        flash(sentence, "error")
        return message_only(413)
    return render_template(
        "errors/413.html", is_file=is_file, size=limit // 1048576, error=error
    ), 413


def swallow(body: IO[bytes]) -> None:
    taken = 0
    with suppress(OSError, ValueError):
        while taken < MOST_SWALLOWED and (piece := body.read(65_536)):
            taken += len(piece)


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error
    if code >= 500:
        return show_fault(error)
    template = f"errors/{code}.html" if code in (403, 404, 405, 413) else "errors/400.html"
    return render_template(template), code


def show_fault(error: HTTPException) -> ResponseReturnValue:
    """Ours, or a neighbour's: also one that went away while another page was being drawn.
    Nothing may be asked of anybody for this page."""
    cause = getattr(error, "original_exception", None)
    if cause is not None and is_outage(cause):
        return show_outage(cause)
    forget_session()
    if "HX-Request" in request.headers:
        flash(_("Something broke on our side. Try again in a few minutes."), "error")
        return message_only(error.code or 500)
    return bare("errors/500.html"), error.code or 500


def init_app(app: Flask) -> None:
    app.register_error_handler(SecurityError, show_strange_host)
    app.register_error_handler(RequestEntityTooLarge, show_too_large)
    app.register_error_handler(RuleBroken, show_rule_broken)
    app.register_error_handler(CSRFError, show_expired)
    app.register_error_handler(RateLimitExceeded, show_too_often)
    app.register_error_handler(HTTPException, show_http_error)
