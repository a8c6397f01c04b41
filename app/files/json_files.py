"""Files of facts in JSON: read, checked key by key, stored row by row.

What is wrong is said with its place: the line of a broken file, else the key, written as
in the file (``measures[3].indicator``), so that whoever made the file finds it.
"""

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.base.db import Base, db
from app.base.words.text import clean


class FileWrong(Exception):
    """The file cannot be taken as it is. The message says where it is wrong, and how."""


@dataclass(frozen=True)
class Entry:
    """A part of the file, and the key under which it stands."""

    value: Any
    key: str

    def wrong(self, sentence: str) -> FileWrong:
        return FileWrong(f"{self.key}: {sentence}" if self.key else sentence)

    def at(self, key: str) -> "Entry":
        """What stands under this key; ``None`` when nothing does."""
        if not isinstance(self.value, dict):
            raise self.wrong(_("an object {…} with keys is expected here"))
        return Entry(self.value.get(key), f"{self.key}.{key}" if self.key else key)

    def entries(self, key: str) -> list["Entry"]:
        """The list under this key, which must be there."""
        found = self.at(key)
        if not isinstance(found.value, list):
            raise found.wrong(_("a list […] is expected here"))
        return [Entry(row, f"{found.key}[{n}]") for n, row in enumerate(found.value)]

    def optional_entries(self, key: str) -> list["Entry"]:
        return self.entries(key) if self.at(key).value is not None else []

    def as_text(self, most: int) -> str:
        """One trimmed line, not empty, that fits where it is kept."""
        if not isinstance(self.value, str) or not clean(self.value):
            raise self.wrong(_("a text is expected here, and it may not be empty"))
        text = clean(self.value)
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
            raise self.wrong(_("remove the invisible control characters"))
        if len(text) > most:
            raise self.wrong(_("shorten it: at most %(most)s characters", most=most))
        return text

    def text(self, key: str, most: int = 5000) -> str:
        return self.at(key).as_text(most)

    def optional_text(self, key: str, most: int = 5000) -> str:
        """The text, or nothing when the key is missing or null."""
        found = self.at(key)
        return "" if found.value is None else found.as_text(most)

    def texts(self, key: str, most: int = 500) -> list[str]:
        return [entry.as_text(most) for entry in self.entries(key)]

    def number(self, key: str, *, least: int, most: int) -> int:
        found = self.at(key)
        if type(found.value) is not int or not least <= found.value <= most:
            raise found.wrong(
                _("a whole number from %(least)s to %(most)s is expected", least=least, most=most)
            )
        return found.value

    def flag(self, key: str) -> bool:
        found = self.at(key)
        if not isinstance(found.value, bool):
            raise found.wrong(_("true or false is expected"))
        return found.value


def read_json(file: Path) -> Entry:
    """The whole file, or what is wrong with it and in which line."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = broken.object[: broken.start].count(b"\n") + 1
        raise FileWrong(
            _(
                "%(file)s, line %(line)s: not UTF-8. Save the file in UTF-8.",
                file=file.name,
                line=line,
            )
        ) from broken
    try:
        return Entry(json.loads(text, object_pairs_hook=without_doubles), "")
    except json.JSONDecodeError as broken:
        raise FileWrong(
            _(
                "%(file)s, line %(line)s, column %(column)s: not JSON (%(reason)s)",
                file=file.name,
                line=broken.lineno,
                column=broken.colno,
                reason=broken.msg,
            )
        ) from broken
    except RecursionError as broken:
        raise FileWrong(_("%(file)s: nested too deeply", file=file.name)) from broken


def without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON would keep the last of two equal keys and lose the first in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise FileWrong(_("the key «%(key)s» stands twice in one object", key=double))
    return found


@dataclass
class Tally:
    """Rows stored from a file, counted by what became of them."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def store(self, row: Base, facts: dict[str, Any]) -> None:
        """Write into the row what differs from it; add it when it is new."""
        different = {name: value for name, value in facts.items() if getattr(row, name) != value}
        for name, value in different.items():
            setattr(row, name, value)
        if row.id is None:
            db.session.add(row)
            self.new += 1
        elif different:
            self.changed += 1
        else:
            self.same += 1
