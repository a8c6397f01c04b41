"""What an action had to say stands beside the tabs, and not on them."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Site, log_in

pytestmark = pytest.mark.e2e
ON_A_TAB = """() => {
  const said = document.querySelector("#messages p").getBoundingClientRect();
  return [...document.querySelectorAll(".o-tabs a")].filter((tab) => {
    const box = tab.getBoundingClientRect();
    return box.left < said.right && said.left < box.right
      && box.top < said.bottom && said.top < box.bottom;
  }).map((tab) => tab.textContent.trim());
}"""


def test_a_message_covers_no_tab(site: Site, chromium: Browser) -> None:
    with chromium.new_context(viewport={"width": 1280, "height": 800}, locale="ru-RU") as context:
        page = context.new_page()
        log_in(page, site, site.organizer)
        page.goto(f"{site.url}/manage/organization")
        page.locator("main form.o-form button[type=submit]").last.click()
        expect(page.locator("#messages")).to_contain_text("Сохранено")
        for scrolled in (0, 120, 260):
            page.evaluate(f"scrollTo(0, {scrolled})")
            assert page.evaluate(ON_A_TAB) == []
