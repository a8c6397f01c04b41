from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from app.accounts.models import Device
from app.accounts.passwords import is_password_of
from app.accounts.queries import devices_of, hashed, user_of_device
from app.base import clock
from app.base.db import db
from app.organizations.models import Role
from tests.accounts.letters import PASSWORD, make_user_with_password
from tests.browser import Browser, counted_queries
from tests.factories import make_member, make_organization, make_user

WRONG = "Адрес или пароль не подходит"


class TestRule:
    def test_a_password_is_its_owners_alone(self) -> None:
        user = make_user_with_password()
        assert is_password_of(user, PASSWORD)
        assert not is_password_of(user, PASSWORD + " ")
        assert not is_password_of(user, "")

    def test_nobody_and_accounts_without_a_password_have_none(self) -> None:
        assert not is_password_of(None, "compared with when there is no such account")
        assert not is_password_of(make_user(), "compared with when there is no such account")

    def test_a_letter_typed_as_two_signs_is_the_same_letter(self) -> None:
        user = make_user_with_password()  # «й» of «сайгак», as some keyboards send it
        assert is_password_of(user, PASSWORD.replace("й", "и\u0306"))

    def test_an_ended_log_in_lets_nobody_in(self) -> None:
        user = make_user()
        device = Device(user_id=user.id, token_hash=hashed("token"), ended_at=clock.now())
        db.session.add(device)
        db.session.flush()
        assert user_of_device("token") is None
        device.ended_at = None
        assert user_of_device("token") == user

    def test_a_log_in_unused_for_a_month_lets_nobody_in(self) -> None:
        user = make_user()
        long_ago = clock.now() - timedelta(days=31)
        db.session.add(Device(user_id=user.id, token_hash=hashed("token"), seen_at=long_ago))
        assert user_of_device("token") is None

    def test_finding_the_visitor_is_one_query(self, app: Flask) -> None:
        user = make_user()
        db.session.add(Device(user_id=user.id, token_hash=hashed("token")))
        db.session.flush()
        db.session.expire_all()
        with counted_queries(app) as queries:
            found = user_of_device("token")
            assert found
            assert found.display_name == user.name
        assert len(queries) == 1


class TestScreen:
    def test_lets_in_with_the_right_password(self, browser: Browser) -> None:
        user = make_user_with_password(email="anna@example.org")
        form = browser.open("/log-in").form("main form")
        page = browser.submit(
            "/log-in", fields={**form, "email": " Anna@Example.org ", "password": PASSWORD}
        )
        assert page.status == 200
        assert page.path == "/me"
        assert user.name in browser.open("/me/security").text("main")
        assert [device.user_id for device in devices_of(user)] == [user.id]

    @pytest.mark.parametrize(
        ("role", "path"),
        [(Role.ORGANIZER, "/manage"), (Role.DOOR, "/manage"), (Role.TEACHER, "/me")],
    )
    def test_leads_to_where_work_waits(self, browser: Browser, role: Role, path: str) -> None:
        user = make_member(make_organization(), role)
        user.password_hash = make_user_with_password().password_hash
        page = browser.submit("/log-in", email=user.email, password=PASSWORD, follow=False)
        assert page.response.location == path

    @pytest.mark.parametrize(
        ("wanted", "path"),
        [
            ("/me/security", "/me/security"),
            ("https://evil.example/", "/me"),
            ("//evil.example/", "/me"),
            ("/\\evil.example", "/me"),
            ("/\t/evil.example", "/me"),
            ("/a\r\nSet-Cookie: x=1", "/me"),
            ("http://[", "/me"),
            ("/" + "a" * 10_000, "/me"),
        ],
    )
    def test_goes_on_to_pages_of_this_site_alone(
        self, browser: Browser, wanted: str, path: str
    ) -> None:
        user = make_user_with_password()
        page = browser.submit(
            "/log-in", email=user.email, password=PASSWORD, next=wanted, follow=False
        )
        assert (page.status, page.response.location) == (303, path)

    def test_keeps_the_page_one_wanted_on_the_form(self, browser: Browser) -> None:
        page = browser.open("/me/security")
        assert page.path == "/log-in"
        assert page.form("main form")["next"] == "/me/security"

    def test_a_wrong_password_and_an_unknown_address_look_the_same(self, browser: Browser) -> None:
        user = make_user_with_password()
        known = browser.submit("/log-in", email=user.email, password="не тот пароль")
        unknown = browser.submit("/log-in", email="nobody@example.org", password="не тот пароль")
        for page in (known, unknown):
            assert page.status == 422
            assert WRONG in page.text("main [role=alert]")
        assert known.text("main") == unknown.text("main")
        assert browser.open("/me").path == "/log-in"

    def test_keeps_the_address_but_never_the_password(self, browser: Browser) -> None:
        page = browser.submit("/log-in", email="anna@example.org", password="не тот пароль")
        assert page.form("main form")["email"] == "anna@example.org"
        assert "не тот пароль" not in page.html

    def test_who_is_logged_in_already_goes_on(self, browser: Browser) -> None:
        assert browser.log_in(make_user()).open("/log-in", follow=False).response.location == "/me"

    def test_begins_a_fresh_session_but_keeps_the_tickets(self, browser: Browser) -> None:
        user = make_user_with_password()
        with browser.client.session_transaction() as session:
            session.update(tickets=["ABCDEF234567"], planted="by somebody else")
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        with browser.client.session_transaction() as session:
            assert session["tickets"] == ["ABCDEF234567"]
            assert "planted" not in session
            assert session.permanent

    def test_on_somebody_elses_computer_the_browser_forgets(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD, shared_computer="y")
        with browser.client.session_transaction() as session:
            assert not session.permanent

    def test_the_cookie_holds_a_token_that_the_database_does_not(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        with browser.client.session_transaction() as session:
            token = session["_user_id"]
        (device,) = devices_of(user)
        assert len(token) >= 32
        assert token not in (str(user.id), device.token_hash)

    def test_another_log_in_here_ends_the_one_before(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        with browser.client.session_transaction() as session:
            token = session["_user_id"]
        browser.submit("/log-out")
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        assert user_of_device(token) is None
        assert len(devices_of(user)) == 1

    def test_old_hashes_are_renewed(self, browser: Browser) -> None:
        weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        user = make_user(password_hash=weak)
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        assert user.password_hash != weak
        assert is_password_of(user, PASSWORD)

    def test_remembers_now_and_then_that_one_was_here(self, browser: Browser) -> None:
        browser.log_in(make_user())
        device = db.session.scalars(sa.select(Device)).one()
        for minutes, noted in ((9, False), (11, True)):
            device.seen_at = before = clock.now() - timedelta(minutes=minutes)
            browser.open("/me/security")
            assert (device.seen_at > before) is noted

    def test_logging_out_ends_the_log_in(self, browser: Browser) -> None:
        user = make_user()
        browser.log_in(user)
        with browser.client.session_transaction() as session:
            token = session["_user_id"]
            session["tickets"] = ["ABCDEF234567"]
        page = browser.submit("/log-out")
        assert "Вы вышли" in page.text("#messages")
        assert user_of_device(token) is None
        with browser.client.session_transaction() as session:
            assert "tickets" not in session  # the next at this computer is somebody else
            session["_user_id"] = token  # a copied cookie
        assert browser.open("/me/security").path == "/log-in"

    def test_logging_out_needs_a_press(self, browser: Browser) -> None:
        assert browser.log_in(make_user()).open("/log-out").status == 405
