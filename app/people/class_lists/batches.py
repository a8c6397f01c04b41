"""A class list put into the school's books, some hundred rows at a time."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.base import clock
from app.base.db import db
from app.base.words.text import searchable, sort_key
from app.people.actions import Details
from app.people.class_lists.kept import ClassKey, Facts
from app.people.class_lists.matching import School, Verdict, born_on, place_of
from app.people.class_lists.models import ImportedRow, ListImport, Outcome
from app.people.classes.actions import class_of, new_class
from app.people.classes.pupils import hold
from app.people.models import Guardianship, Person

BATCH = 500
Change = dict[str, Any]  # columns of a row, with its id


@dataclass
class Weighed:
    """A row that is to be applied, as it turns out now."""

    row: ImportedRow
    verdict: Verdict
    change: Change

    @property
    def facts(self) -> Facts:
        return self.row.facts


def apply_batch(import_: ListImport) -> bool:
    """Apply the next rows; False when none were left. The caller holds the import."""
    hold(import_.school)
    rows = next_rows(import_)
    school = School(import_)
    weighed = [weigh_again(row, school) for row in rows]
    made = make_classes(import_, school, weighed)
    add_new([one for one in weighed if one.verdict.outcome is Outcome.NEW], school)
    change_known([one for one in weighed if one.verdict.outcome is Outcome.CHANGED], school)
    if weighed:
        if made:
            weighed[0].change["before"] = {**(weighed[0].change["before"] or {}), "classes": made}
        db.session.execute(sa.update(ImportedRow), [one.change for one in weighed])
    import_.done += len(rows)
    db.session.flush()
    return bool(rows)


def next_rows(import_: ListImport) -> list[ImportedRow]:
    query = (
        sa.select(ImportedRow)
        .where(
            ImportedRow.import_id == import_.id,
            ImportedRow.outcome.in_([Outcome.NEW, Outcome.CHANGED]),
            ~ImportedRow.is_done,
        )
        .order_by(ImportedRow.id)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def weigh_again(row: ImportedRow, school: School) -> Weighed:
    """The school may have changed since the preview. Nothing is done that was not shown."""
    verdict = school.weigh(row.facts, place_of(row, several_sheets=True))
    shown = (row.outcome, row.facts["changes"])
    if verdict.outcome in (Outcome.NEW, Outcome.CHANGED) and (
        shown != (verdict.outcome, verdict.changes)
    ):
        verdict = Verdict(
            Outcome.REFUSED,
            reason=_("Changed on the site after the preview. Send the list once more."),
        )
    done = verdict.outcome in (Outcome.NEW, Outcome.CHANGED)
    return Weighed(
        row,
        verdict,
        {
            "id": row.id,
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "person_id": verdict.person_id,
            "before": None,
            "is_done": done,
        },
    )


def make_classes(import_: ListImport, school: School, weighed: list[Weighed]) -> list[int]:
    """Make the classes that are missing, and say which."""
    wanted = {one.verdict.class_key for one in weighed if one.verdict.class_key}
    made: list[int] = []
    for first_year, letter in sorted(wanted - set(school.classes)):
        class_ = new_class(import_.school, first_year, letter)
        if class_:
            made.append(class_.id)
        school.classes[first_year, letter] = class_ or class_of(import_.school, first_year, letter)
    return made


def add_new(weighed: list[Weighed], school: School) -> None:
    if not weighed:
        return
    persons = [new_person(one, school) for one in weighed]
    told = Person.identity, Person.class_id  # nobody stands twice in a list
    added = db.session.execute(sa.insert(Person).returning(Person.id, *told), persons)
    ids = {(identity, class_id): id_ for id_, identity, class_id in added}
    for one, person in zip(weighed, persons, strict=True):
        one.change["person_id"] = ids[person["identity"], person["class_id"]]
        one.verdict.new_cards = one.facts["guardians"]
    add_cards(weighed)


def new_person(one: Weighed, school: School) -> dict[str, Any]:
    details = details_of(one.facts)
    return {
        "last_name": details.last_name,
        "first_name": details.first_name,
        "patronymic": details.patronymic,
        "birth_date": details.birth_date,
        "birth_year": None if details.birth_date else details.birth_year,
        "category": details.category,
        "phone": details.phone,
        "email": details.email,
        "created_at": clock.now(),
        **placed(one.verdict.class_key, school),
        **derived(details),
    }


def details_of(facts: Facts) -> Details:
    told = ("last_name", "first_name", "patronymic", "birth_year", "phone", "email")
    return Details(**{name: facts[name] for name in told}, birth_date=born_on(facts))


def placed(key: ClassKey | None, school: School) -> dict[str, Any]:
    """The columns of a person in this class."""
    class_ = school.classes[key] if key else None
    return {
        "school_id": school.import_.school_id,
        "school_name": "",
        "school_confirmed_at": clock.now(),
        "class_id": class_.id if class_ else None,
        "first_year": class_.first_year if class_ else None,
        "class_letter": class_.letter if class_ else "",
    }


def derived(details: Details) -> dict[str, Any]:
    """The columns that follow from a name and a birth date."""
    names = (details.last_name, details.first_name, details.patronymic)
    return {
        "identity": details.identity,
        "search_name": searchable(*names),
        "sort_key": sort_key(*names),
    }


def add_cards(weighed: list[Weighed]) -> None:
    """Guardians as the school wrote them down; their numbers are kept for undoing."""
    owners = [(one, card) for one in weighed for card in one.verdict.new_cards]
    if not owners:
        return
    values = [
        {
            **{name: card[name] for name in ("name", "phone", "email")},
            "child_id": one.change["person_id"],
            "created_at": clock.now(),
        }
        for one, card in owners
    ]
    told = Guardianship.child_id, Guardianship.name, Guardianship.phone, Guardianship.email
    added = db.session.execute(sa.insert(Guardianship).returning(Guardianship.id, *told), values)
    ids = {tuple(card): id_ for id_, *card in added}
    for one, card in owners:
        if one.verdict.outcome is Outcome.CHANGED:
            id_ = ids[one.change["person_id"], card["name"], card["phone"], card["email"]]
            one.change["before"]["new_cards"][str(id_)] = card


def change_known(weighed: list[Weighed], school: School) -> None:
    """Write what differs, and keep what was there."""
    if not weighed:
        return
    ids = [one.verdict.person_id for one in weighed]
    persons = {one.id: one for one in db.session.scalars(by_ids(Person, ids))}
    card_ids = [id_ for one in weighed for id_ in one.verdict.filled_cards]
    cards = {one.id: one for one in db.session.scalars(by_ids(Guardianship, card_ids))}
    for one in weighed:
        person = persons[one.verdict.person_id or 0]
        values = dict(one.verdict.fields)
        if one.verdict.class_key:
            values |= placed(one.verdict.class_key, school)
            if person.belongs_to_school(values["school_id"]):
                del values["school_confirmed_at"]  # since they came, not since they moved
        before: dict[str, Any] = {"person": put(person, values), "new_cards": {}, "cards": {}}
        if one.verdict.fields:
            redo_derived(person)
        for id_, told in one.verdict.filled_cards.items():
            before["cards"][str(id_)] = put(cards[id_], told)
        one.change["before"] = before
    add_cards(weighed)


def by_ids(model: Any, ids: list[Any]) -> Any:
    fresh = {"populate_existing": True}
    return sa.select(model).where(model.id.in_(ids)).execution_options(**fresh)


def put(thing: Any, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Set the columns; column → what stood there, what stands there now (as JSON)."""
    changed = {}
    for name, value in values.items():
        changed[name] = [as_json(getattr(thing, name)), as_json(value)]
        setattr(thing, name, value)
    return changed


def as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def redo_derived(person: Person) -> None:
    told = ("last_name", "first_name", "patronymic", "birth_date", "birth_year", "email")
    details = Details(**{name: getattr(person, name) for name in told})
    for name, value in derived(details).items():
        setattr(person, name, value)
