"""A list of pupils out of tables: who stands in it, and why somebody cannot be taken."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from flask_babel import gettext as _

from app.base.words.text import clean, same_name, searchable
from app.people.class_lists.sheets import headers
from app.people.class_lists.sheets.classes import SchoolClass, class_in_title, class_of
from app.people.class_lists.sheets.columns import Column
from app.people.class_lists.sheets.contacts import ListedGuardian as ListedGuardian
from app.people.class_lists.sheets.files import Cell, Table, text_of
from app.people.class_lists.sheets.headers import Header, Layout
from app.people.class_lists.sheets.row_cells import Cells

ROWS_NAMED = 10  # in a note
LONGEST_CELL = 60
NOT_A_PUPIL = re.compile(
    r"(?:итого|всего|количество|кол-во|из них|в том числе|подпис[ьи]|составил\w?|исполнитель|дата"
    r"|страница|стр|total|class teacher|signature|(?:мальчик|девоч|юнош|девуш)\w* ?[-–—:(\d].*"
    r"|(?:классн\w*|кл) ?\.? ?руков\w*|рук\w* класса|директор|зам\w* директора|завуч|секретарь"
    r"|список (?:верен|составил\w?)|ответственн\w+|м ?\. ?п)(?!\w).*"
)
LINE_TO_SIGN = re.compile("_{3,}|\\.{6,}")


class HeaderUnknown(Exception):
    """No header names the pupils. ``table`` has the first rows, for choosing by hand."""

    def __init__(self, table: Table, width: int) -> None:
        super().__init__(_("The columns are not understood. Choose what they hold."))
        self.table, self.width = table, width


@dataclass(frozen=True)
class ListRow:
    """A pupil of the list. ``number`` is the row's as Excel shows it; ``refusal`` is empty
    when all is well, else the sentence why this row cannot be taken."""

    number: int
    sheet: str
    last_name: str
    first_name: str
    patronymic: str
    birth_date: date | None
    birth_year: int | None
    grade: int | None
    letter: str
    phone: str
    email: str
    guardians: tuple[ListedGuardian, ...]
    refusal: str


@dataclass
class ClassList:
    """``left_out`` and ``forbidden`` are the headers of columns that were not read."""

    rows: list[ListRow] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def without_forbidden(tables: Sequence[Table]) -> list[Table]:
    """The tables to keep until the columns are chosen: nothing in them that we never keep."""
    return headers.without_forbidden(tables)


def interpret(
    tables: list[Table],
    *,
    mapping: Mapping[int, Column] | None = None,
    class_title: str = "",
    today: date,
) -> ClassList:
    """With ``mapping`` (column → what it holds) no header is needed."""
    layouts = [headers.layout_of(table) for table in tables]
    if mapping is None and not any(layout.headers for layout in layouts):
        raise header_unknown(tables)
    reading = Reading(class_of(class_title), today, several_sheets=len(tables) > 1)
    for table, layout in zip(tables, layouts, strict=True):
        reading.read(table, layout, mapping)
    reading.say_what_was_odd()
    return reading.list


def header_unknown(tables: list[Table]) -> HeaderUnknown:
    for table in without_forbidden(tables):
        rows = [row for row in table.rows if any(text_of(cell).strip() for cell in row)]
        if rows:
            shown: list[list[Cell]] = [
                [clean(text_of(cell))[:LONGEST_CELL] for cell in row]
                for row in rows[: headers.ROWS_SHOWN]
            ]
            return HeaderUnknown(Table(table.name, shown), max(map(len, rows)))
    return HeaderUnknown(Table("", []), 0)


class Reading:
    """Goes through the rows and remembers what stood above."""

    def __init__(self, given: SchoolClass | None, today: date, *, several_sheets: bool) -> None:
        self.list = ClassList()
        self.given, self.today, self.several_sheets = given, today, several_sheets
        self.first_seen: dict[tuple[object, ...], ListRow] = {}
        self.odd: dict[str, list[str]] = {}
        self.titled: SchoolClass | None = None
        self.sheet = ""
        self.header = Header(-1, 0, ())

    def read(self, table: Table, layout: Layout, mapping: Mapping[int, Column] | None) -> None:
        self.sheet, self.titled = table.name, None
        if mapping is not None:
            self.header = headers.header_of_mapping(mapping)
            self.name_columns([], [text for _at, text in headers.forbidden_places(table).values()])
        elif not layout.headers:
            if any(any(map(text_of, row)) for row in table.rows):
                self.say_that_unread(table)
            return
        for place, row in enumerate(table.rows):
            self.take(place, row, layout, by_hand=mapping is not None)

    def take(self, place: int, row: Sequence[Cell], layout: Layout, *, by_hand: bool) -> None:
        if header := layout.headers.get(place):
            self.begin(header, by_hand=by_hand)
        elif any(header.at < place < header.below for header in self.current(layout)):
            return
        elif place in layout.titles and not by_hand:
            self.read_title(place, [clean(text) for text in map(text_of, row) if text.strip()])
        else:
            cells = Cells(self.header, row)
            if not self.is_aside(cells) and not (by_hand and cells.are_no_pupil):
                self.take_pupil(place, cells)

    def current(self, layout: Layout) -> list[Header]:
        return [header for header in layout.headers.values() if header.below - header.at > 1]

    def begin(self, header: Header, *, by_hand: bool) -> None:
        if by_hand:
            return
        self.header = header
        self.name_columns(header.named(Column.LEFT_OUT), header.named(Column.FORBIDDEN))

    def name_columns(self, left_out: list[str], forbidden: list[str]) -> None:
        for known, texts in ((self.list.left_out, left_out), (self.list.forbidden, forbidden)):
            known += [text for text in dict.fromkeys(texts) if text not in known]

    def read_title(self, place: int, texts: list[str]) -> None:
        """A new title without a class that is understood ends the class above it."""
        text = " ".join(texts)
        found = class_in_title(text)
        words = [one for one in texts if not one.isdecimal()]
        if len(words) > 1 and headers.is_person(words[0]):
            self.note("above", place)
        if found:
            self.titled = found
        elif self.list.rows and re.search(r"\bкласс|\bсписок", text, re.IGNORECASE):
            self.titled = None

    def is_aside(self, cells: Cells) -> bool:
        """Blank, a total, a line to sign, or a class written between the pupils."""
        filled = cells.filled()
        if not filled:
            return True
        place, text = filled[0]
        if NOT_A_PUPIL.fullmatch(searchable(text)) or self.is_form(filled, cells):
            return True
        own = self.header.places(Column.SCHOOL_CLASS) + self.header.places(Column.GRADE)
        title = class_in_title(text) if len(filled) < 3 and place not in own else None
        self.titled = title or self.titled
        return title is not None

    def is_form(self, filled: list[tuple[int, str]], cells: Cells) -> bool:
        """A line to sign on, or the numbers of the columns under a header: 1, 2, 3, 4."""
        texts = [text for _place, text in filled]
        if len(texts) > 1 and all(text.isdecimal() and len(text) < 3 for text in texts):
            return True
        signed = any(map(LINE_TO_SIGN.search, texts))
        return signed and bool(cells.name().refusal)

    def take_pupil(self, place: int, cells: Cells) -> None:
        name = cells.name()
        if not any(name.parts) and not cells.text(Column.BIRTH_DATE):
            if cells.have_guardians:
                self.note("nameless", place)
            return
        birth = cells.born(self.today)
        school_class, refusal = self.school_class(cells)
        pupil = ListRow(
            number=place + 1,
            sheet=self.sheet,
            last_name=name.last_name,
            first_name=name.first_name,
            patronymic=name.patronymic,
            birth_date=birth.on,
            birth_year=birth.year,
            grade=school_class.grade if school_class else None,
            letter=school_class.letter if school_class else "",
            phone=cells.phone(),
            email=cells.email(),
            guardians=cells.guardians(),
            refusal=name.refusal or birth.refusal or refusal,
        )
        for kind in cells.odd:
            self.note(kind, place)
        self.list.rows.append(self.once(pupil))

    def school_class(self, cells: Cells) -> tuple[SchoolClass | None, str]:
        """The row's own, else the title's, the sheet's, the one given; and why it is none."""
        written = cells.class_written()
        found = class_of(written) if written else self.class_around()
        if found and found.exists:
            return found, ""
        if found:
            return None, _("There is no grade %(grade)s: grades are 1 to 11.", grade=found.grade)
        if written:
            return None, _(
                "The class «%(text)s» is not understood. Write it so: 9А.", text=written[:40]
            )
        return None, _("The class is not given. Add a column «Class» or choose the class.")

    def class_around(self) -> SchoolClass | None:
        of_sheet = class_in_title(self.sheet)
        if self.sheet.strip().isdecimal():  # «9» may be a class, or just the ninth sheet
            return self.titled or self.given or of_sheet
        return self.titled or of_sheet or self.given

    def once(self, pupil: ListRow) -> ListRow:
        """The same, or refused when the pupil stands above already."""
        if pupil.refusal:
            return pupil
        name = same_name(pupil.last_name, pupil.first_name, pupil.patronymic)
        birth = pupil.birth_date or pupil.birth_year
        key = (name, birth or (pupil.grade, pupil.letter))
        first = self.first_seen.setdefault(key, pupil)
        if first is pupil:
            return pupil
        return replace(
            pupil,
            refusal=_(
                "The same pupil stands in row %(row)s already.",
                row=self.label(first.number, first.sheet),
            ),
        )

    def label(self, number: int, sheet: str) -> str:
        return f"{number} («{sheet}»)" if self.several_sheets and sheet else str(number)

    def note(self, kind: str, place: int) -> None:
        self.odd.setdefault(kind, []).append(self.label(place + 1, self.sheet))

    def say_that_unread(self, table: Table) -> None:
        self.list.notes.append(
            _(
                "The sheet «%(name)s» was not read: no header in it names the pupils.",
                name=table.name,
            )
        )

    def say_what_was_odd(self) -> None:
        for kind, rows in self.odd.items():
            named = ", ".join(rows[:ROWS_NAMED]) + (" …" if len(rows) > ROWS_NAMED else "")
            self.list.notes.append(odd_sentence(kind, named))


def odd_sentence(kind: str, rows: str) -> str:
    sentences = {
        "guardian_name": _("A parent’s name is not understood and left out. Rows: %(rows)s."),
        "guardian_phone": _("A parent’s phone is not understood and left out. Rows: %(rows)s."),
        "guardian_email": _("A parent’s e-mail is not understood and left out. Rows: %(rows)s."),
        "pupil_phone": _("A pupil’s phone is not understood and left out. Rows: %(rows)s."),
        "pupil_email": _("A pupil’s e-mail is not understood and left out. Rows: %(rows)s."),
        "above": _("Rows above the header are not read. Rows: %(rows)s."),
        "nameless": _("Contacts without a pupil’s name are left out. Rows: %(rows)s."),
    }
    return sentences[kind] % {"rows": rows}
