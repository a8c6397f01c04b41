"""An interview day: one person books several talks, one after another."""

import pytest
from flask import Flask

from app.base.rules import RuleBroken
from app.events.models import Event
from app.registrations.signing_up.actions import cancel, move
from app.registrations.signing_up.rules import AlreadySignedUp
from tests.browser import Browser
from tests.factories import make_event, make_person, make_registration


@pytest.fixture
def talks(app: Flask) -> Event:
    """Three talks of twenty minutes, two of them at the same time."""
    event = make_event(kind_code="interview_day", slots=3, audience=[])
    first, second, third = event.slots
    second.starts_at, second.ends_at = first.starts_at, first.ends_at
    third.starts_at = first.ends_at
    third.ends_at = third.starts_at + (first.ends_at - first.starts_at)
    return event


def test_talks_that_follow_each_other_are_booked_by_one_person(talks: Event) -> None:
    person = make_person()
    one = make_registration(talks.slots[0], person)
    two = make_registration(talks.slots[2], person)
    assert one.is_confirmed
    assert two.is_confirmed
    assert one.id != two.id
    assert [slot.seats_taken for slot in talks.slots] == [1, 0, 1]


def test_the_same_talk_is_booked_once(talks: Event) -> None:
    person = make_person()
    make_registration(talks.slots[0], person)
    with pytest.raises(AlreadySignedUp):
        make_registration(talks.slots[0], person)


def test_nobody_talks_to_two_at_once(talks: Event) -> None:
    person = make_person()
    make_registration(talks.slots[0], person)
    with pytest.raises(RuleBroken, match="В это время"):
        make_registration(talks.slots[1], person)


def test_moving_keeps_the_talks_apart(talks: Event) -> None:
    person = make_person()
    make_registration(talks.slots[0], person)
    late = make_registration(talks.slots[2], person)
    with pytest.raises(RuleBroken, match="В это время"):
        move(late, talks.slots[1])


def test_a_cancelled_talk_is_booked_again_under_its_own_row(talks: Event) -> None:
    person = make_person()
    one = make_registration(talks.slots[0], person)
    make_registration(talks.slots[2], person)
    cancel(one)
    assert make_registration(talks.slots[0], person).id == one.id
    assert make_registration(talks.slots[1], make_person("Другой")).is_confirmed


def test_other_kinds_have_one_registration(app: Flask) -> None:
    event = make_event(kind_code="fair", slots=2)
    person = make_person()
    make_registration(event.slots[0], person)
    with pytest.raises(AlreadySignedUp):
        make_registration(event.slots[1], person)


def test_the_ticket_leads_to_the_next_talk(talks: Event, browser: Browser) -> None:
    ticket = make_registration(talks.slots[0])
    page = browser.open(f"/registrations/{ticket.code}")
    assert f"/events/{talks.slug}/sign-up" in page.html
