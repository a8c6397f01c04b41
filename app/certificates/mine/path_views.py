"""One's own path, and the children's: what was tried."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.attendance.coverage.invite_lists import suiting
from app.base.words.text import whole
from app.certificates.mine.paths import path_of
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.catalogue.cards import event_card
from app.events.kinds import KINDS
from app.events.queries import Card, Selection, find_events
from app.people.models import Person
from app.people.queries import children_of, person_of
from app.web.pages import found_or_404, page

bp = Blueprint("path", __name__)
FEW = 3


@bp.get("/me/path")
@login_required
def mine() -> ResponseReturnValue:
    """The account's own path, or a child's: ``?person=<id>``."""
    own = person_of(current_user)
    people = ([own] if own else []) + children_of(current_user)
    wanted = request.args.get("person", 0, type=whole)
    person = next((one for one in people if wanted in (0, one.id)), None)
    if "person" in request.args:
        found_or_404(person)
    years = path_of(person) if person else []
    return page(
        "certificates/mine/path.html",
        person=person,
        people=[
            {
                "text": one.given_names if one is not own else one.full_name,
                "url": url_for(".mine", person=one.id),
                "current": one is person,
            }
            for one in people
        ],
        years=years,
        tried={code for year in years for code in year.by_field},
        next_events=next_events(person),
        event_card=event_card,
        kinds=KINDS,
        fields=PROFESSIONAL_FIELDS,
    )


def next_events(person: Person | None) -> list[Card]:
    """A few coming events to go to: for the pupil's grade, else any with seats."""
    if person and person.grade:
        return suiting([person.grade])[:FEW]
    return list(find_events(Selection(free=True), size=FEW).items)
