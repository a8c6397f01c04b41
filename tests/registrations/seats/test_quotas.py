"""Quotas: at most so many seats for a school, some kept for a district or grades."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Admission, Event
from app.events.seat_rules import actions as seat_rules
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.registrations.admission import decisions, draws, lines
from app.registrations.groups import changes as group_changes
from app.registrations.groups.places import NotAllFit
from app.registrations.models import Channel, Registration
from app.registrations.seats import seats
from app.registrations.seats.quotas import why_they_wait
from app.registrations.signing_up import actions
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_member,
    make_municipality,
    make_person,
    make_registration,
    make_school,
)
from tests.registrations.groups.classes import ANNA, OLEG, letters, make_school_class, statuses


def per_school(event: Event, number: int) -> Quota:
    return seat_rules.add_quota(event, QuotaKind.PER_SCHOOL, number)


def kept(event: Event, number: int, **whom: Any) -> Quota:
    until = clock.now() + timedelta(days=1)
    return seat_rules.add_quota(event, QuotaKind.KEPT, number, until=until, **whom)


def from_school(event: Event, school: str, slot: int = 0, **given: Any) -> Registration:
    return make_registration(event.slots[slot], make_person(school=school), **given)


class TestPerSchool:
    def test_who_is_beyond_it_waits_and_reads_why(self) -> None:
        event = make_event(capacity=5)
        per_school(event, 2)
        pupils = [from_school(event, "СОШ № 4") for _ in range(3)]
        assert [one.is_confirmed for one in pupils] == [True, True, False]
        assert "не больше 2 мест, все заняты" in why_they_wait(pupils[2])
        [letter] = letters("registration_waitlisted")
        assert "не больше 2 мест" in letter.context["reason"]

    def test_others_pass_whom_it_stops(self) -> None:
        event = make_event(capacity=5)
        per_school(event, 1)
        _first, waits = from_school(event, "СОШ № 4"), from_school(event, "СОШ № 4")
        assert from_school(event, "СОШ № 5").is_confirmed
        assert waits.is_waitlisted
        assert make_registration(event.slots[0], make_person(grade=None)).is_confirmed

    def test_a_school_is_known_by_its_name_too(self) -> None:
        event = make_event(capacity=5)
        per_school(event, 1)
        make_school("Лицей")
        assert from_school(event, "Школа «Радуга»").is_confirmed
        assert from_school(event, "школа радуга").is_waitlisted

    def test_it_counts_over_all_times(self) -> None:
        event = make_event(slots=2)
        per_school(event, 1)
        first = from_school(event, "СОШ № 4")
        assert from_school(event, "СОШ № 4", slot=1).is_waitlisted
        actions.move(first, event.slots[1])  # one's own seat is no obstacle
        assert first.is_confirmed

    def test_a_seat_given_back_goes_to_the_next_whom_it_lets(self) -> None:
        event = make_event(slots=2)
        per_school(event, 1)
        first = from_school(event, "СОШ № 4")
        here, there = from_school(event, "СОШ № 4"), from_school(event, "СОШ № 4", slot=1)
        actions.cancel(first)
        assert (here.is_confirmed, there.is_waitlisted) == (True, True)
        actions.cancel(here)
        lines.release()  # at the other time the worker comes by
        assert there.is_confirmed
        assert seats.differences() == []

    def test_among_those_it_lets_the_order_is_strict(self) -> None:
        event = make_event(capacity=1)
        per_school(event, 1)
        first = from_school(event, "СОШ № 4")
        line = [from_school(event, school) for school in ("СОШ № 5", "СОШ № 6", "СОШ № 5")]
        actions.cancel(first)
        assert [one.is_confirmed for one in line] == [True, False, False]
        actions.cancel(line[0])
        assert [one.is_confirmed for one in line[1:]] == [True, False]

    def test_staff_may_go_beyond_it(self) -> None:
        event = make_event()
        per_school(event, 1)
        from_school(event, "СОШ № 4")
        waits = from_school(event, "СОШ № 4")
        assert from_school(event, "СОШ № 4", channel=Channel.STAFF).is_confirmed
        assert waits.is_waitlisted

    def test_a_class_gets_as_many_as_it_may(self) -> None:
        event, school = make_event(capacity=10), make_school_class(4)
        per_school(event, 2)
        with pytest.raises(NotAllFit, match="не больше 2 мест") as short:
            school.sign_up(event.slots[0])
        assert short.value.fit == 2
        group = school.sign_up(event.slots[0], rest="waitlist")
        assert statuses(group) == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
        assert event.slots[0].seats_taken == 3
        assert seats.differences() == []

    def test_it_holds_for_approval_and_for_the_draw(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asking = make_event(admission=Admission.APPROVAL)
        per_school(asking, 1)
        two = [from_school(asking, "СОШ № 4") for _ in range(2)]
        decisions.approve_many(two)
        assert [one.is_confirmed for one in two] == [True, False]
        event = make_event()
        closes_at = clock.now() + timedelta(days=1)
        seat_rules.choose(event, Admission.DRAW, closes_at=closes_at, signed_up=0, applied=0)
        per_school(event, 1)
        three = [from_school(event, school) for school in ("СОШ № 4", "СОШ № 4", "СОШ № 5")]
        monkeypatch.setattr(clock, "now", lambda: closes_at)
        draws.draw(event)
        assert sorted(one.is_confirmed for one in three[:2]) == [False, True]
        assert three[2].is_confirmed


class TestKept:
    def test_others_leave_them_free(self) -> None:
        event = make_event(capacity=3)
        kept(event, 2, grade_from=11)
        young = [make_registration(event.slots[0], make_person(grade=9)) for _ in range(2)]
        assert [one.is_confirmed for one in young] == [True, False]
        assert "отложены до" in why_they_wait(young[1])
        old = [make_registration(event.slots[0], make_person(grade=11)) for _ in range(3)]
        assert [one.is_confirmed for one in old] == [True, True, False]
        assert event.slots[0].seats_taken == 3

    def test_for_a_municipality_that_of_the_school_counts(self) -> None:
        place = make_municipality()
        make_school("Лицей № 7", municipality=place)
        event = make_event(capacity=1)
        kept(event, 1, municipality=place)
        assert from_school(event, "СОШ № 4").is_waitlisted
        assert from_school(event, "Лицей № 7").is_confirmed

    def test_then_they_go_to_those_who_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        event = make_event(capacity=2)
        quota = kept(event, 2, grade_from=11)
        young = [make_registration(event.slots[0], make_person(grade=9)) for _ in range(3)]
        lines.release()
        assert [one.is_waitlisted for one in young] == [True] * 3
        assert quota.until
        until = quota.until
        monkeypatch.setattr(clock, "now", lambda: until)
        lines.release()
        assert [one.is_confirmed for one in young] == [True, True, False]
        assert why_they_wait(young[2]) == ""

    def test_a_class_and_its_adults_leave_them_free(self) -> None:
        event, school = make_event(capacity=6), make_school_class(4)
        kept(event, 3, grade_from=11)
        with pytest.raises(NotAllFit, match="отложены до") as short:
            school.sign_up(event.slots[0])
        assert short.value.fit == 2
        group = school.sign_up(event.slots[0], rest="leave_out")
        assert event.slots[0].seats_taken == 3
        with pytest.raises(RuleBroken):
            group_changes.change_companions(group, [ANNA, OLEG])
        assert make_registration(event.slots[0], make_person(grade=11)).is_confirmed
        assert seats.differences() == []

    def test_the_same_rule_twice_is_refused(self) -> None:
        event = make_event()
        told: dict[str, Any] = {"until": clock.now() + timedelta(days=1), "grade_from": 9}
        seat_rules.add_quota(event, QuotaKind.KEPT, 2, **told)
        with pytest.raises(RuleBroken, match="уже есть"):
            seat_rules.add_quota(event, QuotaKind.KEPT, 2, **told)

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            ({}, "для кого"),
            ({"grade_from": 9, "until": None}, "до какого времени"),
            ({"grade_from": 9, "until": clock.now() + timedelta(days=30)}, "раньше"),
            ({"grade_from": 9, "number": 11}, "Отложить больше нельзя"),
        ],
    )
    def test_odd_rules_are_refused(self, given: dict[str, Any], why: str) -> None:
        event = make_event(capacity=10)
        told = {"number": 2, "until": clock.now() + timedelta(days=1), **given}
        with pytest.raises(RuleBroken, match=why):
            seat_rules.add_quota(event, QuotaKind.KEPT, **told)


class TestScreen:
    @pytest.mark.parametrize(
        ("where", "fields"),
        [
            ("", {"admission": "coin"}),
            ("", {"admission": "draw", "closes_at": "завтра"}),
            ("/quotas", {"kind": "kept", "number": "two"}),
            ("/quotas", {"kind": "kept", "number": "2", "municipality": "x", "grade_to": "99"}),
            ("/quotas", {"kind": "kept", "number": "2", "grade_from": "9", "until": "0001-01-01"}),
            ("/decide", {"action": "approve", "ids": "0,-1,99999999999"}),
            ("/decide", {"action": "burn", "ids": "1"}),
        ],
    )
    def test_what_cannot_be_is_refused_in_words(
        self, browser: Browser, where: str, fields: dict[str, str]
    ) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/admission{where}"
        page = browser.submit(url, fields=fields)
        assert page.status == 422
        assert page.text(".o-summary")

    def test_the_organizer_adds_and_deletes_and_everybody_reads(
        self, app: Flask, browser: Browser
    ) -> None:
        event = make_event()
        public = f"/events/{event.slug}"
        assert "Для одной школы" not in browser.open(public).text("#signup-panel")
        url = f"/manage/events/{event.slug}/admission"
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"{url}/quotas", kind="per_school", number="0")
        assert page.status == 422
        assert browser.submit(f"{url}/quotas", kind="per_school", number="2").status == 200
        visitor = Browser(app.test_client())
        assert "не больше 2 мест" in visitor.open(public).text("#signup-panel")
        [quota] = db.session.query(Quota)
        for _ in range(2):
            from_school(event, "СОШ № 4")
        waits = from_school(event, "СОШ № 4")
        page = visitor.open(f"/registrations/{waits.code}")
        assert "не больше 2 мест, все заняты" in page.text("#signup-panel")
        browser.submit(f"{url}/quotas/{quota.id}/delete")
        assert waits.is_confirmed

    def test_an_event_without_rules_costs_no_query_more(self, app: Flask) -> None:
        slots = [make_event().slots[0] for _ in range(2)]
        per_school(slots[1].event, 1)
        needed = []
        for slot in slots:
            person = make_person()
            with counted_queries(app) as queries:
                make_registration(slot, person)
            needed.append(len(queries))
        assert needed[0] < needed[1] <= needed[0] + 6
