"""Where the ministry reads and changes the texts that people agree to."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.people.consents.actions import publish_text
from app.people.consents.changes import changes
from app.people.consents.forms import TextForm
from app.people.consents.queries import in_force, shipped, versions
from app.people.models import ConsentKind
from app.permissions import authorize
from app.web.pages import found_or_404, page

bp = Blueprint("consent_texts", __name__)


def kind_or_404(kind: str) -> ConsentKind:
    authorize("site.administer")
    return ConsentKind(kind) if kind in list(ConsentKind) else abort(404)


@bp.get("/administration/texts")
@login_required
def index() -> ResponseReturnValue:
    authorize("site.administer")
    return page("people/consents/index.html", texts={kind: versions(kind) for kind in ConsentKind})


@bp.route("/administration/texts/<string:kind>", methods=["GET", "POST"])
@login_required
def edit(kind: str) -> ResponseReturnValue:
    """A new version. The preview shows it beside the one in force, and stores nothing."""
    of = kind_or_404(kind)
    form, now = TextForm(), in_force(of)
    valid = form.validate_on_submit()
    if valid and form.edited != now.version:
        form.form_errors.append(moved_on())
        valid = False
    if valid and not form.only_shows:
        try:
            with transaction():
                published = publish_text(of, form.body.data or "", edited=form.edited)
        except RuleBroken:
            form.form_errors.append(moved_on())
            valid, now = False, in_force(of)
        else:
            tell(published.version, before=now.version)
            return redirect(url_for(".index"), 303)
    if not form.is_submitted():
        # The text that comes with the product may be newer than the one in force.
        form.body.data = (shipped(of) if "shipped" in request.args else now).body
    form.version.data = str(now.version)
    typed = form.body.data or ""
    return page(
        "people/consents/edit.html",
        status=422 if form.is_submitted() and not valid else 200,
        form=form,
        kind=of,
        now=now,
        shown=typed if valid else "",
        changed=changes(now.body, typed) if form.is_submitted() and not form.body.errors else [],
        offers_shipped=shipped(of).body.strip() != now.body.strip(),
    )


def moved_on() -> str:
    sentence: str = _(
        "Somebody else has published a new version meanwhile. What you typed is kept: compare "
        "it with the version in force below, then save again."
    )
    return sentence


def tell(version: int, *, before: int) -> None:
    if version == before:
        flash(_("These are the very words in force: nothing has changed."), "info")
    else:
        flash(_("Version %(version)s is in force from now on.", version=version), "success")


@bp.get("/administration/texts/<string:kind>/<int:number>")
@login_required
def version(kind: str, number: int) -> ResponseReturnValue:
    """A version as it was agreed to, and how it differs from the one before."""
    known = {one.version: one for one in versions(kind_or_404(kind))}
    chosen = found_or_404(known.get(number))
    before = known.get(number - 1)
    return page(
        "people/consents/version.html",
        text=chosen,
        latest=max(known),
        changed=changes(before.body, chosen.body) if before else [],
    )
