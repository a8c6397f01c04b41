"""The mailbox of the demonstration: every letter that was «sent»."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from app.notifications.outbox import delivered_letter, delivered_letters
from app.web.pages import found_or_404, page, page_asked

bp = Blueprint("notifications", __name__)
# Somebody's words in HTML, as a mail program shows them: no scripts, nothing loaded.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@bp.before_request
def only_in_the_demo() -> None:
    if not current_app.config["DEMO"]:
        abort(404)


@bp.get("/dev/outbox")
def outbox() -> ResponseReturnValue:
    shown = delivered_letters(page_asked())
    return page("notifications/outbox.html", letters=shown)


@bp.get("/dev/outbox/<string:reference>")
def letter(reference: str) -> ResponseReturnValue:
    found: Any = found_or_404(delivered_letter(reference))
    if request.args.get("as") == "html":
        return Response(
            found.html, mimetype="text/html", headers={"Content-Security-Policy": SANDBOX}
        )
    return page("notifications/letter.html", letter=found)
