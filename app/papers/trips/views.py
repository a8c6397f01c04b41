"""The school's papers of a trip. What is typed is kept with the group, and stands in no address."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.audit.actions import record
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.papers.trips import notes as trip_notes
from app.papers.trips.forms import TripForm
from app.papers.trips.models import TripNotes
from app.papers.trips.trips import TITLES, Crew, Paper, crew_of, printed
from app.people.models import Person, SchoolClass
from app.permissions import can, group_for
from app.registrations.models import Group
from app.web.pages import PDF, download, page
from app.web.security import limiter

bp = Blueprint("trips", __name__)
KEEP = "keep"  # the button that prints nothing
EACH_MINUTE = "60 per minute"  # papers cost the server more than pages


@bp.route("/school/groups/<string:code>/papers", methods=["GET", "POST"])
@login_required
@limiter.limit(EACH_MINUTE)
def papers(code: str) -> ResponseReturnValue:
    """What lacks, what is asked about the trip, and a button for each paper: it opens as the
    answer, in a tab of its own, while the page stays as it was typed."""
    group = group_for(code)
    crew = crew_of(group)
    if request.method == "GET":
        form, notes = TripForm(group, formdata=None), trip_notes.notes_of(group)
        form.show(group, notes)
        return trip_page(crew, form, notes)
    form = TripForm(group)
    if form.validate():
        if request.form.get("paper") == KEEP:
            with transaction():
                trip_notes.keep(group, form.typed)
            flash(_("What you typed about the trip is kept."), "success")
            return redirect(url_for(".papers", code=code), 303)
        form.propose_seats(crew)
        try:
            paper = paper_of(request.form.get("paper"))
            content = printed(crew, form.trip, paper)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            with transaction():
                trip_notes.keep(group, form.typed)
                note(group, paper)
            return download(content, PDF, f"{TITLES[paper]} — {group.title}.pdf")
    return trip_page(crew, form, trip_notes.notes_of(group), status=422)


def note(group: Group, paper: Paper) -> None:
    record("persons.exported", group, organization_id=group.school_id, paper=f"trip-{paper}.pdf")


def paper_of(said: str | None) -> Paper:
    if said not in list(TITLES):
        raise RuleBroken(_("Press the button of the paper that you want to print."))
    return Paper(said)


def trip_page(
    crew: Crew, form: TripForm, notes: TripNotes | None, *, status: int = 200
) -> Response:
    form.propose_seats(crew)
    return page(
        "papers/trips/show.html",
        status=status,
        crew=crew,
        form=form,
        group=crew.group,
        event=crew.group.event,
        slot=crew.group.slot,
        notes=notes,
        classes=classes_seen([*crew.lacks_data, *crew.lacks_photo]),
        may_see=[one.id for one in crew.people if one.school_class and sees(one.school_class)],
    )


def classes_seen(people: Sequence[Person]) -> list[SchoolClass]:
    """The classes of these pupils whose consents the visitor may enter."""
    found = {one.class_id: one.school_class for one in people}
    seen = [one for one in found.values() if one and sees(one)]
    return sorted(seen, key=lambda one: (-one.first_year, one.letter))


def sees(class_: SchoolClass) -> bool:
    return can("class.see", class_)
