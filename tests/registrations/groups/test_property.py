"""The same stories with classes: signed up, swapped, joined, left, cancelled and restored."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from app.base import clock
from app.base.db import db
from app.registrations.desk import actions as staff
from app.registrations.groups import changes as group_changes
from app.registrations.groups.queries import members_of
from app.registrations.models import Group, Registration, Status
from tests.conftest import POSTGRESQL
from tests.factories import make_event, make_pupil
from tests.registrations.groups.classes import ANNA, OLEG, make_school_class
from tests.registrations.seats.test_property import (
    PEOPLE,
    Story,
    refusals_are_fine,
    slot_number,
    somebody,
)

several = st.lists(somebody, unique=True, min_size=1, max_size=5)
adults = st.sampled_from([[ANNA], [ANNA, OLEG]])


class ClassStory(Story):
    """An event of two slots; a class of eight, half of them without an agreement."""

    @initialize(first=st.integers(2, 6), second=st.integers(2, 6))
    def begin(self, first: int, second: int) -> None:
        self.real_now = clock.now
        self.now = clock.now()
        vars(clock)["now"] = self.tick
        self.event = make_event(slots=2, companions_max=2, in_days_=30)
        for slot, capacity in zip(self.event.slots, (first, second), strict=True):
            slot.capacity = capacity
        self.school = make_school_class(0)
        self.people = [
            make_pupil(self.school.class_, f"Бадмаев{'а' * n}", agreed=n % 2 == 0)
            for n in range(PEOPLE)
        ]
        self.lines = {slot.id: [] for slot in self.event.slots}
        db.session.flush()
        group = self.school.sign_up(self.slot(0), self.people[:3], rest="waitlist")
        self.groups: list[Group] = [group]

    def tick(self) -> datetime:
        """No two acts at the same moment: who came first would be unknown."""
        self.now += timedelta(milliseconds=1)
        return self.now

    @rule(
        who=several,
        number=slot_number,
        companions=adults,
        rest=st.sampled_from([None, "waitlist", "leave_out"]),
        first=st.integers(0, 5),
    )
    def class_signs_up(
        self,
        who: list[int],
        number: int,
        companions: list[dict[str, str]],
        rest: str | None,
        first: int,
    ) -> None:
        pupils = [self.people[n] for n in who]
        with refusals_are_fine():
            group = self.school.sign_up(
                self.slot(number),
                pupils,
                companions=companions,
                rest=rest,
                seated=[one.id for one in pupils[:first]] if first else None,
            )
            self.groups.append(group)

    @rule(number=st.integers(0, 5), leaves=somebody, comes=somebody)
    def swap(self, number: int, leaves: int, comes: int) -> None:
        if (group := self.group(number)) and (members := self.members(group)):
            with refusals_are_fine():
                ill = members[leaves % len(members)]
                group_changes.swap(group, ill, self.people[comes], by=None)

    @rule(number=st.integers(0, 5), leaves=somebody)
    def remove(self, number: int, leaves: int) -> None:
        if (group := self.group(number)) and (members := self.members(group)):
            group_changes.remove(group, [members[leaves % len(members)]])

    @rule(number=st.integers(0, 5), who=several)
    def add(self, number: int, who: list[int]) -> None:
        if group := self.group(number):
            with refusals_are_fine():
                group_changes.add(group, [self.people[n] for n in who], by=None)

    @rule(number=st.integers(0, 5), companions=adults)
    def other_adults(self, number: int, companions: list[dict[str, str]]) -> None:
        if group := self.group(number):
            with refusals_are_fine():
                group_changes.change_companions(group, companions)

    @rule(number=st.integers(0, 5))
    def organizer_cancels_and_restores(self, number: int) -> None:
        if group := self.group(number):
            staff.cancel_many(self.members(group))
            ended = [one for one in members_of(group) if one.status is Status.CANCELLED]
            staff.restore_many(ended[:2], by=None)

    @rule(who=somebody)
    def organizer_gives_a_seat(self, who: int) -> None:
        if registration := self.live(who):
            self.lines[registration.slot_id] = []  # out of turn, as the organizer decides
            staff.confirm_many([registration])

    def group(self, number: int) -> Group | None:
        return self.groups[number % len(self.groups)] if self.groups else None

    def members(self, group: Group) -> list[Registration]:
        return [one for one in members_of(group) if one.is_live]

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def nobody_waits_for_a_seat_that_is_free(self) -> None:
        for slot in self.event.slots:
            if line := self.line_of(slot):
                extra = line[0].group.seats_to_come if line[0].group else 0
                assert line[0].seats + extra > slot.seats_left

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def adults_have_seats_while_a_pupil_has_one(self) -> None:
        for group in self.groups:
            is_seated = any(one.holds_seat for one in members_of(group))
            assert group.companion_seats == (len(group.companions) if is_seated else 0)


TestClassStory = ClassStory.TestCase
TestClassStory.settings = settings(
    max_examples=8 if POSTGRESQL else 25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
