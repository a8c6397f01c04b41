"""Reading persons, schools they name, and the texts they agree to."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only

from app.accounts.models import User
from app.base.config import ROOT
from app.base.db import db
from app.base.words.text import like, searchable
from app.organizations.likeness import is_short_for, telling_word
from app.organizations.models import Organization, OrganizationKind
from app.people.models import (
    Consent,
    ConsentChannel,
    ConsentKind,
    ConsentText,
    Guardianship,
    Person,
)

# Written once: what is asked at each sign-up need not be composed each time.
TEXT_IN_FORCE = (
    sa.select(ConsentText.id)
    .where(ConsentText.kind == sa.bindparam("kind"))
    .order_by(ConsentText.version.desc())
    .limit(1)
)


CALLED_LIKE = (
    sa.select(Organization)
    .where(
        Organization.kind.in_([OrganizationKind.SCHOOL, OrganizationKind.COLLEGE]),
        Organization.is_approved,
        Organization.search_text.like(sa.bindparam("words"), escape="\\"),
    )
    .options(
        load_only(Organization.name, Organization.short_name, Organization.kind),
        joinedload(Organization.municipality),
    )
    .order_by(Organization.id)
)


def person_of(user: User) -> Person | None:
    """The account's own person, once they have told who they are."""
    query = sa.select(Person).filter_by(user_id=user.id).options(joinedload(Person.school))
    return db.session.scalar(query)


def schools() -> list[Organization]:
    """The region's schools in Russian order, for suggestions."""
    query = (
        sa.select(Organization)
        .where(Organization.kind == OrganizationKind.SCHOOL, Organization.is_approved)
        .order_by(Organization.sort_key)
    )
    return list(db.session.scalars(query))


def find_school(text: str) -> Organization | None:
    """The approved school or college that is called exactly so (case, «ё» apart); else the
    only one whose name this is in short: «СОШ № 18», «школа 18» (see likeness.py)."""
    wanted = searchable(text)
    if not wanted:
        return None
    found = list(db.session.scalars(CALLED_LIKE, {"words": like(telling_word(wanted))}))
    for organization in found:
        if wanted in (searchable(organization.name), searchable(organization.short_name)):
            return organization
    called = [one for one in found if is_short_for(text, one)]
    return called[0] if len(called) == 1 else None


def current_text_id(kind: ConsentKind) -> int | None:
    """Which text is in force, without its words."""
    return db.session.scalar(TEXT_IN_FORCE, {"kind": kind})


def current_text(kind: ConsentKind) -> ConsentText | None:
    query = sa.select(ConsentText).filter_by(kind=kind).order_by(ConsentText.version.desc())
    return db.session.scalar(query.limit(1))


def shipped_words(kind: ConsentKind) -> str:
    """The text that comes with the product."""
    return (ROOT / "data" / f"consent_{kind.value}.ru.md").read_text()


def words_in_force(kind: ConsentKind) -> str:
    """What is agreed to now, in Markdown: the very words whose hash is kept."""
    text = current_text(kind)
    return text.body if text else shipped_words(kind)


def has_agreed(person: Person, kind: ConsentKind) -> bool:
    """Whether a lawful consent of this kind is given and not withdrawn."""
    return kind in consents_of([person])[person.id]


def consents_of(persons: Iterable[Person]) -> dict[int, dict[ConsentKind, Consent]]:
    """The lawful consents in force, with their texts' versions, by person and kind: one query."""
    minors = {person.id: person.is_minor for person in persons}
    found: dict[int, dict[ConsentKind, Consent]] = {id_: {} for id_ in minors}
    for consent, kind in db.session.execute(IN_FORCE, {"ids": list(found)}) if found else ():
        if not minors[consent.person_id] or consent.channel in LAWFUL_FOR_MINORS:
            found[consent.person_id][kind] = consent
    return found


# A minor cannot agree alone: 152-ФЗ art. 9 part 6.
LAWFUL_FOR_MINORS = (
    ConsentChannel.GUARDIAN_ACCOUNT,
    ConsentChannel.GUARDIAN_LINK,
    ConsentChannel.PAPER,
)
IN_FORCE = (
    sa.select(Consent, ConsentText.kind)
    .join(Consent.text)
    .where(
        Consent.person_id.in_(sa.bindparam("ids", expanding=True)), Consent.withdrawn_at.is_(None)
    )
    .order_by(Consent.given_at, Consent.id)
)


def guardianships_of(persons: Collection[Person]) -> dict[int, list[Guardianship]]:
    """The guardians of each of these children with their accounts, by the child's id: one query."""
    found: dict[int, list[Guardianship]] = {person.id: [] for person in persons}
    query = (
        sa.select(Guardianship)
        .where(Guardianship.child_id.in_(found))
        .options(joinedload(Guardianship.user))
        .order_by(Guardianship.id)
    )
    for guardianship in db.session.scalars(query) if found else ():
        found[guardianship.child_id].append(guardianship)
    return found


def children_of(user: User) -> list[Person]:
    """The children this account is a guardian of, the eldest first."""
    query = (
        sa.select(Person)
        .join(Guardianship, Guardianship.child_id == Person.id)
        .where(Guardianship.user_id == user.id, Person.merged_into_id.is_(None))
        .options(joinedload(Person.school), joinedload(Person.school_class))
        .order_by(Person.birth_date, Person.sort_key, Person.id)
    )
    return list(db.session.scalars(query))
