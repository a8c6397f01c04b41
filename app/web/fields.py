"""Form fields and validators that every domain uses: the shape of what people type."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import email_validator
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateTimeLocalField,
    EmailField,
    Field,
    Form,
    IntegerField,
    SelectChoice,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app.base import clock
from app.base.words import person_names
from app.base.words.text import clean, whole

Validator = Callable[[Any, Any], None]
ALLOWED_CONTROLS = {"\n", "\r", "\t"}
# The demonstration's people live at demo.test, where no letter can ever arrive.
email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("test")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")


def choices(titles: Mapping[Any, Any]) -> list[SelectChoice]:
    """Options of a list: what is sent → what is read."""
    return [SelectChoice(value, title) for value, title in titles.items()]


def stripped(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def mended_name(value: object) -> object:
    return person_names.mended(value) if isinstance(value, str) else value


def trimmed(value: object) -> object:
    """For text of several lines."""
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value


def refuse_controls(text: str) -> None:
    odd = any(
        unicodedata.category(c) in ("Cc", "Cs", "Co") and c not in ALLOWED_CONTROLS for c in text
    )
    if odd:
        raise ValidationError(_("Remove the invisible control characters."))


class PlainLine:
    """One line for lists, papers and spreadsheets: no markup, formulas, emoji."""

    def __call__(self, _form: Form, field: Field) -> None:
        text = field.data or ""
        refuse_controls(text)
        if any(sign in text for sign in "<>"):
            raise ValidationError(_("Write it without the signs < and >."))
        if text.startswith(("=", "@", "|")) or re.match(r"[+-]\s*\D*\(", text):
            raise ValidationError(
                _("The first sign looks like a formula. Begin with a letter or a digit.")
            )
        if EMOJI.search(text):
            raise ValidationError(_("Write it without emoji: they cannot be printed."))


class PlainText:
    """Several lines of Markdown: no HTML in it."""

    def __call__(self, _form: Form, field: Field) -> None:
        text = field.data or ""
        refuse_controls(text)
        if re.search(r"<\s*[/!a-zA-Z]", text):
            raise ValidationError(_("HTML tags are not shown. Use plain text or Markdown."))
        if text.startswith("="):
            raise ValidationError(
                _("The first sign looks like a formula. Begin with a letter or a digit.")
            )


class PersonName:
    """What person_names.py takes for one; ``is_whole``: last and first name, perhaps initials."""

    def __init__(self, *, is_whole: bool = False, is_patronymic: bool = False) -> None:
        self.is_patronymic = is_patronymic
        self.most_words = person_names.MOST_WORDS_OF_ALL if is_whole else person_names.MOST_WORDS
        self.initials = is_whole

    def __call__(self, _form: Form, field: Field) -> None:
        text = field.data or ""
        if not text:
            return
        if not person_names.is_name(text, most_words=self.most_words, initials=self.initials):
            raise ValidationError(
                _("A name has letters, spaces, hyphens and apostrophes only, and few words. Check "
                  "for digits and signs.")
            )  # fmt: skip
        if self.is_patronymic and not person_names.is_patronymic(text):
            raise ValidationError(_("A patronymic has one or two words. Write it alone."))
        if mixed := person_names.mixed_words(text):
            raise ValidationError(
                _("Russian and Latin letters are mixed in “%(word)s”. Type it anew in one "
                  "alphabet.", word=mixed[0][:60])
            )  # fmt: skip


class SensibleDate:
    """Refuse years of the distant past or future (1026, 3026)."""

    def __init__(self, *, years_back: int, years_ahead: int) -> None:
        self.years_back, self.years_ahead = years_back, years_ahead

    def __call__(self, _form: Form, field: Field) -> None:
        if field.data is None:
            return
        given = field.data if type(field.data) is date else field.data.date()
        first = clock.today() - timedelta(days=366 * self.years_back)
        last = clock.today() + timedelta(days=366 * self.years_ahead)
        if not first <= given <= last:
            raise ValidationError(
                _(
                    "Check the year: it must be from %(first)s to %(last)s.",
                    first=first.year,
                    last=last.year,
                )
            )


def line(label: Any, *, required: str | Any = "", most: int = 200, **kwargs: Any) -> StringField:
    """A trimmed one-line field; ``required`` is the sentence shown when it is empty."""
    needed = [DataRequired(required)] if required else []
    return StringField(
        label,
        filters=[stripped],
        validators=[*needed, Length(max=most, message=too_long(most)), PlainLine()],
        **kwargs,
    )


def name(label: Any, *, required: str | Any = "", is_patronymic: bool = False) -> StringField:
    """A part of a person's name, stored trimmed and mended."""
    needed = [DataRequired(required)] if required else []
    return StringField(
        label,
        filters=[mended_name],
        validators=[
            *needed,
            Length(max=100, message=too_long(100)),
            PersonName(is_patronymic=is_patronymic),
        ],
    )


def whole_name(label: Any, *, required: str | Any = "", most: int = 200) -> StringField:
    """Last and first name in one field; initials are enough."""
    needed = [DataRequired(required)] if required else []
    return StringField(
        label,
        filters=[mended_name],
        validators=[
            *needed,
            Length(max=most, message=too_long(most)),
            PersonName(is_whole=True),
        ],
    )


def email(label: Any, *, required: str | Any = "", first: Sequence[Validator] = ()) -> EmailField:
    """``first`` are asked before anything else, also when nothing was typed."""
    needed = [DataRequired(required)] if required else [OptionalWhenEmpty()]
    return EmailField(
        label,
        filters=[stripped],
        validators=[
            *first,
            *needed,
            Length(max=254, message=too_long(254)),
            # Cyrillic before the «@» is a keyboard left in Russian; after it is fine (почта.рф).
            Email(
                _l("This does not look like an e-mail address. Example: anna@mail.ru"),
                allow_smtputf8=False,
            ),
        ],
    )


PHONE = re.compile(r"\+?[\d\s()-]{5,25}")


class Phone:
    def __call__(self, _form: Form, field: Field) -> None:
        if field.data and not (
            PHONE.fullmatch(field.data) and sum(map(str.isdigit, field.data)) >= 5
        ):
            raise ValidationError(_("Write the phone with digits. Example: +7 961 123-45-67"))


class WholeNumberField(IntegerField):
    """A whole number with a length: what is not one has no value, before any validator asks."""

    def pre_validate(self, _form: Form) -> None:
        if self.process_errors:
            raise StopValidation

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = str(valuelist[0]).strip()
        try:
            number = whole(text.removeprefix("-"))
        except ValueError:
            self.data = None
            if text:
                raise ValueError(_("Write a whole number in digits, ten at most.")) from None
        else:
            self.data = -number if text.startswith("-") else number


def whole_number(
    label: Any,
    least: int,
    most: int,
    *,
    required: str | Any = "",
    otherwise: str | Any = "",
    **kwargs: Any,
) -> WholeNumberField:
    """A number from ``least`` to ``most``; ``required`` is the sentence for none, and
    ``otherwise`` the one for another number where the usual one says too little."""
    usual = _l("Write a number from %(least)s to %(most)s.", least=least, most=most)
    between = otherwise or usual
    first = InputRequired(required) if required else Optional()
    return WholeNumberField(label, validators=[first, NumberRange(least, most, between)], **kwargs)


class OptionalWhenEmpty:
    """Stop checking when nothing was typed."""

    field_flags = {"optional": True}

    def __call__(self, _form: Form, field: Field) -> None:
        if not (field.data or "").strip():
            field.errors = []
            raise StopValidation


def too_long(most: int) -> Any:
    return _l("Shorten it: at most %(most)s characters.", most=most)


class Checkboxes(SelectMultipleField):
    """Several choices, each a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MomentField(DateTimeLocalField):
    """Date and time on the region's clock; ``stored`` is the moment as it is kept (UTC)."""

    def __init__(self, label: Any, *, required: Any = "", **kwargs: Any) -> None:
        needed = InputRequired(required) if required else Optional()
        super().__init__(
            label,
            validators=[needed, SensibleDate(years_back=2, years_ahead=3)],
            format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            **kwargs,
        )

    def process_data(self, value: datetime | None) -> None:
        self.data = clock.to_local(value).replace(tzinfo=None) if value else None

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Choose a date and a time. Example: 23.11.2026, 14:00.")) from None

    @property
    def stored(self) -> datetime | None:
        return clock.from_local(self.data) if self.data else None
