"""Logging in by a mailed link, choosing a new password by one."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import actions
from app.accounts.guards import attempts
from app.accounts.models import Device, Link, LinkPurpose
from app.accounts.passwords import is_password_of
from app.accounts.queries import devices_of, hashed, usable_link
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from tests.accounts.letters import PASSWORD, letters_to, link_in, make_user_with_password
from tests.browser import Browser
from tests.factories import make_user


class TestRule:
    def test_works_once(self) -> None:
        user = make_user()
        link = usable_link(actions.make_link(user, LinkPurpose.LOG_IN), LinkPurpose.LOG_IN)
        assert link
        assert actions.use_link(link) == user
        with pytest.raises(RuleBroken, match="уже воспользовались"):
            actions.use_link(link)

    def test_serves_one_purpose(self) -> None:
        token = actions.make_link(make_user(), LinkPurpose.LOG_IN)
        assert usable_link(token, LinkPurpose.RESET) is None

    def test_expires(self) -> None:
        token = actions.make_link(make_user(), LinkPurpose.LOG_IN)
        db.session.execute(sa.update(Link).values(expires_at=clock.now() - timedelta(seconds=1)))
        db.session.expire_all()
        assert usable_link(token, LinkPurpose.LOG_IN) is None

    def test_the_database_keeps_only_a_hash(self) -> None:
        token = actions.make_link(make_user(), LinkPurpose.LOG_IN)
        assert db.session.scalar(sa.select(Link.token_hash)) == hashed(token) != token

    def test_following_it_confirms_the_address(self) -> None:
        user = make_user()
        link = usable_link(actions.make_link(user, LinkPurpose.LOG_IN), LinkPurpose.LOG_IN)
        assert link
        assert user.email_confirmed_at is None
        actions.use_link(link)
        assert user.email_confirmed_at

    def test_a_new_password_ends_links_and_devices(self) -> None:
        user = make_user()
        token = actions.make_link(user, LinkPurpose.LOG_IN)
        here = Device(user_id=user.id, token_hash=hashed("here"))
        db.session.add_all([here, Device(user_id=user.id, token_hash=hashed("elsewhere"))])
        db.session.flush()
        actions.set_password(user, "hash", here=here)
        db.session.expire_all()
        assert devices_of(user) == [here]
        assert usable_link(token, LinkPurpose.LOG_IN) is None


class TestLogInByLink:
    def test_mails_a_link_that_lets_in_when_the_button_is_pressed(self, browser: Browser) -> None:
        user = make_user()
        page = browser.submit("/log-in/link", email=user.email)
        assert user.email in page.text("main")
        (letter,) = letters_to(user.email)
        assert letter.template == "log_in_link"
        page = browser.open(link_in(letter))
        assert page.status == 200
        assert user.name in page.text("main")
        assert browser.submit(link_in(letter)).path == "/me"

    def test_opening_it_does_not_use_it_up(self, browser: Browser) -> None:
        user = make_user()
        browser.submit("/log-in/link", email=user.email)
        link = link_in(letters_to(user.email)[0])
        for _ in range(3):
            assert browser.open(link).status == 200
        assert browser.open("/me").path == "/log-in"
        assert browser.submit(link).path == "/me"

    @pytest.mark.parametrize("method", ["open", "submit"])
    def test_used_or_wrong_says_so_and_offers_a_new_one(
        self, app: Flask, browser: Browser, method: str
    ) -> None:
        user = make_user()
        browser.submit("/log-in/link", email=user.email)
        used = link_in(letters_to(user.email)[0])
        browser.submit(used)
        stranger = Browser(app.test_client())
        for link in (used, "/log-in/link/wrong", "/log-in/link/" + "a" * 5000):
            page = getattr(stranger, method)(link)
            assert page.status == 410
            assert "больше не действует" in page.text("h1")
            assert page.soup.select("main a[href='/log-in/link']")

    def test_goes_on_to_what_one_wanted(self, browser: Browser) -> None:
        user = make_user()
        form = browser.open("/log-in/link?next=/me/security").form("main form")
        browser.submit("/log-in/link", fields={**form, "email": user.email})
        link = link_in(letters_to(user.email)[0])
        assert browser.submit(link).path == "/me/security"

    def test_links_name_this_site_whatever_the_request_claims(self, browser: Browser) -> None:
        user = make_user()
        browser.client.post(
            "/log-in/link", data={"email": user.email}, headers={"Host": "127.0.0.1:9"}
        )
        assert letters_to(user.email)[0].context["link"].startswith("http://localhost/")


class TestReset:
    def test_chooses_a_new_password_and_ends_all_other_devices(
        self, app: Flask, browser: Browser
    ) -> None:
        user = make_user_with_password()
        elsewhere = Browser(app.test_client()).log_in(user)
        browser.submit("/log-in/reset", email=user.email)
        (letter,) = letters_to(user.email)
        assert letter.template == "password_reset"
        page = browser.submit(link_in(letter), new_password="совсем другой пароль")
        assert "Новый пароль действует" in page.text("#messages")
        assert page.path == "/me"
        assert is_password_of(user, "совсем другой пароль")
        assert elsewhere.open("/me/security").path == "/log-in"
        assert [letter.template for letter in letters_to(user.email)][-1] == "password_changed"

    def test_a_used_link_offers_a_new_one(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in/reset", email=user.email)
        link = link_in(letters_to(user.email)[0])
        browser.submit(link, new_password="совсем другой пароль")
        page = browser.submit(link, new_password="третий пароль подряд")
        assert page.status == 410
        assert page.soup.select("main a[href='/log-in/reset']")
        assert is_password_of(user, "совсем другой пароль")

    def test_a_refused_password_leaves_the_link_usable(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in/reset", email=user.email)
        link = link_in(letters_to(user.email)[0])
        page = browser.submit(link, new_password="12345678")
        assert page.status == 422
        assert "подбирают одним из первых" in page.text("#new_password-error")
        assert browser.submit(link, new_password="совсем другой пароль").path == "/me"

    def test_ends_the_wait_after_wrong_passwords(self, browser: Browser) -> None:
        user = make_user_with_password()
        for _ in range(5):
            browser.submit("/log-in", email=user.email, password="не тот пароль")
        browser.submit("/log-in/reset", email=user.email)
        browser.submit(link_in(letters_to(user.email)[0]), new_password="совсем другой пароль")
        browser.submit("/log-out")
        page = browser.submit("/log-in", email=user.email, password="совсем другой пароль")
        assert page.path == "/me"


@pytest.mark.parametrize("url", ["/log-in/link", "/log-in/reset"])
class TestNoHint:
    def test_known_and_unknown_addresses_get_the_same_answer(
        self, browser: Browser, url: str
    ) -> None:
        known, unknown = make_user_with_password().email, "nobody@example.org"
        answers = {}
        for email in (known, unknown):
            direct = browser.submit(url, email=email, follow=False)
            page = browser.open(direct.response.location)
            answers[email] = (
                direct.status,
                direct.response.location,
                page.text("main").replace(email, ""),
            )
        assert answers[known] == answers[unknown]
        assert letters_to(known)
        assert not letters_to(unknown)

    def test_the_answer_takes_as_long_for_both(
        self, browser: Browser, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(attempts, "ANSWER_TAKES", 0.3)  # far more than either needs
        for email in (make_user().email, "nobody@example.org"):
            began = time.monotonic()
            browser.submit(url, email=email, follow=False)
            assert time.monotonic() - began >= 0.3

    def test_no_more_than_five_letters_an_hour(self, browser: Browser, url: str) -> None:
        user = make_user()
        for _ in range(7):
            assert browser.submit(url, email=user.email).status == 200
        assert len(letters_to(user.email)) == 5

    def test_asks_for_an_address(self, browser: Browser, url: str) -> None:
        assert "Введите адрес" in browser.submit(url, email="").text("#email-error")
        page = browser.submit(url, email="anna@")
        assert page.status == 422
        assert "не похоже" in page.text("#email-error")
        assert page.form("main form")["email"] == "anna@"


def test_the_password_itself_never_travels_by_mail(browser: Browser) -> None:
    user = make_user_with_password()
    browser.submit("/log-in/reset", email=user.email)
    browser.submit(link_in(letters_to(user.email)[0]), new_password="совсем другой пароль")
    for letter in letters_to(user.email):
        assert PASSWORD not in str(letter.context)
        assert "совсем другой" not in str(letter.context)
