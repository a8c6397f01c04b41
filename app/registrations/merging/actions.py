"""Two persons found to be one: merged with all they have, and put back if that was wrong."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock
from app.base.db import db
from app.people.actions import described_again
from app.people.duplicates.models import Merge
from app.people.models import Category, Consent, Guardianship, Invitation, Person, SchoolClass
from app.registrations.consents.actions import settle
from app.registrations.guardians.requests import (
    ask,
    guardians_asked,
    guardians_to_ask,
    lacks_consent,
    seat,
)
from app.registrations.letters import tell
from app.registrations.merging.rules import (
    refuse_clashes,
    refuse_unless_mergeable,
    refuse_unless_undoable,
    registrations_of,
)
from app.registrations.models import Registration
from app.registrations.queries import coming_of
from app.registrations.seats import seats

NAME = ("last_name", "first_name", "patronymic")
# What the kept person takes over where nothing is known of them.
CONTACTS = ("phone", "email")
OF_A_SCHOOL = ("school_id", "school_name", "school_confirmed_at", "first_year", "class_letter")
OF_A_CLASS = ("class_id", *OF_A_SCHOOL, "category")


def merge(kept: Person, other: Person, *, by: User | None, named: Person | None = None) -> Merge:
    """Let ``kept`` take over all that ``other`` has; ``named``: whose spelling of the name
    stays. Of the other a row remains that leads to the kept one, so that open tickets work
    and the same guest is recognised.

    Registrations of a past event that both were signed up for stay where they are. Raises
    RuleBroken with what stands in the way.
    """
    hold(kept, other)
    theirs = registrations_of([kept, other])
    refuse_unless_mergeable(kept, other)
    refuse_clashes(theirs, kept)
    before = {name: getattr(kept, name) for name in (*NAME, *OF_A_CLASS, *CONTACTS)}
    before |= {"birth_date": kept.birth_date, "birth_year": kept.birth_year}
    moved: dict[str, Any] = {"class_id": other.class_id, "user_id": None}
    take_account(kept, other, moved)
    take_facts(kept, other, named or kept)
    after = {name: getattr(kept, name) for name in before}
    moved["facts"] = {
        name: [as_json(before[name]), as_json(after[name])]
        for name in before
        if before[name] != after[name]
    }
    described_again(kept)
    take_rows(kept, other, theirs, moved)
    other.merged_into_id, other.class_id = kept.id, None
    db.session.flush()
    look_again(kept, other)
    # A guardian's agreement may have come along: seats held for want of one are theirs now.
    moved["confirmed"] = [] if lacks_consent(kept) else [one.id for one in settle(kept)]
    result = Merge(kept=kept, other=other, moved=moved, made_by_id=by.id if by else None)
    db.session.add(result)
    db.session.flush()
    record("persons.merged", result, organization_id=kept.own_school_id, **counted(moved))
    db.session.flush()
    return result


def undo(merge: Merge, *, by: User | None) -> None:
    """Make two of the one again: what was moved goes back; what the kept person got since
    stays with them. Raises RuleBroken when one of them was merged or erased since."""
    kept, other, moved = merge.kept, merge.other, merge.moved
    hold(kept, other)
    db.session.refresh(merge)
    refuse_unless_undoable(merge)
    other.merged_into_id = None
    if moved["class_id"] and db.session.get(SchoolClass, moved["class_id"]):
        other.class_id = moved["class_id"]
    give_back_account(kept, other, moved)
    give_back_facts(kept, moved)
    if kept.erase_on:  # an agreement was taken back since; nobody can tell of which of them
        other.erase_on = kept.erase_on
    for model, whose in OWNED:
        for row in rows(model, moved[model.__tablename__]):
            setattr(row, whose, other)
    for person in rows(Person, moved["merged"]):
        person.merged_into_id = other.id
    merge.undone_at = clock.now()
    db.session.flush()
    look_again(kept, other)
    hold_again(merge)
    record(
        "persons.parted",
        merge,
        organization_id=kept.own_school_id,
        undone_by=by.id if by else None,
        **counted(moved),
    )
    db.session.flush()


def hold(kept: Person, other: Person) -> None:
    """Slots first and persons after them, each in order of their numbers, as everybody who
    signs people up does: two who merge, or sign up, cannot block each other."""
    coming = {
        one.slot_id: one.slot for one in registrations_of([kept, other]) if not one.slot.has_begun
    }
    for _id, slot in sorted(coming.items()):
        seats.hold(slot)
    query = (
        sa.select(Person)
        .where(Person.id.in_([kept.id, other.id]))
        .order_by(Person.id)
        .with_for_update(of=Person)
        .execution_options(populate_existing=True)
    )
    db.session.scalars(query).all()


# Taking over


def take_account(kept: Person, other: Person, moved: dict[str, Any]) -> None:
    if other.user_id:
        moved["user_id"], other.user_id = other.user_id, None
        db.session.flush()  # the account is nobody's for a moment: it is unique
        kept.user_id = moved["user_id"]


def give_back_account(kept: Person, other: Person, moved: dict[str, Any]) -> None:
    if moved["user_id"] and kept.user_id == moved["user_id"]:
        kept.user_id = None
        db.session.flush()
        other.user_id = moved["user_id"]


def take_facts(kept: Person, other: Person, named: Person) -> None:
    """The name as it was chosen, and what was not known of the kept one."""
    if named.id == other.id:
        kept.last_name, kept.first_name = other.last_name, other.first_name
        kept.patronymic = other.patronymic or kept.patronymic
    take_where_missing(kept, other, ["patronymic", *CONTACTS])
    if not kept.birth_date:
        take_where_missing(kept, other, ["birth_date", "birth_year"])
        kept.birth_year = None if kept.birth_date else kept.birth_year
    if other.class_id and not kept.class_id:
        for name in OF_A_CLASS:
            setattr(kept, name, getattr(other, name))
    elif not kept.school_id and not kept.school_name:
        take_where_missing(kept, other, OF_A_SCHOOL)
    elif other.own_school_id and other.own_school_id == kept.school_id:
        take_where_missing(kept, other, ["school_confirmed_at"])


def take_where_missing(kept: Person, other: Person, names: Iterable[str]) -> None:
    for name in names:
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))


def give_back_facts(kept: Person, moved: dict[str, Any]) -> None:
    """As they were, but for those that were corrected since."""
    facts = moved["facts"]
    in_that_class = "class_id" not in facts or kept.class_id == facts["class_id"][1]
    for name, (was, became) in facts.items():
        stays = name in OF_A_CLASS and not in_that_class
        if as_json(getattr(kept, name)) == became and not stays:
            setattr(kept, name, from_json(name, was))
    described_again(kept)


def take_rows(
    kept: Person, other: Person, theirs: list[Registration], moved: dict[str, Any]
) -> None:
    """What hangs on the other hangs on the kept one; moved: which rows, by table."""
    staying = doubles(kept, other, theirs)
    for model, whose in OWNED:
        query = sa.select(model).where(getattr(model, whose) == other).order_by(model.id)
        going = [one for one in db.session.scalars(query).all() if one not in staying]
        for one in going:
            setattr(one, whose, kept)
        moved[model.__tablename__] = [one.id for one in going]
    moved["left"] = [one.id for one in staying if isinstance(one, Registration)]
    earlier = db.session.scalars(sa.select(Person).filter_by(merged_into_id=other.id)).all()
    for person in earlier:  # always to the last one: nobody follows a chain
        person.merged_into_id = kept.id
    moved["merged"] = [person.id for person in earlier]


def doubles(
    kept: Person, other: Person, theirs: list[Registration]
) -> list[Registration | Guardianship]:
    """What the kept one has too: a place in the same (past) event, the same guardian."""
    live = {one.event_id for one in theirs if one.person_id == kept.id and one.is_live}
    hers = [one for one in theirs if one.person_id == other.id and one.event_id in live]
    both = {one.event_id for one in hers if one.is_live}
    known = {sign for one in guardians(kept) for sign in signs(one)}
    return [
        *(one for one in hers if one.event_id in both),
        *(one for one in guardians(other) if known & signs(one)),
    ]


def signs(guardianship: Guardianship) -> set[tuple[Any, ...]]:
    """By what the same guardian is known: the account, or all that the school wrote down."""
    if guardianship.user_id:
        return {(guardianship.user_id,)}
    return {(guardianship.name, guardianship.phone, guardianship.email)}


OWNED: tuple[tuple[Any, str], ...] = (
    (Registration, "person"),
    (Consent, "person"),
    (Guardianship, "child"),
    (Invitation, "person"),
)


def guardians(person: Person) -> list[Guardianship]:
    return list(db.session.scalars(sa.select(Guardianship).filter_by(child_id=person.id)))


def hold_again(merge: Merge) -> None:
    """The agreement has gone back to the other: seats that were theirs through it alone are
    held once more, and the guardians asked."""
    through_it = set(merge.moved["confirmed"])
    for registration in [*coming_of(merge.kept), *coming_of(merge.other)]:
        since = max(filter(None, (registration.signed_up_at, registration.promoted_at)))
        if (
            registration.is_confirmed
            and (registration.id in through_it or since >= merge.made_at)
            and lacks_consent(registration.person)
        ):
            seat(registration, lacks=True)
            db.session.flush()
            tell(registration, "registration_awaiting_consent")
            known = guardians_asked(registration) or guardians_to_ask(registration.person, "")
            ask(registration, known)


# Remembering


def look_again(*people: Person) -> None:
    """Their numbers have changed: the school, class and account are looked up anew."""
    for person in people:
        db.session.expire(person, ["school", "school_class", "user"])


def rows(model: Any, ids: list[int]) -> list[Any]:
    """Those of them that are still there."""
    return list(db.session.scalars(sa.select(model).where(model.id.in_(ids)))) if ids else []


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def from_json(name: str, value: Any) -> Any:
    if name == "category":
        return Category(value)
    if name == "school_confirmed_at" and value:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "birth_date" and value else value


def counted(moved: dict[str, Any]) -> dict[str, int]:
    """How many rows of each table, for the log: no names."""
    return {name: len(ids) for name, ids in moved.items() if isinstance(ids, list) and ids}
