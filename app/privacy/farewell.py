"""Erasing on request: the last letters, and who got the seats."""

from collections.abc import Collection

import sqlalchemy as sa

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.notifications.actions import notify
from app.people.models import Person
from app.people.queries import guardianships_of
from app.privacy.erasing import erase
from app.privacy.models import ErasureReason
from app.registrations.models import Registration
from app.registrations.queries import coming_of


def erase_on_request(person: Person, *, by: User, done_by: str) -> bool:
    """Erase, and tell it to the person's own address, and to the guardians with accounts when
    a child's own account did it. The letters name nobody: names are gone. Whether somebody
    who waited got a seat by it."""
    began, slots = clock.now(), [one.slot_id for one in coming_of(person)]
    own = person.user.email if person.user else person.email
    language = person.user.language if person.user else by.language
    guardians = (
        [one.user for one in guardianships_of([person])[person.id] if one.user]
        if by.id == person.user_id
        else []
    )
    told = [(one.email, one.language) for one in guardians if one.email != own]
    erase(person, reason=ErasureReason.REQUEST, done_by=done_by)
    notify(own, "data_erased", language=language, is_own=True)
    for address, guardians_language in told:
        notify(address, "data_erased", language=guardians_language, is_own=False)
    return has_given_seats(slots, since=began)


def has_given_seats(slots: Collection[int], *, since: object) -> bool:
    query = sa.select(Registration.id).where(
        Registration.slot_id.in_(slots), Registration.promoted_at >= since
    )
    return bool(slots) and db.session.scalar(query.limit(1)) is not None
