"""Admission by approval: an application waits for the organizer's word."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Admission, Event
from app.events.seat_rules import actions as seat_rules
from app.notifications.models import Notification
from app.registrations.admission import decisions
from app.registrations.desk import actions as staff
from app.registrations.models import Channel, ConsentRequest, Registration, Status
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from tests.browser import Browser
from tests.factories import make_event, make_member, make_person, make_registration
from tests.registrations.groups.classes import letters, make_school_class, statuses

REASON = "Мест меньше, чем заявок от девятиклассников"


def asking(**given: object) -> Event:
    return make_event(**{"admission": Admission.APPROVAL, "capacity": 2, **given})  # type: ignore[arg-type]


def apply(event: Event, **person: object) -> Registration:
    return make_registration(
        event.slots[0],
        make_person(**person),  # type: ignore[arg-type]
        guardian_email="mother@example.org",
    )


class TestApplying:
    def test_takes_no_seat_and_says_so(self) -> None:
        event = asking()
        registration = apply(event)
        assert registration.is_applied
        assert event.slots[0].seats_taken == 0
        assert [one.address for one in letters("registration_applied")] == [registration.email]
        assert seats.differences() == []

    def test_the_guardian_is_asked_at_once(self) -> None:
        registration = apply(asking(), agreed=False)
        assert registration.is_applied
        assert registration.hold_until is None
        asked = db.session.scalars(sa.select(ConsentRequest)).all()
        assert [one.registration for one in asked] == [registration]

    def test_whom_staff_add_needs_no_approval(self) -> None:
        slot = asking().slots[0]
        assert make_registration(slot, channel=Channel.STAFF).is_confirmed

    def test_another_time_may_be_asked_for(self) -> None:
        event = asking(slots=2)
        registration = apply(event)
        actions.move(registration, event.slots[1])
        assert registration.is_applied
        assert registration.slot is event.slots[1]
        assert seats.differences() == []


class TestDeciding:
    def test_accepted_gets_a_seat_while_there_are_any_and_then_stands_in_line(self) -> None:
        event = asking(capacity=2)
        three = [apply(event) for _ in range(3)]
        assert len(decisions.approve_many(three[::-1]).done) == 3
        assert [one.status for one in three] == [*[Status.CONFIRMED] * 2, Status.WAITLISTED]
        assert len(letters("registration_accepted")) == 2
        assert len(letters("registration_waitlisted")) == 1
        assert seats.differences() == []

    def test_without_an_agreement_the_seat_is_held(self) -> None:
        registration = apply(asking(), agreed=False)
        decisions.approve(registration)
        assert registration.is_awaiting_consent
        assert registration.hold_until
        assert registration.slot.seats_taken == 1

    def test_declined_with_one_reason_for_many(self) -> None:
        event = asking()
        two = [apply(event), apply(event)]
        decisions.decline_many(two, reason=REASON)
        assert {one.status for one in two} == {Status.DECLINED}
        assert {one.decision_reason for one in two} == {REASON}
        assert {one.context["reason"] for one in letters("registration_declined")} == {REASON}

    def test_a_reason_is_needed(self) -> None:
        with pytest.raises(RuleBroken, match="причину"):
            decisions.decline(apply(asking()), reason=" ")

    def test_decided_once(self) -> None:
        registration = apply(asking())
        decisions.approve(registration)
        with pytest.raises(RuleBroken, match="уже"):
            decisions.approve(registration)

    def test_whoever_was_declined_cannot_apply_again_until_it_is_reopened(self) -> None:
        event = asking()
        registration = apply(event)
        decisions.decline(registration, reason=REASON)
        with pytest.raises(RuleBroken, match="не принял"):
            make_registration(event.slots[0], registration.person)
        decisions.undo(registration)
        assert registration.is_applied
        assert not registration.decision_reason

    def test_the_table_restores_a_declined_one_with_a_seat(self) -> None:
        registration = apply(asking())
        decisions.decline(registration, reason=REASON)
        staff.restore_many([registration], by=None)
        assert registration.is_confirmed

    def test_a_class_applies_and_is_accepted_together(self) -> None:
        event, school = asking(capacity=3), make_school_class(3)
        group = school.sign_up(event.slots[0])
        assert statuses(group) == ["applied"] * 3
        assert (event.slots[0].seats_taken, group.companion_seats) == (0, 0)
        [letter] = letters("group_signed_up")
        assert len(letter.context["applied"]) == 3
        people = list(db.session.scalars(sa.select(Registration)))
        decisions.approve_many(people)
        assert statuses(group) == ["confirmed", "confirmed", "waitlisted"]
        assert (event.slots[0].seats_taken, group.companion_seats) == (3, 1)
        assert seats.differences() == []


class TestUndoing:
    def test_puts_it_back_and_nobody_was_told(self) -> None:
        event = asking()
        accepted, declined = apply(event), apply(event)
        decisions.approve(accepted)
        decisions.decline(declined, reason=REASON)
        decisions.undo_many([accepted, declined])
        assert accepted.is_applied
        assert declined.is_applied
        told = db.session.scalars(sa.select(Notification.template).distinct()).all()
        assert told == ["registration_applied"]
        assert seats.differences() == []

    def test_is_refused_once_people_were_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        registration = apply(asking())
        decisions.approve(registration)
        later = clock.now() + decisions.MAY_UNDO
        monkeypatch.setattr(clock, "now", lambda: later)
        with pytest.raises(RuleBroken, match="поздно"):
            decisions.undo(registration)
        assert registration.is_confirmed


class TestChoosing:
    @pytest.mark.parametrize("wanted", list(Admission))
    def test_concerns_only_those_to_come(self, wanted: Admission) -> None:
        event = make_event()
        choice = {"closes_at": clock.now() + timedelta(days=1), "applied": 0}
        if wanted is Admission.DRAW:
            with pytest.raises(RuleBroken, match="уже записаны"):
                seat_rules.choose(event, wanted, signed_up=1, **choice)  # type: ignore[arg-type]
        else:
            seat_rules.choose(event, wanted, signed_up=1, **choice)  # type: ignore[arg-type]
        seat_rules.choose(event, wanted, signed_up=0, **choice)  # type: ignore[arg-type]
        assert event.admission is wanted

    def test_applications_are_decided_before_all_may_come(self) -> None:
        event = asking()
        with pytest.raises(RuleBroken, match="Сначала"):
            seat_rules.choose(event, Admission.FIRST_COME, closes_at=None, signed_up=1, applied=1)


class TestScreen:
    def test_the_queue_is_worked_through(self, browser: Browser) -> None:
        event = asking()
        browser.log_in(make_member(event.organization))
        first, second = apply(event), apply(event)
        url = f"/manage/events/{event.slug}/admission"
        page = browser.open(url)
        assert "Заявки" in page.text("main")
        page = browser.submit(f"{url}/decide", ids=str(first.id), action="approve")
        assert page.status == 200
        assert first.is_confirmed
        page = browser.submit(f"{url}/decide", ids=str(second.id), action="decline", reason="")
        assert page.status == 422
        assert "причину" in page.text(".o-summary")
        assert second.is_applied
        page = browser.submit(f"{url}/decide", ids=str(second.id), action="decline", reason=REASON)
        assert second.is_declined
        assert "Отменить решение" in page.text("main")
        browser.submit(f"{url}/decide", ids=f"{first.id},{second.id}", action="undo")
        assert first.is_applied
        assert second.is_applied

    def test_the_ticket_says_how_things_stand(self, browser: Browser) -> None:
        registration = apply(asking())
        url = f"/registrations/{registration.code}"
        assert "ждёт решения" in browser.open(url).text("#signup-panel")
        decisions.decline(registration, reason=REASON)
        page = browser.open(url)
        assert REASON in page.text("#signup-panel")
        assert "Записаться снова" not in page.text("#signup-panel")
