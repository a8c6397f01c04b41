"""A series of events: its page, and its words for the organizers."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.base.db import transaction
from app.events.catalogue.calendars import absolute
from app.events.editing.editor_forms import SeriesForm
from app.events.series.actions import cards_of, rename, series_by_slug
from app.permissions import authorize, can
from app.web.pages import found_or_404, page

bp = Blueprint("series", __name__)


@bp.get("/series/<string:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Its events to come and past; a series without public events is its organizers' alone."""
    series = found_or_404(series_by_slug(slug))
    coming, past = cards_of(series)
    if not (coming or past):
        authorize("event.create", series.organization)
    return page(
        "events/series/show.html",
        series=series,
        coming=coming,
        past=past,
        canonical=absolute(".show", slug=series.slug),
        may_edit=can("series.edit", series.organization),
    )


@bp.route("/manage/series/<string:slug>", methods=["GET", "POST"])
@login_required
def edit(slug: str) -> ResponseReturnValue:
    series = found_or_404(series_by_slug(slug))
    authorize("series.edit", series.organization)
    form = SeriesForm(obj=series)
    if form.validate_on_submit():
        with transaction():
            rename(series, title=form.title.data, summary=form.summary.data or "")
        flash(_("Saved."), "success")
        return redirect(url_for(".show", slug=series.slug), 303)
    return page(
        "events/series/desk.html",
        status=422 if form.is_submitted() else 200,
        series=series,
        form=form,
    )
