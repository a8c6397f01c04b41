"""What each row of a class list is, compared with what the school keeps."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.base.words.text import same_name
from app.people.class_lists.kept import (
    Card,
    ClassKey,
    Facts,
    Kept,
    classes_of,
    closed_to,
    earlier_facts,
    kept_by,
)
from app.people.class_lists.models import ImportedRow, ListImport, Outcome
from app.people.class_lists.reading import ReadRow
from app.people.models import SchoolClass

plain = lru_cache(maxsize=30_000)(same_name)


@dataclass
class Verdict:
    """What the row is, and what it would do."""

    outcome: Outcome
    person_id: int | None = None
    reason: str = ""  # why refused
    changes: list[list[str]] = field(default_factory=list)  # what changes, for the reader
    stays: bool = False  # something was edited here since the last list: it is left so
    fields: dict[str, Any] = field(default_factory=dict)  # of Person
    class_key: ClassKey | None = None  # the class to go to
    new_cards: list[dict[str, str]] = field(default_factory=list)
    filled_cards: dict[int, dict[str, str]] = field(default_factory=dict)


class Shape(NamedTuple):
    """What pupils are told apart by."""

    name: tuple[str, str, str]
    born: date | None
    year: int | None
    class_key: ClassKey | None


def shape_of(kept: Kept) -> Shape:
    name = (plain(kept.last_name), plain(kept.first_name), plain(kept.patronymic))
    return Shape(name, kept.birth_date, kept.year, kept.class_key)


def shape_told(facts: Facts) -> Shape:
    name = (plain(facts["last_name"]), plain(facts["first_name"]), plain(facts["patronymic"]))
    return Shape(name, born_on(facts), year_of(facts), class_key(facts))


class Index:
    """Pupils by name and birth date, and by name and class."""

    def __init__(self) -> None:
        self.by_birth: dict[Any, list[tuple[Shape, Kept]]] = defaultdict(list)
        self.by_class: dict[Any, list[tuple[Shape, Kept]]] = defaultdict(list)

    def add(self, kept: Kept, shape: Shape) -> None:
        if shape.born:
            self.by_birth[shape.name[:2], shape.born].append((shape, kept))
        if shape.class_key:
            self.by_class[shape.name, shape.class_key].append((shape, kept))

    def find(self, told: Shape) -> list[Kept]:
        """Whom a row may be about: nobody, one, or several who cannot be told apart."""
        born = self.by_birth.get((told.name[:2], told.born), []) if told.born else []
        exact = [one for one in born if one[0].name == told.name]
        if exact:
            exact.sort(key=lambda one: one[0].class_key != told.class_key)
            return [exact[0][1]]
        in_class = self.by_class.get((told.name, told.class_key), [])
        agreeing = [kept for shape, kept in in_class if agree(shape, told)]
        if agreeing:
            return agreeing
        return [kept for shape, kept in born if not (shape.name[2] and told.name[2])][:1]


def agree(one: Shape, other: Shape) -> bool:
    """Nothing is said against it: one of the dates is missing, or tells the year alone."""
    if one.born and other.born:
        return one.born == other.born
    return not (one.year and other.year) or one.year == other.year


class School:
    """What a school keeps, read at once, so that no row asks the database."""

    def __init__(self, import_: ListImport) -> None:
        self.import_ = import_
        self.classes = {(one.first_year, one.letter): one for one in classes_of(import_.school_id)}
        self.closed = closed_to(import_.made_by, import_.school, self.classes)
        self.earlier = earlier_facts(import_.school)
        self.taken: dict[int, str] = {}  # person → the row that is about them
        self.now, self.before = Index(), Index()
        for kept in kept_by(import_.school_id, self.classes.values()):
            self.now.add(kept, shape_of(kept))
            if kept.id in self.earlier:  # whoever was renamed here is still found by a list
                self.before.add(kept, shape_told(self.earlier[kept.id]))

    def weigh(self, facts: Facts, place: str) -> Verdict:
        """Say what this row is. Rows are weighed in order: a repeated one is refused.
        ``place``: where it stands, as a teacher finds it; no two are the same."""
        told = shape_told(facts)
        candidates = self.now.find(told) or self.before.find(told)
        if len(candidates) > 1:
            return refused(_("Several pupils of this class have this name. Write the birth date."))
        if not candidates:
            return self.as_new(facts, place)
        kept = candidates[0]
        before = kept.row if kept.id is None else self.taken.setdefault(kept.id, place)
        if before != place:
            return refused(_("The same pupil as in row %(number)s.", number=before))
        return self.compared(facts, kept)

    def as_new(self, facts: Facts, place: str) -> Verdict:
        key = class_key(facts)
        if key in self.closed:
            return self.not_yours(key)
        self.now.add(Kept.of_list(place), shape_told(facts))
        return Verdict(Outcome.NEW, class_key=key)

    def compared(self, facts: Facts, kept: Kept) -> Verdict:
        """What the list tells that is not kept. What was edited here after the last list
        said the same stays as it is."""
        verdict = Verdict(Outcome.SAME, kept.id)
        before = self.earlier.get(kept.id or 0)
        key = class_key(facts)
        if key != kept.class_key:
            if before and class_key(before) == key:
                verdict.stays = True
            else:
                verdict.class_key = key
                verdict.changes.append(["class", written(kept.class_key), written(key)])
        told, own = shape_told(facts), shape_of(kept)
        if told.name != own.name and told.name[2] and own.name[2]:
            verdict.stays = True  # renamed
        if not kept.has_account:  # or they say themselves who they are
            compare_person(verdict, facts, kept, before)
        compare_guardians(verdict, facts, kept, before)
        if verdict.changes:
            if closed := self.closed & {key, kept.class_key}:
                return self.not_yours(closed.pop())
            verdict.outcome = Outcome.CHANGED
        return verdict

    def not_yours(self, key: ClassKey | None) -> Verdict:
        return refused(
            _(
                "Class %(title)s has another teacher. Ask the school’s coordinator.",
                title=title_of(key),
            )
        )


def compare_person(verdict: Verdict, facts: Facts, kept: Kept, before: Facts | None) -> None:
    for name in ("patronymic", "phone", "email"):
        told, own = facts[name], getattr(kept, name)
        if not told or alike(name, told, own) or (own and name == "patronymic"):
            continue
        if before and alike(name, before[name], told):
            verdict.stays = True
            continue
        verdict.fields[name] = told
        verdict.changes.append([name, own, told])
    if kept.year and year_of(facts) and not agree(shape_of(kept), shape_told(facts)):
        verdict.stays = True
    if kept.birth_date or not year_of(facts) or (kept.birth_year and not facts["birth_date"]):
        return
    if before and facts["birth_date"] == before["birth_date"] and year_of(facts) == year_of(before):
        verdict.stays = True
    elif born := born_on(facts):
        verdict.fields |= {"birth_date": born, "birth_year": None}
        verdict.changes.append(["birth_date", "", born.strftime("%d.%m.%Y")])
    else:
        verdict.fields["birth_year"] = facts["birth_year"]
        verdict.changes.append(["birth_date", "", str(facts["birth_year"])])


def compare_guardians(verdict: Verdict, facts: Facts, kept: Kept, before: Facts | None) -> None:
    told_before = before["guardians"] if before else []
    for told in facts["guardians"]:
        if told in told_before:
            verdict.stays = verdict.stays or not is_kept(told, kept.cards)
            continue
        card = card_of(told, kept.cards)
        if card is None:
            verdict.new_cards.append(told)
            verdict.changes.append(["guardian", "", told["name"] or told["phone"]])
        elif not card.has_account:
            for name in ("name", "phone", "email"):
                own = getattr(card, name)
                if told[name] and not alike(name, told[name], own) and (name != "name" or not own):
                    verdict.filled_cards.setdefault(card.id, {})[name] = told[name]
                    verdict.changes.append([f"guardian_{name}", own, told[name]])


def is_kept(told: dict[str, str], cards: list[Card]) -> bool:
    card = card_of(told, cards)
    return card is not None and (
        card.has_account
        or all(not told[name] or alike(name, told[name], getattr(card, name)) for name in told)
    )


def card_of(told: dict[str, str], cards: Iterable[Card]) -> Card | None:
    """The card of this guardian: the same phone or the same name."""
    for name in ("phone", "name", "email"):
        for card in cards:
            if told[name] and alike(name, told[name], getattr(card, name)):
                return card
    return None


def alike(name: str, one: str, other: str) -> bool:
    if name == "phone":
        return digits(one) == digits(other)
    return plain(one) == plain(other)


def digits(phone: str) -> str:
    """«8 (937) 214-54-59» and «+7 937 2145459» are one number."""
    return re.sub(r"\D", "", phone)[-10:]


def born_on(facts: Facts) -> date | None:
    return date.fromisoformat(facts["birth_date"]) if facts["birth_date"] else None


def year_of(facts: Facts) -> int | None:
    born = born_on(facts)
    year: int | None = born.year if born else facts["birth_year"]
    return year


def class_key(facts: Facts) -> ClassKey | None:
    return (facts["first_year"], facts["letter"]) if facts["first_year"] else None


def title_of(key: ClassKey | None) -> str:
    """«9А»; a dash for no class."""
    return "—" if key is None else SchoolClass(first_year=key[0], letter=key[1]).title


def place_of(row: ImportedRow | ReadRow, *, several_sheets: bool) -> str:
    """«7», or «7 («9А»)» where every sheet has a row 7."""
    return f"{row.number} («{row.sheet}»)" if several_sheets and row.sheet else str(row.number)


def written(key: ClassKey | None) -> str:
    """A class in a word that is the same in every language and school year."""
    return f"{key[0]} {key[1]}" if key else ""


def read_key(word: str) -> ClassKey | None:
    year, _blank, letter = word.partition(" ")
    return (int(year), letter) if word else None


def refused(reason: str) -> Verdict:
    return Verdict(Outcome.REFUSED, reason=reason)
