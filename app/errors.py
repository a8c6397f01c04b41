"""What can go wrong, and what the visitor sees then."""

from flask import Flask, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.outages import bare, forget_session, is_outage, show_outage
from app.web import message_only


class RuleBroken(Exception):
    """A rule of the domain forbids this. The message is for the visitor."""


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
    app.register_error_handler(RuleBroken, show_rule_broken)
    app.register_error_handler(CSRFError, show_expired)
    app.register_error_handler(RateLimitExceeded, show_too_often)
    app.register_error_handler(HTTPException, show_http_error)
