"""Reading what is needed to enter the paper consents of a class."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.base import clock
from app.base.db import db
from app.people.models import Consent, ConsentKind, ConsentText, Person
from app.registrations.models import Registration, Status


def withdrawn_on(people: Collection[Person], kind: ConsentKind) -> dict[int, date]:
    """The day on which consents of this kind were last withdrawn, by person."""
    query = (
        sa.select(Consent.person_id, sa.func.max(Consent.withdrawn_at))
        .join(Consent.text)
        .where(
            Consent.person_id.in_([one.id for one in people]),
            ConsentText.kind == kind,
            Consent.withdrawn_at.is_not(None),
        )
        .group_by(Consent.person_id)
    )
    found = db.session.execute(query) if people else ()
    return {person_id: clock.to_local(at).date() for person_id, at in found if at}


def held_for(people: Collection[Person]) -> list[Registration]:
    """Their registrations that wait for a consent, with the slots."""
    query = (
        sa.select(Registration)
        .where(
            Registration.person_id.in_([one.id for one in people]),
            Registration.status == Status.AWAITING_CONSENT,
        )
        .options(joinedload(Registration.slot))
        .order_by(Registration.id)
    )
    return list(db.session.scalars(query)) if people else []
