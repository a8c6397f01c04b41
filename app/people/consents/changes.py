"""What differs between two versions of a text: line by line, and inside a line word by word."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
Part = tuple[str, bool]  # a piece of a line, and whether it differs


class Row(NamedTuple):
    """A line as it was and as it is; an empty side: there was none, or there is none."""

    before: Sequence[Part]
    after: Sequence[Part]

    @property
    def is_same(self) -> bool:
        return self.before == self.after


def changes(before: str, after: str) -> list[Row]:
    """Every line of both, side by side; blank lines tell nothing."""
    old, new = lines(before), lines(after)
    return [
        row
        for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes()
        for row in rows(tag, old[a:b], new[c:d])
    ]


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def rows(tag: str, old: list[str], new: list[str]) -> Iterator[Row]:
    for was, is_ in zip_longest(old, new):
        if tag == "equal":
            yield Row([(was, False)], [(is_, False)])
        elif was is None or is_ is None:
            yield Row([(was, True)] if was else [], [(is_, True)] if is_ else [])
        else:
            yield inside(was, is_)


def inside(was: str, is_: str) -> Row:
    old, new = WORDS.findall(was), WORDS.findall(is_)
    before: list[Part] = []
    after: list[Part] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if b > a:
            before.append(("".join(old[a:b]), tag != "equal"))
        if d > c:
            after.append(("".join(new[c:d]), tag != "equal"))
    return Row(before, after)
