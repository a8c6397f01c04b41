"""Admission by lot: promised by a hash, drawn once, recomputed by anybody."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Admission, Event
from app.events.seat_rules import actions as seat_rules
from app.events.seat_rules.draw_models import Draw
from app.events.seat_rules.queries import draw_of
from app.registrations.admission import draws
from app.registrations.models import Channel, Registration, Status
from app.registrations.queries import place_in_line, waiting_in
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from tests.browser import Browser
from tests.factories import make_event, make_member, make_person, make_registration
from tests.registrations.groups.classes import letters


class Later:
    """The clock of a test: ``days`` from now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.real, self.ahead = clock.now, timedelta()
        monkeypatch.setattr(clock, "now", lambda: self.real() + self.ahead)

    def wait(self, **given: float) -> None:
        self.ahead += timedelta(**given)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)


def drawing(**given: object) -> Event:
    event = make_event(**{"capacity": 2, **given})  # type: ignore[arg-type]
    seat_rules.choose(
        event,
        Admission.DRAW,
        closes_at=clock.now() + timedelta(days=1),
        signed_up=0,
        applied=0,
    )
    return event


def draw_at(event: Event) -> Draw:
    found = draw_of(event)
    assert found
    return found


def apply(event: Event, number: int = 5, slot: int = 0) -> list[Registration]:
    return [make_registration(event.slots[slot]) for _ in range(number)]


class TestRule:
    def test_the_seed_is_promised_before_anybody_applies(self) -> None:
        event = drawing()
        draw = draw_at(event)
        assert draw.seed_sha256 == seat_rules.sha256(draw.seed)
        assert (draw.drawn_at, draw.lots) == (None, [])
        assert [one.status for one in apply(event, 3)] == [Status.APPLIED] * 3
        assert event.slots[0].seats_taken == 0

    def test_a_draw_needs_an_end_of_applications(self) -> None:
        event = make_event()
        for closes_at, why in (
            (None, "до какого времени"),
            (clock.now() - timedelta(hours=1), "впереди"),
            (clock.now() + timedelta(days=30), "раньше"),
        ):
            with pytest.raises(RuleBroken, match=why):
                seat_rules.choose(
                    event, Admission.DRAW, closes_at=closes_at, signed_up=0, applied=0
                )

    def test_the_first_lots_get_the_seats_and_the_rest_stand_in_their_order(
        self, time: Later
    ) -> None:
        event = drawing(slots=2, capacity=2)
        people = apply(event) + apply(event, 3, slot=1)
        time.wait(days=2)
        draw = draws.draw(event)
        for slot, lots in zip(event.slots, draw.lots, strict=True):
            numbers = {one.public_number: one for one in people if one.slot_id == slot.id}
            assert lots["numbers"] == sorted(
                numbers, key=lambda number: seat_rules.sha256(draw.seed + number)
            )
            ranked = [numbers[number] for number in lots["numbers"]]
            assert [one.draw_rank for one in ranked] == list(range(1, len(ranked) + 1))
            assert [one.is_confirmed for one in ranked[:2]] == [True, True]
            assert waiting_in(slot) == ranked[2:]
            assert [place_in_line(one) for one in ranked[2:]] == list(range(1, len(ranked) - 1))
        assert len(letters("registration_drawn")) == 4
        assert len(letters("registration_waitlisted")) == 4
        assert seats.differences() == []

    def test_whoever_has_the_next_lot_is_promoted(self, time: Later) -> None:
        event = drawing(capacity=1)
        apply(event, 3)
        time.wait(days=2)
        draws.draw(event)
        late = make_registration(event.slots[0], channel=Channel.STAFF)
        assert late.is_waitlisted  # behind all lots
        second, third, last = waiting_in(event.slots[0])
        assert ([second.draw_rank, third.draw_rank], last) == ([2, 3], late)
        actions.cancel(next(one for one in db.session.query(Registration) if one.is_confirmed))
        assert second.is_confirmed
        assert waiting_in(event.slots[0]) == [third, late]

    def test_without_an_end_of_applications_nothing_is_drawn(self) -> None:
        """The date was taken away since: otherwise whoever still applies would be left out."""
        event = drawing()
        apply(event, 2)
        event.signup_closes_at = None
        db.session.flush()
        with pytest.raises(RuleBroken, match="ещё принимаются"):
            draws.draw(event)
        assert draw_at(event).drawn_at is None

    def test_it_is_held_once_and_not_before_its_time(self, time: Later) -> None:
        event = drawing()
        apply(event, 1)
        with pytest.raises(RuleBroken, match="ещё принимаются"):
            draws.draw(event)
        time.wait(days=2)
        draws.draw(event)
        with pytest.raises(RuleBroken, match="один раз"):
            draws.draw(event)

    def test_whoever_comes_too_late_or_leaves_takes_no_part(self, time: Later) -> None:
        event = drawing()
        stays, leaves = apply(event, 2)
        actions.cancel(leaves)
        time.wait(days=2)
        with pytest.raises(RuleBroken, match="закрыта|закончилась|закрыл"):
            make_registration(event.slots[0])
        draw = draws.draw(event)
        assert draw.lots == [{"slot": event.slots[0].id, "numbers": [stays.public_number]}]

    def test_the_worker_draws_by_itself(self, time: Later) -> None:
        event = drawing()
        [registration] = apply(event, 1)
        assert draws.draw_what_is_due() == 0
        time.wait(days=2)
        assert draws.draw_what_is_due() == 1
        assert registration.is_confirmed
        assert draws.draw_what_is_due() == 0

    def test_a_draw_on_the_eve_gives_seats_and_offers_none(self, time: Later) -> None:
        event = drawing()
        eve = event.slots[0].starts_at - timedelta(hours=5)
        event.signup_closes_at = eve
        apply(event, 3)
        time.ahead = eve - time.real() + timedelta(minutes=1)
        draws.draw(event)
        statuses = sorted(one.status for one in db.session.scalars(sa.select(Registration)))
        assert statuses == [Status.CONFIRMED, Status.CONFIRMED, Status.WAITLISTED]

    def test_a_seat_of_a_child_without_an_agreement_is_held(self, time: Later) -> None:
        event = drawing()
        child = make_registration(
            event.slots[0], make_person(agreed=False), guardian_email="mother@example.org"
        )
        time.wait(days=2)
        draws.draw(event)
        assert child.is_awaiting_consent


class TestScreen:
    def test_anybody_recomputes_it_with_the_ten_lines(
        self, browser: Browser, time: Later, tmp_path: Path
    ) -> None:
        event = drawing(slots=2)
        apply(event, 7)
        url = f"/events/{event.slug}/draw"
        draw = draw_at(event)
        page = browser.open(url)
        assert draw.seed_sha256 in page.html
        assert draw.seed not in page.html + browser.open(f"{url}.json").html
        time.wait(days=2)
        draws.draw(event)
        page = browser.open(url)
        assert draw.seed in page.html
        recipe = page.soup.select_one("#recipe")
        assert recipe is not None
        (tmp_path / "check.py").write_text(recipe.get_text())
        (tmp_path / "draw.json").write_text(browser.open(f"{url}.json").html)
        checked = run_check(tmp_path)
        assert checked.stdout.endswith("OK\n")
        assert page.texts("ol code") == [
            line for line in checked.stdout.split("\n") if len(line) == 10 and " " not in line
        ]

        told = json.loads((tmp_path / "draw.json").read_text())
        told["lots"][0]["numbers"].reverse()
        (tmp_path / "draw.json").write_text(json.dumps(told))
        assert "order is wrong" in run_check(tmp_path).stderr

    def test_numbers_do_not_open_tickets(self, browser: Browser, time: Later) -> None:
        event = drawing()
        [registration] = apply(event, 1)
        time.wait(days=2)
        draws.draw(event)
        page = browser.open(f"/events/{event.slug}/draw.csv")
        assert registration.public_number in page.html
        assert registration.code not in page.html
        assert browser.open(f"/registrations/{registration.public_number}").status == 404
        ticket = browser.open(f"/registrations/{registration.code}")
        assert registration.public_number in ticket.text("#signup-panel")

    def test_the_event_page_tells_the_rules_and_what_became_of_it(
        self, browser: Browser, time: Later
    ) -> None:
        event = drawing()
        assert "жребий" in browser.open(f"/events/{event.slug}").text("#signup-panel")
        time.wait(days=2)
        draws.draw(event)
        assert "Места распределила жеребьёвка" in browser.open(f"/events/{event.slug}").html

    def test_the_organizer_chooses_and_draws(self, browser: Browser, time: Later) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/admission"
        page = browser.submit(url, admission="draw", closes_at="")
        assert page.status == 422
        assert "до какого времени" in page.text(".o-summary")
        closes_at = clock.to_local(clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        assert browser.submit(url, admission="draw", closes_at=closes_at).status == 200
        [registration] = apply(event, 1)
        time.wait(days=2)
        assert "Провести жеребьёвку" in browser.open(url).text("main")
        assert "Жеребьёвка проведена" in browser.submit(f"{url}/draw").html
        assert registration.is_confirmed
        assert "один раз" in browser.submit(f"{url}/draw").html


def run_check(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "check.py", "draw.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )
