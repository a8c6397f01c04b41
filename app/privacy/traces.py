"""Where a person is spoken of: those merged into them, letters about them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.base.db import db
from app.notifications.models import Notification
from app.people.models import Guardianship, Invitation, Person
from app.people.queries import children_of, guardianships_of, person_of
from app.registrations.models import ConsentRequest, Registration


def circle_of(user: User) -> list[Person]:
    """The account's own person and its children. Children of age who have an account of
    their own look after their data themselves."""
    me = person_of(user)
    children = [one for one in children_of(user) if one.is_minor or one.user_id is None]
    return [*([me] if me else []), *children]


def with_merged(person: Person) -> list[Person]:
    """The person, and everybody who was found to be the same and is kept beside them."""
    whole, latest = [person], [person.id]
    while latest:
        query = sa.select(Person).where(Person.merged_into_id.in_(latest)).order_by(Person.id)
        found = [one for one in db.session.scalars(query) if one not in whole]
        whole += found
        latest = [one.id for one in found]
    return whole


def registrations_of(whole: Collection[Person]) -> list[Registration]:
    query = sa.select(Registration).where(Registration.person_id.in_(ids_of(whole)))
    return list(db.session.scalars(query.order_by(Registration.id)))


def ids_of(things: Iterable[Any]) -> list[int]:
    return [one.id for one in things]


@dataclass(frozen=True)
class Traces:
    """By what a letter about somebody is recognised: the address it went to, and in it the
    code of a ticket or the name."""

    addresses: set[str]
    codes: set[str]
    names: set[tuple[str, str]]

    def are_in(self, letter: Notification) -> bool:
        texts = list(texts_in(letter.context))
        return any(text in self.codes for text in texts) or any(
            last in text and first in text for last, first in self.names for text in texts
        )


def traces_of(whole: Sequence[Person], registrations: Collection[Registration]) -> Traces:
    """Of the person and all who wrote or were written to about them."""
    guardians = [g for found in guardianships_of(whole).values() for g in found]
    requests = sa.select(ConsentRequest.email).where(
        ConsentRequest.registration_id.in_(ids_of(registrations))
    )
    invitations = sa.select(Invitation.email).where(Invitation.person_id.in_(ids_of(whole)))
    addresses = {
        *(one.email for one in whole),
        *(one.user.email for one in whole if one.user),
        *(one.email for one in registrations),
        *contacts_of(guardians),
        *db.session.scalars(requests),
        *db.session.scalars(invitations),
    }
    return Traces(
        addresses={one.lower() for one in addresses if one},
        codes={one.code for one in registrations},
        names={(one.last_name, one.first_name) for one in whole if one.last_name},
    )


def contacts_of(guardianships: Iterable[Guardianship]) -> Iterator[str]:
    for one in guardianships:
        yield one.email
        if one.user:
            yield one.user.email


def letters_about(traces: Traces) -> list[Notification]:
    """The letters to these addresses that speak of the person, and those with the code of a
    ticket wherever they went: an organizer tries a letter on their own address."""
    to_them = [one for one in letters_to(traces.addresses) if traces.are_in(one)]
    with_code = sa.select(Notification).where(
        Notification.context["code"].as_string().in_(traces.codes),
        Notification.id.not_in([one.id for one in to_them]),
    )
    return [*to_them, *(db.session.scalars(with_code) if traces.codes else ())]


def letters_to(addresses: Collection[str]) -> list[Notification]:
    if not addresses:
        return []
    query = (
        sa.select(Notification)
        .where(sa.func.lower(Notification.address).in_(addresses))
        .order_by(Notification.created_at, Notification.id)
    )
    return list(db.session.scalars(query))


def texts_in(value: object) -> Iterator[str]:
    """Every text of a JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
