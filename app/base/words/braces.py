"""Words in braces inside a text stand for what is different each time: «{имя}»."""

import re
from collections.abc import Collection, Mapping

from app.base.words.text import clean

BRACES = re.compile(r"\{([^{}\n]{1,40})\}")


def named(braces: re.Match[str]) -> str:
    return clean(braces[1]).lower()


def unknown_in(text: str, known: Collection[str]) -> list[str]:
    """What stands in braces and means nothing, each once, with its braces."""
    unknown = [one[0] for one in BRACES.finditer(text) if named(one) not in known]
    return list(dict.fromkeys(unknown))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each known word in braces replaced by its value; the others stay."""
    return BRACES.sub(lambda braces: values.get(named(braces), braces[0]), text)
