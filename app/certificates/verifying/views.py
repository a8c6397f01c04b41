"""Checking a paper without the site: the public keys, a page, and a file to save."""

from flask import Blueprint, Response, abort, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.base import clock
from app.base.config import ROOT
from app.base.signing_keys import pem_of
from app.certificates.issued import signing
from app.certificates.issued.signed_text import Answer, check
from app.certificates.kind_words import KINDS
from app.certificates.verifying.forms import SignedTextForm
from app.web.pages import page, private
from app.web.security import limiter

bp = Blueprint("verifying", __name__)


@bp.route("/verify/offline", methods=["GET", "POST"])
@limiter.limit("60 per minute")
def offline() -> ResponseReturnValue:
    """With scripts the browser checks, else the server; neither keeps the text."""
    form = SignedTextForm()
    verdict = None
    if form.validate_on_submit():
        verdict = check(form.text.data or "", signing.public_keys())
    is_wrong = form.is_submitted() and (
        verdict is None or verdict.answer in (Answer.UNREADABLE, Answer.UNSIGNED)
    )
    return private(
        page(
            "certificates/verifying/offline.html",
            status=422 if is_wrong else 200,
            form=form,
            verdict=verdict,
            keys=signing.all_keys(),
            in_base64=signing.standard_base64,
            published=signing.published(),
            kinds=KINDS,
        )
    )


@bp.get("/verify/offline.html")
@limiter.limit("60 per minute")
def file_to_save() -> ResponseReturnValue:
    """One file with the keys in it that checks papers where there is no network. Style and
    script stand inside: our content security policy does not reach a saved file."""
    content = render_template(
        "certificates/verifying/file.html",
        published=signing.published(),
        kinds=KINDS,
        verdict=None,
        today=clock.today(),
        site=current_app.config["SITE_URL"],
        style=inline("style", "css/verify-file.css"),
        script=inline("script", "js/certificate-text.js") + inline("script", "js/verify.js"),
    )
    response = Response(content, mimetype="text/html")
    response.headers["Content-Disposition"] = "attachment; filename=orientir-verify.html"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def inline(tag: str, filename: str) -> Markup:
    text = (ROOT / "static" / filename).read_text()
    return Markup("<{}>\n{}</{}>").format(tag, Markup(text), tag)  # noqa: S704 - our own file


@bp.get("/verify/keys.json")
def keys_as_json() -> ResponseReturnValue:
    """All keys that ever signed here: id, 32 bytes in base64, since when."""
    return jsonify(
        algorithm="Ed25519",
        keys=[
            {
                "id": key.key_id,
                "public_key": signing.standard_base64(key),
                "since": key.made_at.date().isoformat(),
            }
            for key in signing.all_keys()
        ],
    )


@bp.get("/verify/key-<string:key_id>.pem")
def key_as_pem(key_id: str) -> ResponseReturnValue:
    public = signing.public_keys().get(key_id) or abort(404)
    response = Response(pem_of(public), mimetype="application/x-pem-file")
    response.headers["Content-Disposition"] = f"attachment; filename=orientir-{key_id}.pem"
    return response
