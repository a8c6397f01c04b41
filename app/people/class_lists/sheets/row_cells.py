"""The cells of one row, asked for what they tell of a pupil."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from app.base.words.text import clean
from app.people.class_lists.sheets import contacts
from app.people.class_lists.sheets.birth_dates import Born, born
from app.people.class_lists.sheets.classes import class_of
from app.people.class_lists.sheets.columns import GUARDIAN, SECOND_GUARDIAN, Column
from app.people.class_lists.sheets.contacts import Found, ListedGuardian
from app.people.class_lists.sheets.files import Cell, text_of
from app.people.class_lists.sheets.headers import Header
from app.people.class_lists.sheets.names import PupilName, pupil_name

DIGIT = re.compile(r"\d")
WITH_DIGITS = (
    Column.BIRTH_DATE,
    Column.SCHOOL_CLASS,
    Column.GRADE,
    Column.PHONE,
    Column.GUARDIAN_PHONE,
)


class Cells:
    """``odd`` names what stood in the row and was no phone, e-mail or name."""

    def __init__(self, header: Header, row: Sequence[Cell]) -> None:
        self.header, self.row = header, row
        self.odd: list[str] = []

    def texts(self, column: Column) -> list[str]:
        cells = [self.row[at] for at in self.header.places(column) if at < len(self.row)]
        return [text for text in map(text_of, cells) if text.strip()]

    def text(self, column: Column) -> str:
        return "\n".join(self.texts(column))

    def filled(self) -> list[tuple[int, str]]:
        """Places and texts, the running number not counted."""
        numbers = self.header.places(Column.NUMBER)
        texts = [(place, clean(text_of(cell))) for place, cell in enumerate(self.row)]
        return [
            (place, text)
            for place, text in texts
            if text and not (place in numbers and text.rstrip(".").isdecimal())
        ]

    @property
    def are_no_pupil(self) -> bool:
        """Of columns chosen by hand: their header, with no digit in dates, classes and
        phones; or a lone title."""
        texts = [text for column in WITH_DIGITS for text in self.texts(column)]
        if texts:
            return not any(map(DIGIT.search, texts))
        return len(self.filled()) == 1 < len(self.header.read) and bool(self.name().refusal)

    @property
    def have_guardians(self) -> bool:
        return any(self.texts(column) for column in (*GUARDIAN, *SECOND_GUARDIAN))

    def name(self) -> PupilName:
        return pupil_name(
            self.text(Column.FULL_NAME),
            self.text(Column.LAST_NAME),
            self.text(Column.FIRST_NAME),
            self.text(Column.PATRONYMIC),
        )

    def born(self, today: date) -> Born:
        for place in self.header.places(Column.BIRTH_DATE):
            if place < len(self.row) and text_of(self.row[place]).strip():
                return born(self.row[place], today=today)
        return Born()

    def class_written(self) -> str:
        """«9А», also when the grade and the letter stand in two columns."""
        whole = clean(" ".join(self.texts(Column.SCHOOL_CLASS)))
        grade = clean(" ".join(self.texts(Column.GRADE)))
        letter = clean(" ".join(self.texts(Column.LETTER)))
        found = class_of(whole or grade)
        if found and not found.letter and letter.strip("-–— "):
            return f"{found.grade} {letter}"
        return whole or grade or letter

    def phone(self) -> str:
        return self.known("pupil_phone", contacts.phones(self.text(Column.PHONE))).first

    def email(self) -> str:
        return self.known("pupil_email", contacts.emails(self.text(Column.EMAIL))).first

    def known(self, kind: str, found: Found) -> Found:
        if found.odd:
            self.odd.append(kind)
        return found

    def guardians(self) -> tuple[ListedGuardian, ...]:
        """Two at most. «Мать, отец» in one cell are two, and so are their phones."""
        listed = [*self.of(GUARDIAN), *self.of(SECOND_GUARDIAN)]
        return tuple(dict.fromkeys(listed))[:2]

    def of(self, columns: tuple[Column, Column, Column]) -> list[ListedGuardian]:
        name, phone, email = map(self.text, columns)
        if not (name or phone or email):
            return []
        names = self.known("guardian_name", contacts.names(name)).values
        phones = self.known("guardian_phone", contacts.phones(phone)).values
        emails = self.known("guardian_email", contacts.emails(email)).values
        phones = phones or contacts.phones(name).values
        most = max(len(names), 1)
        together = zip_longest(names[:most], phones[:most], emails[:most], fillvalue="")
        return [ListedGuardian(*one) for one in together]
