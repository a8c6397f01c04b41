"""An account that began with a login gets an e-mail address."""

import pytest

from app.accounts.addresses import address_in, set_address, token_for
from app.base.rules import RuleBroken
from tests.accounts.letters import PASSWORD, letters_to, link_in, make_user_with_password
from tests.browser import Browser
from tests.factories import make_user

ADDRESS = "sandzhi@example.org"
URL = "/me/security/address"


class TestRule:
    def test_confirmed_for_whoever_asked(self) -> None:
        user, other = make_user(email="", login="sandzhi"), make_user(email="", login="tseren")
        token = token_for(user, ADDRESS.upper())
        assert address_in(token, user) == ADDRESS
        assert address_in(token, other) is None
        assert address_in(token + "x", user) is None

    def test_anothers_address(self) -> None:
        make_user(email=ADDRESS)
        user = make_user(email="", login="sandzhi")
        with pytest.raises(RuleBroken, match="принадлежит другой"):
            set_address(user, ADDRESS)

    def test_the_same_again(self) -> None:
        with pytest.raises(RuleBroken, match="уже стоит"):
            set_address(make_user(email=ADDRESS), ADDRESS)

    def test_a_link_lapses_when_the_address_has_changed(self) -> None:
        user = make_user()
        token = token_for(user, ADDRESS)
        set_address(user, "another@example.org")
        assert address_in(token, user) is None


class TestScreen:
    def test_from_the_security_page_to_the_mailbox(self, browser: Browser) -> None:
        user = make_user_with_password(email="", login="sandzhi")
        page = browser.log_in(user).open("/me/security")
        assert page.soup.select_one(f"a[href='{URL}']")
        page = browser.submit(URL, email=ADDRESS)
        assert ADDRESS in page.text("main")
        link = link_in(letters_to(ADDRESS)[0])
        page = browser.open(link)
        assert ADDRESS in page.text("main")
        assert user.email == ""  # opening changes nothing
        page = browser.submit(link)
        assert page.path == "/me/security"
        assert (user.email, user.login) == (ADDRESS, "sandzhi")
        assert user.email_confirmed_at
        assert "Сменить адрес" in page.text(f"a[href='{URL}']")
        assert browser.open(link).status == 410
        browser.submit("/log-out")
        for way in (ADDRESS, "sandzhi"):
            assert browser.submit("/log-in", email=way, password=PASSWORD).path == "/me"
            browser.submit("/log-out")

    def test_a_known_address_gets_no_letter_and_nobody_notices(self, browser: Browser) -> None:
        make_user(email=ADDRESS)
        user = make_user(email="", login="sandzhi")
        page = browser.log_in(user).submit(URL, email=ADDRESS)
        assert ADDRESS in page.text("main")
        assert letters_to(ADDRESS) == []

    @pytest.mark.parametrize("wrong", ["", "почта", "a@b", "<x>@example.org"])
    def test_bad_input(self, browser: Browser, wrong: str) -> None:
        page = browser.log_in(make_user(email="", login="sandzhi")).submit(URL, email=wrong)
        assert page.status == 422
        assert page.text("#email-error")

    def test_tampered(self, browser: Browser) -> None:
        page = browser.log_in(make_user(email="", login="sandzhi")).submit(f"{URL}/x.y.z")
        assert page.status == 410
