"""What a visitor sees who finds no place in the line for papers and files (workbench)."""

from random import randrange

from flask import Flask, Response, flash, render_template, request
from flask_babel import gettext as _

from app.base.db import db
from app.base.rules import RuleBroken
from app.web.pages import here_or, message_only

RETRY_AFTER = 30  # seconds, for programs
AGAIN = 4, 12  # seconds after which a browser asks again, by chance within these


class Busy(RuleBroken):
    """Everybody who may wait is waiting: this visitor is asked to come again."""

    def __init__(self) -> None:
        super().__init__(_("The server is busy with papers and files. Try again in a minute."))


def show_busy(busy: Busy) -> Response:
    """The page of 503. A browser asks for a paper again by itself; what was sent by a form
    stays behind «back»."""
    db.session.rollback()
    if "HX-Request" in request.headers:
        flash(str(busy), "error")
        answer = message_only(503)
    else:
        asks_again = request.method == "GET"
        back = here_or("", path_of(request.referrer))
        html = render_template("errors/busy.html", asks_again=asks_again, back=back)
        answer = Response(html, 503)
        if asks_again:
            answer.headers["Refresh"] = str(randrange(*AGAIN))  # noqa: S311 - not all at once
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    answer.cache_control.no_store = True
    return answer


def path_of(address: str | None) -> str | None:
    """The path of another page of this site, which is where the visitor came from."""
    if not address or not address.startswith(request.host_url):
        return None
    path = "/" + address.removeprefix(request.host_url)
    return None if path == request.full_path.removesuffix("?") else path


def init_app(app: Flask) -> None:
    app.register_error_handler(Busy, show_busy)
