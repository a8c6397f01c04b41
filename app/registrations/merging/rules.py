"""What stands in the way of merging two persons: each refusal is a sentence."""

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager

from app.base.db import db
from app.base.rules import RuleBroken
from app.people.duplicates.models import Merge
from app.people.models import Guardianship, Person
from app.registrations.models import Registration
from app.web.filters import day


def registrations_of(people: Iterable[Person]) -> list[Registration]:
    """All they ever had, with slots and events, in order."""
    query = (
        sa.select(Registration)
        .join(Registration.slot)
        .join(Registration.event)
        .where(Registration.person_id.in_([person.id for person in people]))
        .options(contains_eager(Registration.slot), contains_eager(Registration.event))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def refuse_unless_mergeable(kept: Person, other: Person) -> None:
    if kept.id == other.id:
        raise RuleBroken(_("This is one and the same person."))
    for person in (kept, other):
        refuse_gone(person)
    if kept.user_id and other.user_id:
        raise RuleBroken(
            _(
                "Both have accounts of their own: two accounts cannot become one. Let the "
                "owner erase one of them on the page “Download or erase”."
            )
        )
    account = kept.user_id or other.user_id
    if account and account in guardian_ids([kept, other]):
        raise RuleBroken(
            _(
                "The account of one of them is a guardian of the other, and nobody is "
                "a guardian of themselves."
            )
        )
    refuse_two_schools(kept, other)


def refuse_gone(person: Person) -> None:
    """Merged before, erased, or about to be."""
    if person.merged_into_id:
        raise RuleBroken(_("%(name)s has been merged already.", name=person.full_name))
    if person.anonymized_at:
        raise RuleBroken(_("The data of one of them is erased: there is nothing to merge."))
    if person.erase_on:
        raise RuleBroken(
            _(
                "The agreement of %(name)s was taken back, and the data will be erased on "
                "%(day)s. Merge them after a new agreement.",
                name=person.full_name,
                day=day(person.erase_on),
            )
        )


def refuse_two_schools(kept: Person, other: Person) -> None:
    first, second = kept.school_class, other.school_class
    if first and second and first.school_id != second.school_id:
        raise RuleBroken(
            _(
                "They are in classes of two schools: %(first)s, %(first_school)s, and %(second)s, "
                "%(second_school)s. One of the schools takes its pupil off the list first.",
                first=first.title,
                first_school=first.school.short_name,
                second=second.title,
                second_school=second.school.short_name,
            )
        )


def refuse_unless_undoable(merge: Merge) -> None:
    if merge.undone_at:
        raise RuleBroken(_("This merging has been undone already."))
    if merge.kept.merged_into_id:
        raise RuleBroken(
            _(
                "%(name)s was merged with somebody else later. Undo that first.",
                name=merge.kept.full_name,
            )
        )
    if merge.kept.anonymized_at or merge.other.anonymized_at:
        raise RuleBroken(_("The data was erased since: the merging cannot be undone any more."))


def guardian_ids(people: Iterable[Person]) -> set[int]:
    query = sa.select(Guardianship.user_id).where(
        Guardianship.child_id.in_([person.id for person in people]),
        Guardianship.user_id.is_not(None),
    )
    return {id_ for id_ in db.session.scalars(query) if id_}


def refuse_clashes(theirs: list[Registration], kept: Person) -> None:
    """What is to come must be possible for one person: one place in an event, and nobody
    in two places at once."""
    live = [one for one in theirs if one.is_live]
    mine = [one for one in live if one.person_id == kept.id]
    for one in mine:
        for another in live:
            if another.person_id == kept.id or (one.slot.has_begun and another.slot.has_begun):
                continue
            if one.event_id == another.event_id:
                raise RuleBroken(
                    _(
                        "Both are signed up for “%(event)s”, %(day)s. Cancel one of the two "
                        "registrations first.",
                        event=one.event.title,
                        day=day(one.slot.starts_at),
                    )
                )
            if overlap(one, another):
                raise RuleBroken(
                    _(
                        "On %(day)s they are signed up at the same time for “%(event)s” and "
                        "“%(another)s”. Cancel one of the two registrations first.",
                        event=one.event.title,
                        another=another.event.title,
                        day=day(one.slot.starts_at),
                    )
                )


def overlap(one: Registration, another: Registration) -> bool:
    return (
        one.slot.starts_at < another.slot.ends_at
        and another.slot.starts_at < one.slot.ends_at
        and not one.event.is_called_off
        and not another.event.is_called_off
    )
