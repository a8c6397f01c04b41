"""Who stands where on a list: pages of their own, classes together, the adults with them."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import gettext as _

from app.base.words.text import sort_key
from app.events.models import Slot
from app.papers.lists.choices import Choice, Pages
from app.papers.lists.contents import Found, GroupOnList, full_names
from app.papers.lists.people import Participant

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Adult:
    """Who accompanies a class: named on its list, without a number."""

    name: str
    group: GroupOnList


@dataclass(frozen=True)
class Section:
    """People under a heading, if there is one, and the adults behind them."""

    people: Sequence[Participant]
    title: str = ""
    adults: Sequence[Adult] = ()


@dataclass(frozen=True)
class Part:
    """What begins on a new page: of a slot, a school or a class, or the whole list."""

    sections: Sequence[Section]
    slot: Slot | None = None
    school: str = ""
    group: GroupOnList | None = None

    @property
    def people(self) -> list[Participant]:
        return [one for section in self.sections for one in section.people]

    @property
    def adults(self) -> list[Adult]:
        return [one for section in self.sections for one in section.adults]


def parts_of(choice: Choice, found: Found, slots: Sequence[Slot]) -> list[Part]:
    """At least one: a list of nobody is a page to write on."""
    people = found.people
    only = slots[0] if len(slots) == 1 else None
    parts: list[Part]
    if choice.pages is Pages.SLOT:
        of_slot = divided(people, lambda one: one.slot_id)
        parts = [
            Part(sections_of(of_slot.get(one.id, []), choice, found, one), one) for one in slots
        ]
    elif choice.pages is Pages.GROUP:
        parts = [
            Part(sections_of(members, choice, found, only, is_named=False), only, group=group)
            for group, members in in_groups(people, found)
        ]
    elif choice.pages is Pages.SCHOOL:
        parts = of_schools(choice, found, only)
    else:
        parts = [Part(sections_of(people, choice, found, only), only)]
    return parts or [Part([Section([])], only)]


def of_schools(choice: Choice, found: Found, only: Slot | None) -> list[Part]:
    """In Russian order; those who name no school at the end."""
    pupils_of = divided(found.people, lambda one: (one.school_id, one.school))
    names = full_names({id_ for id_, _title in pupils_of if id_})
    schools = sorted(pupils_of, key=lambda one: (not one[1], sort_key(one[1]), one[0] or 0))
    return [
        Part(
            sections_of(pupils_of[id_, title], choice, found, only),
            only,
            school=names.get(id_ or 0, title) or _("No school is named"),
        )
        for id_, title in schools
    ]


def sections_of(
    people: Sequence[Participant],
    choice: Choice,
    found: Found,
    slot: Slot | None,
    *,
    is_named: bool = True,
) -> list[Section]:
    """Each class together after those who come alone; or all among each other, and then the
    adults. A class whose pupils went to several times has its adults at its own."""
    groups = in_groups(people, found)

    def adults_of(group: GroupOnList | None) -> list[Adult]:
        if group is None or not choice.preset.names_adults:
            return []
        here = slot is None or slot.id == group.slot_id
        return [Adult(name, group) for name in group.adults] if here else []

    if not choice.together:
        adults = [one for group, _members in groups for one in adults_of(group)]
        rest = [Section([], _("Accompanying adults"), adults)] if adults else []
        return [Section(people), *rest]
    return [
        Section(members, group.title if group and is_named else "", adults_of(group))
        for group, members in groups
    ] or [Section([])]


def in_groups(
    people: Sequence[Participant], found: Found
) -> list[tuple[GroupOnList | None, list[Participant]]]:
    """Those who come alone, then each class in the order in which they signed up."""
    members = divided(people, lambda one: one.group_id or 0)
    return [(found.groups.get(id_), members[id_]) for id_ in sorted(members)]


def divided(
    people: Sequence[Participant], by: Callable[[Participant], K]
) -> dict[K, list[Participant]]:
    parts: dict[K, list[Participant]] = {}
    for one in people:
        parts.setdefault(by(one), []).append(one)
    return parts
