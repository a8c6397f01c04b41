"""The questions of the sign-up form: added, changed, put in order, taken off.

Who has answered what is known to a later domain: ``answered`` are the ids of the questions
that have answers. What was answered stays as it was said, in words.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.questions.models import OF_A_LIST, Question, QuestionKind
from app.events.questions.queries import all_questions_of
from app.events.questions.topics import refuse_forbidden
from app.events.slots.actions import refuse_if_called_off

MOST_QUESTIONS = 30
MOST_CHOICES = 30


@dataclass(frozen=True)
class Condition:
    """Asked only of those who answered an earlier question with one of these."""

    question: Question
    values: Sequence[Any]


@dataclass(frozen=True)
class Wording:
    """What an organizer says about one question."""

    label: str
    kind: QuestionKind
    help: str = ""
    choices: Sequence[str] = field(default_factory=list)
    required: bool = False
    condition: Condition | None = None

    def write_to(self, question: Question) -> None:
        question.label, question.help, question.kind = self.label, self.help, self.kind
        question.choices = list(self.choices) if self.kind in OF_A_LIST else []
        question.required = self.required
        question.shown_if = self.condition.question if self.condition else None
        question.shown_if_values = list(self.condition.values) if self.condition else []


def asked(event: Event) -> list[Question]:
    return [one for one in all_questions_of(event) if not one.is_retired]


def add(event: Event, said: Wording) -> Question:
    """A new question, the last of the form."""
    refuse_if_called_off(event)
    before = asked(event)
    refuse_too_many(before)
    refuse_wording(said, before=before)
    question = Question(event=event, position=len(before))
    said.write_to(question)
    db.session.add(question)
    count_again(event)
    return question


def change(question: Question, said: Wording, *, answered: Collection[int]) -> None:
    """Ask something else, or otherwise. An answer is text, date or number by the kind of its
    question, so the kind stays once somebody has answered."""
    refuse_if_called_off(question.event)
    if question.is_retired:
        raise RuleBroken(_("This question is not asked any more. Bring it back first."))
    if said.kind is not question.kind and question.id in answered:
        raise RuleBroken(
            _("People have answered this question, so its kind stays. Take it off the form "
              "and add a new one.")
        )  # fmt: skip
    everything = asked(question.event)
    place = everything.index(question)
    refuse_wording(said, before=everything[:place])
    offered = Question(kind=said.kind, choices=list(said.choices)).offers
    for other in depending_on(question):
        if gone := [one for one in other.shown_if_values if one not in offered]:
            raise RuleBroken(
                _("“%(other)s” is asked only after the answer “%(answer)s”. Change its condition "
                  "first.", other=other.label, answer=in_short(gone[0]))
            )  # fmt: skip
    said.write_to(question)
    db.session.flush()


def move(question: Question, step: int) -> None:
    """One place up (-1) or down (1); at the ends it stays. A question never stands before
    the one on whose answer it depends."""
    refuse_if_called_off(question.event)
    order = asked(question.event)
    if question not in order:
        raise RuleBroken(_("This question is not asked any more. Bring it back first."))
    place = order.index(question)
    if not 0 <= place + step < len(order):
        return
    other = order[place + step]
    earlier, later = (other, question) if step < 0 else (question, other)
    if later.shown_if_id == earlier.id:
        raise RuleBroken(
            _("“%(later)s” is asked only after an answer to “%(earlier)s”, so it stays below it.",
              later=later.label, earlier=earlier.label)
        )  # fmt: skip
    order[place], order[place + step] = other, question
    number(order)


def take_off(question: Question, *, answered: Collection[int]) -> bool:
    """Ask it no more. With answers it is kept for them (False), else deleted (True)."""
    refuse_if_called_off(question.event)
    if others := depending_on(question):
        raise RuleBroken(
            _("Whether “%(other)s” is asked depends on this question. Change its condition "
              "first.", other=others[0].label)
        )  # fmt: skip
    event = question.event
    is_deleted = question.id not in answered
    if is_deleted:
        db.session.delete(question)
    else:
        question.is_retired = True
        question.shown_if, question.shown_if_values = None, []
    count_again(event)
    return is_deleted


def bring_back(question: Question) -> None:
    """Ask it again, as the last one and of everybody."""
    refuse_if_called_off(question.event)
    if not question.is_retired:
        return
    before = asked(question.event)
    refuse_too_many(before)
    question.is_retired, question.position = False, len(before)
    count_again(question.event)


def depending_on(question: Question) -> list[Question]:
    """The questions that are asked only after an answer to this one."""
    return [one for one in asked(question.event) if one.shown_if_id == question.id]


def number(order: Sequence[Question]) -> None:
    for place, question in enumerate(order):
        question.position = place
    db.session.flush()


def count_again(event: Event) -> None:
    """Positions without gaps, and the event's own note whether it asks at all."""
    db.session.flush()
    order = asked(event)
    number(order)
    db.session.refresh(event, ["has_questions"])  # may have changed since it was read
    event.has_questions = bool(order)
    db.session.flush()


def refuse_too_many(before: Collection[Question]) -> None:
    if len(before) >= MOST_QUESTIONS:
        raise RuleBroken(
            _("One event asks at most %(most)s questions: long forms are left unfinished.",
              most=MOST_QUESTIONS)
        )  # fmt: skip


def refuse_wording(said: Wording, *, before: Collection[Question]) -> None:
    refuse_forbidden([said.label, said.help, *said.choices])
    if said.kind in OF_A_LIST:
        refuse_choices(said.choices)
    if said.condition:
        refuse_condition(said.condition, before)


def refuse_choices(choices: Sequence[str]) -> None:
    if len(choices) < 2:
        raise RuleBroken(_("Write at least two answers to choose from, each on its own line."))
    if len(choices) > MOST_CHOICES:
        raise RuleBroken(
            _("At most %(most)s answers to choose from, and here are %(number)s. Where there are "
              "more, ask for a text.", most=MOST_CHOICES, number=len(choices))
        )  # fmt: skip
    seen: set[str] = set()
    for choice in choices:
        if choice.casefold() in seen:
            raise RuleBroken(_("The answer “%(choice)s” stands here twice.", choice=choice))
        seen.add(choice.casefold())


def refuse_condition(condition: Condition, before: Collection[Question]) -> None:
    """Only what is answered above can decide: so no two questions wait for each other."""
    if condition.question not in before:
        raise RuleBroken(_("A condition can only ask for an answer to a question above."))
    if not condition.values or any(
        one not in condition.question.offers for one in condition.values
    ):
        raise RuleBroken(
            _("Choose for the condition answers that “%(question)s” offers.",
              question=condition.question.label)
        )  # fmt: skip


def in_short(answer: Any) -> str:
    """An answer that can be chosen, in a word."""
    if isinstance(answer, bool):
        return str(_("yes") if answer else _("no"))
    return str(answer)
