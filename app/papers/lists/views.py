"""Lists of an event as the organizer chooses them, on paper and for Excel."""

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from werkzeug.datastructures import MultiDict

from app.attendance.meetings.queries import courses_of
from app.audit.actions import record_now
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.questions.queries import all_questions_of
from app.papers.lists import pdf as list_papers
from app.papers.lists import spreadsheet as list_tables
from app.papers.lists.choices import PRESETS, ListPaper
from app.papers.lists.contents import titles_of_groups
from app.papers.lists.forms import ListForm
from app.permissions import can, event_for
from app.registrations.desk.queries import schools_in
from app.web.pages import PDF, XLSX, download, found_or_404, page

bp = Blueprint("lists", __name__)


@bp.get("/manage/events/<string:slug>/papers/lists")
@login_required
def choose(slug: str) -> ResponseReturnValue:
    """Each paper as it usually is, ready to be printed."""
    event = event_for("event.print", slug)
    kept = {name: request.args[name] for name in ("slot", "only") if name in request.args}
    form = form_of(event, MultiDict(kept))
    for field in (form.slot, form.only):  # of another event, or gone meanwhile
        if not field.validate(form):
            field.data, field.errors = "", []
    return shown(event, form)


@bp.get("/manage/events/<string:slug>/papers/print.pdf")
@login_required
def pdf(slug: str) -> ResponseReturnValue:
    return printed(slug, PDF)


@bp.get("/manage/events/<string:slug>/papers/print.xlsx")
@login_required
def xlsx(slug: str) -> ResponseReturnValue:
    return printed(slug, XLSX)


def printed(slug: str, kind: str) -> ResponseReturnValue:
    """What was chosen; what cannot be printed is said beside the choice."""
    event = event_for("event.print", slug)
    form = form_of(event, MultiDict(request.args))
    if not form.validate():
        return shown(event, form, status=422)
    choice = form.choice
    try:
        content = (list_papers.pdf if kind == PDF else list_tables.spreadsheet)(event, choice)
    except RuleBroken as broken:
        form.form_errors.append(str(broken))
        return shown(event, form, status=422)
    ending = "pdf" if kind == PDF else "xlsx"
    # By its name the attendance knows when the sheet was printed whose rows are typed in.
    paper = "list" if choice.is_usual_sheet else choice.paper.value
    noted = f"{paper}.{ending}"
    record_now("persons.exported", event, organization_id=event.organization_id, paper=noted)
    return download(content, kind, f"{choice.preset.title} — {event.title[:80]}.{ending}")


def form_of(event: Event, said: "MultiDict[str, str]") -> ListForm:
    sees_people = can("event.see_people", event)
    wanted = request.args.get("paper", ListPaper.REGISTRATION.value)
    return ListForm(
        event,
        said,
        paper=found_or_404(next((one for one in ListPaper if one.value == wanted), None)),
        groups=titles_of_groups(event),
        schools=schools_in(event),
        questions=all_questions_of(event) if sees_people else [],
        sees_people=sees_people,
    )


def shown(event: Event, form: ListForm, *, status: int = 200) -> Response:
    kept = {"slot": form.slot.data or None, "only": form.only.data or None}
    return page(
        "papers/lists/index.html",
        status=status,
        event=event,
        form=form,
        paper=ListPaper(form.paper.data),
        preset=PRESETS[ListPaper(form.paper.data)],
        papers=[
            {
                "text": one.title,
                "url": url_for(".choose", slug=event.slug, paper=code.value, **kept),
                "current": code.value == form.paper.data,
            }
            for code, one in PRESETS.items()
        ],
        courses=courses_of(event),
    )
