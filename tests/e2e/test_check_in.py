"""The door on a phone: a camera that reads a real ticket, and a hall without network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import create_app
from app.accounts.passwords import hash_of
from app.base import clock
from app.base.db import db, transaction
from app.organizations.models import Role
from app.press.qr import code_of
from app.registrations.models import Channel
from tests.e2e.conftest import CHROMIUM, PASSWORD, Site, log_in, looks_right
from tests.factories import make_event, make_member, make_person, make_registration

pytestmark = pytest.mark.e2e
WIDTH, HEIGHT = 640, 480
PHONE = {"width": 360, "height": 740}


class Door:
    """An event that goes on today, with people, at whose door somebody stands."""

    def __init__(self, site: Site, people: int) -> None:
        app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{site.file}", "TESTING": True})
        with app.app_context():
            with transaction():
                event = make_event(in_days_=0, capacity=people)
                staff = make_member(event.organization, Role.DOOR)
                staff.email = f"door-{event.id}@example.org"  # the factories count from 1 anew
                staff.password_hash, staff.email_confirmed_at = hash_of(PASSWORD), clock.now()
                names = [f"Очир{'абвгдежзик'[n % 10]}{'лмн'[n // 10]}ов" for n in range(people)]
                registrations = [
                    make_registration(event.slots[0], make_person(name, class_letter="А"),
                                      channel=Channel.STAFF)
                    for name in names
                ]  # fmt: skip
                self.codes = [one.code for one in registrations]
                self.names = [one.person.full_name for one in registrations]
            self.staff = staff.email
            self.url = f"{site.url}/manage/events/{event.slug}/check-in"
            db.session.remove()
            db.engine.dispose()


def camera_film(text: str, file: Path) -> None:
    """A still film of the QR code, as Chromium plays it for a camera: Y4M, black and white."""
    rows = [list(row) for row in code_of(text).matrix_iter(scale=8, border=4)]
    top, left = (HEIGHT - len(rows)) // 2, (WIDTH - len(rows[0])) // 2
    bright = bytearray(b"\xeb" * WIDTH * HEIGHT)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                bright[(top + y) * WIDTH + left + x] = 16
    grey = b"\x80" * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    file.write_bytes(head + (b"FRAME\n" + bytes(bright) + grey) * 2)


@contextmanager
def phone_with_camera(chromium: Browser, film: Path) -> Iterator[Page]:
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    yield browser.new_context(viewport=PHONE, locale="ru-RU").new_page()  # type: ignore[arg-type]
    browser.close()


@pytest.fixture
def phones(chromium: Browser) -> Iterator[list[BrowserContext]]:
    both = [chromium.new_context(viewport=PHONE, locale="ru-RU") for _ in range(2)]  # type: ignore[arg-type]
    yield both
    for one in both:
        one.close()


def type_code(page: Page, code: str) -> None:
    page.locator("#code-form [name=code]").fill(code)
    page.locator("#code-form button").click()


def test_the_camera_reads_a_ticket(site: Site, chromium: Browser, tmp_path: Path) -> None:
    door = Door(site, 1)
    film = tmp_path / "ticket.y4m"
    camera_film(f"{site.url}/registrations/{door.codes[0]}", film)
    with phone_with_camera(chromium, film) as page:
        log_in(page, site, door.staff)
        page.goto(door.url)
        looks_right(page, True)
        page.get_by_role("button", name="Сканировать билет").click()
        expect(page.locator("#answer")).to_have_class("o-answer o-good")
        expect(page.locator("#answer")).to_contain_text(door.names[0])
        expect(page.locator("#counts-panel")).to_contain_text("1 из 1")
        looks_right(page, True)


def test_a_code_of_something_else(site: Site, chromium: Browser, tmp_path: Path) -> None:
    door = Door(site, 1)
    film = tmp_path / "other.y4m"
    camera_film("https://vk.com/eptk", film)
    with phone_with_camera(chromium, film) as page:
        log_in(page, site, door.staff)
        page.goto(door.url)
        page.get_by_role("button", name="Сканировать билет").click()
        expect(page.locator("#answer")).to_have_class("o-answer o-bad")
        expect(page.locator("#answer")).to_contain_text("Это не билет Ориентира")


STORED = """async () => {
  const found = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      found.push(await (await caches.match(request)).text());
  const base = await new Promise(done => {
    const asked = indexedDB.open("orientir-check-in");
    asked.onsuccess = () => done(asked.result); });
  for (const shelf of base.objectStoreNames)
    found.push(await new Promise(done => {
      const asked = base.transaction(shelf).objectStore(shelf).getAll();
      asked.onsuccess = () => done(asked.result.map(one => JSON.stringify(one, (_k, value) =>
        value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value)).join()); }));
  return found.join("\\n");
}"""


def test_a_hall_without_network(site: Site, phones: list[BrowserContext]) -> None:
    """Two phones take the list, the network goes, 30 marks on one and two of them on the
    other, the network comes back."""
    door = Door(site, 30)
    pages = [phone.new_page() for phone in phones]
    for page in pages:
        log_in(page, site, door.staff)
        page.goto(door.url)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.get_by_role("button", name="Взять список на смену").click()
        expect(page.locator("#shift-said")).to_contain_text("30")
        page.locator("#code-box summary").click()
    first, second = pages
    for phone in phones:
        phone.set_offline(True)
    for number, code in enumerate(door.codes):
        type_code(first, code)
        expect(first.locator("#answer")).to_contain_text(door.names[number])
    expect(first.locator("#answer")).to_have_class("o-answer o-good")
    expect(first.locator("#line")).to_contain_text("Ждут отправки: 30")

    second.locator("#q").fill(door.names[0])
    second.get_by_role("button", name="Найти").click()
    second.locator("#found").get_by_role("button", name="Здесь").click()
    expect(second.locator("#answer")).to_contain_text(door.names[0])
    type_code(second, door.codes[1])
    expect(second.locator("#line")).to_contain_text("Ждут отправки: 2")
    type_code(second, "ABCD EFGH 2345")
    expect(second.locator("#answer")).to_have_class("o-answer o-warn")
    stored = second.evaluate(STORED)
    assert "Сканировать" in stored  # the frame of the page is there …
    assert not [name for name in door.names if name.partition(" ")[0] in stored]  # … nobody else
    assert not [code for code in door.codes if code in stored]

    second.goto(door.url)  # the browser was closed: the page opens without network
    expect(second.locator("#line")).to_contain_text("Ждут отправки: 3")

    phones[0].set_offline(False)
    expect(first.locator("#line")).to_be_hidden()
    expect(first.locator("#counts-panel")).to_contain_text("30 из 30")
    expect(first.locator("#doubles li")).to_have_count(0)
    phones[1].set_offline(False)
    doubles = second.locator("#doubles li")
    expect(doubles.filter(has_text="на другом телефоне")).to_have_count(2)
    expect(doubles.filter(has_text="Такого билета нет")).to_have_count(1)
    expect(second.locator("#counts-panel")).to_contain_text("30 из 30")
    second.get_by_role("button", name="Сдать смену").click()
    expect(second.locator("#shift-said")).to_contain_text("стёрт")
