"""Around the editor of an event: drafts that save themselves, preview, history, templates."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.about.details import version_of
from app.events.catalogue.showing import shown_in_preview
from app.events.editing import actions, checklist
from app.events.editing import windows as editing
from app.events.editing.detail_words import history_of
from app.events.editing.editor_forms import (
    TemplateForm,
    details_without_mistakes,
    event_form,
    said_by,
    tab_of,
    usual_at,
)
from app.events.editing.forms import EventForm, usual_for
from app.events.kinds import KINDS
from app.events.models import Event
from app.events.templates import actions as event_templates
from app.permissions import authorize, drafting, event_for
from app.web.pages import page, page_asked

bp = Blueprint("event_editor", __name__)
bp.add_app_template_global(checklist.required_steps, "required_steps")
bp.add_app_template_global(checklist.useful_steps, "useful_steps")


@bp.post("/manage/events/autosave")
@login_required
def autosave_new() -> ResponseReturnValue:
    """A draft begins as soon as the form has a kind and a title."""
    authorize("event.create_somewhere")
    organizations = drafting()
    tab = tab_of(request.form)
    if event := editing.draft_begun(request.form.get("draft", ""), tab, organizations):
        form = event_form(organizations, said_by(event), kept=event.measure)
        return saved_by_itself(event, form, tab, is_new=True)
    usual = usual_at(organizations[0])
    if kind := KINDS.get(request.form.get("kind", "")):
        usual |= {"kind": kind.code, **usual_for(kind)}
    form = event_form(organizations, usual)
    form.validate()
    if form.kind.errors or form.title.errors or form.organization.errors:
        return status(problem=_("The draft saves itself as soon as it has a kind and a title."))
    wrong = mistakes(form)
    organization = next(one for one in organizations if one.id == form.organization.data)
    with transaction():
        event = actions.draft(organization, details_without_mistakes(form, usual))
        event.edited_in = tab
    response = status(event, wrong=wrong, version=version_of(event))
    # Whoever reloads the page goes on with the draft.
    response.headers["HX-Replace-Url"] = url_for("events_desk.edit", slug=event.slug)
    return response


@bp.post("/manage/events/<string:slug>/autosave")
@login_required
def autosave(slug: str) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    form = event_form([event.organization], said_by(event), kept=event.measure)
    return saved_by_itself(event, form, tab_of(request.form))


def saved_by_itself(event: Event, form: EventForm, tab: str, *, is_new: bool = False) -> Response:
    """Keeps what is right and names what is not. The form of a new event (``is_new``) learns
    from the answer which draft it goes on with."""
    version = request.form.get("version", "")[:40]
    form.validate()
    wrong = mistakes(form)
    try:
        with transaction():
            details = details_without_mistakes(form, said_by(event))
            editing.save_by_itself(event, details, version=version, tab=tab)
    except RuleBroken as broken:
        return status(event, wrong=wrong, problem=str(broken), version=version if is_new else "")
    return status(event, wrong=wrong, version=version_of(event) if is_new else "")


def mistakes(form: EventForm) -> list[tuple[str, str, str]]:
    """Id, label and sentence of each field that cannot be kept."""
    return [
        (field.id, str(field.label.text), " ".join(map(str, field.errors)))
        for field in form
        if field.errors and field.name != "csrf_token"
    ]


def status(
    event: Event | None = None,
    *,
    wrong: list[tuple[str, str, str]] | None = None,
    problem: str = "",
    version: str = "",
) -> Response:
    return page(
        "events/editing/autosave.html",
        status=422 if problem and event else 200,
        event=event,
        wrong=wrong or [],
        problem=problem,
        version=version,
        saved_at=clock.now(),
    )


@bp.get("/manage/events/<string:slug>/preview")
@login_required
def preview(slug: str) -> ResponseReturnValue:
    """The page as visitors would see it; its buttons lead nowhere."""
    event = event_for("event.manage", slug)
    here = url_for(".preview", slug=event.slug)
    return page("events/catalogue/show.html", **shown_in_preview(event, here=here))


@bp.get("/manage/events/<string:slug>/history")
@login_required
def history(slug: str) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    number = page_asked()
    return page(
        "events/editing/history.html",
        event=event,
        found=history_of(event, number=number),
        page_url=lambda number: url_for(".history", slug=event.slug, page=number),
    )


@bp.route("/manage/events/<string:slug>/save-as-template", methods=["GET", "POST"])
@login_required
def save_as_template(slug: str) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    authorize("template.save", event.organization)
    form = TemplateForm(data={"title": event.title})
    if form.validate_on_submit():
        try:
            with transaction():
                template = event_templates.save(event, title=form.title.data)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            sentence = _("“%(title)s” is among the templates now.", title=template.title)
            flash(sentence, "success")
            return redirect(url_for("event_templates.index"), 303)
    return page(
        "events/editing/save_as_template.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        form=form,
    )
