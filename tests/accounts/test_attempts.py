from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from itsdangerous import URLSafeSerializer

from app.accounts.guards import attempts, known_browsers
from app.accounts.guards.known_browsers import KnownBrowser
from app.accounts.models import Attempts, User
from app.accounts.retention import forget_expired
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.web.budgets import network_of
from tests.accounts.letters import PASSWORD, make_user_with_password
from tests.browser import Browser

HOME = "203.0.113.7"


class Time:
    """The clock of a test, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime.fromisoformat("2026-11-23T09:00:00")

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", time)
    return time


def fail(times: int = 1, *, email: str = "anna@example.org", network: str = HOME) -> str:
    return [attempts.begin_try(email, network) for _ in range(times)][-1]


class TestRule:
    def test_five_tries_are_free_then_the_wait_doubles(self, time: Time) -> None:
        assert fail(4) == ""
        waits = [30, 60, 120, 240, 480, 900, 900]
        for seconds in waits:
            assert "Подождите" in fail()
            time.wait(seconds=seconds - 1)
            with pytest.raises(RuleBroken, match="1 секунду"):
                fail()
            time.wait(seconds=1)

    def test_the_message_says_how_long(self, time: Time) -> None:
        assert "Подождите 30 секунд" in fail(5)
        time.wait(seconds=30)
        fail()
        with pytest.raises(RuleBroken, match="Подождите 1 минуту"):
            fail()

    def test_waiting_out_is_not_prolonged_by_trying(self, time: Time) -> None:
        fail(5)
        for _ in range(10):
            with pytest.raises(RuleBroken):
                fail()
        time.wait(seconds=30)
        fail()

    def test_another_address_does_not_wait(self, time: Time) -> None:
        fail(5)
        assert fail(email="badma@example.org") == ""

    def test_case_and_blanks_do_not_make_another_address(self, time: Time) -> None:
        fail(5)
        with pytest.raises(RuleBroken):
            fail(email=" Anna@Example.ORG ")

    def test_success_begins_anew(self, time: Time) -> None:
        fail(5)
        attempts.forgive("anna@example.org", HOME)
        assert fail(4) == ""

    def test_a_day_later_all_is_forgotten(self, time: Time) -> None:
        fail(5)
        time.wait(days=1, seconds=1)
        assert fail(4) == ""

    def test_a_network_that_tries_many_addresses_waits_too(self, time: Time) -> None:
        for number in range(attempts.OF_NETWORK.free):
            fail(email=f"user{number}@example.org")
        with pytest.raises(RuleBroken):
            fail(email="another@example.org")
        assert fail(email="another@example.org", network="203.0.113.8") == ""

    def test_a_class_that_logs_in_is_no_attack(self, time: Time) -> None:
        for number in range(120):
            fail(email=f"user{number}@example.org")
            attempts.forgive(f"user{number}@example.org", HOME)

    def test_the_addresses_of_one_ipv6_network_count_as_one(self) -> None:
        assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1")
        assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
        assert network_of(None) == ""

    def test_nothing_kept_tells_the_address(self, time: Time) -> None:
        fail()
        keys = list(db.session.scalars(sa.select(Attempts.key)))
        assert len(keys) == 3
        assert not any("anna" in key or HOME in key for key in keys)

    def test_five_letters_an_hour_to_one_address(self, time: Time) -> None:
        allowed = [attempts.may_write_to("anna@example.org") for _ in range(6)]
        assert allowed == [True] * 5 + [False]
        assert not attempts.may_write_to("Anna+1@example.org")  # the same mailbox
        assert attempts.may_write_to("badma@example.org")
        time.wait(hours=1, seconds=1)
        assert attempts.may_write_to("anna@example.org")

    def test_old_ones_are_deleted(self, time: Time) -> None:
        fail()
        time.wait(hours=23)
        fail(email="badma@example.org", network="203.0.113.8")
        time.wait(hours=2)
        forget_expired()
        assert db.session.scalar(sa.select(sa.func.count(Attempts.id))) == 3


HERE, THERE = "203.0.113.7", "198.51.100.9"
PHONE = KnownBrowser("phone", (7,))


def somebody() -> User:
    return User(id=7, email="anna@example.org", name="Анна")


class TestPlaces:
    """A stranger's tries hold up the stranger."""

    def test_six_tries_elsewhere_do_not_shut_out_a_pupil(self, time: Time) -> None:
        user = somebody()
        for _ in range(5):
            attempts.begin_try(user.email, THERE, user=user)
        with pytest.raises(RuleBroken):
            attempts.begin_try(user.email, THERE, user=user)
        assert attempts.begin_try(user.email, HERE, user=user) == ""

    def test_nor_from_everywhere_where_the_owner_is_known(self, time: Time) -> None:
        user = somebody()
        for number in range(attempts.OF_ACCOUNT.free):
            attempts.begin_try(user.email, f"198.51.{number}.9", user=user)
        with pytest.raises(RuleBroken):  # the slow brake of all places together
            attempts.begin_try(user.email, HERE, user=user)
        assert attempts.begin_try(user.email, HERE, user=user, browser=PHONE) == ""

    def test_the_slow_brake_lets_go_soon(self, time: Time) -> None:
        user = somebody()
        for number in range(attempts.OF_ACCOUNT.free):
            attempts.begin_try(user.email, f"198.51.{number}.9", user=user)
        time.wait(seconds=31)
        assert attempts.begin_try(user.email, HERE, user=user) != ""
        assert attempts.OF_ACCOUNT.longest <= timedelta(minutes=5)

    def test_a_known_browser_is_no_way_to_guess_on(self, time: Time) -> None:
        user = somebody()
        for _ in range(5):
            attempts.begin_try(user.email, HERE, user=user, browser=PHONE)
        with pytest.raises(RuleBroken):
            attempts.begin_try(user.email, THERE, user=user, browser=PHONE)

    def test_many_log_ins_of_ones_own_give_no_more_tries_at_others(self, time: Time) -> None:
        user = somebody()
        for number in range(5):
            mine = KnownBrowser(f"browser {number}", (13,))
            attempts.begin_try(user.email, HERE, user=user, browser=mine)
        with pytest.raises(RuleBroken):
            attempts.begin_try(user.email, HERE, user=user, browser=KnownBrowser("one more", (13,)))

    def test_a_schools_computers_go_on_when_its_network_is_braked(self, time: Time) -> None:
        for number in range(attempts.OF_NETWORK.free):
            fail(email=f"user{number}@example.org")
        with pytest.raises(RuleBroken):
            fail(email="pupil@example.org")
        computer = KnownBrowser("of the classroom", (21, 22))
        assert attempts.begin_try("pupil@example.org", HERE, browser=computer) == ""

    def test_address_and_login_count_as_one_account(self, time: Time) -> None:
        user = somebody()
        for typed in ("anna@example.org", "anna", "anna@example.org", "anna", "anna"):
            attempts.begin_try(typed, HERE, user=user)
        with pytest.raises(RuleBroken):
            attempts.begin_try("anna@example.org", HERE, user=user)


class TestKnownBrowsers:
    def test_a_phone_that_was_logged_in_before_is_not_held_up(
        self, browser: Browser, time: Time
    ) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        browser.submit("/log-out")
        stranger = Browser(browser.client.application.test_client())
        for _ in range(6):
            stranger.submit("/log-in", email=user.email, password="не тот пароль")
        assert browser.submit("/log-in", email=user.email, password=PASSWORD).path == "/me"

    def test_a_forged_cookie_is_a_new_browser(self, app: Flask) -> None:
        forged = URLSafeSerializer("another secret", salt="a known browser").dumps(["key", [7]])
        for value in ("x.y", '["key", [7]].forged', forged, ""):
            with app.test_request_context(headers={"Cookie": f"known={value}"}):
                assert known_browsers.this_one() == known_browsers.NEW

    def test_the_cookie_lets_nobody_in(self, app: Flask, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        cookie = browser.client.get_cookie("known")
        assert cookie is not None
        other = app.test_client()
        other.set_cookie("known", cookie.value)
        assert Browser(other).open("/me").path == "/log-in"


class TestScreen:
    def test_says_how_long_to_wait_and_refuses_even_the_right_password(
        self, browser: Browser, time: Time
    ) -> None:
        user = make_user_with_password()
        for _ in range(4):
            page = browser.submit("/log-in", email=user.email, password="не тот пароль")
            assert "Подождите" not in page.text("main")
        page = browser.submit("/log-in", email=user.email, password="не тот пароль")
        assert page.status == 422
        assert "Подождите 30 секунд" in page.text("main [role=alert]")
        page = browser.submit("/log-in", email=user.email, password=PASSWORD)
        assert page.status == 422
        assert "Подождите 30 секунд" in page.text("main [role=alert]")
        time.wait(seconds=31)
        assert browser.submit("/log-in", email=user.email, password=PASSWORD).path == "/me"

    def test_unknown_addresses_wait_just_so(self, browser: Browser, time: Time) -> None:
        known, unknown = make_user_with_password().email, "nobody@example.org"
        seen = {}
        for email in (known, unknown):
            pages = [browser.submit("/log-in", email=email, password="не тот") for _ in range(7)]
            seen[email] = [(page.status, page.text("main")) for page in pages]
        assert seen[known] == seen[unknown]
        assert "Подождите" in seen[unknown][-1][1]

    def test_the_right_password_clears_the_count(self, browser: Browser, time: Time) -> None:
        user = make_user_with_password()
        for _ in range(2):
            for _ in range(4):
                browser.submit("/log-in", email=user.email, password="не тот пароль")
            assert browser.submit("/log-in", email=user.email, password=PASSWORD).path == "/me"
            browser.submit("/log-out")
