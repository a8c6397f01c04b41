"""Quotas: who may take a seat now, asked inside the transaction that takes it.

Whoever a quota stops stands in line and is passed over, not refused: as soon as the rule lets
them, they are the next. Among those whom no quota stops the line keeps its order strictly.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.base.db import db
from app.events.models import Slot
from app.events.seat_rules.queries import held_quotas_of, quotas_of
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.events.seat_rules.wording import is_in_force, why_waiting
from app.registrations.models import Registration
from app.registrations.queries import first_in_line
from app.registrations.seats.quota_queries import (
    Who,
    held_by_favoured,
    held_by_schools,
    line_of,
    who,
)


@dataclass
class Standing:
    """How things stand in a held slot; ``add`` keeps it up as seats are given."""

    slot: Slot
    quotas: Sequence[Quota]
    of_schools: Counter[str]
    favoured: Counter[int]

    def stops(self, one: Who, seats: int, *, adults: int = 0, given: int = 0) -> Quota | None:
        """The rule by which this person gets no seat now. ``given``: seats promised in this
        act and not taken yet. A plain lack of seats is no rule's doing."""
        free = self.slot.seats_left - given
        for quota in self.quotas:
            per_school = quota.kind is QuotaKind.PER_SCHOOL and one.school
            if per_school and self.of_schools[one.school] + seats > quota.seats:
                return quota
        kept = [quota for quota in self.quotas if self.keeps_from(quota, one)]
        reserved = sum(self.still_kept(quota) for quota in kept)
        needed = seats + adults
        return kept[0] if free - reserved < needed <= free and kept else None

    def why(self, one: Who, seats: int, *, adults: int = 0) -> str:
        quota = self.stops(one, seats, adults=adults)
        return why_waiting(quota) if quota else ""

    def keeps_from(self, quota: Quota, one: Who) -> bool:
        """Whether seats are kept, and not for this person."""
        return bool(
            quota.kind is QuotaKind.KEPT and not is_for(quota, one) and self.still_kept(quota)
        )

    def still_kept(self, quota: Quota) -> int:
        return max(0, quota.seats - self.favoured[quota.id])

    def add(self, one: Who, seats: int) -> None:
        self.of_schools[one.school] += seats
        for quota in self.quotas:
            if quota.kind is QuotaKind.KEPT and is_for(quota, one):
                self.favoured[quota.id] += seats


def is_for(quota: Quota, one: Who) -> bool:
    if quota.municipality_id and quota.municipality_id != one.municipality_id:
        return False
    if quota.grade_from or quota.grade_to:
        lowest, highest = quota.grade_from or 1, quota.grade_to or 11
        return one.grade is not None and lowest <= one.grade <= highest
    return True


def standing(slot: Slot) -> Standing | None:
    """For a held slot; None where no rule holds, which costs no query."""
    return standing_by(slot, held_quotas_of(slot.event)) if slot.event.has_quotas else None


def standing_by(slot: Slot, quotas: Sequence[Quota]) -> Standing | None:
    rules = [one for one in quotas if is_in_force(one)]
    if not rules:
        return None
    for_schools = any(one.kind is QuotaKind.PER_SCHOOL for one in rules)
    keeping = [one for one in rules if one.kind is QuotaKind.KEPT]
    return Standing(
        slot,
        rules,
        held_by_schools(slot.event) if for_schools else Counter(),
        held_by_favoured(slot, keeping),
    )


def next_in_line(slot: Slot, now: Standing | None) -> Registration | None:
    """The first who waits and is stopped by no rule."""
    if now is None:
        return first_in_line(slot)
    for one in line_of(slot):
        if now.stops(one.who, one.seats, adults=one.adults) is None:
            return db.session.get_one(Registration, one.id)
    return None


def why_they_wait(registration: Registration) -> str:
    """The rule by which somebody waits though there may be seats, in words; for the ticket."""
    if not registration.is_waitlisted:
        return ""
    now = standing_by(registration.slot, quotas_of(registration.event))
    return now.why(who(registration.person), registration.seats) if now else ""
