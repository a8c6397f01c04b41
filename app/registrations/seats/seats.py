"""Seats: taken and given back here alone, so that no slot is ever oversold."""

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from app.base.db import db
from app.events.models import Event, Slot
from app.events.seat_rules.quota_models import Quota
from app.organizations.models import APPROVAL, Organization
from app.registrations.models import SEATED, Group, Registration, Status

# Written once: they stand on the hottest path of all.
HOLD = (
    sa.select(Slot, sa.exists().where(Quota.event_id == Slot.event_id))
    .join(Slot.event)
    .options(
        contains_eager(Slot.event)
        .load_only(
            *(Event.status, Event.signup_opens_at, Event.signup_closes_at, Event.ends_at),
            *(Event.audience, Event.grade_from, Event.grade_to, Event.companions_max),
            *(Event.title, Event.venue, Event.online_url, Event.contact, Event.organization_id),
            *(Event.admission, Event.kind_code),
        )
        .joinedload(Event.organization, innerjoin=True)
        .load_only(Organization.short_name, *APPROVAL)
    )
    .where(Slot.id == sa.bindparam("slot_id"))
    .with_for_update(of=Slot)
    .execution_options(populate_existing=True)
)
SEATS = sa.bindparam("seats", type_=sa.Integer)
TAKE_IN_LINE = (
    sa.update(Slot)
    .where(Slot.id == sa.bindparam("slot"), Slot.seats_taken + SEATS <= Slot.capacity)
    .values(seats_taken=Slot.seats_taken + SEATS)
)
TAKE = TAKE_IN_LINE.where(
    ~sa.select(Registration.id)
    .where(Registration.slot_id == sa.bindparam("slot"), Registration.status == Status.WAITLISTED)
    .exists()
)


def hold(slot: Slot) -> None:
    """One at a time: who changes a slot's seats holds its row until the commit.

    PostgreSQL locks the row; SQLite transactions are IMMEDIATE and alone anyway. What may
    have changed while waiting, the slot and its event, is read again.
    """
    held, has_quotas = db.session.execute(HOLD, {"slot_id": slot.id}).one()
    held.event.has_quotas = bool(has_quotas)


def take(slot: Slot, seats: int, *, in_line: bool = False) -> bool:
    """Take so many seats if they are free; the database decides, whoever else is asking.

    Newcomers get none while others wait for this slot; ``in_line`` is for those whose
    turn it is.
    """
    statement = TAKE_IN_LINE if in_line else TAKE
    taken = db.session.connection().execute(statement, {"slot": slot.id, "seats": seats})
    db.session.expire(slot, ["seats_taken"])
    return taken.rowcount == 1


def give_back(slot: Slot, seats: int) -> None:
    db.session.connection().execute(
        sa.update(Slot).where(Slot.id == slot.id).values(seats_taken=Slot.seats_taken - seats)
    )
    db.session.expire(slot, ["seats_taken"])


def differences() -> list[tuple[Slot, int]]:
    """Slots whose counter differs from the registrations, with the true number."""
    own = (
        sa.select(sa.func.coalesce(sa.func.sum(Registration.seats), 0))
        .where(Registration.slot_id == Slot.id, Registration.status.in_(SEATED))
        .scalar_subquery()
    )
    of_companions = (
        sa.select(sa.func.coalesce(sa.func.sum(Group.companion_seats), 0))
        .where(Group.slot_id == Slot.id)
        .scalar_subquery()
    )
    held = own + of_companions
    query = sa.select(Slot, held).where(Slot.seats_taken != held).order_by(Slot.id)
    return [(slot, number) for slot, number in db.session.execute(query)]
