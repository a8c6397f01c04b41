"""Russian and Kalmyk text: cleaned, made searchable, put in order."""

import re
import unicodedata
from itertools import chain

# The Kalmyk alphabet: the Russian one with six letters of its own in their places.
# «ё» stands beside «е» and only breaks ties, as in Russian dictionaries.
ALPHABET = "аәбвгһдежҗзийклмнңоөпрстуүфхцчшщъыьэюя"
ORDER = {letter: f"{place:02}" for place, letter in enumerate(ALPHABET, start=50)}
ORDER |= {
    sign: f"{place:02}"
    for place, sign in enumerate("0123456789abcdefghijklmnopqrstuvwxyz", start=11)
}
SPACE = "10"
LARGEST = 2**31 - 1  # of a number that a column of the database holds
WHOLE = re.compile(r"[0-9]{1,10}", re.ASCII)
LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәһҗңөү",
        (
            *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p"),
            *(
                "r",
                "s",
                "t",
                "u",
                "f",
                "kh",
                "ts",
                "ch",
                "sh",
                "shch",
                "",
                "y",
                "",
                "e",
                "yu",
                "ya",
            ),
            *("a", "h", "j", "n", "o", "u"),
        ),
        strict=True,
    )
)
_BLANKS = re.compile(r"\s+")


def clean(text: str | None) -> str:
    """One line without blanks around it or doubled inside; composed Unicode."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text or "")).strip()


def searchable(*texts: str | None) -> str:
    """What is compared in a search: without case, «е» for «ё»."""
    return clean(" ".join(filter(None, texts))).casefold().replace("ё", "е")


def same_name(*parts: str | None) -> str:
    """A name as it is compared: case, «ё» and the kind of dash do not tell people apart."""
    return re.sub(r"[‐‑–—−]", "-", searchable(*parts))


def sort_key(*words: str | None) -> str:
    """Digits that put words in Russian order under any database's collation.

    Each letter becomes two digits, so comparing two keys as text compares the words
    as a Russian reader would; «ё» counts as «е» and decides only between equals.
    """
    lower = [clean(word).casefold() for word in words]
    plain = SPACE.join(
        "".join(ORDER.get(sign, SPACE) for sign in word.replace("ё", "е")) for word in lower
    )
    ties = "".join("2" if sign == "ё" else "1" for sign in chain(*lower) if sign in "её")
    return f"{plain}00{ties}"


def keys_of(*words: str) -> tuple[str, str]:
    """Between which two stand the sort keys of whatever begins with these words."""
    first = sort_key(*words).rpartition("00")[0]
    return first, f"{first}99"


def like(word: str) -> str:
    """A LIKE pattern (escape character «\\») for a part of a word."""
    escaped = re.sub(r"([\\%_])", r"\\\1", word)
    return f"%{escaped}%"


def quoted(title: str) -> str:
    """In quotation marks, those inside it of the other kind: «Неделя „Билет в будущее“»."""
    return f"«{title.replace('«', '„').replace('»', '“')}»"


def slug(text: str, most: int = 60) -> str:
    """For an address: Latin letters, digits and hyphens, cut between words where it can."""
    latin = "".join(LATIN.get(sign, sign) for sign in clean(text).casefold())
    words = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    if len(words) <= most:
        return words
    return words[: most + 1].rpartition("-")[0] or words[:most]


def whole(given: object) -> int:
    """Read a whole number that the database can hold: 0 to 2,147,483,647.

    ``int()`` alone takes «²», «٣», « 1_0 » and four thousand digits. Raises ValueError.
    """
    text = str(given).strip()
    if not WHOLE.fullmatch(text) or int(text) > LARGEST:
        raise ValueError("not a whole number that can be stored")
    return int(text)


def whole_or_nothing(given: object) -> int | None:
    """The same for a choice that may be none."""
    try:
        return whole(given)
    except ValueError:
        return None
