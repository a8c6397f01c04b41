"""Reading answers: whose they are, in words, and how many gave each."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from app.base.db import db
from app.events.models import Event
from app.events.questions.models import Question, QuestionKind, as_list
from app.events.questions.queries import all_questions_of, questions_by_id
from app.files import spreadsheets
from app.registrations.models import LIVE, Registration
from app.web.filters import day

SHOWN_TEXTS = 200  # so many written answers stand on the summary, the latest first
# A JSON column is compared as the text it is stored as.
ANSWERED = sa.cast(Registration.answers, sa.Text).not_in(("{}", "null"))


def answered_questions(event: Event) -> set[int]:
    """The ids of the questions to which anybody has answered, whatever came of them."""
    query = sa.select(Registration.answers).where(Registration.event_id == event.id, ANSWERED)
    return {int(id_) for answers in db.session.scalars(query) for id_ in answers}


def answers_to_find(event: Event) -> list[tuple[str, str]]:
    """For the table's filter: each answer that could be or was chosen, as (value, title).
    A renamed one that somebody gave can still be looked for."""
    if not event.has_questions:
        return []
    told, _people = summary(event, everybody=True)
    return [
        (f"{one.question.id}:{words}", before(one.question, words))
        for one in told
        for words, _number in one.counts
    ]


def before(question: Question, words: str) -> str:
    """«Секция: танцы», «Нужен автобус? да»."""
    sign = "" if question.label.endswith(("?", "!", ":", ".")) else ":"
    return f"{question.label}{sign} {words}"


def who_answered(event: Event, question_id: int, answer: str) -> list[int]:
    """The registrations of the event in which this answer was given, in words."""
    query = sa.select(Registration.id, Registration.answers).where(
        Registration.event_id == event.id, ANSWERED
    )
    return [
        id_
        for id_, answers in db.session.execute(query)
        if answer in map(in_words, as_list(answers.get(str(question_id))))
    ]


def in_words(answer: Any) -> str:
    """«да», «12 мая 2026 г.», «танцы; пение»: as people read it."""
    if isinstance(answer, bool):
        return str(_("yes") if answer else _("no"))
    if isinstance(answer, list):
        return "; ".join(map(in_words, answer))
    if isinstance(answer, int | float):
        return format_decimal(answer, locale=get_locale() or "ru", group_separator=False)
    return "" if answer is None else str(answer)


def said(question: Question, answers: Mapping[str, Any]) -> str:
    """What was answered to the question, in words; nothing when it was not."""
    answer = answers.get(str(question.id))
    if question.kind is QuestionKind.DATE and (given := as_date(answer)):
        return day(given)
    return in_words(answer)


def cell(question: Question, answers: Mapping[str, Any]) -> spreadsheets.Cell:
    """The same for a spreadsheet: dates as dates, numbers as numbers, else words."""
    answer = answers.get(str(question.id))
    if question.kind is QuestionKind.DATE and (given := as_date(answer)):
        return given
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return answer
    return in_words(answer) or None


def as_date(answer: Any) -> date | None:
    try:
        return date.fromisoformat(answer)
    except (TypeError, ValueError):
        return None


def said_in(
    questions: Iterable[Question], answers: Mapping[str, Any] | None
) -> list[tuple[str, str]]:
    """(question, answer in words) of those that were answered, in the order of the form."""
    told = [(one.label, said(one, answers or {})) for one in questions]
    return [(label, words) for label, words in told if words]


def questions_with_answers(
    event: Event, people: Iterable[Registration], *, all_asked: bool = False
) -> list[Question]:
    """What these people answered, in form order, taken off ones at the end; ``all_asked``:
    with those that nobody has answered yet. Where nothing was asked nothing is looked up."""
    answered = {int(id_) for one in people for id_ in one.answers or ()}
    if not (answered or (all_asked and event.has_questions)):
        return []
    return [
        one
        for one in all_questions_of(event)
        if one.id in answered or (all_asked and not one.is_retired)
    ]


def said_by(people: Collection[Registration]) -> dict[int, list[tuple[str, str]]]:
    """What was answered in each of these registrations, of whatever events, in words."""
    ids = {int(id_) for one in people for id_ in one.answers or ()}
    questions = questions_by_id(ids).values()
    return {one.id: said_in(questions, one.answers) for one in people}


@dataclass(frozen=True)
class Told:
    """What was answered to one question by all who are signed up."""

    question: Question
    counts: Sequence[tuple[str, int]]  # for each answer to choose from, and former ones
    texts: Sequence[str]  # written answers, the latest first
    answered: int
    smallest: str = ""
    largest: str = ""
    average: str = ""

    @property
    def most(self) -> int:
        return max([number for _words, number in self.counts], default=0)


def summary(event: Event, *, everybody: bool = False) -> tuple[list[Told], int]:
    """Each question of the event, and how many are signed up: two queries. ``everybody``:
    of those too whose registration has ended."""
    query = (
        sa.select(Registration.answers)
        .where(Registration.event_id == event.id)
        .order_by(Registration.signed_up_at.desc(), Registration.id.desc())
    )
    if not everybody:
        query = query.where(Registration.status.in_(LIVE))
    given = [answers or {} for answers in db.session.scalars(query)]
    told = [told_about(one, given) for one in all_questions_of(event)]
    return [one for one in told if one.answered or not one.question.is_retired], len(given)


def told_about(question: Question, given: Sequence[Mapping[str, Any]]) -> Told:
    answers = [answer for one in given if (answer := one.get(str(question.id))) is not None]
    if question.offers:
        counts = Counter(in_words(part) for answer in answers for part in as_list(answer))
        offered = {in_words(one): 0 for one in question.offers}
        return Told(question, list({**offered, **counts}.items()), (), len(answers))
    if question.kind is QuestionKind.NUMBER and answers:
        return Told(
            question,
            (),
            (),
            len(answers),
            in_words(min(answers)),
            in_words(max(answers)),
            in_words(round(sum(answers) / len(answers), 1)),
        )
    texts = [said(question, {str(question.id): answer}) for answer in answers[:SHOWN_TEXTS]]
    return Told(question, (), texts, len(answers))
