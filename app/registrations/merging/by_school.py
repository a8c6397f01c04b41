"""A school merges two of its people: what it may not do though two cards may be one."""

from flask_babel import gettext as _

from app.accounts.models import User
from app.accounts.queries import used_accounts
from app.base.rules import RuleBroken
from app.organizations.models import Organization
from app.people.duplicates.models import Merge
from app.people.models import Guardianship, Person
from app.people.queries import guardianships_of
from app.registrations.merging.actions import merge


def merge_at_school(
    school: Organization, kept: Person, other: Person, *, by: User, named: Person | None = None
) -> Merge:
    """Merge two who both belong to the school. No account changes hands by it: its owner or
    a guardian joins it."""
    for person in (kept, other):
        refuse_claim(person, school)
    if not (kept.user_id and other.user_id):  # two accounts are refused in any case
        refuse_taking_over(kept, other)
    return merge(kept, other, by=by, named=named)


def refuse_claim(person: Person, school: Organization) -> None:
    if not person.belongs_to_school(school.id):
        raise RuleBroken(
            _(
                "%(name)s has only typed your school’s name. Accept the request first, then "
                "the two can be merged.",
                name=person.shortened,
            )
        )


def refuse_taking_over(kept: Person, other: Person) -> None:
    used = used_accounts([id_ for id_ in (kept.user_id, other.user_id) if id_])
    if other.user_id in used:
        raise RuleBroken(
            _(
                "%(name)s uses an account, and a school does not hand it to another card. "
                "Print a log-in for the card in the class: typed in that account, it joins "
                "the two.",
                name=other.shortened,
            )
        )
    if kept.user_id in used and new_guardians(kept, other):
        raise RuleBroken(
            _(
                "%(name)s uses an account, and the other card has a guardian with one. Let "
                "the guardian get a code on the child’s page: typed in the child’s account, "
                "it joins the two.",
                name=kept.shortened,
            )
        )


def new_guardians(kept: Person, other: Person) -> list[Guardianship]:
    """Accounts that would answer for the kept one and do not yet: they may renew a password."""
    guardians = guardianships_of([kept, other])
    known = {one.user_id for one in guardians[kept.id]}
    return [one for one in guardians[other.id] if one.user_id and one.user_id not in known]
