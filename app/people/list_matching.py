"""What each row of a class list is, compared with what the school keeps."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.db import db
from app.organizations.models import Membership, Organization, Role
from app.people.list_models import ImportedRow, ImportState, ListImport, Outcome
from app.people.models import Guardianship, Person, SchoolClass
from app.text import same_name

Facts = dict[str, Any]  # a row as it is kept: see list_reading.facts_of
ClassKey = tuple[int, str]  # the year of grade 1, the letter
plain = lru_cache(maxsize=30_000)(same_name)


@dataclass
class Card:
    """A guardian as the school wrote them down, or with an account."""

    id: int
    name: str
    phone: str
    email: str
    has_account: bool


@dataclass
class Kept:
    """A pupil of the school; without ``id``: one of the same list, in this row."""

    id: int | None
    row: int
    last_name: str
    first_name: str
    patronymic: str
    birth_date: date | None
    birth_year: int | None
    phone: str
    email: str
    class_key: ClassKey | None
    has_account: bool = False
    cards: list[Card] = field(default_factory=list)

    @property
    def year(self) -> int | None:
        return self.birth_date.year if self.birth_date else self.birth_year


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


class School:
    """What a school keeps, read at once, so that no row asks the database."""

    def __init__(self, import_: ListImport) -> None:
        self.import_ = import_
        self.classes = {(one.first_year, one.letter): one for one in classes_of(import_.school_id)}
        self.closed = closed_to(import_.made_by, import_.school, self.classes)
        self.earlier = earlier_facts(import_.school)
        self.taken: dict[int, int] = {}  # person → the row that is about them
        self.by_birth: dict[Any, list[Kept]] = defaultdict(list)
        self.by_class: dict[Any, list[Kept]] = defaultdict(list)
        for kept in kept_by(import_.school_id, self.classes.values()):
            self.remember(kept)

    def remember(self, kept: Kept) -> None:
        last, first = plain(kept.last_name), plain(kept.first_name)
        if kept.birth_date:
            self.by_birth[last, first, kept.birth_date].append(kept)
        if kept.class_key:
            name = (last, first, plain(kept.patronymic))
            self.by_class[name, kept.class_key].append(kept)

    def weigh(self, facts: Facts, number: int) -> Verdict:
        """Say what this row is. Rows are weighed in order: a repeated one is refused."""
        candidates = self.candidates(facts)
        if len(candidates) > 1:
            return refused(_("Several pupils of this class have this name. Write the birth date."))
        if not candidates:
            return self.as_new(facts, number)
        kept = candidates[0]
        before = kept.row if kept.id is None else self.taken.setdefault(kept.id, number)
        if before != number:
            return refused(_("The same pupil as in row %(number)s.", number=before))
        return self.compared(facts, kept)

    def candidates(self, facts: Facts) -> list[Kept]:
        """Whom the row may be about: none, one, or several who cannot be told apart."""
        name = tuple(plain(facts[part]) for part in ("last_name", "first_name", "patronymic"))
        born, key = born_on(facts), class_key(facts)
        if born:
            same = self.by_birth.get((*name[:2], born), [])
            exact = [one for one in same if plain(one.patronymic) == name[2]]
            if exact:
                return sorted(exact, key=lambda one: one.class_key != key)[:1]
        in_class = [
            one for one in self.by_class.get((name, key), []) if agrees(one, born, year_of(facts))
        ]
        if in_class or not born:
            return in_class
        return [one for one in same if not (one.patronymic and name[2])][:1]

    def as_new(self, facts: Facts, number: int) -> Verdict:
        key = class_key(facts)
        if key in self.closed:
            return self.not_yours(key)
        told = {part: facts[part] for part in ("last_name", "first_name", "patronymic")}
        self.remember(
            Kept(
                **told,
                id=None,
                row=number,
                birth_date=born_on(facts),
                birth_year=facts["birth_year"],
                phone="",
                email="",
                class_key=key,
            )
        )
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


def agrees(kept: Kept, born: date | None, year: int | None) -> bool:
    """Nothing is said against it: one of the dates is missing, or tells the year alone."""
    if born and kept.birth_date:
        return born == kept.birth_date
    return not (year and kept.year) or year == kept.year


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


def written(key: ClassKey | None) -> str:
    """A class in a word that is the same in every language and school year."""
    return f"{key[0]} {key[1]}" if key else ""


def read_key(word: str) -> ClassKey | None:
    year, _blank, letter = word.partition(" ")
    return (int(year), letter) if word else None


def refused(reason: str) -> Verdict:
    return Verdict(Outcome.REFUSED, reason=reason)


# -- What the school keeps ---------------------------------------------------------------------


def classes_of(school_id: int) -> list[SchoolClass]:
    return list(db.session.scalars(sa.select(SchoolClass).filter_by(school_id=school_id)))


def closed_to(
    user: User | None, school: Organization, classes: dict[ClassKey, SchoolClass]
) -> set[ClassKey | None]:
    """Classes of other teachers, unless the user coordinates the school."""
    coordinates = sa.select(Membership.id).where(
        Membership.organization_id == school.id,
        Membership.user_id == (user.id if user else None),
        Membership.role.in_([Role.ADMIN, Role.ORGANIZER]),
    )
    if db.session.scalar(coordinates.limit(1)):
        return set()
    own = (None, user.id if user else None)
    return {key for key, class_ in classes.items() if class_.teacher_id not in own}


def kept_by(school_id: int, classes: Iterable[SchoolClass]) -> list[Kept]:
    """The pupils in the school's classes, and the guardians of each. Guests and accounts that
    only name the school are not its own: a coordinator may merge them."""
    keys = {one.id: (one.first_year, one.letter) for one in classes}
    own = (
        SchoolClass.school_id == school_id,
        Person.merged_into_id.is_(None),
        Person.anonymized_at.is_(None),
    )
    persons = (
        sa.select(
            *(Person.id, Person.last_name, Person.first_name, Person.patronymic),
            *(Person.birth_date, Person.birth_year, Person.phone, Person.email),
            *(Person.class_id, Person.user_id),
        )
        .join(Person.school_class)
        .where(*own)
        .order_by(Person.id)
    )
    found = {
        one.id: Kept(
            one.id,
            0,
            one.last_name,
            one.first_name,
            one.patronymic,
            one.birth_date,
            one.birth_year,
            one.phone,
            one.email,
            keys.get(one.class_id or 0),
            one.user_id is not None,
        )
        for one in db.session.execute(persons)
    }
    cards = (
        sa.select(
            *(Guardianship.child_id, Guardianship.id, Guardianship.name, User.name),
            *(Guardianship.phone, Guardianship.email, User.email, Guardianship.user_id),
        )
        .join(Guardianship.child)
        .join(Person.school_class)
        .outerjoin(Guardianship.user)
        .where(*own)
        .order_by(Guardianship.id)
    )
    for child, id_, name, own_name, phone, email, own_email, account in db.session.execute(cards):
        card = Card(id_, name or own_name or "", phone, own_email or email, account is not None)
        found[child].cards.append(card)
    return list(found.values())


def earlier_facts(school: Organization) -> dict[int, Facts]:
    """What the last list said about each pupil, while it is remembered."""
    query = (
        sa.select(ImportedRow.person_id, ImportedRow.facts)
        .join(ListImport, ListImport.id == ImportedRow.import_id)
        .where(
            ListImport.school_id == school.id,
            ListImport.state == ImportState.DONE,
            ImportedRow.person_id.is_not(None),
            sa.or_(ImportedRow.is_done, ImportedRow.outcome == Outcome.SAME),
        )
        .order_by(ImportedRow.id)
    )
    return {id_: facts for id_, facts in db.session.execute(query) if id_}
