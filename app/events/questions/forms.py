"""What an organizer types about one question."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, Form, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.base.words.text import clean
from app.events.questions.actions import Condition, Wording, in_short
from app.events.questions.models import Question, QuestionKind
from app.web.fields import PlainLine, choices, line, too_long, trimmed

LONGEST_CHOICE = 100
MOST_TYPED = 20_000
KINDS = {
    QuestionKind.TEXT: _l("Text"),
    QuestionKind.CHOICE: _l("One of a list"),
    QuestionKind.CHOICES: _l("Several of a list"),
    QuestionKind.NUMBER: _l("A number"),
    QuestionKind.DATE: _l("Date"),
    QuestionKind.YES_NO: _l("Yes or no"),
}


class Lines:
    """Answers to choose from, one on each line: each like any other line of text."""

    def __call__(self, form: Form, field: Field) -> None:
        check = PlainLine()
        typed = field.data
        try:
            for each in lines(typed):
                if len(each) > LONGEST_CHOICE:
                    raise ValidationError(
                        _("Shorten “%(choice)s…”: an answer has at most %(most)s characters.",
                          choice=each[:30], most=LONGEST_CHOICE)
                    )  # fmt: skip
                field.data = each
                check(form, field)
        finally:
            field.data = typed


def lines(text: str | None) -> list[str]:
    return [each for one in (text or "").splitlines() if (each := clean(one))]


class QuestionForm(FlaskForm):
    """A question, and of whom it is asked."""

    label = line(_l("Question"), required=_l("Write the question."), most=300)
    kind = SelectField(_l("How people answer"), choices=choices(KINDS))
    choices = TextAreaField(
        _l("Answers to choose from, each on its own line"),
        filters=[trimmed],
        validators=[Length(max=MOST_TYPED, message=too_long(MOST_TYPED)), Lines()],
    )
    help = line(_l("Explanation under the question"), most=500)
    required = BooleanField(_l("An answer is required"))
    condition = SelectMultipleField(
        _l("Ask only those who answered"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *, before: Sequence[Question], question: Question | None = None) -> None:
        """``before``: the questions above it, on whose answers it may depend."""
        super().__init__(data=said_by(question) if question else {})
        self.sources = {
            one: [(f"{one.id}:{place}", in_short(value)) for place, value in enumerate(one.offers)]
            for one in before
            if one.offers
        }
        self.values = {
            f"{one.id}:{place}": (one, value)
            for one in self.sources
            for place, value in enumerate(one.offers)
        }
        self.condition.choices = [choice for each in self.sources.values() for choice in each]

    def validate_condition(self, field: Field) -> None:
        ticked = field.data or []
        if any(one not in self.values for one in ticked):
            raise StopValidation(_("Choose answers to a question that stands above."))
        if len({self.values[one][0] for one in ticked}) > 1:
            raise StopValidation(_("Choose answers to one question alone."))

    @property
    def wording(self) -> Wording:
        ticked = [self.values[one] for one in self.condition.data or []]
        return Wording(
            label=self.label.data or "",
            kind=QuestionKind(self.kind.data),
            help=self.help.data or "",
            choices=lines(self.choices.data),
            required=self.required.data,
            condition=Condition(ticked[0][0], [value for _one, value in ticked])
            if ticked
            else None,
        )


def said_by(question: Question) -> dict[str, object]:
    """The question as the form shows it."""
    source = question.shown_if
    return {
        "label": question.label,
        "kind": question.kind.value,
        "choices": "\n".join(question.choices),
        "help": question.help,
        "required": question.required,
        "condition": [
            f"{source.id}:{place}"
            for place, value in enumerate(source.offers)
            if value in question.shown_if_values
        ]
        if source
        else [],
    }
