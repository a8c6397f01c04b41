"""The file of a region: read and checked whole before anything is stored."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.base.words.text import same_name
from app.files.json_files import Entry, read_json
from app.organizations.kinds import kind_of_name
from app.organizations.models import OrganizationKind

BRACKETS = re.compile(r"\s*\([^()]*\)")
SETTLEMENT = re.compile(r"(?:г|п|с|х|пос|ст|д)\.? +")
# Where organizations stand in the file; those of None have their kind in their names.
LISTS = {
    "colleges": OrganizationKind.COLLEGE,
    "universities": OrganizationKind.UNIVERSITY,
    "schools": OrganizationKind.SCHOOL,
    "other_organizations": None,
}
CONTACTS = {"address": 300, "site": 200, "phone": 60, "email": 254}


@dataclass(frozen=True)
class OrganizationRow:
    key: str  # the same in each file, though the long name may be corrected
    city: str
    oktmo: str | None
    facts: dict[str, Any]  # column → value


@dataclass(frozen=True)
class RegionFile:
    municipalities: dict[str, dict[str, Any]]  # by OKTMO: column → value
    organizations: list[OrganizationRow]


def read_region(file: Path) -> RegionFile:
    """The region as the file tells it; raises FileWrong naming the line or the key."""
    top = read_json(file)
    municipalities = municipalities_of(top)
    places = places_of(municipalities)
    organizations = [authority_of(top)]
    for key, kind in LISTS.items():
        organizations += [
            organization_of(entry, kind, places) for entry in top.optional_entries(key)
        ]
    refuse_doubles(top, organizations)
    return RegionFile(municipalities, named_apart(organizations))


def municipalities_of(top: Entry) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in top.entries("municipalities"):
        oktmo = entry.text("oktmo", 11)
        if not re.fullmatch(r"\d{8}|\d{11}", oktmo):
            raise entry.at("oktmo").wrong(_("an OKTMO code has 8 or 11 digits"))
        if oktmo in found:
            raise entry.at("oktmo").wrong(_("«%(text)s» stands twice", text=oktmo))
        found[oktmo] = {
            "name": entry.text("name", 200),
            "short_name": entry.text("short", 100),
            "centre": entry.text("centre", 100),
            "settlements": entry.texts("settlements", 100),
        }
    return found


def places_of(municipalities: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The OKTMO by the name of a settlement; of two that share a name, the centre wins."""
    places: dict[str, str] = {}
    for oktmo, facts in municipalities.items():
        for settlement in facts["settlements"]:
            places.setdefault(plain(settlement), oktmo)
    return places | {plain(facts["centre"]): oktmo for oktmo, facts in municipalities.items()}


def plain(settlement: str) -> str:
    """«г. Элиста», «г Элиста» and «Элиста» are one place."""
    return same_name(SETTLEMENT.sub("", settlement, count=1))


def authority_of(top: Entry) -> OrganizationRow:
    """The ministry of education: the only organization that administers the site."""
    name = top.at("region").text("authority", 400)
    facts = {
        "kind": OrganizationKind.MINISTRY,
        "name": name,
        "short_name": name[:200],
        "is_verified": True,
    }
    return OrganizationRow(OrganizationKind.MINISTRY.value, "", None, facts)


def organization_of(
    entry: Entry, kind: OrganizationKind | None, places: dict[str, str]
) -> OrganizationRow:
    name = entry.text("name", 400)
    short_name = entry.optional_text("short", 200) or BRACKETS.sub("", name)[:200]
    city = BRACKETS.sub("", entry.optional_text("city", 100))
    if city and plain(city) not in places:
        raise entry.at("city").wrong(
            _("no municipality of this file has the settlement «%(city)s»", city=city)
        )
    facts = {
        "kind": kind or kind_of_name(name),
        "name": name,
        "short_name": short_name,
        "is_verified": entry.flag("verified"),
    }
    facts |= {
        column: entry.text(column, most)
        for column, most in CONTACTS.items()
        if entry.at(column).value is not None
    }
    key = ", ".join(filter(None, (short_name, city)))
    return OrganizationRow(key, city, places.get(plain(city)), facts)


def refuse_doubles(top: Entry, organizations: list[OrganizationRow]) -> None:
    for key, times in Counter(row.key for row in organizations).items():
        if times > 1:
            raise top.wrong(
                _("«%(text)s» stands twice: give one of them another short name", text=key)
            )


def named_apart(organizations: list[OrganizationRow]) -> list[OrganizationRow]:
    """Schools of the same number in two towns get the town into their names."""
    times = Counter(row.facts["name"] for row in organizations)
    return [
        row
        if times[row.facts["name"]] == 1
        else replace(row, facts={**row.facts, "name": f"{row.facts['name']} ({row.city})"})
        for row in organizations
    ]
