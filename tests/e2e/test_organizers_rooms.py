"""Every room of an event on a phone: nothing wider than the screen, nothing against WCAG; an
application is sent, accepted, and becomes a seat."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Site, log_in, looks_right
from tests.e2e.test_whole_path import publish_an_open_day

pytestmark = pytest.mark.e2e
ROOMS = (
    *("edit", "slots", "slots/generate", "questions", "questions/answers", "admission"),
    *("registrations", "check-in", "attendance", "attendance/typed", "messages", "messages/new"),
    *("messages/reminders", "papers", "staff", "history", "preview", "save-as-template", "copy"),
)
BESIDE = (
    *("/manage", "/manage/events", "/manage/events/new", "/manage/templates", "/manage/calendar"),
    *("/manage/organization", "/manage/organization/members"),
)


@pytest.mark.parametrize("scripts", [True], indirect=True)
def test_every_room(site: Site, phone: BrowserContext, problems: list[str], scripts: bool) -> None:
    page = phone.new_page()
    log_in(page, site, site.organizer)
    slug = publish_an_open_day(page, site, "Мастерские: все комнаты")
    for path in (*BESIDE, *(f"/manage/events/{slug}/{room}" for room in ROOMS)):
        answer = page.goto(f"{site.url}{path}")
        assert answer is not None
        assert answer.status == 200, path
        looks_right(page, scripts)
    assert problems == []


def apply(page: Page, site: Site, slug: str) -> None:
    page.goto(f"{site.url}/events/{slug}")
    page.get_by_role("link", name="Подать заявку").first.click()
    page.get_by_label("Фамилия").fill("Горяева")
    page.get_by_label("Имя").fill("Нюдля")
    page.get_by_label("Класс или кто вы").select_option("parent")
    page.get_by_label("Электронная почта", exact=True).fill("goryaeva@example.org")
    page.get_by_label("Даю согласие на обработку персональных данных").check()
    page.locator("main form button[type=submit]").last.press("Enter")
    expect(page.locator("main")).to_contain_text("Проверьте почту")
    page.goto(site.ticket("registration_applied", "goryaeva@example.org"))
    expect(page.locator("main")).to_contain_text("Это ещё не место")


@pytest.mark.parametrize("scripts", [True], indirect=True)
def test_an_application_becomes_a_seat(
    site: Site, phone: BrowserContext, problems: list[str], scripts: bool
) -> None:
    page = phone.new_page()
    log_in(page, site, site.organizer)
    slug = publish_an_open_day(page, site, "Мастерские: по заявкам", seats=1)
    room = f"{site.url}/manage/events/{slug}/admission"
    page.goto(room)
    page.get_by_label("Решение по каждой заявке").check()
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#messages")).not_to_be_empty()

    phone.clear_cookies()
    apply(page, site, slug)
    looks_right(page, scripts)
    ticket = page.url
    phone.clear_cookies()
    log_in(page, site, site.organizer)
    page.goto(room)
    page.locator("[name=ids]").first.check()
    looks_right(page, scripts)
    page.get_by_role("button", name="Принять отмеченных").click()
    expect(page.locator("main")).to_contain_text("Отменить решение")
    looks_right(page, scripts)
    page.goto(ticket)
    expect(page.locator("main")).to_contain_text(re.compile("Место за вами|У вас есть место"))
    assert problems == []
