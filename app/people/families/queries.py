"""Reading families: whose guardian an account is, who is the same child, which codes are out."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.base import clock
from app.base.codes import keyed_hash
from app.base.db import db
from app.base.words.text import keys_of, same_name
from app.people.actions import Details
from app.people.models import Guardianship, Invitation, InvitationPurpose, Person, SchoolClass


def child_of(user: User, person_id: int) -> Person | None:
    """This child, if the account is a guardian of theirs."""
    query = (
        sa.select(Person)
        .join(Guardianship, Guardianship.child_id == Person.id)
        .where(
            Guardianship.user_id == user.id,
            Person.id == person_id,
            Person.merged_into_id.is_(None),
        )
        .options(joinedload(Person.school), joinedload(Person.school_class))
    )
    return db.session.scalar(query)


def guardianship_of(child: Person, user: User | None) -> Guardianship | None:
    if user is None:
        return None
    query = sa.select(Guardianship).filter_by(child_id=child.id, user_id=user.id)
    return db.session.scalar(query)


def answers_for(user_id: int, person: Person) -> bool:
    """Whether the account is a guardian of this person, or of a guardian of theirs, or so on
    up: every step goes from a guardian's account to the accounts of their children."""
    seen: set[int] = set()
    accounts = {user_id}
    while accounts:
        wards = db.session.execute(
            sa.select(Person.id, Person.user_id)
            .join(Guardianship, Guardianship.child_id == Person.id)
            .where(Guardianship.user_id.in_(accounts))
        ).all()
        if any(ward.id == person.id for ward in wards):
            return True
        seen |= accounts
        accounts = {ward.user_id for ward in wards if ward.user_id} - seen
    return False


def is_named_like(person: Person, details: Details) -> bool:
    """The same name and birth date. A patronymic left out tells nobody apart, unless only
    the year of birth is known."""
    names = (
        same_name(person.last_name) == same_name(details.last_name),
        same_name(person.first_name) == same_name(details.first_name),
    )
    patronymics = {same_name(person.patronymic), same_name(details.patronymic)}
    if person.birth_date:
        same = person.birth_date == details.birth_date and len(patronymics - {""}) < 2
    else:
        year = details.birth_date.year if details.birth_date else details.birth_year
        same = year is not None and person.birth_year == year and len(patronymics) == 1
    return all(names) and same


def same_children(details: Details) -> list[Person]:
    """Everybody known by this name and birth date."""
    first, last = keys_of(details.last_name, details.first_name)
    query = (
        sa.select(Person)
        .where(
            Person.sort_key.between(first, last),
            Person.merged_into_id.is_(None),
            Person.anonymized_at.is_(None),
        )
        .order_by(Person.id)
    )
    return [person for person in db.session.scalars(query) if is_named_like(person, details)]


def secret_hash(secret: str) -> str:
    """With this installation's key: a printed code is too short for a plain hash."""
    return keyed_hash(f"invitation:{secret}")


def invitation_by(secret: str, *purposes: InvitationPurpose) -> Invitation | None:
    """The invitation with this code or token, used and lapsed ones too."""
    query = (
        sa.select(Invitation)
        .where(Invitation.code_hash == secret_hash(secret), Invitation.purpose.in_(purposes))
        .options(
            joinedload(Invitation.person).joinedload(Person.user),
            joinedload(Invitation.made_by),
        )
    )
    return db.session.scalar(query)


def open_invitations(child: Person) -> list[Invitation]:
    """Guardians who were invited and have not answered."""
    query = (
        sa.select(Invitation)
        .where(
            Invitation.person_id == child.id,
            Invitation.purpose.in_([InvitationPurpose.GUARDIAN, InvitationPurpose.HAND_OVER]),
            Invitation.used_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .order_by(Invitation.id)
    )
    return list(db.session.scalars(query))


def pupils_kept_in(class_: SchoolClass) -> list[Person]:
    """The pupils of a class with their accounts, by name."""
    query = (
        sa.select(Person)
        .where(
            Person.class_id == class_.id,
            Person.merged_into_id.is_(None),
            Person.anonymized_at.is_(None),
        )
        .options(joinedload(Person.user))
        .order_by(Person.sort_key, Person.id)
    )
    return list(db.session.scalars(query))
