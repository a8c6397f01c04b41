"""A birth date as lists have it: a date, a text, a number of Excel, or the year alone."""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _

from app.base.words.text import clean
from app.people.class_lists.sheets.files import Cell, text_of

AGES = range(5, 21)
EXCEL_BEGINS = date(1899, 12, 30)
SERIALS = range(20_000, 60_000)  # 1954 to 2064
YEARS = range(1900, 2100)
MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")

ENDING = re.compile(r"\s*(?:г\.?\s*р\.?|года?(?:\s+рожд\w*)?|г)\.?$", re.IGNORECASE)
TIME = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
DAY_FIRST = re.compile(r"(\d{1,2})\s*[./,\-–\s]\s*(\d{1,2})\s*[./,\-–\s]\s*(\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")
IN_WORDS = re.compile(r"[«\"]?(\d{1,2})[»\"]?\s*([а-я]{3,8})\.?\s*(\d{4})", re.IGNORECASE)
RUN_TOGETHER = re.compile(r"(\d{1,2})(\d{2})(\d{4})")
NUMBER = re.compile(r"(\d{1,8})(?:[.,]\d+)?")
NOTHING = {"", "-", "–", "—"}


class Born(NamedTuple):
    """``refusal`` is the sentence when this cannot be a pupil's birth date."""

    on: date | None = None
    year: int | None = None
    refusal: str = ""


def born(cell: Cell, *, today: date) -> Born:
    if isinstance(cell, datetime):
        return checked(cell.date(), today)
    if isinstance(cell, date):
        return checked(cell, today)
    text = ENDING.sub("", TIME.sub("", clean(text_of(cell)).rstrip(" ;,"))).strip()
    if text in NOTHING:
        return Born()
    try:
        found = written(text, today)
    except (ValueError, OverflowError):
        return Born(refusal=_("There is no such date: «%(text)s».", text=text[:40]))
    if found is None:
        return Born(
            refusal=_(
                "The birth date «%(text)s» is not understood. Write it so: 24.06.2012.",
                text=text[:40],
            )
        )
    return checked(found, today)


def written(text: str, today: date) -> date | int | None:
    """The day, or the year alone. ValueError: the calendar has no such day."""
    if found := YEAR_FIRST.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY_FIRST.fullmatch(text):
        return date(full_year(found[3], today), int(found[2]), int(found[1]))
    if found := IN_WORDS.fullmatch(text):
        return date(int(found[3]), month(found[2]), int(found[1]))
    return counted(text)


def counted(text: str) -> date | int | None:
    """Digits alone: a year, a day as Excel counts them, 24062012."""
    found = NUMBER.fullmatch(text)
    if not found:
        return None
    number = int(found[1])
    if number in YEARS:
        return number
    if number in SERIALS:
        return EXCEL_BEGINS + timedelta(days=number)
    if together := RUN_TOGETHER.fullmatch(text):
        return date(int(together[3]), int(together[2]), int(together[1]))
    return None


def full_year(digits: str, today: date) -> int:
    """«10» → 2010, «98» → 1998: never a year to come."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return 2000 + year if 2000 + year <= today.year else 1900 + year


def month(word: str) -> int:
    beginning = word.casefold()
    for number, letters in enumerate(MONTHS, start=1):
        if beginning.startswith(letters):
            return number
    raise ValueError(word)


def checked(found: date | int, today: date) -> Born:
    """Pupils are of 5 to 20 years. Of a year alone, one of its days must be possible."""
    year = found if isinstance(found, int) else found.year
    ages = possible_ages(found, today)
    if year > today.year or max(ages) < 0:
        return Born(refusal=_("The birth date lies in the future. Check the year."))
    if not any(age in AGES for age in ages):
        return Born(
            refusal=_("By the birth date the age is %(age)s: not a pupil’s.", age=max(ages))
        )
    return Born(year=found) if isinstance(found, int) else Born(on=found)


def possible_ages(found: date | int, today: date) -> tuple[int, ...]:
    if isinstance(found, int):
        return today.year - found - 1, today.year - found
    before = (today.month, today.day) < (found.month, found.day)
    return (today.year - found.year - before,)
