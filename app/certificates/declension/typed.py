"""A name typed in one line: which word of it is what."""

from collections.abc import Callable, Sequence

from app.certificates.declension import words
from app.certificates.declension.rules import (
    INITIAL,
    Declined,
    Parts,
    first_name,
    gender_of_first_name,
    gender_of_patronymic,
    gender_of_surname,
    in_order,
    patronymic_in,
    surname,
)
from app.certificates.kinds import NameCase

RULES = {"L": surname, "F": first_name, "P": patronymic_in}


def decline_text(text: str, case: NameCase) -> Declined:
    """«Баирте Санджиевне Очировой», in the order in which it was typed; as it is, when the
    words cannot be told apart. Never raises."""
    typed = in_words(text)
    order = order_of(typed)
    if not order or case is NameCase.NOMINATIVE:
        return Declined(text, case is NameCase.NOMINATIVE)
    parts: Parts = [(RULES[letter], word) for letter, word in zip(order, typed, strict=True)]
    return in_order(parts, case)


def in_words(text: str) -> list[str]:
    """«Гасан оглы» counts as one."""
    typed: list[str] = []
    for word in text.split():
        if typed and word.lower() in words.SON_OF | words.DAUGHTER_OF:
            typed[-1] += f" {word}"
        else:
            typed.append(word)
    return typed


def order_of(typed: Sequence[str]) -> str:
    """«LFP» for last name, first name, patronymic; nothing, when that cannot be told."""
    if any(word[0].islower() or word.lower() in words.TITLES for word in typed):
        return ""  # «учитель Баирта Санджиевна»
    initials = marks(typed, INITIAL.fullmatch)
    patronymics = marks(typed, gender_of_patronymic)
    if len(typed) == 3:
        if initials in ("110", "011"):  # «О. Б. Манджиева»
            return "FPL" if initials == "110" else "LFP"
        return "FPL" if patronymics[1] == "1" else "LFP" if patronymics[2] == "1" else ""
    if len(typed) != 2:
        return ""
    if initials in ("10", "01"):
        return "FL" if initials == "10" else "LF"
    surnames = marks(typed, gender_of_surname)
    if patronymics == "01" and surnames[0] == "0" and is_of_one(*typed):
        return "FP"
    by_first_name = {"10": "FL", "01": "LF"}.get(marks(typed, gender_of_first_name), "")
    return by_first_name or {"10": "LF", "01": "FL"}.get(surnames, "")


def marks(typed: Sequence[str], test: Callable[[str], object]) -> str:
    """«01»: only the second word passes the test."""
    return "".join("1" if test(word) else "0" for word in typed)


def is_of_one(first: str, patronymic: str) -> bool:
    """In «Анна Петрович» the second word is a surname."""
    return gender_of_first_name(first) in (None, gender_of_patronymic(patronymic))
