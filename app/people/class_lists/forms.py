"""A class list sent in; its columns named by hand."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectChoice, SelectField
from wtforms.validators import ValidationError

from app.people.class_lists.models import ListImport, Outcome
from app.people.class_lists.sheets.columns import Column, understood

COLUMNS = {
    Column.LEFT_OUT: _l("Leave out"),
    Column.FULL_NAME: _l("Full name of the pupil"),
    Column.LAST_NAME: _l("Last name"),
    Column.FIRST_NAME: _l("First name"),
    Column.PATRONYMIC: _l("Patronymic"),
    Column.BIRTH_DATE: _l("Birth date"),
    Column.SCHOOL_CLASS: _l("Class"),
    Column.GRADE: _l("Grade"),
    Column.LETTER: _l("Letter of the class"),
    Column.PHONE: _l("Phone of the pupil"),
    Column.EMAIL: _l("E-mail of the pupil"),
    Column.GUARDIAN_NAME: _l("Parent: full name"),
    Column.GUARDIAN_PHONE: _l("Parent: phone"),
    Column.GUARDIAN_EMAIL: _l("Parent: e-mail"),
    Column.SECOND_GUARDIAN_NAME: _l("Second parent: full name"),
    Column.SECOND_GUARDIAN_PHONE: _l("Second parent: phone"),
    Column.SECOND_GUARDIAN_EMAIL: _l("Second parent: e-mail"),
}
NAMED_APART = (Column.LAST_NAME, Column.FIRST_NAME)
SHOWN_ROWS, SHOWN_COLUMNS = 8, 40


class UploadForm(FlaskForm):
    file = FileField(
        _l("File with the list"), validators=[FileRequired(_l("Choose the file with the list."))]
    )


class ColumnsForm(FlaskForm):
    """A choice for each column of the first sheet: ``column-0``, ``column-1``, …"""

    def __init__(self, import_: ListImport, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.rows = first_rows(import_)
        width = min(SHOWN_COLUMNS, max((len(row) for row in self.rows), default=0))
        choices = [SelectChoice(column.value, str(title)) for column, title in COLUMNS.items()]
        self.columns = []
        for place in range(width):
            select = SelectField(_("Column %(number)s", number=place + 1), choices=choices)
            likely = likely_column([row[place] for row in self.rows if place < len(row)])
            bound = select.bind(self, f"column-{place}")
            bound.process(kwargs.get("formdata"), likely.value)
            self.columns.append(bound)

    def read(self, sent: Any) -> None:
        for field in self.columns:
            field.process(sent)

    @property
    def chosen(self) -> list[str]:
        return [str(field.data or Column.LEFT_OUT) for field in self.columns]

    def refuse_unless_named(self) -> None:
        """Raises ValidationError with what is missing."""
        chosen = [Column(value) for value in self.chosen if value in set(Column)]
        if len(chosen) < len(self.columns):
            raise ValidationError(_("Choose from the list what each column holds."))
        known = [column for column in chosen if column is not Column.LEFT_OUT]
        if len(known) > len(set(known)):
            raise ValidationError(_("Two columns have the same meaning. Leave one of them out."))
        if Column.FULL_NAME not in known and not {Column.LAST_NAME, Column.FIRST_NAME} <= set(
            known
        ):
            raise ValidationError(
                _("Show the column with the full names, or those with last and first names.")
            )


def first_rows(import_: ListImport) -> list[list[str]]:
    """What is shown of the table whose header is unknown."""
    tables: list[dict[str, Any]] = import_.tables or []
    filled = [row for table in tables[:1] for row in table["rows"] if any(row)]
    return [["" if cell is None else str(cell)[:60] for cell in row] for row in filled[:SHOWN_ROWS]]


def likely_column(cells: list[str]) -> Column:
    found = (column for column in map(understood, cells) if column in COLUMNS)
    return next((one for one in found if one is not Column.LEFT_OUT), Column.LEFT_OUT)


OUTCOMES = {
    Outcome.REFUSED: _l("Refused"),
    Outcome.CHANGED: _l("Changed"),
    Outcome.NEW: _l("New"),
    Outcome.SAME: _l("Without changes"),
}
