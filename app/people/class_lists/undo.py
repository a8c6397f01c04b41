"""A class list taken back out of the school's books."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.base.db import db
from app.people.class_lists.batches import BATCH, as_json, by_ids, redo_derived
from app.people.class_lists.models import ImportedRow, ListImport, Outcome
from app.people.classes.pupils import hold
from app.people.models import Guardianship, Person, SchoolClass

Change = dict[str, Any]


def undo_batch(import_: ListImport) -> bool:
    """Take back the next rows, the last first; False when none were left."""
    hold(import_.school)
    query = (
        sa.select(ImportedRow)
        .where(ImportedRow.import_id == import_.id, ImportedRow.is_done, ImportedRow.reason == "")
        .order_by(ImportedRow.id.desc())
        .limit(BATCH)
        .execution_options(populate_existing=True)
    )
    rows = list(db.session.scalars(query))
    new = [row for row in rows if row.outcome is Outcome.NEW and row.person_id]
    changed = [row for row in rows if row.outcome is Outcome.CHANGED and row.person_id]
    staying = staying_of([row.person_id or 0 for row in new])
    edited = put_back(changed)
    if rows:
        db.session.execute(
            sa.update(ImportedRow), [outcome_of(row, staying, edited) for row in rows]
        )
        gone = {row.person_id for row in new} - staying
        db.session.execute(
            sa.delete(Person).where(Person.id.in_(gone)),
            execution_options={"synchronize_session": False},
        )
    import_.done += len(rows)
    db.session.flush()
    return bool(rows)


def outcome_of(row: ImportedRow, staying: set[int], edited: set[int]) -> Change:
    """A row that cannot be taken back says why, and stays done."""
    reason = ""
    if row.person_id in staying and row.outcome is Outcome.NEW:
        reason = _("Stays: an account, a registration or a consent hangs on it.")
    elif row.id in edited:
        reason = _("Edited on the site since, so the edited stays.")
    return {"id": row.id, "is_done": bool(reason), "reason": reason}


def staying_of(ids: list[int]) -> set[int]:
    """Those on whom something hangs. They are held, so that nothing is hung on them meanwhile."""
    if not ids:
        return set()
    db.session.execute(sa.select(Person.id).where(Person.id.in_(ids)).with_for_update())
    accounts = sa.select(Person.id).where(Person.id.in_(ids), Person.user_id.is_not(None))
    guardians = sa.select(Guardianship.child_id).where(
        Guardianship.child_id.in_(ids), Guardianship.user_id.is_not(None)
    )
    found = set(db.session.scalars(accounts)) | set(db.session.scalars(guardians))
    return found | referred_to(Person, ids)


def referred_to(model: type[Person] | type[SchoolClass], ids: list[int]) -> set[int]:
    """Those of the rows that others name and the database would not let go: whatever later
    domains hang on them."""
    found: set[int] = set()
    for table in Person.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table is model.__table__ and key.ondelete is None:
                found |= set(db.session.scalars(sa.select(key.parent).where(key.parent.in_(ids))))
    return found


def put_back(rows: list[ImportedRow]) -> set[int]:
    """Persons and guardians as they were. Returns the rows where something was edited since."""
    persons = {one.id: one for one in db.session.scalars(by_ids(Person, ids_of(rows)))}
    card_ids = [
        int(id_)
        for row in rows
        for kind in ("cards", "new_cards")
        for id_ in (row.before or {}).get(kind, {})
    ]
    cards = {one.id: one for one in db.session.scalars(by_ids(Guardianship, card_ids))}
    edited = set()
    for row in rows:
        before = row.before or {}
        person = persons.get(row.person_id or 0)
        kept = [restore(person, before.get("person", {}))] if person else []
        for id_, values in before.get("cards", {}).items():
            kept.append(restore(cards.get(int(id_)), values))
        for id_, told in before.get("new_cards", {}).items():
            kept.append(take_away(cards.get(int(id_)), told))
        if not all(kept):
            edited.add(row.id)
    return edited


def ids_of(rows: list[ImportedRow]) -> list[int | None]:
    return [row.person_id for row in rows]


def restore(thing: Any, values: dict[str, list[Any]]) -> bool:
    """Put back what stood there, unless somebody has changed it since."""
    if thing is None:
        return True  # gone altogether
    if any(as_json(getattr(thing, name)) != now for name, (_was, now) in values.items()):
        return False
    class_id = values.get("class_id", [None])[0]
    if class_id and db.session.get(SchoolClass, class_id) is None:
        return False  # there is no such class any more
    for name, (was, _now) in values.items():
        setattr(thing, name, as_stored(name, was))
    if isinstance(thing, Person):
        redo_derived(thing)
    return True


def as_stored(name: str, value: Any) -> Any:
    if name == "school_confirmed_at" and value:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "birth_date" and value else value


def take_away(card: Guardianship | None, told: dict[str, str]) -> bool:
    """A guardian whom the list brought, if it is still as the list said."""
    if card is None:
        return True
    if card.user_id or any(getattr(card, name) != value for name, value in told.items()):
        return False
    db.session.delete(card)
    return True


def drop_empty_classes(import_: ListImport) -> None:
    """Classes made by the list and empty now."""
    query = sa.select(ImportedRow.before).where(
        ImportedRow.import_id == import_.id, ImportedRow.before.is_not(None)
    )
    made = [
        id_ for before in db.session.scalars(query) for id_ in (before or {}).get("classes", [])
    ]
    empty = set(made) - referred_to(SchoolClass, made) if made else set()
    db.session.execute(
        sa.delete(SchoolClass).where(SchoolClass.id.in_(empty)),
        execution_options={"synchronize_session": False},
    )
