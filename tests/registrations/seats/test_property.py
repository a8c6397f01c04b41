"""Whatever people do, in whatever order: seats, the line and one place for one person hold.

Hypothesis makes up the stories: signing up with and without an agreement, answers, holds that
lapse, seats offered late and taken, cancelling, moving, more seats.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, Slot
from app.events.slots import actions as slots
from app.people.models import ConsentKind, Person
from app.people.queries import has_agreed
from app.registrations.consents import actions as consents
from app.registrations.models import LIVE, SEATED, ConsentRequest, Registration, Status
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from app.registrations.tickets import replies
from tests.conftest import POSTGRESQL
from tests.factories import make_event, make_person, make_registration

PEOPLE = 8
somebody = st.integers(0, PEOPLE - 1)
slot_number = st.integers(0, 1)
# Who cancels and comes back has the same row and a new place, at the end of the line.
Place = tuple[int, datetime]


@contextmanager
def refusals_are_fine() -> Iterator[None]:
    """A refusal must change nothing: the invariants are checked after it all the same."""
    try:
        with db.session.begin_nested():
            yield
    except RuleBroken:
        pass


class Story(RuleBasedStateMachine):
    """An event of two slots; eight people, half of them under 18 without an agreement."""

    @initialize(first=st.integers(1, 3), second=st.integers(1, 3))
    def begin(self, first: int, second: int) -> None:
        self.real_now = clock.now
        self.now: datetime = clock.now()
        vars(clock)["now"] = lambda: self.now
        self.event: Event = make_event(slots=2, companions_max=2, in_days_=5)
        for slot, capacity in zip(self.event.slots, (first, second), strict=True):
            slot.capacity = capacity
        self.people: list[Person] = [make_person(agreed=n % 2 == 0) for n in range(PEOPLE)]
        self.lines: dict[int, list[Place]] = {slot.id: [] for slot in self.event.slots}
        db.session.flush()

    def teardown(self) -> None:
        if hasattr(self, "real_now"):
            vars(clock)["now"] = self.real_now

    def live(self, who: int) -> Registration | None:
        return db.session.scalar(
            sa.select(Registration).where(
                Registration.event_id == self.event.id,
                Registration.person_id == self.people[who].id,
                Registration.status.in_(LIVE),
            )
        )

    def slot(self, number: int) -> Slot:
        return self.event.slots[number]

    @rule(who=somebody, number=slot_number, companions=st.integers(0, 2))
    def sign_up(self, who: int, number: int, companions: int) -> None:
        self.now += timedelta(seconds=1)  # nobody comes at the very same moment as another
        with refusals_are_fine():
            make_registration(
                self.slot(number),
                self.people[who],
                companions=companions,
                guardian_email="mother@example.org",
            )

    @rule(who=somebody)
    def cancel(self, who: int) -> None:
        if registration := self.live(who):
            with refusals_are_fine():
                actions.cancel(registration)

    @rule(who=somebody)
    def accept(self, who: int) -> None:
        if registration := self.live(who):
            with refusals_are_fine():
                replies.accept(registration)

    @rule(who=somebody, number=slot_number)
    def move(self, who: int, number: int) -> None:
        if registration := self.live(who):
            with refusals_are_fine():
                actions.move(registration, self.slot(number))

    @rule(who=somebody, agrees=st.booleans())
    def answer(self, who: int, agrees: bool) -> None:
        if (registration := self.live(who)) and (request := self.request_about(registration)):
            with refusals_are_fine():
                if agrees:
                    consents.give(request, name="Бадмаева Кермен", photo=False)
                else:
                    consents.refuse(request)

    @rule(who=somebody)
    def withdraw(self, who: int) -> None:
        with refusals_are_fine():
            consents.withdraw(self.people[who], ConsentKind.PERSONAL_DATA, by_name="")

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        consents.look_after_holds()

    @rule(number=slot_number)
    def one_seat_more(self, number: int) -> None:
        slot = self.slot(number)
        slots.change(
            slot, starts_at=slot.starts_at, ends_at=slot.ends_at, capacity=slot.capacity + 1
        )
        actions.promote(slot)

    def request_about(self, registration: Registration) -> ConsentRequest | None:
        query = sa.select(ConsentRequest).filter_by(registration_id=registration.id)
        return db.session.scalar(query.order_by(ConsentRequest.id.desc()).limit(1))

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def seats_agree(self) -> None:
        db.session.flush()
        assert seats.differences() == []
        for slot in self.event.slots:
            assert 0 <= slot.seats_taken <= slot.capacity

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def nobody_waits_for_a_seat_that_is_free(self) -> None:
        for slot in self.event.slots:
            if (line := self.line_of(slot)) and self.now < slot.starts_at:
                assert line[0].seats > slot.seats_left

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def nobody_is_overtaken(self) -> None:
        """Who left the line for a seat stood before everybody who still waits in it."""
        for slot in self.event.slots:
            waiting = [(one.id, one.signed_up_at) for one in self.line_of(slot)]
            for place, stood in enumerate(self.lines[slot.id]):
                if stood in waiting:
                    continue
                registration = db.session.get_one(Registration, stood[0])
                promoted = registration.slot_id == slot.id and registration.holds_seat
                before = set(self.lines[slot.id][:place]) & set(waiting)
                assert not (promoted and before and registration.promoted_at)
            self.lines[slot.id] = waiting

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def one_person_one_place(self) -> None:
        per_person = db.session.execute(
            sa.select(Registration.person_id, sa.func.count())
            .where(Registration.event_id == self.event.id, Registration.status.in_(LIVE))
            .group_by(Registration.person_id)
        )
        assert all(number == 1 for _person, number in per_person)

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def no_minor_takes_part_without_an_agreement(self) -> None:
        for registration in self.registrations(SEATED):
            if registration.slot.has_begun:  # what happened stays as it was
                continue
            lacks = registration.person.is_minor and not has_agreed(
                registration.person, ConsentKind.PERSONAL_DATA
            )
            offered = registration.is_offered
            assert registration.is_awaiting_consent == (lacks and not offered)
            assert (registration.hold_until is not None) == (lacks or offered)
            if registration.hold_until:
                assert self.now < registration.hold_until <= registration.slot.starts_at

    def line_of(self, slot: Slot) -> list[Registration]:
        waiting = self.registrations((Status.WAITLISTED,))
        return [one for one in waiting if one.slot_id == slot.id]

    def registrations(self, statuses: tuple[Status, ...]) -> list[Registration]:
        return list(
            db.session.scalars(
                sa.select(Registration)
                .where(Registration.event_id == self.event.id, Registration.status.in_(statuses))
                .order_by(Registration.signed_up_at, Registration.id)
            )
        )


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=15 if POSTGRESQL else 40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
