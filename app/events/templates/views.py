"""The library of templates: new events begin from them."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.audit.actions import record
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.editing.editor_forms import BeginForm
from app.events.templates import actions as event_templates
from app.events.templates.models import EventTemplate
from app.permissions import authorize, can, drafting
from app.web.pages import get_or_404, page

bp = Blueprint("event_templates", __name__)


@bp.get("/manage/templates")
@login_required
def index() -> ResponseReturnValue:
    authorize("event.create_somewhere")
    found = event_templates.templates_for(drafting())
    return page(
        "events/templates/index.html",
        templates=found,
        own={one.id for one in found if can("template.manage", one)},
    )


@bp.route("/manage/templates/<int:template_id>/new", methods=["GET", "POST"])
@login_required
def begin(template_id: int) -> ResponseReturnValue:
    """Asks whose event it is and for the first day, if there are slots to be put there."""
    template = get_or_404(EventTemplate, template_id)
    authorize("template.use", template)
    organizations = drafting()
    form = BeginForm(
        organizations,
        needs_day=template.has_slots,
        data={
            "organization": organizations[0].id,
            "first_day": clock.today() + timedelta(days=14),
        },
    )
    if form.validate_on_submit():
        organization = next(one for one in organizations if one.id == form.organization.data)
        day = form.first_day.data if template.has_slots else None
        try:
            with transaction():
                event = event_templates.begin(template, organization, first_day=day)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Here is the draft. Look through it before you publish."), "success")
            return redirect(url_for("events_desk.edit", slug=event.slug), 303)
    return page(
        "events/templates/begin.html",
        status=422 if form.is_submitted() else 200,
        pattern=template,
        form=form,
    )


@bp.post("/manage/templates/<int:template_id>/delete")
@login_required
def delete(template_id: int) -> ResponseReturnValue:
    template = get_or_404(EventTemplate, template_id)
    authorize("template.manage", template)
    with transaction():
        record("event_template.deleted", template, organization_id=template.organization_id)
        event_templates.delete(template)
    flash(_("The template is deleted. Events made from it stay."), "success")
    return redirect(url_for(".index"), 303)
