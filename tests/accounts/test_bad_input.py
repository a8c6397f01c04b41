"""Whatever is sent: a sentence or a 404, never a 500, and nothing stored."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.accounts.guards import attempts
from app.accounts.models import Link, PendingAccount, User
from app.base import jobs
from app.base.db import db
from app.notifications.models import Notification
from app.web.budgets import LETTERS_OF_NETWORK, Cost, charge
from app.web.security import limiter
from tests.accounts.letters import PASSWORD, make_user_with_password
from tests.browser import Browser
from tests.factories import make_user

NASTY = [
    "",
    " ",
    "a" * 10_000,
    "я" * 10_000,
    "\x00",
    "a\x00b@example.org",
    "\x1b[31m",
    "a\r\nBcc: b@c.org",
    "👩‍🎓",
    "<script>alert(1)</script>",
    "=cmd()",
    "'; DROP TABLE user; --",
    "anna@example.org\n",
    "\ud7ff",
    "anna@@example.org",
    "аня@example.org",
    "anna@localhost",
    "%s%n",
    "{{ 7 * 7 }}",
]
FORMS = {
    "/log-in": {"email": "anna@example.org", "password": PASSWORD, "next": "/me"},
    "/log-in/link": {"email": "anna@example.org"},
    "/log-in/reset": {"email": "anna@example.org"},
    "/sign-up": {"name": "Анна", "email": "anna@example.org", "password": PASSWORD},
}
CASES = [
    (url, {**fields, name: nasty}, name)
    for url, fields in FORMS.items()
    for name in fields
    for nasty in NASTY
]


def stored() -> int:
    counts = [
        sa.select(sa.func.count()).select_from(m)
        for m in (User, PendingAccount, Link, Notification)
    ]
    return sum(db.session.scalar(count) or 0 for count in counts)


@pytest.mark.parametrize(
    ("url", "fields", "name"),
    CASES,
    ids=lambda value: repr(value)[:24] if isinstance(value, str) else "",
)
def test_each_field_of_each_form(
    browser: Browser, url: str, fields: dict[str, str], name: str
) -> None:
    page = browser.submit(url, fields=fields)
    assert page.status in (200, 422)
    assert "<script>alert" not in page.html
    if page.status == 422:
        assert page.text(f"#{name}-error") or page.text("main [role=alert]")
        assert stored() == 0


@pytest.mark.parametrize("nasty", NASTY)
def test_each_field_of_the_security_page(browser: Browser, nasty: str) -> None:
    browser.log_in(make_user_with_password())
    page = browser.submit("/me/security", current_password=nasty, new_password="новый пароль 7")
    assert page.status == 422
    assert page.text("#current_password-error")
    page = browser.submit("/me/security", current_password=PASSWORD, new_password=nasty)
    assert page.status in (200, 422)


def test_fields_that_are_missing(browser: Browser) -> None:
    for url in FORMS:
        assert browser.submit(url).status == 422
    browser.log_in(make_user_with_password())
    assert browser.submit("/me/security").status == 422
    assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 0


@pytest.fixture
def strict_app(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


POSTS = [
    *FORMS,
    "/log-out",
    "/me/security",
    "/me/security/devices/1/end",
    "/me/security/devices/end-others",
]


@pytest.mark.parametrize("url", POSTS)
@pytest.mark.parametrize("token", [{}, {"csrf_token": "forged"}], ids=["missing", "forged"])
def test_a_form_of_another_site_does_nothing(
    strict_app: Flask, url: str, token: dict[str, str]
) -> None:
    user = make_user_with_password(email="anna@example.org")
    browser = Browser(strict_app.test_client())
    if url not in FORMS:
        browser.log_in(user)
    before = stored()
    page = browser.submit(url, fields={**FORMS.get(url, {}), **token})
    assert page.status == 400
    assert "устарела" in page.text("h1")
    htmx = browser.submit(url, fields={**FORMS.get(url, {}), **token}, panel="x-panel")
    assert htmx.status == 422
    assert htmx.text("#messages")
    assert stored() == before
    if url not in FORMS:
        assert browser.open("/me/security").path == "/me/security"


def test_with_its_token_a_form_works(strict_app: Flask) -> None:
    user = make_user_with_password()
    browser = Browser(strict_app.test_client())
    form = browser.open("/log-in").form("main form")
    page = browser.submit("/log-in", fields={**form, "email": user.email, "password": PASSWORD})
    assert page.path == "/me"
    form = browser.open("/me/security").form("form[action='/log-out']")
    assert "Вы вышли" in browser.submit("/log-out", fields=form).text("#messages")


@pytest.fixture
def limited_app(app: Flask) -> Iterator[Flask]:
    """An application of its own that counts requests, as real ones do."""
    limited = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
            "SQLALCHEMY_ENGINE_OPTIONS": {},
            "SECRET_KEY": "for tests",
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": True,
        }
    )
    with limited.app_context():
        db.create_all()
    yield limited
    limiter.enabled = False
    jobs.init_app(app)


def test_a_network_that_has_passwords_hashed_without_end_is_stopped(limited_app: Flask) -> None:
    client = limited_app.test_client()
    statuses = [
        client.post("/sign-up", data={"email": f"user{n}@example.org"}).status_code
        for n in range(21)
    ]
    assert 429 not in statuses[:20]
    assert statuses[20] == 429
    assert client.get("/sign-up").status_code == 200


@pytest.mark.parametrize("url", ["/log-in/link", "/log-in/reset", "/sign-up"])
def test_a_network_that_mails_too_much_is_stopped(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(attempts, "ANSWER_TAKES", 0)
    charge(Cost(LETTERS_OF_NETWORK, "127.0.0.1", LETTERS_OF_NETWORK.most - 2))
    told = {"name": "Анна", "password": "stepnoy-veter-2026"}
    pages = [
        browser.submit(url, fields={"email": f"user{n}@example.org", **told}) for n in range(3)
    ]
    assert [page.status for page in pages] == [200, 200, 422]
    assert "много писем" in pages[2].text("[role=alert]")
    assert pages[2].form("form.o-form")["email"] == "user2@example.org"


def test_names_are_shown_as_text(browser: Browser) -> None:
    user = make_user(name="<b>Анна</b>")
    page = browser.log_in(user).open("/me/security")
    assert "<b>Анна</b>" in page.text("main")
