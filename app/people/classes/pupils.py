"""Pupils whom a school writes down by hand, and the contacts of their guardians."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts.models import User
from app.audit.actions import record
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.organizations.models import Organization
from app.people.actions import Details, described
from app.people.classes.actions import put_in_class
from app.people.classes.queries import KEPT, namesake_in
from app.people.models import Guardianship, Person, SchoolClass
from app.people.queries import guardianships_of

MOST_GUARDIANS = 8
UNDO_FOR = 24 * 3600  # seconds


def add_pupil(class_: SchoolClass, details: Details) -> Person:
    """A new pupil of the class; somebody the school keeps already is refused."""
    hold(class_.school)
    refuse_namesake(class_.school, details.identity)
    pupil = described(Person(), details)
    put_in_class(pupil, class_)
    db.session.add(pupil)
    db.session.flush()
    record("pupil.added", pupil, organization_id=class_.school_id)
    return pupil


def edit_pupil(pupil: Person, class_: SchoolClass, details: Details) -> None:
    """Put right what the school says about its pupil; class and papers stay."""
    hold(class_.school)
    refuse_namesake(class_.school, details.identity, but=pupil)
    for guardianship in guardianships_of([pupil])[pupil.id]:
        refuse_childs_address(guardianship.email, details.email)
    described(pupil, details)
    put_in_class(pupil, class_)
    db.session.flush()
    record("pupil.edited", pupil, organization_id=class_.school_id)


def hold(school: Organization) -> None:
    """One after another: a list, or the same form again, finds what the one before wrote."""
    one = sa.select(Organization.id).where(Organization.id == school.id)
    db.session.execute(one.with_for_update(key_share=True))


def refuse_namesake(school: Organization, identity: str, *, but: Person | None = None) -> None:
    there = namesake_in(school, identity, but=but)
    if there and there.school_class:
        raise RuleBroken(
            _(
                "%(name)s with this birth date is in %(class_)s already.",
                name=there.full_name,
                class_=there.school_class.title,
            )
        )


def move(pupils: Iterable[Person], to: SchoolClass) -> int:
    """To another class of the same school. How many were not there yet."""
    moved = [pupil for pupil in pupils if pupil.class_id != to.id]
    for pupil in moved:
        refuse_foreign(pupil, to)
        before = pupil.class_id
        put_in_class(pupil, to)
        record("pupil.moved", pupil, organization_id=to.school_id, before=before, now=to.id)
    db.session.flush()
    return len(moved)


def refuse_foreign(pupil: Person, class_: SchoolClass) -> None:
    if not pupil.belongs_to_school(class_.school_id) or class_.has_left:
        raise RuleBroken(_("Choose a class of the same school."))


def leave(pupils: Sequence[Person], class_: SchoolClass) -> None:
    """They are pupils of the class no more. What they took part in stays with them."""
    for pupil in pupils:
        pupil.school_class = pupil.class_id = None
        record("pupil.left", pupil, organization_id=class_.school_id, before=class_.id)
    db.session.flush()


def receipt(pupils: Iterable[Person], class_: SchoolClass) -> str:
    """Signed word that these have just left this class: whoever brings it may undo that."""
    return signer().dumps([class_.id, *(pupil.id for pupil in pupils)])


def on_receipt(class_: SchoolClass, signed: str) -> list[Person]:
    """Those of the receipt who are in no class still, by name; nobody if it is not ours."""
    try:
        class_id, *ids = signer().loads(signed, max_age=UNDO_FOR)
    except (BadSignature, ValueError):
        return []
    query = (
        sa.select(Person)
        .where(
            Person.id.in_(ids),
            Person.class_id.is_(None),
            Person.belongs_to_school(class_.school_id),
            *KEPT,
        )
        .order_by(Person.sort_key, Person.id)
    )
    return list(db.session.scalars(query)) if class_id == class_.id else []


def signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="left a class")


def take_back(pupils: Iterable[Person], class_: SchoolClass) -> int:
    """Undo that they left; how many came back."""
    hold(class_.school)
    back = list(pupils)
    for pupil in back:
        refuse_namesake(class_.school, pupil.identity, but=pupil)
        put_in_class(pupil, class_)
        record("pupil.taken_back", pupil, organization_id=class_.school_id, now=class_.id)
    db.session.flush()
    return len(back)


# -- Guardians -------------------------------------------------------------------------------


def add_guardian(child: Person, *, name: str, phone: str, email: str, by: User) -> Guardianship:
    """Write down how to reach a parent. The same one twice is the same one."""
    hold_row(child, "id")
    refuse_address(child, email, by=by)
    known = guardianships_of([child])[child.id]
    for one in known:
        if (one.name, one.phone, one.email) == (name, phone, email):
            return one
    if len(known) >= MOST_GUARDIANS:
        raise RuleBroken(_("So many guardians are enough. Delete those who are not right."))
    new = Guardianship(child=child, name=name, phone=phone, email=email)
    db.session.add(new)
    db.session.flush()
    record("guardian.added", new, organization_id=child.school_id, child_id=child.id)
    return new


def edit_guardian(
    guardianship: Guardianship, *, name: str, phone: str, email: str, by: User
) -> None:
    refuse_account(guardianship)
    refuse_address(guardianship.child, email, by=by)
    guardianship.name, guardianship.phone, guardianship.email = name, phone, email
    db.session.flush()
    child = guardianship.child
    record("guardian.edited", guardianship, organization_id=child.school_id, child_id=child.id)


def delete_guardian(guardianship: Guardianship) -> None:
    refuse_account(guardianship)
    child = guardianship.child
    record("guardian.deleted", guardianship, organization_id=child.school_id, child_id=child.id)
    db.session.delete(guardianship)
    db.session.flush()


def refuse_account(guardianship: Guardianship) -> None:
    if guardianship.user_id is not None:
        raise RuleBroken(_("This guardian has an account and keeps the contacts there."))


def refuse_address(child: Person, email: str, *, by: User) -> None:
    """A guardian's answer by the link in a letter is a consent: the letter must reach them
    and neither the child nor whoever writes the address down."""
    refuse_childs_address(email, child.email)
    if email and email.casefold() == by.email.casefold():
        raise RuleBroken(_("This is your own address. Write the parent’s."))


def refuse_childs_address(email: str, childs: str) -> None:
    if email and email.casefold() == childs.casefold():
        raise RuleBroken(_("This is the pupil’s own address. Write the parent’s."))
