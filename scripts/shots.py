"""Screenshots of the main pages with demo data, into shots/: 360 and 1280 px, light and dark.

``shots.py --readme`` makes the one picture of the README instead.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from bench.servers import serving  # noqa: E402

SHOTS = ROOT / "shots"
PASSWORD = "dzhangar-2026"  # noqa: S105 - the demo's, written in README
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {360: 740, 1280: 800}
FLASK = [str(Path(sys.executable).parent / "flask"), "--app", "wsgi"]


def pages(browser: Browser, url: str) -> dict[str, list[tuple[str, str]]]:
    """(name, path) for each account; addresses that depend on the demo are looked up."""
    page = browser.new_page()
    page.goto(f"{url}/events?free=1")
    event = page.locator(".o-card a.stretched-link").first.get_attribute("href") or ""
    log_in(page, url, "pupil@demo.test")
    page.goto(f"{url}/me")
    ticket = page.locator("a[href^='/registrations/']").first.get_attribute("href") or ""
    log_in(page, url, "college@demo.test")
    page.goto(f"{url}/manage/events?time=past")
    rooms = page.locator("a[href*='/manage/events/'][href$='/registrations']")
    desk = "/manage/events"
    if rooms.count():
        desk = (rooms.first.get_attribute("href") or "").removesuffix("/registrations")
    page.close()
    return {
        "": [
            ("home", "/"),
            ("events", "/events"),
            ("month", "/events?view=month"),
            ("nothing-found", "/events?q=абракадабра"),
            ("event", event),
            ("sign-up", f"{event}/sign-up"),
            ("organizations", "/organizations"),
            ("log-in", "/log-in"),
            ("sign-up-account", "/sign-up"),
            ("verify", "/verify"),
            ("privacy", "/privacy"),
            ("not-found", "/no-such-page"),
            ("outbox", "/dev/outbox"),
        ],
        "pupil@demo.test": [
            ("mine", "/me"),
            ("ticket", ticket),
            ("certificates", "/me/certificates"),
            ("security", "/me/security"),
        ],
        "college@demo.test": [
            ("desk", "/manage"),
            ("desk-events", "/manage/events"),
            ("desk-new", "/manage/events/new"),
            ("desk-edit", f"{desk}/edit"),
            ("desk-slots", f"{desk}/slots"),
            ("desk-registrations", f"{desk}/registrations"),
            ("desk-attendance", f"{desk}/attendance"),
            ("desk-papers", f"{desk}/papers"),
            ("desk-add", f"{desk}/registrations/add"),
            ("organization", "/manage/organization"),
        ],
        "parent@demo.test": [
            ("children", "/me/children"),
            ("path", "/me/path"),
            ("consents", "/me/consents"),
            ("own-data", "/me/data"),
            ("sign-up-children", f"{event}/sign-up"),
        ],
        "teacher@demo.test": [
            ("school", "/school"),
            ("classes", "/school/classes"),
            ("groups", "/school/groups"),
            ("coverage", "/school/coverage"),
            ("group-sign-up", f"{event}/group"),
        ],
        "school@demo.test": [("duplicates", "/school/duplicates")],
        "door@demo.test": [("door-desk", "/manage"), ("door-attendance", f"{desk}/attendance")],
        "ministry@demo.test": [
            ("approvals", "/administration/organizations"),
            ("texts", "/administration/texts"),
            ("audit", "/administration/audit"),
            ("erasures", "/administration/erasures"),
        ],
    }


def log_in(page: Any, url: str, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{url}/log-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda address: "/log-in" not in address)


def shoot(browser: Browser, url: str) -> None:
    wanted = pages(browser, url)
    for account, named in wanted.items():
        context = browser.new_context(locale="ru-RU")
        page = context.new_page()
        if account:
            log_in(page, url, account)
        for name, path in named:
            for width, height in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme="light")
                page.goto(url + path)
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    file = SHOTS / f"{name}-{width}-{scheme}.png"
                    page.screenshot(path=file, full_page=True)
        context.close()


def main() -> None:
    SHOTS.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "DATABASE_URL": f"sqlite:///{folder}/shots.sqlite",
            "QUEUE_FILE": f"{folder}/queue.sqlite",
            "OUTBOX": f"{folder}/outbox",
            "FILES_FOLDER": f"{folder}/files",
            "DEMO": "1",
            "REDIS_URL": "",
        }
        for command in (["db", "upgrade"], ["demo"], ["deliver-notifications"]):
            subprocess.run(
                [*FLASK, *command],
                cwd=ROOT,
                env={**os.environ, **environment},
                check=True,
                stdout=subprocess.DEVNULL,
            )
        with (
            serving("wsgi:app", environment=environment) as (port, _process),
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            url = f"http://127.0.0.1:{port}"
            if "--readme" in sys.argv:
                page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="ru-RU")
                page.goto(url)
                page.screenshot(path=ROOT / "docs" / "img" / "home.png")
            else:
                shoot(browser, url)
            browser.close()
    print(f"{len(list(SHOTS.glob('*.png')))} pictures in {SHOTS.relative_to(ROOT)}/")


main()
