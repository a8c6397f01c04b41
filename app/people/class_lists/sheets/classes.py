"""A school class as people write it: «9А», «9 «А»», «9-а класс», «9»."""

import re
from typing import NamedTuple

from app.base.words.person_names import LOOKALIKES
from app.base.words.text import clean

QUOTES = re.compile(r"[«»„“”\"'’`‘()]")
WORD = re.compile(r"\b(?:класс(?:а|е|у|ом)?|кл|class|grade)\b\.?", re.IGNORECASE)
DASHES = re.compile(r"[\s\-‐‑–—−_./]+")
WRITTEN = re.compile(r"(\d{1,2})(?:(?:го|ый|ой|ий)?)([^\W\d_]{0,3})")
ORDINAL = re.compile(r"(?<=\d)[- ]?(?:го|ый|ой|ий|й|х)\b", re.IGNORECASE)

_CLASS = (
    r"(?<![\d№.])(?<!№ )(?<!\d[- ])(\d{1,2})(?:[-‐–— ]?(?:го|й|ый|ой|ий)\b)?"
    r"[-‐–— ]{0,3}[«\"“„'(]?\s?([^\W\d_]?)(?![^\W_])\s?[»\"”“')]?"
)
IN_TITLE = (
    re.compile(_CLASS + r"[-‐–— ]{0,3}(?:класс(?:а|е|у)?|кл)\b", re.IGNORECASE),
    re.compile(r"\b(?:класса?|кл)\b[.:№ ]{0,3}" + _CLASS, re.IGNORECASE),
    re.compile(r"(?<![\d№.])(?<!№ )(\d{1,2})[- ]{0,2}[«\"“„]\s?([^\W\d_])\s?[»\"”“]"),
)
LISTED = re.compile(r"\b(?:список|списки|обучающ|учащ|учени)", re.IGNORECASE)
BARE = re.compile(r"(?<![\d№.])(?<!№ )\b(\d{1,2})-?([А-ЯЁӘҺҖҢӨҮ])\b")
TITLE_ONLY = re.compile(_CLASS, re.IGNORECASE)


class SchoolClass(NamedTuple):
    grade: int
    letter: str

    @property
    def exists(self) -> bool:
        return 1 <= self.grade <= 11


def class_of(text: str) -> SchoolClass | None:
    """A text that is a class and nothing else. The grade may be one that does not exist."""
    text = QUOTES.sub("", clean(text).removesuffix(".0").translate(LOOKALIKES))
    text = WORD.sub("", ORDINAL.sub("", text))
    found = WRITTEN.fullmatch(DASHES.sub("", text))
    if not found:
        return None
    letter = letter_of(found[2])
    return None if letter is None else SchoolClass(int(found[1]), letter)


def letter_of(text: str) -> str | None:
    """«а», «"Б"», Latin «A» → a Russian capital; nothing for nothing; None for other signs."""
    bare = DASHES.sub("", QUOTES.sub("", clean(text)))
    if bare == "b":
        return "Б"  # small, it is what «б» looks like; the capital looks like «В»
    letter = bare.translate(LOOKALIKES).upper()
    if len(letter) > 3 or re.search(r"[^А-ЯЁӘҺҖҢӨҮ]", letter):
        return None
    return letter


def class_in_title(text: str) -> SchoolClass | None:
    """«Список обучающихся 8 «Б» класса на 01.09.2026 г.» → 8Б. None if there are several."""
    text = clean(text)
    alone = class_of(text)
    if alone:
        return alone if alone.exists else None
    patterns = (*IN_TITLE, BARE) if LISTED.search(text) else IN_TITLE
    for pattern in patterns:
        found = {
            SchoolClass(int(match[1]), letter_of(match[2]) or "")
            for match in pattern.finditer(text)
        }
        existing = {one for one in found if one.exists}
        if existing:
            return existing.pop() if len(existing) == 1 else None
    return None
