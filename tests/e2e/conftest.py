"""A real server with a database of its own, and the system's Chromium."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app import create_app
from app.accounts.passwords import hash_of
from app.base import clock
from app.base.config import ROOT
from app.base.db import db, transaction
from app.demo.time_travel import at
from app.organizations.models import Role
from app.people.models import Person
from app.registrations.consents.actions import look_after_holds
from app.registrations.models import Registration, Status
from app.roadmap.actions import store_plan
from app.roadmap.plan_files import read_plan
from bench.servers import serving
from tests.factories import (
    make_member,
    make_municipality,
    make_organization,
    make_school,
    make_user,
)

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
PASSWORD = "elista-2026-noon"
expect.set_options(timeout=60_000)  # two cores, two browsers, two servers


@dataclass(frozen=True)
class Site:
    """Where it answers, and who may log in."""

    url: str
    organizer: str
    teacher: str
    parent: str
    file: Path  # of the database
    shift: timedelta  # from the real hour to noon

    def ticket(self, template: str, address: str) -> str:
        """The ticket's page, as the latest letter of this kind to this address leads there."""
        return f"{self.url}/registrations/{self.letter(template, address)['code']}"

    def letter(self, template: str, address: str) -> dict[str, str]:
        """The context of the latest letter of this kind to this address."""
        with sqlite3.connect(self.file) as database:
            [context] = database.execute(
                "SELECT context FROM notification WHERE template = ? AND address = ? "
                "ORDER BY id DESC LIMIT 1",
                (template, address),
            ).fetchone()
        found: dict[str, str] = json.loads(context)
        return found

    def look_after_holds(self, *, lapsed: str) -> None:
        """What the worker does each minute, when the hold of this child is over."""
        app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{self.file}", "TESTING": True})
        with app.app_context(), at(clock.now() + self.shift):  # the site's own hour
            with transaction():
                db.session.execute(
                    sa.update(Registration)
                    .where(
                        Registration.status == Status.AWAITING_CONSENT,
                        Registration.person_id.in_(
                            sa.select(Person.id).where(Person.last_name == lapsed)
                        ),
                    )
                    .values(hold_until=clock.now() - timedelta(minutes=1))
                )
            look_after_holds()
            db.session.remove()
            db.engine.dispose()

    def here(self, link: str) -> str:
        """A letter's link on the port this site happens to have."""
        return f"{self.url}/{link.split('/', 3)[3]}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    database = f"sqlite:///{folder / 'site.sqlite'}"
    app = create_app({"SQLALCHEMY_DATABASE_URI": database, "TESTING": True})
    with app.app_context():
        db.create_all()
        with transaction():
            make_municipality(name="Городской округ город Элиста", short_name="г. Элиста")
            college = make_organization(
                name="Элистинский политехнический колледж", short_name="ЭПТК", slug="eptk"
            )
            school = make_school("СОШ № 18")
            organizer, teacher = make_member(college, Role.ADMIN), make_member(school, Role.TEACHER)
            parent = make_user("Кермен Очировна")
            for user in (organizer, teacher, parent):
                user.password_hash, user.email_confirmed_at = hash_of(PASSWORD), clock.now()
            store_plan(read_plan(ROOT / "data" / "roadmap_2021_2024.json"))
        accounts = organizer.email, teacher.email, parent.email
        db.session.remove()
        db.engine.dispose()
    noon = clock.from_local(datetime.combine(clock.today(), time(12)))
    shift = noon - clock.now()
    environment = {
        "DATABASE_URL": database,
        "QUEUE_FILE": str(folder / "queue.sqlite"),
        "QUEUE_IN_MEMORY": "0",
        "OUTBOX": str(folder / "outbox"),
        "FILES_FOLDER": str(folder / "files"),
        "TOMBSTONES_FILE": str(folder / "tombstones.jsonl"),
        "RATELIMIT_ENABLED": "0",
        "E2E_SHIFT": str(shift.total_seconds()),
    }
    with serving("tests.e2e.site:app", environment=environment) as (port, _process):
        yield Site(f"http://127.0.0.1:{port}", *accounts, folder / "site.sqlite", shift)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-quic"],
        )
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def phone(chromium: Browser, scripts: bool) -> Iterator[BrowserContext]:
    """A cheap phone: 360 px wide, with and without scripts."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740},
        locale="ru-RU",
        java_script_enabled=scripts,
        accept_downloads=True,
    )
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def problems(phone: BrowserContext) -> list[str]:
    """What the browser complained about: errors, blocked or missing files."""
    found: list[str] = []
    phone.on("weberror", lambda error: found.append(str(error.error)))
    phone.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    phone.on(
        "requestfailed",
        lambda request: (
            found.append(f"failed: {request.url}")
            if request.failure != "net::ERR_ABORTED"  # cut off by going on to the next page
            else None
        ),
    )
    return found


def axe_violations(page: Page) -> list[str]:
    """What axe-core (WCAG 2.2 AA) finds on the page as it stands."""
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
    page.evaluate(source)
    result = page.evaluate(
        """() => axe.run(document, {runOnly: {type: "tag", values:
           ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})"""
    )
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def looks_right(page: Page, scripts: bool) -> None:
    """No violation of WCAG, nothing wider than the phone. axe needs scripts."""
    if scripts:
        assert axe_violations(page) == []
        assert sideways_scroll(page) <= 0, f"{page.url} scrolls sideways"


def log_in(page: Page, site: Site, who: str) -> None:
    page.goto(f"{site.url}/log-in")
    page.locator("#email").fill(who)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Войти", exact=True).click()
    expect(page.locator(".o-account")).to_contain_text("Выйти")


def sideways_scroll(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def saved(page: Page, folder: Path, url: str) -> Path:
    """A file of the site, fetched with the visitor's cookies."""
    answer = page.context.request.get(url)
    assert answer.status == 200, f"{url}: {answer.status}"
    file = folder / url.rpartition("/")[2]
    file.write_bytes(answer.body())
    return file
