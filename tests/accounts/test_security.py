from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.devices import in_plain_words
from app.accounts.models import Device
from app.accounts.passwords import is_password_of
from app.accounts.queries import devices_of, hashed
from app.base import clock
from app.base.db import db
from tests.accounts.letters import PASSWORD, letters_to, make_user_with_password
from tests.browser import Browser, counted_queries
from tests.factories import make_member, make_ministry_admin, make_organization, make_user

ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like Gecko) "


def log_in_elsewhere(app: Flask, user: object) -> Browser:
    return Browser(app.test_client()).log_in(user)  # type: ignore[arg-type]


class TestRule:
    @pytest.mark.parametrize(
        ("user_agent", "words"),
        [
            (ANDROID + "Chrome/131.0 Mobile Safari/537.36", "Chrome, Android"),
            (
                ANDROID + "Chrome/130.0 YaBrowser/24.12 Mobile Safari/537.36",
                "Yandex Browser, Android",
            ),
            (
                ANDROID + "SamsungBrowser/27.0 Chrome/125.0 Safari/537.36",
                "Samsung Internet, Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 6.1; rv:115.0) Gecko/20100101 Firefox/115.0",
                "Firefox, Windows",
            ),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1",
                "Safari, iPhone",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1", "Safari, macOS"),
            ("curl/8.0", ""),
            ("", ""),
            ("<script>alert(1)</script>", ""),
        ],
    )
    def test_browsers_in_plain_words(self, user_agent: str, words: str) -> None:
        assert in_plain_words(user_agent) == words


@pytest.mark.parametrize("panel", [None, "devices-panel"], ids=["page", "htmx"])
class TestDevices:
    def test_ends_one(self, app: Flask, browser: Browser, panel: str | None) -> None:
        user = make_user()
        elsewhere = log_in_elsewhere(app, user)
        browser.log_in(user)
        device = devices_of(user)[-1]
        page = browser.submit(f"/me/security/devices/{device.id}/end", panel=panel)
        assert page.status == 200
        assert "завершён" in page.text("#messages")
        assert ("<html" in page.html) is (panel is None)
        assert len(page.texts("#devices-panel tbody tr")) == 1
        assert elsewhere.open("/me/security").path == "/log-in"
        assert browser.open("/me/security").path == "/me/security"

    def test_ends_all_others(self, app: Flask, browser: Browser, panel: str | None) -> None:
        user = make_user()
        others = [log_in_elsewhere(app, user) for _ in range(3)]
        browser.log_in(user)
        page = browser.submit("/me/security/devices/end-others", panel=panel)
        assert len(page.texts("#devices-panel tbody tr")) == 1
        assert all(other.open("/me/security").path == "/log-in" for other in others)
        assert browser.open("/me/security").path == "/me/security"

    def test_only_ones_own(self, app: Flask, browser: Browser, panel: str | None) -> None:
        somebody = make_user()
        elsewhere = log_in_elsewhere(app, somebody)
        (theirs,) = devices_of(somebody)
        browser.log_in(make_user())
        for device_id in (theirs.id, 10**6, 10**30):
            url = f"/me/security/devices/{device_id}/end"
            assert browser.submit(url, panel=panel).status == 404
        assert elsewhere.open("/me/security").path == "/me/security"


class TestScreen:
    def test_lists_where_one_is_logged_in(self, browser: Browser) -> None:
        user = make_user()
        browser.log_in(user)
        seen = clock.now() - timedelta(days=2)
        elsewhere = Device(
            user_id=user.id, token_hash=hashed("x"), browser="Yandex Browser, Android", seen_at=seen
        )
        ended = Device(
            user_id=user.id, token_hash=hashed("y"), browser="Opera, Windows", ended_at=clock.now()
        )
        db.session.add_all([elsewhere, ended])
        page = browser.open("/me/security")
        here, there = page.texts("#devices-panel tbody tr")
        assert "Это устройство" in here
        assert there.startswith("Yandex Browser, Android")
        assert "Выйти там" in there
        assert "Opera" not in page.html

    def test_ending_this_one_is_logging_out(self, browser: Browser) -> None:
        user = make_user()
        browser.log_in(user)
        (here,) = devices_of(user)
        assert browser.submit(f"/me/security/devices/{here.id}/end").path == "/log-in"
        assert browser.open("/me/security").path == "/log-in"

    def test_needs_few_queries(self, app: Flask, browser: Browser) -> None:
        browser.log_in(make_user())
        with counted_queries(app) as queries:
            browser.open("/me/security")
        assert (
            len(queries) <= 5
        )  # the device with its user, memberships, roles at events, the devices, the log

    @pytest.mark.parametrize("role", ["pupil", "organizer", "ministry"])
    def test_everybody_has_it(self, browser: Browser, role: str) -> None:
        user = {
            "pupil": make_user,
            "organizer": lambda: make_member(make_organization()),
            "ministry": make_ministry_admin,
        }[role]()
        assert browser.log_in(user).open("/me/security").status == 200


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/me/security"),
        ("POST", "/me/security"),
        ("POST", "/log-out"),
        ("POST", "/me/security/devices/1/end"),
        ("POST", "/me/security/devices/end-others"),
    ],
)
def test_strangers_are_asked_to_log_in(app: Flask, method: str, url: str) -> None:
    plain = app.test_client().open(url, method=method)
    assert plain.status_code == 303
    assert plain.location.startswith("/log-in?next=")
    htmx = app.test_client().open(url, method=method, headers={"HX-Request": "true"})
    assert htmx.status_code == 401
    assert htmx.headers["HX-Redirect"].startswith("/log-in?next=")


@pytest.mark.parametrize("panel", [None, "password-panel"], ids=["page", "htmx"])
class TestPassword:
    def test_changes_it_and_ends_other_devices(
        self, app: Flask, browser: Browser, panel: str | None
    ) -> None:
        user = make_user_with_password()
        elsewhere = log_in_elsewhere(app, user)
        page = browser.log_in(user).submit(
            "/me/security",
            panel=panel,
            current_password=PASSWORD,
            new_password="совсем другой пароль",
        )
        assert page.status == 200
        assert "Новый пароль действует" in page.text("#messages")
        assert ("<html" in page.html) is (panel is None)
        assert is_password_of(user, "совсем другой пароль")
        assert elsewhere.open("/me/security").path == "/log-in"
        assert browser.open("/me/security").path == "/me/security"
        assert [letter.template for letter in letters_to(user.email)] == ["password_changed"]

    def test_asks_for_the_present_one(self, browser: Browser, panel: str | None) -> None:
        user = make_user_with_password()
        page = browser.log_in(user).submit(
            "/me/security",
            panel=panel,
            current_password="не тот пароль",
            new_password="совсем другой пароль",
        )
        assert page.status == 422
        assert "не подошёл" in page.text("#current_password-error")
        assert is_password_of(user, PASSWORD)
        assert not letters_to(user.email)

    def test_who_guesses_has_to_wait(self, browser: Browser, panel: str | None) -> None:
        user = make_user_with_password()
        browser.log_in(user)
        for _ in range(5):
            page = browser.submit(
                "/me/security",
                panel=panel,
                current_password="не тот пароль",
                new_password="совсем другой пароль",
            )
        assert "Подождите 30 секунд" in page.text("#current_password-error")

    def test_refuses_a_weak_one(self, browser: Browser, panel: str | None) -> None:
        user = make_user_with_password()
        page = browser.log_in(user).submit(
            "/me/security", panel=panel, current_password=PASSWORD, new_password=user.email
        )
        assert page.status == 422
        assert "известны другим" in page.text("#new_password-error")
        assert is_password_of(user, PASSWORD)

    def test_who_logs_in_by_links_may_set_one(self, browser: Browser, panel: str | None) -> None:
        user = make_user()
        browser.log_in(user)
        assert not browser.open("/me/security").soup.select("#current_password")
        page = browser.submit("/me/security", panel=panel, new_password="совсем другой пароль")
        assert page.status == 200
        assert is_password_of(user, "совсем другой пароль")
