"""Links in letters live longer than the queue, or the letter is not sent."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import actions, addresses
from app.accounts.models import Link, LinkPurpose, PendingAccount
from app.base import clock
from app.base.config import ROOT
from app.base.db import db, transaction
from app.base.mail import RETRIED_FOR
from app.notifications import delivery
from app.notifications.actions import notify
from app.notifications.links import LEAST_LEFT, LINKS, Lives
from app.notifications.models import Notification
from app.organizations.actions import grant
from app.organizations.members import actions as memberships
from app.organizations.models import Role
from app.people.families.invitations import invite
from app.people.models import InvitationPurpose
from app.sweeps import clocks
from tests.browser import Browser
from tests.factories import (
    make_guardianship,
    make_organization,
    make_person,
    make_user,
)

LETTERS = ROOT / "templates" / "mail"


def with_links() -> Iterator[str]:
    for file in sorted(LETTERS.rglob("*.txt")):
        if re.search(r"\{\{\s*link\b", file.read_text()):
            yield file.stem


def test_every_letter_with_a_link_says_how_long_it_lives() -> None:
    assert set(with_links()) == set(LINKS)


def test_no_letter_is_tried_longer_than_links_count_on() -> None:
    waits = [
        min(delivery.FIRST_WAIT * 2**attempt, delivery.LONGEST_WAIT)
        for attempt in range(delivery.MOST_ATTEMPTS - 1)
    ]
    assert sum(waits, timedelta()) < RETRIED_FOR


class Later:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch, self.begun = monkeypatch, clock.now()

    def __call__(self, **time: float) -> None:
        now = self.begun + timedelta(**time)
        self.monkeypatch.setattr(clock, "now", lambda: now)
        self.monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now.timestamp())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    monkeypatch.setattr(clocks, "jump", lambda: None)
    return Later(monkeypatch)


def letter() -> Notification:
    db.session.expire_all()
    return db.session.scalars(sa.select(Notification).order_by(Notification.id.desc())).first()  # type: ignore[return-value]


class TestFromSending:
    @pytest.fixture
    def asked(self, browser: Browser) -> Notification:
        make_user(email="anna@example.org")
        browser.submit("/log-in/link", email="anna@example.org")
        return letter()

    def test_the_hour_begins_when_the_letter_is_sent(
        self, asked: Notification, outbox: Path, later: Later
    ) -> None:
        later(minutes=40)
        assert delivery.deliver_waiting() == {"sent": 1}
        left = db.session.scalars(sa.select(Link)).one().expires_at - clock.now()
        assert left == timedelta(hours=1)

    def test_a_dead_one_is_not_sent_nor_kept(
        self, asked: Notification, outbox: Path, later: Later
    ) -> None:
        later(hours=1)
        assert delivery.deliver_waiting() == {"given_up": 1}
        assert not list(outbox.glob("*.eml"))
        told = letter()
        assert told.last_error == "LinkDead"
        assert told.failed_at
        assert "link" not in told.context

    def test_a_clock_that_jumped_kills_no_letter(
        self, asked: Notification, outbox: Path, later: Later, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later(days=1500)
        jump = clocks.Jump(clock.now(), clock.now())
        monkeypatch.setattr(clocks, "jump", lambda: jump)
        assert delivery.deliver_waiting() == {"sent": 1}

    def test_a_used_one_is_not_put_off(self, outbox: Path, later: Later) -> None:
        with transaction():
            user = make_user()
            token = actions.make_link(user, LinkPurpose.RESET)
            link = db.session.scalars(sa.select(Link)).one()
            link.used_at = clock.now()
            until = link.expires_at
            notify(user.email, "password_reset", name="А", link=f"http://localhost/x/{token}")
        later(minutes=40)
        delivery.deliver_waiting()
        db.session.refresh(link)
        assert link.expires_at == until


class TestUntil:
    def test_says_until_when(self, app: Flask) -> None:
        with pytest.raises(ValueError, match="until when"):
            notify("a@example.org", "consent_asked", link="x")

    def test_an_invitation_that_lapsed_is_not_sent(self, outbox: Path, later: Later) -> None:
        mother, child = make_user(), make_person()
        make_guardianship(child, mother)
        with transaction():
            invite(child, "father@example.org", InvitationPurpose.GUARDIAN, by=mother)
        later(days=14)
        assert delivery.deliver_waiting() == {"given_up": 1}

    def test_little_is_left_to_follow_it(self) -> None:
        assert timedelta(minutes=3) < LEAST_LEFT < timedelta(minutes=30)


class TestLonger:
    """Sent at the last try, they still work for as long as the letter says."""

    def test_confirming_an_account(self) -> None:
        with transaction():
            actions.ask_for_account("a@example.org", name="А", password_hash="x", language="ru")
        asked = db.session.scalars(sa.select(PendingAccount)).one()
        lasts = asked.expires_at - RETRIED_FOR - clock.now()
        assert abs(lasts - timedelta(days=3)) < timedelta(minutes=1)

    def test_confirming_an_address(self, later: Later) -> None:
        user = make_user(email="", login="anna.b")
        token = addresses.token_for(user, "a@example.org")
        later(days=5.9)
        assert addresses.address_in(token, user) == "a@example.org"
        later(days=6.1)
        assert addresses.address_in(token, user) is None

    def test_inviting_colleagues(self, later: Later) -> None:
        organization = make_organization()
        admin = make_user()
        with transaction():
            grant(admin, organization, Role.ADMIN)
            memberships.invite(organization, "a@example.org", Role.DOOR, by=admin)
        token = letter().context["link"].rpartition("/")[2]
        later(days=16.9)
        assert memberships.invitation_of(token)
        later(days=17.1)
        assert memberships.invitation_of(token) is None

    def test_the_table_names_them(self) -> None:
        longer = {name for name, lives in LINKS.items() if lives is Lives.LONGER}
        assert longer == {"account_confirm", "address_confirm", "staff_invitation"}
