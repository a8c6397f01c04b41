"""The file of a plan: read and checked whole before anything is stored."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.files.json_files import Entry, read_json

YEARS = re.compile(r"\b(20\d\d)\s*[-–—]\s*(20\d\d)\b")


@dataclass(frozen=True)
class MeasureRow:
    code: str
    section: int
    facts: dict[str, Any]  # column → value


@dataclass(frozen=True)
class PlanFile:
    order: str
    facts: dict[str, Any]
    sections: dict[int, str]
    measures: list[MeasureRow]


def read_plan(file: Path) -> PlanFile:
    """The plan as the file tells it; raises FileWrong naming the line or the key."""
    top = read_json(file)
    first_year, last_year = years_of(top)
    sections = sections_of(top)
    return PlanFile(
        order=top.text("order", 300),
        facts={"title": top.text("title"), "first_year": first_year, "last_year": last_year},
        sections=sections,
        measures=measures_of(top, sections),
    )


def years_of(top: Entry) -> tuple[int, int]:
    """From the stages, else from the title («… на 2025–2030 годы»)."""
    stages = [s.number("year", least=2000, most=2100) for s in top.optional_entries("stages")]
    in_title = YEARS.search(top.text("title"))
    if not stages and in_title is None:
        raise top.at("stages").wrong(
            _("the years are missing: name them here or in the title («2025–2030»)")
        )
    named = [int(year) for year in in_title.groups()] if in_title else []
    return min(stages + named), max(stages + named)


def sections_of(top: Entry) -> dict[int, str]:
    sections: dict[int, str] = {}
    for entry in top.entries("sections"):
        number = entry.number("number", least=1, most=99)
        if number in sections:
            raise entry.at("number").wrong(_("section %(number)s stands twice", number=number))
        sections[number] = entry.text("title", 300)
    return sections


def measures_of(top: Entry, sections: dict[int, str]) -> list[MeasureRow]:
    measures: dict[str, MeasureRow] = {}
    for position, entry in enumerate(top.entries("measures"), start=1):
        row = measure_of(entry, position)
        if row.section not in sections:
            raise entry.at("section").wrong(
                _("there is no section %(number)s in this file", number=row.section)
            )
        if row.code in measures:
            raise entry.at("code").wrong(_("measure %(code)s stands twice", code=row.code))
        measures[row.code] = row
    if not measures:
        raise top.at("measures").wrong(_("a plan has at least one measure"))
    return list(measures.values())


def measure_of(entry: Entry, position: int) -> MeasureRow:
    counting = entry.at("counting")
    counting.text("how", 60)
    return MeasureRow(
        code=entry.text("code", 10),
        section=entry.number("section", least=1, most=99),
        facts={
            "position": position,
            "title": entry.text("title"),
            "term": entry.text("term", 200),
            "result": entry.text("result"),
            "indicator": entry.text("indicator"),
            "responsible": entry.texts("responsible"),
            "counting": counting.value,
        },
    )
