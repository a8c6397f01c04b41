"""Names in the cases, as they are typed: a row for each holder."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from app.certificates.declension.rules import APART
from app.certificates.kinds import NameCase
from app.certificates.names.holders import Holder
from app.web import fields

MOST = 320
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяәһҗңөү"


class Alike:
    """Another case of the same name: as many words, each begins as in the name. So a form
    does not get into the row of somebody else."""

    def __call__(self, form: "RowForm", field: StringField) -> None:
        name = form.holder.person.full_name
        if field.data and not field.errors and not begin_alike(name, field.data):
            raise ValidationError(
                _(
                    "This does not look like the name “%(name)s”: write as many words, each "
                    "beginning with the same letter.",
                    name=name,
                )
            )


def begin_alike(name: str, form: str) -> bool:
    """Of a name in other letters the Russian form may begin otherwise: «Smith», «Смиту»."""
    first, second = (
        [word[:1].casefold().replace("ё", "е") for word in APART.split(text)[::2]]
        for text in (name, form)
    )
    return len(first) == len(second) and all(
        one == other or one not in CYRILLIC for one, other in zip(first, second, strict=True)
    )


def case_field(label: Any) -> StringField:
    return StringField(
        label,
        filters=[fields.stripped],
        validators=[Length(max=MOST, message=fields.too_long(MOST)), fields.PersonName(), Alike()],
    )


class RowForm(Form):
    seen = HiddenField()  # the name as it was shown: it may change meanwhile
    dative = case_field(_l("To whom (dative)"))
    accusative = case_field(_l("Whom (accusative)"))

    def __init__(self, holder: Holder, sent: MultiDict[str, str] | None) -> None:
        self.holder = holder
        kept = {case.value: form for case, form in holder.by_hand.items()}
        super().__init__(
            sent,
            prefix=f"name-{holder.person.id}-",
            data={"seen": holder.person.full_name, **kept},
        )

    def validate_seen(self, field: HiddenField) -> None:
        name = self.holder.person.full_name
        if fields.stripped(field.data) != fields.stripped(name):
            field.raw_data, field.data = [name], name
            raise ValidationError(
                _("Meanwhile the name was changed to “%(name)s”. Check the forms.", name=name)
            )

    @property
    def forms(self) -> Mapping[NameCase, str]:
        return {
            NameCase.DATIVE: self.dative.data or "",
            NameCase.ACCUSATIVE: self.accusative.data or "",
        }


class NamesForm(FlaskForm):
    """Fields ``name-<person>-dative`` and ``name-<person>-accusative``."""

    def __init__(self, holders: Sequence[Holder], sent: MultiDict[str, str] | None) -> None:
        super().__init__()
        self.rows = [RowForm(one, sent) for one in holders]

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine = super().validate(extra_validators)
        wrong = [row for row in self.rows if not row.validate()]  # each says what is wrong
        return is_fine and not wrong

    @property
    def said(self) -> list[tuple[Holder, Mapping[NameCase, str]]]:
        return [(row.holder, row.forms) for row in self.rows]

    @property
    def wrong(self) -> list[RowForm]:
        return [row for row in self.rows if row.errors]
