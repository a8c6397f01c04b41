"""The organizer writes to people, sees what became of it, and says who is reminded when."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.audit.actions import record
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.models import Event
from app.messages import actions
from app.messages.forms import MessageForm, RemindersForm, how_long_before
from app.messages.models import Message
from app.messages.placeholders import PLACEHOLDERS
from app.messages.queries import (
    Addressee,
    addressees,
    message_in,
    messages_of,
    results_of,
    tallies_of,
)
from app.notifications.letters import letter_of as rendered
from app.permissions import event_for
from app.registrations.desk.forms import STATUSES, slot_title
from app.registrations.desk.queries import figures_of, schools_in
from app.registrations.groups.queries import groups_in
from app.registrations.models import Status
from app.registrations.reminders.actions import set_reminders
from app.web.pages import found_or_404, page, page_asked

bp = Blueprint("messages", __name__)
SHOWN = 100  # so many names stand in the list whose letter to look at
WATCHED_HOURS = 1  # so long the page of a message looks after its letters by itself


@bp.get("/manage/events/<string:slug>/messages")
@login_required
def index(slug: str) -> ResponseReturnValue:
    event = event_for("event.write", slug)
    messages = messages_of(event)
    return page(
        "messages/index.html",
        event=event,
        messages=messages,
        tallies=tallies_of(messages),
        whom={one.id: whom(event, one) for one in messages},
        reminders=[how_long_before(int(hours)) for hours in event.reminders or ()],
    )


def whom(event: Event, message: Message) -> str:
    """To whom a message went, in words."""
    said = message.selection
    titles = {status.value: str(title) for status, title in STATUSES.items()}
    parts = [", ".join(titles.get(one, one) for one in said.get("statuses", ()))]
    slots = {slot.id: slot_title(slot) for slot in event.slots}
    if slot_id := said.get("slot_id"):
        parts.append(slots.get(slot_id, _("a time that is gone")))
    if code := said.get("group"):
        groups = {row.group.code: row.title for row in groups_in(event)}
        parts.append(groups.get(code, _("a group that is gone")))
    if school := said.get("school"):
        parts.append(dict(schools_in(event)).get(school, school.removeprefix("~")))
    words = {
        "came": _("who came"),
        "absent": _("who did not come"),
        "unmarked": _("who is not marked"),
    }
    parts.append(words.get(said.get("came", ""), ""))
    return "; ".join(filter(None, parts))


@bp.route("/manage/events/<string:slug>/messages/new", methods=["GET", "POST"])
@login_required
def compose(slug: str) -> ResponseReturnValue:
    """Written, counted, looked at, tried on oneself, confirmed and sent on one page."""
    event = event_for("event.write", slug)
    groups = [(row.group.code, row.title) for row in groups_in(event)]
    form = MessageForm(event, numbers=numbers_in(event), schools=schools_in(event), groups=groups)
    people = addressees(event, form.selection)
    act = request.form.get("act", "")
    if act in ("", "count", "change") or not form.validate_on_submit():
        wrong = form.is_submitted() and act not in ("count", "change")
        return compose_page(event, form, people, status=422 if wrong else 200)
    if not people:
        form.form_errors.append(_("Nobody is chosen: change to whom you write."))
        return compose_page(event, form, people, status=422)
    try:
        if act == "send":
            return sent(event, form)
        if act == "test":
            try_on_oneself(form, people)
    except RuleBroken as broken:
        form.form_errors.append(str(broken))
        return compose_page(event, form, people, status=422)
    return compose_page(event, form, people, asks=True)


def numbers_in(event: Event) -> dict[Status, int]:
    figures = figures_of(event)
    return {status: getattr(figures, status.value) for status in STATUSES}


def sent(event: Event, form: MessageForm) -> ResponseReturnValue:
    with transaction():
        message = actions.send(
            event,
            form.selection,
            subject=form.subject.data or "",
            body=form.body.data or "",
            form_key=form.form_key.data or "",
            expected=form.number_expected,
            by=current_user,
        )
    flash(_("The letters are on their way."), "success")
    return redirect(url_for(".show", slug=event.slug, message_id=message.id), 303)


def try_on_oneself(form: MessageForm, people: list[Addressee]) -> None:
    chosen = looked_at(form, people)
    said = {"subject": form.subject.data or "", "body": form.body.data or ""}
    with transaction():
        actions.test(chosen, **said, by=current_user)
    flash(_("The test letter is on its way to %(email)s.", email=current_user.email), "success")


def looked_at(form: MessageForm, people: list[Addressee]) -> Addressee:
    """Whose letter is shown: the chosen one's, else the first with an address."""
    wanted = next((p for p in people if str(p.registration.id) == form.preview_of.data), None)
    return wanted or next((p for p in people if p.address), people[0])


def compose_page(
    event: Event,
    form: MessageForm,
    people: list[Addressee],
    *,
    status: int = 200,
    asks: bool = False,
) -> Response:
    form.preview_of.choices = [
        (str(one.registration.id), one.registration.person.full_name) for one in people[:SHOWN]
    ]
    return page(
        "messages/compose.html",
        status=status,
        event=event,
        form=form,
        number=len(people),
        without=sum(not one.address for one in people),
        placeholders=PLACEHOLDERS,
        letter=preview_of(form, looked_at(form, people)) if asks else None,
    )


def preview_of(form: MessageForm, one: Addressee) -> dict[str, Any]:
    """The letter to one person, as it will be."""
    body, subject = form.body.data or "", form.subject.data or ""
    context = actions.letter_of(one, subject, body)
    with force_locale(one.registration.language):
        letter = rendered(
            address=one.address,
            template="event_message",
            language=one.registration.language,
            reference="preview",
            context=context,
        )
    return {
        "to": one.address,
        "person": one.teacher.display_name if one.teacher else one.registration.person.full_name,
        "subject": letter.subject,
        "marked": "\n".join(context["marked"]),
    }


@bp.get("/manage/events/<string:slug>/messages/<int:message_id>")
@login_required
def show(slug: str, message_id: int) -> ResponseReturnValue:
    """What was written, and what became of the letter to each; looks again by itself while
    letters are on their way."""
    event = event_for("event.write", slug)
    message = found_or_404(message_in(event, message_id))
    tally = tallies_of([message])[message.id]
    age = clock.now() - message.made_at
    return page(
        "messages/show.html",
        event=event,
        message=message,
        whom=whom(event, message),
        tally=tally,
        queued=tally.get("queued", 0),
        polls=bool(tally.get("queued")) and age.total_seconds() < WATCHED_HOURS * 3600,
        results=results_of(message, number=page_asked()),
        url_of=lambda number: url_for(".show", slug=slug, message_id=message_id, page=number),
    )


@bp.route("/manage/events/<string:slug>/messages/reminders", methods=["GET", "POST"])
@login_required
def reminders(slug: str) -> ResponseReturnValue:
    event = event_for("event.write", slug)
    form = RemindersForm(event)
    if form.validate_on_submit():
        try:
            with transaction():
                set_reminders(event, form.hours.data or [], reconfirm_days=form.reconfirm_days.data)
                told = {"hours": event.reminders, "days": event.reconfirm_days}
                record("reminders.changed", event, organization_id=event.organization_id, **told)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".reminders", slug=slug), 303)
    wrong = form.is_submitted()
    return page("messages/reminders.html", status=422 if wrong else 200, event=event, form=form)
