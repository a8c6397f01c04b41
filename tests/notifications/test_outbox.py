import os
from pathlib import Path

import pytest
from flask import Flask

from app.base.db import transaction
from app.notifications import outbox as outbox_room
from app.notifications.actions import notify
from app.notifications.delivery import deliver_waiting
from tests.browser import Browser


@pytest.fixture
def demo(app: Flask, outbox: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "DEMO", True)
    return outbox


def deliver(*names: str) -> None:
    for name in names:
        with transaction():
            notify(
                "anna@example.org", "log_in_link", name=name, link="http://localhost/log-in/link/x"
            )
    deliver_waiting()


class TestScreen:
    def test_lists_letters_newest_first(self, browser: Browser, demo: Path) -> None:
        deliver("Анна")
        for file in demo.glob("*.eml"):
            os.utime(file, (0, 0))
        with transaction():
            notify("badma@example.org", "password_reset", name="Бадма", link="http://localhost/x")
        deliver_waiting()
        page = browser.open("/dev/outbox")
        newer, older = page.texts("main tbody tr")
        assert newer.startswith("Выберите новый пароль badma@example.org")
        assert older.startswith("Ссылка для входа anna@example.org")

    def test_shows_one_with_links_to_follow(self, browser: Browser, demo: Path) -> None:
        deliver("Анна")
        link = browser.open("/dev/outbox").soup.select_one("main tbody a")
        assert link
        page = browser.open(str(link["href"]))
        assert "Здравствуйте, Анна!" in page.text("main")
        assert page.soup.select("main a[href='http://localhost/log-in/link/x']")

    def test_shows_the_html_in_a_sandbox(self, browser: Browser, demo: Path) -> None:
        deliver("Анна")
        (file,) = demo.glob("*.eml")
        page = browser.open(f"/dev/outbox/{file.stem}?as=html")
        assert "Здравствуйте, Анна!" in page.text()
        (policy,) = page.response.headers.getlist("Content-Security-Policy")
        assert policy.startswith("sandbox;")
        assert "script-src" not in policy
        assert "default-src 'none'" in policy

    def test_says_what_to_do_when_there_is_none(self, browser: Browser, demo: Path) -> None:
        assert "Писем пока нет" in browser.open("/dev/outbox").text("main")

    def test_pages(self, browser: Browser, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outbox_room, "PER_PAGE", 2)
        deliver("Анна", "Бадма", "Валя")
        assert len(browser.open("/dev/outbox").texts("main tbody tr")) == 2
        assert len(browser.open("/dev/outbox?page=2").texts("main tbody tr")) == 1
        for odd in ("0", "-1", "999999999999999999999", "x", ""):
            assert browser.open(f"/dev/outbox?page={odd}").status == 200

    @pytest.mark.parametrize(
        "reference",
        [
            "nothing",
            "ab12ab12",
            "..",
            "%2e%2e%2fsecret",
            "../../instance/secret_key",
            "a" * 5000,
            "%00",
        ],
    )
    def test_only_letters_of_the_outbox(self, browser: Browser, demo: Path, reference: str) -> None:
        (demo.parent / "secret.eml").write_text("Subject: secret")
        assert browser.open(f"/dev/outbox/{reference}").status == 404

    def test_a_broken_file_is_no_disaster(self, browser: Browser, demo: Path) -> None:
        (demo / "abcdef12.eml").write_bytes(b"\xff\xfe no letter at all")
        assert browser.open("/dev/outbox").status == 200
        assert browser.open("/dev/outbox/abcdef12").status == 200

    def test_is_not_there_outside_the_demo(self, browser: Browser, outbox: Path) -> None:
        deliver("Анна")
        (file,) = outbox.glob("*.eml")
        for url in ("/dev/outbox", f"/dev/outbox/{file.stem}"):
            assert browser.open(url).status == 404
