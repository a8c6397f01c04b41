"""The same stories with quotas: a seat for one school and one kept for the eldest."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition

from app.base import clock
from app.base.db import db
from app.events.seat_rules import actions as seat_rules
from app.events.seat_rules.quota_models import QuotaKind
from app.registrations.admission import lines
from app.registrations.seats import quotas
from app.registrations.seats.quota_queries import held_by_schools
from tests.factories import make_event, make_person
from tests.registrations.seats.test_property import PEOPLE, Story


class QuotaStory(Story):
    """Two schools of four, who may have two seats each; a seat of each slot is for grade 11."""

    @initialize(first=st.integers(1, 4), second=st.integers(1, 4))
    def begin(self, first: int, second: int) -> None:
        self.real_now = clock.now
        self.now = clock.now()
        vars(clock)["now"] = lambda: self.now
        self.event = make_event(slots=2, in_days_=30)
        for slot, capacity in zip(self.event.slots, (first, second), strict=True):
            slot.capacity = capacity
        self.people = [
            make_person(
                agreed=n % 2 == 0, school=f"СОШ № {n % 3 % 2}", grade=11 if n % 4 == 0 else 9
            )
            for n in range(PEOPLE)
        ]
        self.lines = {slot.id: [] for slot in self.event.slots}
        seat_rules.add_quota(self.event, QuotaKind.PER_SCHOOL, 2)
        until = self.now + timedelta(days=5)
        seat_rules.add_quota(self.event, QuotaKind.KEPT, 1, grade_from=11, until=until)
        db.session.flush()

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def nobody_waits_for_a_seat_that_is_free(self) -> None:
        """Once the worker has come by, whoever waits is stopped by a rule or by a lack of
        seats."""
        lines.release()
        for slot in self.event.slots:
            now = quotas.standing(slot)
            first = quotas.next_in_line(slot, now)
            assert first is None or first.seats > slot.seats_left

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def nobody_is_overtaken(self) -> None:
        """Whom a quota stops may be; among the others the first is always the next, which
        the invariant above says."""

    @precondition(lambda self: hasattr(self, "event"))
    @invariant()
    def no_school_has_too_many(self) -> None:
        assert all(held <= 2 for held in held_by_schools(self.event).values())


TestQuotaStory = QuotaStory.TestCase
TestQuotaStory.settings = settings(
    max_examples=8,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
