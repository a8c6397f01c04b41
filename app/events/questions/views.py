"""The questions of the sign-up form, for its organizers; what was answered, in figures."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.audit.actions import record_now
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.questions import actions as questions
from app.events.questions.forms import KINDS, QuestionForm
from app.events.questions.models import Question
from app.events.questions.queries import all_questions_of
from app.events.slots import actions as slots
from app.permissions import event_for
from app.registrations.answers.forms import AnswersForm, condition_in_words
from app.registrations.answers.queries import answered_questions, summary
from app.web.pages import found_or_404, page

bp = Blueprint("questions", __name__)


def question_of(event: Event, id_: int) -> Question:
    """The event's own question; those of others are not found."""
    return found_or_404(next((one for one in all_questions_of(event) if one.id == id_), None))


@bp.route("/manage/events/<string:slug>/questions", methods=["GET", "POST"])
@login_required
def index(slug: str) -> ResponseReturnValue:
    """The questions in order, how they will look, and a form for a new one."""
    event = event_for("event.manage", slug)
    everything = all_questions_of(event)
    asked = [one for one in everything if not one.is_retired]
    form = QuestionForm(before=asked)
    if form.validate_on_submit():
        try:
            with transaction():
                slots.hold(event)  # two who add at once: one after the other
                questions.add(event, form.wording)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("The question is added."), "success")
            return redirect(url_for(".index", slug=slug), 303)
    return page(
        "events/questions/index.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        form=form,
        asked=asked,
        retired=[one for one in everything if one.is_retired],
        kinds=KINDS,
        condition_in_words=condition_in_words,
        most=questions.MOST_QUESTIONS,
        preview=AnswersForm(asked, listens=False),
    )


@bp.route("/manage/events/<string:slug>/questions/<int:question_id>", methods=["GET", "POST"])
@login_required
def change(slug: str, question_id: int) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    question = question_of(event, question_id)
    asked = questions.asked(event)
    if question.is_retired:
        flash(_("This question is not asked any more. Bring it back first."), "error")
        return redirect(url_for(".index", slug=slug), 303)
    form = QuestionForm(before=asked[: asked.index(question)], question=question)
    is_answered = question.id in answered_questions(event)
    if form.validate_on_submit():
        try:
            with transaction():
                slots.hold(event)  # nobody answers meanwhile
                question = question_of(event, question_id)  # or it has been deleted
                questions.change(question, form.wording, answered=answered_questions(event))
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("The question is saved."), "success")
            return redirect(url_for(".index", slug=slug), 303)
    return page(
        "events/questions/question.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        question=question,
        form=form,
        is_answered=is_answered,
    )


@bp.post("/manage/events/<string:slug>/questions/<int:question_id>/move")
@login_required
def move(slug: str, question_id: int) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    step = {"up": -1, "down": 1}.get(request.form.get("to", ""), 0)
    try:
        with transaction():
            slots.hold(event)
            questions.move(question_of(event, question_id), step)
    except RuleBroken as broken:
        flash(str(broken), "error")
    return redirect(url_for(".index", slug=slug, _anchor=f"question-{question_id}"), 303)


@bp.post("/manage/events/<string:slug>/questions/<int:question_id>/delete")
@login_required
def delete(slug: str, question_id: int) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    try:
        with transaction():
            slots.hold(event)
            is_deleted = questions.take_off(
                question_of(event, question_id), answered=answered_questions(event)
            )
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(
            _("The question is deleted.")
            if is_deleted
            else _("The question is not asked any more. Its answers stay in the tables."),
            "success",
        )
    return redirect(url_for(".index", slug=slug), 303)


@bp.post("/manage/events/<string:slug>/questions/<int:question_id>/bring-back")
@login_required
def bring_back(slug: str, question_id: int) -> ResponseReturnValue:
    event = event_for("event.manage", slug)
    try:
        with transaction():
            slots.hold(event)
            questions.bring_back(question_of(event, question_id))
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(_("The question is asked again, as the last one."), "success")
    return redirect(url_for(".index", slug=slug), 303)


@bp.get("/manage/events/<string:slug>/questions/answers")
@login_required
def answers(slug: str) -> ResponseReturnValue:
    """What was answered to each question, in figures and words."""
    event = event_for("event.see_people", slug)
    told, people = summary(event)
    record_now("contacts.seen", event, organization_id=event.organization_id, number=people)
    return page("events/questions/answers.html", event=event, told=told, people=people)
