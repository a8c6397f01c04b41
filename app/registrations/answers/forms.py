"""The organizer's questions as fields of a form, named «q-» and the question's id."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.events.questions.actions import in_short
from app.events.questions.models import Question, QuestionKind
from app.people.class_lists.sheets.forbidden import looks_like_a_document
from app.web.fields import EMOJI, PlainText, SensibleDate, stripped, too_long, trimmed

MOST_LETTERS = 1000
LARGEST = 1_000_000
MOST_RADIOS = 7  # a longer list drops down
NUMBER = re.compile(r"[-−]?\d{1,9}(?:[.,]\d{1,6})?")
YES, NO = "yes", "no"


class ManyField(SelectMultipleField):
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class NumberField(StringField):
    """A number with a comma or a point; shown again as it was typed."""

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else str(value).replace(".", ",")


class Asked:
    """Whether the question is asked of who fills the form in, and then answered."""

    def __init__(self, question: Question, *, insists: bool) -> None:
        self.question = question
        self.insists = insists and question.required
        self.field_flags = {"required": True} if self.insists else {}

    def __call__(self, form: "AskingForm", field: Field) -> None:
        is_asked = self.question.is_for(form.answers)
        if is_asked and is_answered(field):
            return
        # What was typed where nothing is asked does no harm: it is not kept.
        errors = field.errors if is_asked and not is_empty(field) else ()
        field.errors[:] = errors
        if is_asked and self.insists and not errors:
            raise StopValidation(_("Answer this question."))
        raise StopValidation()


def is_empty(field: Field) -> bool:
    return not any(str(one).strip() for one in field.raw_data or ())


def is_answered(field: Field) -> bool:
    return field.data is not None and field.data not in ("", [])


class OfTheList:
    def __init__(self, offered: Sequence[str]) -> None:
        self.offered = offered

    def __call__(self, _form: Form, field: Field) -> None:
        given = field.data if isinstance(field.data, list) else [field.data]
        if any(one not in self.offered for one in given):
            raise ValidationError(_("Choose an answer from the list."))


class SensibleNumber:
    def __call__(self, _form: Form, field: Field) -> None:
        given = number_of(field.data)
        if given is None:
            raise ValidationError(_("Write a number with digits. Example: 12 or 1,5"))
        if abs(given) > LARGEST:
            raise ValidationError(_("Check the number: it is too large."))


def number_of(typed: str | None) -> int | float | None:
    text = re.sub(r"[\s\u00a0]", "", typed or "")
    if not (text.isascii() or "−" in text) or not NUMBER.fullmatch(text):
        return None
    number = float(text.replace("−", "-").replace(",", "."))
    return None if not isfinite(number) else int(number) if number.is_integer() else number


class PlainAnswer(PlainText):
    """Words for lists and spreadsheets: no markup, formulas, emoji."""

    def __call__(self, form: Form, field: Field) -> None:
        super().__call__(form, field)
        if EMOJI.search(field.data or ""):
            raise ValidationError(_("Write it without emoji: they cannot be printed."))
        if looks_like_a_document(field.data or ""):
            raise ValidationError(
                _("This looks like the number of a document. They are not kept here: leave it out.")
            )


class AskingForm(FlaskForm):
    """A form that can carry an event's questions among its own fields."""

    asked: Sequence[Question] = ()

    def ask(
        self,
        questions: Sequence[Question],
        *,
        given: Mapping[str, Any] | None = None,
        insists: bool = True,
        listens: bool = True,
    ) -> None:
        """Add their fields. ``given``: what was answered before; without ``insists`` none
        has to be answered, without ``listens`` nothing that was typed is read."""
        self.asked = questions
        typed = request.form if listens and self.is_submitted() else None
        words = self.meta.get_translations(self)
        for question in questions:
            name = name_of(question)
            before = None if typed is not None else (given or {}).get(str(question.id))
            options = {"name": name, "prefix": "", "translations": words}
            field = self.meta.bind_field(self, field_for(question, insists=insists), options)
            field.process(typed, kept_as_typed(question, before))
            self._fields[name] = field

    @property
    def answers(self) -> dict[str, Any]:
        """By the ids of the questions, what is asked of whoever gives these answers."""
        said: dict[str, Any] = {}
        for question in self.asked:
            answer = answer_of(question, self[name_of(question)])
            if answer is not None and question.is_for(said):
                said[str(question.id)] = answer
        return said

    def question_fields(self) -> list[tuple[Question, Field, str, str]]:
        """Each question with its field, the condition for scripts, and in words."""
        return [
            (one, self[name_of(one)], condition_of(one), condition_in_words(one))
            for one in self.asked
        ]


class AnswersForm(AskingForm):
    """The questions alone: answers changed afterwards, or how the form will look."""

    def __init__(
        self,
        questions: Sequence[Question],
        *,
        given: Mapping[str, Any] | None = None,
        listens: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.ask(questions, given=given, listens=listens)


def name_of(question: Question) -> str:
    return f"q-{question.id}"


def as_typed(answer: Any) -> Any:
    """«yes» and «no» for the two answers that are no words."""
    return {True: YES, False: NO}[answer] if isinstance(answer, bool) else answer


def kept_as_typed(question: Question, answer: Any) -> Any:
    """A kept answer as its field holds it."""
    if question.kind is not QuestionKind.DATE:
        return as_typed(answer)
    try:
        return date.fromisoformat(answer)
    except (TypeError, ValueError):
        return None


def answer_of(question: Question, field: Field) -> Any:
    """What is kept of what was typed; None when nothing, or nothing that could be kept."""
    if not is_answered(field):
        return None
    match question.kind:
        case QuestionKind.NUMBER:
            return number_of(field.data)
        case QuestionKind.DATE:
            return field.data.isoformat() if isinstance(field.data, date) else None
        case QuestionKind.YES_NO:
            return {YES: True, NO: False}.get(field.data)
        case QuestionKind.CHOICES:
            return [one for one in question.choices if one in field.data] or None
    return field.data


def field_for(question: Question, *, insists: bool) -> Any:
    asked = Asked(question, insists=insists)
    told = {"label": question.label, "description": question.help}
    offered = [SelectChoice(one) for one in question.choices]
    listed = [asked, OfTheList(question.choices)]
    match question.kind:
        case QuestionKind.YES_NO:
            return RadioField(
                **told,
                choices=[SelectChoice(YES, _("Yes")), SelectChoice(NO, _("No"))],
                validators=[asked, OfTheList((YES, NO))],
                validate_choice=False,
            )
        case QuestionKind.CHOICES:
            return ManyField(**told, choices=offered, validators=listed, validate_choice=False)
        case QuestionKind.CHOICE if len(offered) <= MOST_RADIOS:
            return RadioField(**told, choices=offered, validators=listed, validate_choice=False)
        case QuestionKind.CHOICE:
            choices = [SelectChoice("", _("Choose")), *offered]
            return SelectField(**told, choices=choices, validators=listed, validate_choice=False)
        case QuestionKind.NUMBER:
            return NumberField(**told, filters=[stripped], validators=[asked, SensibleNumber()])
        case QuestionKind.DATE:
            sensible = SensibleDate(years_back=120, years_ahead=20)
            return DateField(**told, validators=[asked, sensible])
        case _:
            short = Length(max=MOST_LETTERS, message=too_long(MOST_LETTERS))
            return TextAreaField(
                **told, filters=[trimmed], validators=[asked, short, PlainAnswer()]
            )


def condition_of(question: Question) -> str:
    """For the script that hides what is not asked; it knows the fields by their names."""
    if question.shown_if_id is None:
        return ""
    values = [as_typed(one) for one in question.shown_if_values]
    return json.dumps({"name": f"q-{question.shown_if_id}", "values": values}, ensure_ascii=False)


def condition_in_words(question: Question) -> str:
    """«если «Кто поедет?»: ученик или учитель»."""
    if question.shown_if is None:
        return ""
    answers = [in_short(one) for one in question.shown_if_values]
    return str(
        _("If the answer to “%(question)s” is: %(answers)s",
          question=question.shown_if.label, answers=_(" or ").join(answers))
    )  # fmt: skip
