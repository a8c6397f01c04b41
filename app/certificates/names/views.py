"""The names of an event's certificates in the cases, corrected by hand."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.audit.actions import record
from app.base.db import transaction
from app.certificates.names.forms import NamesForm
from app.certificates.names.holders import Holder, correct, holders_of
from app.permissions import event_for
from app.web.pages import page, page_asked, page_of

bp = Blueprint("names", __name__)
ON_A_PAGE = 25


@bp.route("/manage/events/<string:slug>/papers/names", methods=["GET", "POST"])
@login_required
def index(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    everybody = holders_of(event)
    shown = page_of(everybody, number=page_asked(), size=ON_A_PAGE)
    is_sent = request.method == "POST"
    form = NamesForm(sent(everybody) if is_sent else shown.items, request.form if is_sent else None)
    if form.validate_on_submit():
        with transaction():
            people = correct(form.said, by=current_user)
            for person in people:
                record("names.corrected", person, organization_id=event.organization_id)
        words = ngettext("%(num)s name is changed.", "%(num)s names are changed.", len(people))
        flash(words, "success")
        return redirect(url_for(".index", slug=slug, page=shown.number), 303)
    return page(
        "certificates/names/index.html",
        status=422 if is_sent else 200,
        event=event,
        form=form,
        shown=shown,
        to_check=sum(one.needs_a_look for one in everybody),
        page_url=lambda number: url_for(".index", slug=slug, page=number),
    )


def sent(everybody: Sequence[Holder]) -> list[Holder]:
    """Those on the page that was filled in, whoever came or went meanwhile."""
    asked = set(request.form.getlist("person")[:ON_A_PAGE])
    return [one for one in everybody if str(one.person.id) in asked]
