"""Seats for a class and its adults together: who gets one, who stands in line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.base.rules import RuleBroken
from app.events.models import Slot
from app.events.seat_rules.wording import why_waiting
from app.registrations.groups.queries import Candidate, waiting_by_slot
from app.registrations.models import Channel
from app.registrations.seats import quotas, seats
from app.registrations.seats.quota_queries import who
from app.registrations.signing_up.rules import takes_applications

WAITLIST, LEAVE_OUT = "waitlist", "leave_out"  # what to do with those for whom no seat is left


class NotAllFit(RuleBroken):
    """There are fewer seats than pupils and adults: the teacher is asked what to do."""

    def __init__(
        self, *, free: int, wanted: int, adults: int, waiting: int, rule: str = ""
    ) -> None:
        """``rule``: the quota that stands in the way, in words."""
        self.free, self.wanted, self.adults, self.waiting = free, wanted, adults, waiting
        self.rule = rule
        super().__init__(self.sentence)

    @property
    def fit(self) -> int:
        """So many pupils get seats, with their adults; nobody overtakes those who wait."""
        return 0 if self.waiting else max(0, self.free - self.adults)

    @property
    def sentence(self) -> str:
        together: str = ngettext(
            "%(num)s seat is needed for pupils and adults together.",
            "%(num)s seats are needed for pupils and adults together.",
            self.wanted + self.adults,
        )
        if self.waiting:
            there: str = ngettext(
                "%(num)s person waits for this time already, so newcomers stand behind.",
                "%(num)s people wait for this time already, so newcomers stand behind.",
                self.waiting,
            )
        elif self.free:
            there = ngettext("%(num)s seat is free.", "%(num)s seats are free.", self.free)
        else:
            there = _("No seat is free.")
        return f"{self.rule} {together}" if self.rule else f"{together} {there}"


@dataclass(frozen=True)
class Placed:
    """Who gets a seat, and who stands in line."""

    seated: Sequence[Candidate]
    waiting: Sequence[Candidate]
    applied: Sequence[Candidate] = ()  # about whom the organizer or the lot decides


def place(
    slot: Slot,
    coming: Sequence[Candidate],
    *,
    extra: int,
    rest: str | None,
    first: Collection[int] | None = None,
) -> Placed:
    """Take the seats, ``extra`` ones with the first pupil's; who gets none stands in line
    or, with ``leave_out``, is left out."""
    if takes_applications(slot.event, Channel.GROUP):
        return Placed((), (), coming)
    now = quotas.standing(slot)
    if now:
        return place_by_quotas(now, coming, extra=extra, rest=rest, first=first)
    return place_in_order(slot, coming, extra=extra, rest=rest, first=first)


def place_in_order(
    slot: Slot,
    coming: Sequence[Candidate],
    *,
    extra: int,
    rest: str | None,
    first: Collection[int] | None,
) -> Placed:
    """Where no rule but the order counts."""
    if seats.take(slot, len(coming) + extra):
        return Placed(coming, ())
    short = NotAllFit(
        free=slot.seats_left,
        wanted=len(coming),
        adults=extra,
        waiting=waiting_by_slot(slot.event).get(slot.id, 0),
    )
    if rest not in (WAITLIST, LEAVE_OUT):
        raise short
    chosen = [one for one in coming if first is None or one.person.id in first]
    if first is not None and len(chosen) > short.fit:
        raise short
    if rest == WAITLIST:  # nobody waits while a seat is free: the list fills them up
        chosen += [one for one in coming if one not in chosen]
    chosen = chosen[: short.fit]
    if rest == LEAVE_OUT and not chosen:
        raise short
    if chosen and not seats.take(slot, len(chosen) + extra):
        raise short  # cannot be while the slot is held; the database has the last word
    got = {one.person.id for one in chosen}
    others = [one for one in coming if one.person.id not in got] if rest == WAITLIST else []
    return Placed([one for one in coming if one.person.id in got], others)


def place_by_quotas(
    now: quotas.Standing,
    coming: Sequence[Candidate],
    *,
    extra: int,
    rest: str | None,
    first: Collection[int] | None,
) -> Placed:
    """The same where rules share the seats out: each pupil must be one whom none stops."""
    slot = now.slot
    waiting = waiting_by_slot(slot.event).get(slot.id, 0)
    is_next = not waiting or quotas.next_in_line(slot, now) is None
    ordered = sorted(coming, key=lambda one: first is not None and one.person.id not in first)
    chosen: list[Candidate] = []
    rule = ""
    for one in ordered:
        given = len(chosen) + (extra if chosen else 0)
        adults = 0 if chosen else extra
        stop = now.stops(who(one.person), 1, adults=adults, given=given)
        rule = rule or (why_waiting(stop) if stop else "")
        if is_next and stop is None and given + 1 + adults <= slot.seats_left:
            chosen.append(one)
            now.add(who(one.person), 1)
    if len(chosen) == len(coming) and seats.take(slot, len(coming) + extra, in_line=True):
        return Placed(coming, ())
    short = NotAllFit(
        free=len(chosen) + extra if chosen else 0,
        wanted=len(coming),
        adults=extra,
        waiting=0 if is_next else waiting,
        rule=rule,
    )
    if rest not in (WAITLIST, LEAVE_OUT) or (rest == LEAVE_OUT and not chosen):
        raise short
    if first is not None and len([one for one in coming if one.person.id in first]) > short.fit:
        raise short
    if chosen and not seats.take(slot, len(chosen) + extra, in_line=True):
        raise short
    others = [one for one in coming if one not in chosen] if rest == WAITLIST else []
    return Placed([one for one in coming if one in chosen], others)
