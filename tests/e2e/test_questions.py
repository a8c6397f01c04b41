"""An organizer asks, a guest answers: with scripts only what applies is on the page."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Site, log_in, looks_right
from tests.e2e.test_whole_path import publish_an_open_day

pytestmark = pytest.mark.e2e


def ask(page: Page, label: str, kind: str, *, choices: str = "", after: str = "") -> None:
    page.get_by_label("Вопрос", exact=True).fill(label)
    page.get_by_label("Как отвечают").select_option(kind)
    if choices:
        page.get_by_label("Варианты ответа").fill(choices)
    page.get_by_label("Ответ обязателен").check()
    if after:
        page.get_by_text("Спрашивать не всех").click()
        page.get_by_role("checkbox", name=after, exact=True).check()
    page.get_by_role("button", name="Добавить вопрос").click()
    expect(page.locator("ol.o-roll")).to_contain_text(label)


def test_a_question_is_asked_of_whom_it_concerns(
    site: Site, phone: BrowserContext, problems: list[str], scripts: bool
) -> None:
    page = phone.new_page()
    log_in(page, site, site.organizer)
    slug = publish_an_open_day(page, site, f"Вопросы {'со скриптами' if scripts else 'без них'}")
    page.goto(f"{site.url}/manage/events/{slug}/questions")
    ask(page, "Как доберётесь?", "choice", choices="Автобусом\nПешком")
    ask(page, "Откуда вас забрать?", "text", after="Автобусом")
    looks_right(page, scripts)

    phone.clear_cookies()
    page.goto(f"{site.url}/events/{slug}")
    page.get_by_role("link", name="Записаться").first.click()
    stop = page.get_by_label("Откуда вас забрать?")
    hint = page.get_by_text("Если ответ на «Как доберётесь?»: Автобусом")
    expect(page.get_by_label("Автобусом")).to_be_visible()
    if scripts:
        expect(stop).to_be_hidden()
    else:
        expect(hint).to_be_visible()
    page.get_by_label("Автобусом").check()
    expect(stop).to_be_visible()
    page.get_by_role("button", name="Записаться").click()
    expect(page.locator("main")).to_contain_text("Ответьте на этот вопрос.")
    expect(stop).to_be_visible()
    looks_right(page, scripts)

    address = f"lidzhieva-{scripts}@example.org".lower()  # a mailbox that nobody knows yet
    page.get_by_label("Фамилия").fill("Лиджиева")
    page.get_by_label("Имя").fill("Баирта" if scripts else "Булгун")
    page.get_by_label("Дата рождения").fill("1984-03-17")
    page.get_by_label("Класс или кто вы").select_option("adult")
    page.get_by_label("Электронная почта", exact=True).fill(address)
    page.get_by_label("Даю согласие на обработку персональных данных").check()
    page.get_by_label("Пешком").check()
    if scripts:
        expect(stop).to_be_hidden()
    page.get_by_role("button", name="Записаться").click()
    expect(page.locator("main")).to_contain_text("Проверьте почту")
    looks_right(page, scripts)
    page.goto(site.ticket("registration_confirmed", address))
    expect(page.locator(".o-ticket")).to_contain_text("Пешком")
    expect(page.locator(".o-ticket")).not_to_contain_text("Откуда вас забрать?")
    looks_right(page, scripts)
    assert [one for one in problems if "422" not in one] == []
