"""Badges, table tents and signs of an event.

The forms send by POST although they only print: names never stand in addresses.
"""

from collections.abc import Callable

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.audit.actions import record_now
from app.events.models import Event
from app.papers.hall import holders as badge_queries
from app.papers.hall import signs, tents
from app.papers.hall.badges import Badge, in_order, printed_badges
from app.papers.hall.forms import BadgesForm, SignsForm, TentsForm
from app.papers.hall.holders import Found
from app.papers.lists.wording import titled
from app.permissions import event_for
from app.web.pages import PDF, download, page

bp = Blueprint("badges", __name__)
TEACHERS = "companions"


def paper(content: bytes, title: str, event: Event) -> Response:
    return download(content, PDF, f"{title} — {event.title[:80]}.pdf")


@bp.route("/manage/events/<string:slug>/papers/badges", methods=["GET", "POST"])
@login_required
def index(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    slots = event.slots_held
    companions = badge_queries.companions(slots)
    helpers = badge_queries.helpers(event)
    members = badge_queries.members(event)
    counts = {
        "participants": (_("Participants"), badge_queries.participants_count(slots)),
        TEACHERS: (_("Companions of classes"), len(companions.badges)),
        "helpers": (_("Who helps with this event"), len(helpers.badges)),
        "members": (
            _("Who works in “%(organization)s”", organization=event.organization.short_name),
            len(members.badges),
        ),
    }
    form = BadgesForm(
        [(code, f"{title} ({number})") for code, (title, number) in counts.items()],
        [(one.id, titled(one)) for one in slots],
    )  # fmt: skip
    if form.validate_on_submit():
        chosen = form.slots_of(slots)
        sources: dict[str, Callable[[], Found]] = {
            "participants": lambda: badge_queries.participants(event, chosen),
            TEACHERS: lambda: badge_queries.companions(chosen),
            "helpers": lambda: helpers,
            "members": lambda: members,
        }
        known = once([badge for code in form.who.data for badge in sources[code]().badges])
        wanted = in_order(known + form.typed_badges)
        if wanted:
            if known:
                note = {"paper": "badges.pdf", "number": len(known)}
                record_now("persons.exported", event, organization_id=event.organization_id, **note)
            return paper(
                printed_badges(event, wanted, stacked=form.stacked.data), _("Badges"), event
            )
        form.form_errors.append(nobody(form))
    return page(
        "papers/hall/badges.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        event=event,
        several=len(slots) > 1,
        nameless=helpers.nameless + members.nameless,
    )


def once(badges: list[Badge]) -> list[Badge]:
    """Whoever helps with the event and works in its organization gets one badge; people with
    tickets one for each."""
    found: dict[tuple[str, ...], Badge] = {}
    for one in badges:
        name = (one.last_name, one.first_name, one.patronymic)
        found.setdefault((one.code,) if one.code else (*name, staff_or_place(one)), one)
    return list(found.values())


def staff_or_place(badge: Badge) -> str:
    """Two companions of one name from two classes are two people."""
    return badge.place if badge.role.code == "companion" else ""


def nobody(form: BadgesForm) -> str:
    if form.who.data:
        return _(
            "There is nobody to print a badge for: of those ticked there is nobody yet. Tick "
            "others, type names, or ask for blank badges."
        )
    return _("Tick whose badges to print, type names, or ask for blank badges.")


@bp.route("/manage/events/<string:slug>/papers/tents", methods=["GET", "POST"])
@login_required
def table_tents(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    form = TentsForm(tents.stands_of(event))
    if form.validate_on_submit():
        if wanted := form.tents:
            return paper(tents.printed_tents(event, wanted), _("Table tents"), event)
        form.form_errors.append(
            _("Tick exhibitors or type at least one name.")
            if event.stands
            else _("Type at least one name.")
        )
    status = 422 if form.is_submitted() else 200
    return page("papers/hall/tents.html", status=status, form=form, event=event)


@bp.route("/manage/events/<string:slug>/papers/signs", methods=["GET", "POST"])
@login_required
def door_signs(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    form = SignsForm(list(signs.rooms_of(event)))
    if form.validate_on_submit():
        rooms, typed = form.rooms.data or [], form.typed_signs
        if rooms or typed:
            content = signs.printed_signs(
                event,
                rooms,
                typed,
                arrow=form.arrow.data or "",
                landscape=form.shape.data == "landscape",
            )
            return paper(content, _("Door signs"), event)
        form.form_errors.append(
            _("Tick a room or type what stands on the sign.")
            if form.rooms.choices
            else _("Type what stands on the sign.")
        )
    status = 422 if form.is_submitted() else 200
    return page("papers/hall/signs.html", status=status, form=form, event=event)
