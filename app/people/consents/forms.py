"""The shape of a consent's text."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from app.web import fields

LEAST, MOST = 300, 20_000
# What 152-ФЗ art. 9 part 4 asks for, by the beginnings of its words.
DEMANDED = {
    "оператор": _l("the operator"),
    "цел": _l("the purposes"),
    "перечень": _l("the list of data"),
    "действи": _l("the actions"),
    "срок": _l("the period"),
    "отзыв": _l("how to withdraw"),
}


class TextForm(FlaskForm):
    """The words, and which version they were made from. ``preview`` shows them only."""

    version = HiddenField()
    body = TextAreaField(
        _l("Text"),
        filters=[fields.trimmed],
        validators=[
            DataRequired(_l("Write the text: people agree to these words.")),
            Length(
                min=LEAST,
                message=_l("At least %(least)s characters: the law asks for more.", least=LEAST),
            ),
            Length(max=MOST, message=fields.too_long(MOST)),
            fields.PlainText(),
        ],
        description=_l("Markdown: **bold**, lists with hyphens. HTML is not allowed."),
    )

    @property
    def only_shows(self) -> bool:
        return "preview" in request.form

    @property
    def edited(self) -> int:
        """The version the writer had before them; 0, which never is, for nonsense."""
        said = self.version.data or ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0

    def validate_body(self, field: TextAreaField) -> None:
        text = (field.data or "").casefold()
        missing = [str(name) for word, name in DEMANDED.items() if word not in text]
        if missing:
            raise ValidationError(
                _(
                    "The law demands that the text names these as well: %(missing)s.",
                    missing=", ".join(missing),
                )
            )
