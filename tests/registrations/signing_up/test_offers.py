"""In the last day a seat that becomes free is offered, with a time to answer."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.notifications.models import Notification
from app.registrations.consents import actions as consents
from app.registrations.desk import actions as staff
from app.registrations.models import Registration, Status
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from app.registrations.signing_up.offers import offer_ends
from app.registrations.tickets import replies
from tests.browser import Browser
from tests.factories import make_event, make_person, make_registration


def letters(template: str) -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template=template)))


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def hours_before(slot: Slot, hours: float) -> datetime:
    return slot.starts_at - timedelta(hours=hours)


@pytest.fixture
def line() -> list[Registration]:
    """One has the only seat, two wait."""
    slot = make_event(capacity=1).slots[0]
    return [make_registration(slot) for _place in range(3)]


@pytest.fixture
def offered(line: list[Registration], monkeypatch: pytest.MonkeyPatch) -> Registration:
    """Twelve hours before the beginning the seat became free."""
    has, first, _second = line
    at(monkeypatch, hours_before(has.slot, 12))
    actions.cancel(has)
    return first


class TestRule:
    def test_early_the_seat_is_given(
        self, line: list[Registration], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        has, first, _second = line
        at(monkeypatch, hours_before(has.slot, 25))
        actions.cancel(has)
        assert first.is_confirmed

    def test_late_it_is_offered_for_three_hours(self, offered: Registration) -> None:
        assert offered.status is Status.OFFERED
        assert offered.hold_until == hours_before(offered.slot, 9)
        assert offered.slot.is_full
        [letter] = letters("seat_offered")
        assert letter.address == offered.email

    def test_there_is_always_time_to_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slot = make_event().slots[0]
        for hours, ends in ((24, 21), (4, 1), (3, 1), (2, 1), (1, 0.5)):
            at(monkeypatch, hours_before(slot, hours))
            assert offer_ends(slot.starts_at) == hours_before(slot, ends)

    def test_accepted_it_is_theirs(self, offered: Registration) -> None:
        replies.accept(offered)
        replies.accept(offered)
        assert (offered.status, offered.hold_until) == (Status.CONFIRMED, None)
        assert len(letters("registration_confirmed")) == 2  # hers, and the first one's
        assert seats.differences() == []

    def test_a_minor_without_an_agreement_accepts_and_the_parent_is_asked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slot = make_event(capacity=1).slots[0]
        has = make_registration(slot)
        child = make_registration(
            slot, make_person(agreed=False), guardian_email="mother@example.org"
        )
        at(monkeypatch, hours_before(slot, 12))
        actions.cancel(has)
        replies.accept(child)
        assert child.is_awaiting_consent
        assert child.hold_until == slot.starts_at

    @pytest.mark.parametrize("how", ["declined", "lapsed"])
    def test_else_the_next_in_line_is_asked(
        self,
        how: str,
        line: list[Registration],
        offered: Registration,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if how == "declined":
            actions.cancel(offered)
        else:
            at(monkeypatch, hours_before(offered.slot, 9))
            with pytest.raises(RuleBroken, match="следующему"):
                replies.accept(offered)
            consents.look_after_holds()
        assert offered.status is (Status.CANCELLED if how == "declined" else Status.EXPIRED)
        assert line[2].status is Status.OFFERED
        assert len(letters("offer_lapsed")) == (how == "lapsed")
        assert seats.differences() == []

    def test_staff_give_the_seat_at_once(
        self, line: list[Registration], offered: Registration
    ) -> None:
        outcome = staff.confirm_many(line[1:])
        assert outcome.done == [offered]
        assert offered.is_confirmed
        assert seats.differences() == []

    def test_who_left_no_address_gets_the_seat(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slot = make_event(capacity=1).slots[0]
        has, by_phone = make_registration(slot), make_registration(slot, email="")
        at(monkeypatch, hours_before(slot, 12))
        actions.cancel(has)
        assert by_phone.is_confirmed


class TestScreen:
    def test_taken_on_the_ticket(self, browser: Browser, offered: Registration) -> None:
        ticket = f"/registrations/{offered.code}"
        assert "Место освободилось" in browser.open(ticket).text("#signup-panel")
        page = browser.submit(f"{ticket}/accept", panel="signup-panel")
        assert "Место за вами" in page.text("#signup-panel")
