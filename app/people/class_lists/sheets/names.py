"""Names as lists have them: in capitals, in one cell, with initials."""

import re
from typing import NamedTuple

from flask_babel import gettext as _

from app.base.words.person_names import CHILD_OF, MOST_WORDS_OF_ALL, is_name, mended, mixed_words

LONGEST = 100
NUMBERED = re.compile(r"^\d{1,4}\s*[.)]\s*")
SPACED_HYPHEN = re.compile(r"(?<=[^\W\d_])\s*[-‐‑–—−]\s*(?=[^\W\d_])")
NOTHING = re.compile(r"[-‐–—−.]+|нет|отсутствует", re.IGNORECASE)
INITIAL = re.compile(r"[^\W\d_]\.?|(?:[^\W\d_]{1,2}\.-?){1,3}[^\W\d_]?")
# Written small inside a name.
PARTICLES = {
    *CHILD_OF,
    *("фон", "ван", "де", "да", "дель", "дер", "ибн", "бин"),
}
PIECES = re.compile(r"[^\W\d_]+")


class PupilName(NamedTuple):
    last_name: str = ""
    first_name: str = ""
    patronymic: str = ""
    refusal: str = ""

    @property
    def parts(self) -> tuple[str, str, str]:
        return self.last_name, self.first_name, self.patronymic


def pupil_name(full: str, last: str, first: str, patronymic: str) -> PupilName:
    """From one, two or three cells."""
    full, last, first, patronymic = (tidy(text) for text in (full, last, first, patronymic))
    given = " ".join(filter(None, (first, patronymic)))
    words = " ".join(filter(None, (full or last, given))).split()
    if full or not first:  # all of it stands in one cell, or in the wrong one
        parts = words[:1], words[1:2], words[2:]
    elif patronymic:
        parts = last.split(), first.split(), patronymic.split()
    else:
        parts = last.split(), first.split()[:1], first.split()[1:]
    name = PupilName(*(" ".join(cased(word) for word in part) for part in parts))
    return name._replace(refusal=refusal(name))


def tidy(text: str) -> str:
    """One line; «Бадмаев , Санджи» and «1. Бадмаев» without what is not the name."""
    text = mended(text)
    text = SPACED_HYPHEN.sub("-", NUMBERED.sub("", text))
    text = re.sub(r"\s*,\s*", " ", text).strip()
    return " ".join(word for word in text.split() if not NOTHING.fullmatch(word))


def cased(word: str) -> str:
    """БАДМАЕВ and бадмаев → Бадмаев; what is mixed stays as it is typed."""
    if word.casefold() in PARTICLES:
        return word.lower()
    if word.isupper() or word.islower():
        return PIECES.sub(lambda piece: piece[0][:1].upper() + piece[0][1:].lower(), word)
    return word


def refusal(name: PupilName) -> str:
    written = " ".join(filter(None, name.parts))
    if not written:
        return _("There is no name. Write the last and the first name.")
    if has_initials(name):
        return _("Write the full name instead of the initials: «%(name)s».", name=written[:60])
    if wrong := next(filter(None, map(refusal_of_part, name.parts)), ""):
        return wrong
    if not name.first_name:
        return _(
            "There is only one word: «%(name)s». Write the last and the first name.", name=written
        )
    if not name.last_name:
        return _("There is no last name. Write the last and the first name.")
    return ""


def refusal_of_part(part: str) -> str:
    if part and not is_name(part):
        return _(
            "A name has letters, spaces, hyphens and apostrophes only, and few words. Check for "
            "digits and signs: «%(name)s».",
            name=part[:60],
        )
    if mixed := mixed_words(part):
        return _(
            "Russian and Latin letters are mixed in “%(word)s”. Type it anew in one alphabet.",
            word=mixed[0][:60],
        )
    if len(part) > LONGEST:
        return _("The name is longer than 100 letters: «%(name)s…».", name=part[:30])
    return ""


def has_initials(name: PupilName) -> bool:
    """«О Сергей» has a surname of one letter; «Сергей О» has not told it."""
    given = f"{name.first_name} {name.patronymic}".split()
    dotted = [word for word in name.last_name.split() if "." in word]
    return any(INITIAL.fullmatch(word) for word in (*given, *dotted))


def guardian_name(text: str) -> str:
    """Tidied; empty when it is no name. Initials are enough for a parent."""
    name = " ".join(cased(word) for word in tidy(text).split())
    is_one = is_name(name, most_words=MOST_WORDS_OF_ALL, initials=True)
    return name if is_one and len(name) <= 2 * LONGEST else ""
