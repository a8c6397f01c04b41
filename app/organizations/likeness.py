"""Organizations called like another one: the ministry is told before it approves."""

import re
from collections.abc import Collection
from itertools import product
from typing import NamedTuple

import sqlalchemy as sa

from app.base.db import db
from app.base.words.text import same_name
from app.organizations.models import Organization, OrganizationChange, OrganizationKind

# Latin letters that look like Cyrillic ones: «COШ» is no other name than «СОШ».
LOOK_ALIKE = str.maketrans("abcehkmoptxy", "авсенкмортху")
FEWEST_WORDS = 2  # «Лицей» alone resembles nobody; a number does


class Named(NamedTuple):
    """What is compared, and shown."""

    id: int
    name: str
    short_name: str
    slug: str
    kind: OrganizationKind
    municipality_id: int | None

    @property
    def wordings(self) -> list[frozenset[str]]:
        return [words for words in map(words_of, (self.name, self.short_name)) if words]


NAMED = [getattr(Organization, name) for name in Named._fields]


def resembling(organizations: Collection[Organization]) -> dict[int, list[Named]]:
    """For each of these the others called alike, approved or not: one query."""
    return called_alike([Named._make(getattr(one, name) for name in Named._fields)
                         for one in organizations])  # fmt: skip


def resembling_changes(changes: Collection[OrganizationChange]) -> dict[int, list[Named]]:
    """The same for the names that organizations want, by the id of the organization."""
    return called_alike(
        [
            Named(
                change.organization_id,
                change.name,
                change.short_name,
                change.organization.slug,
                change.kind,
                change.organization.municipality_id,
            )
            for change in changes
        ]
    )


def called_alike(asked: Collection[Named]) -> dict[int, list[Named]]:
    if not asked:
        return {}
    query = sa.select(*NAMED).order_by(Organization.sort_key, Organization.id)
    everybody = [(named, named.wordings) for named in map(Named._make, db.session.execute(query))]
    found: dict[int, list[Named]] = {named.id: [] for named in asked}
    wordings = [(named, named.wordings) for named in asked]
    for (named, names), (other, others) in product(wordings, everybody):
        if named.id != other.id and (
            are_alike(names, others) or are_schools_of_one_number(named, other)
        ):
            found[named.id].append(other)
    return found


def words_of(name: str) -> frozenset[str]:
    """Without case, «ё», signs and quotation marks."""
    return frozenset(re.findall(r"\w+", same_name(name).translate(LOOK_ALIKE)))


def are_alike(ones: list[frozenset[str]], others: list[frozenset[str]]) -> bool:
    """All words of one name stand in the other."""
    pairs = (sorted(pair, key=len) for pair in product(ones, others))
    return any(
        less <= more and (len(less) >= FEWEST_WORDS or any(word.isdecimal() for word in less))
        for less, more in pairs
    )


def are_schools_of_one_number(one: Named, other: Named) -> bool:
    """«Средняя школа № 18» and «СОШ № 18», unless they are in two municipalities."""
    if {one.kind, other.kind} != {OrganizationKind.SCHOOL}:
        return False
    places = {one.municipality_id, other.municipality_id} - {None}
    return len(places) <= 1 and bool(numbers_in(one) & numbers_in(other))


def numbers_in(named: Named) -> set[str]:
    return {word for word in words_of(f"{named.name} {named.short_name}") if word.isdecimal()}


# One word for what people write in many ways, and what says nothing about which school it is.
ANY_SCHOOL = {"сош", "школа", "средняя", "общеобразовательная", "шк", "школы"}
SAYS_NOTHING = {
    *("мбоу", "мкоу", "маоу", "моу", "гбоу", "бпоу", "рк", "г", "город", "города", "с", "п"),
    *("пос", "поселок", "село", "района", "им", "имени", "номер", "n", "no"),
}


def is_short_for(text: str, organization: Organization) -> bool:
    """Whether all words of the text, two at least, stand in the organization's name or in
    that of its municipality: the same kind and number, «СОШ № 18» for one named after somebody.
    Numbers must be the same: «школа 1» is not short for «школа № 11»."""
    place = organization.municipality
    where = plain_words(place.name) if place else frozenset()
    asked = plain_words(text)
    return any(
        len(asked - where) >= FEWEST_WORDS and asked <= plain_words(name) | where
        for name in (organization.name, organization.short_name)
    )


def plain_words(name: str) -> frozenset[str]:
    words = words_of(re.sub(r"(?<=[^\W\d])(?=\d)", " ", name)) - SAYS_NOTHING
    return frozenset("школа" if word in ANY_SCHOOL else word for word in words)


def telling_word(text: str) -> str:
    """What a name must have in it to be meant: the number, else the longest word."""
    words = re.findall(r"[^\W\d_]+|\d+", text)
    return max(words, key=lambda word: (word.isdecimal(), len(word)), default=text)
