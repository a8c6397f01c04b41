from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import actions
from app.accounts.models import PendingAccount, User
from app.accounts.passwords import hash_of, is_password_of, weakness
from app.accounts.queries import pending_account, user_by_email
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from tests.accounts.letters import PASSWORD, letters_to, link_in
from tests.browser import Browser
from tests.factories import make_user

NEW = "new@example.org"


def ask(email: str = NEW, *, password_hash: str = "hash") -> PendingAccount:  # noqa: S107
    token = actions.ask_for_account(
        email, name="Анна Ивановна", password_hash=password_hash, language="ru"
    )
    asked = pending_account(token)
    assert asked
    return asked


class TestRule:
    def test_no_account_before_the_address_is_confirmed(self) -> None:
        asked = ask()
        assert user_by_email(NEW) is None
        user = actions.confirm(asked)
        assert user_by_email(NEW) == user
        assert user.email_confirmed_at

    def test_each_link_makes_the_account_it_was_asked_with(self) -> None:
        owner, somebody_else = ask(password_hash="owner's"), ask(password_hash="somebody else's")
        assert actions.confirm(owner).password_hash == "owner's"
        with pytest.raises(RuleBroken, match="уже есть"):
            actions.confirm(somebody_else)

    def test_expires_after_three_days(self) -> None:
        token = actions.ask_for_account(NEW, name="Анна", password_hash="hash", language="ru")
        late = clock.now() - timedelta(seconds=1)
        db.session.execute(sa.update(PendingAccount).values(expires_at=late))
        db.session.expire_all()
        assert pending_account(token) is None

    @pytest.mark.parametrize(
        ("password", "words"),
        [
            ("", "не меньше 8"),
            ("короткй", "не меньше 8"),
            ("а" * 201, "не больше 200|Сократите"),
            ("12345678", "одним из первых"),
            ("Qwerty123", "одним из первых"),
            ("йцукенгш", "одним из первых"),
            ("aaaaaaaabb", "одним из первых"),
            ("badma.sandzhi@example.org", "известны другим"),
            ("Badma.Sandzhi", "известны другим"),
        ],
    )
    def test_weak_passwords_are_refused(self, password: str, words: str) -> None:
        refusal = weakness(password, "badma.sandzhi@example.org")
        assert any(word in refusal for word in words.split("|")), refusal

    @pytest.mark.parametrize(
        "password", [PASSWORD, "correct horse battery", "ү" * 4 + "өһңж", "8Kz!pw_q"]
    )
    def test_others_are_taken(self, password: str) -> None:
        assert weakness(password, "badma@example.org") == ""


class TestScreen:
    def sign_up(self, browser: Browser, email: str = NEW, **given: str) -> str:
        """Fill in the form; the text of the page after it."""
        fields = {"name": "Анна Ивановна", "email": email, "password": PASSWORD, **given}
        page = browser.submit("/sign-up", fields=fields)
        assert page.status == 200
        return page.text("main").replace(email, "")

    def test_the_account_works_after_following_the_link(self, browser: Browser) -> None:
        self.sign_up(browser, "New@Example.org")
        (letter,) = letters_to(NEW)
        assert letter.template == "account_confirm"
        assert browser.submit("/log-in", email=NEW, password=PASSWORD).status == 422
        page = browser.open(link_in(letter))
        assert "Анна Ивановна" in page.text("main")
        page = browser.submit(link_in(letter))
        assert page.path == "/me"
        assert "Учётная запись готова" in page.text("#messages")
        browser.submit("/log-out")
        assert browser.submit("/log-in", email=NEW, password=PASSWORD).path == "/me"

    def test_opening_the_link_makes_nothing_yet(self, browser: Browser) -> None:
        self.sign_up(browser)
        browser.open(link_in(letters_to(NEW)[0]))
        assert user_by_email(NEW) is None

    def test_a_known_address_gets_another_letter_and_the_same_page(self, browser: Browser) -> None:
        user = make_user(password_hash=hash_of(PASSWORD))
        unknown = self.sign_up(browser)
        known = self.sign_up(browser, user.email, password="совсем другой пароль")
        assert known == unknown
        (letter,) = letters_to(user.email)
        assert letter.template == "account_exists"
        assert letter.context["name"] == user.name
        assert is_password_of(user, PASSWORD)
        assert browser.submit(link_in(letter)).path == "/me"

    def test_a_used_link_offers_to_begin_again(self, app: Flask, browser: Browser) -> None:
        self.sign_up(browser)
        link = link_in(letters_to(NEW)[0])
        browser.submit(link)
        page = Browser(app.test_client()).submit(link)
        assert page.status == 410
        assert page.soup.select("main a[href='/sign-up']")

    def test_two_askings_make_one_account(self, app: Flask, browser: Browser) -> None:
        self.sign_up(browser)
        self.sign_up(browser)
        first, second = map(link_in, letters_to(NEW))
        browser.submit(first)
        assert Browser(app.test_client()).submit(second).status == 410
        assert db.session.scalar(sa.select(sa.func.count(User.id)).where(User.email == NEW)) == 1

    def test_remembers_the_language(self, browser: Browser) -> None:
        browser.client.set_cookie("language", "en")
        self.sign_up(browser)
        assert letters_to(NEW)[0].language == "en"

    def test_says_what_to_mend_and_loses_nothing(self, browser: Browser) -> None:
        page = browser.submit("/sign-up", name="Анна 2", email=f"{NEW} ", password="12345678")
        assert page.status == 422
        assert page.text("#name-error")
        assert "подбирают одним из первых" in page.text("#password-error")
        kept = page.form("main form")
        assert (kept["name"], kept["email"], kept["password"]) == ("Анна 2", NEW, "")
        assert not letters_to(NEW)

    def test_no_more_than_five_letters_an_hour(self, browser: Browser) -> None:
        for _ in range(7):
            self.sign_up(browser)
        assert len(letters_to(NEW)) == 5
