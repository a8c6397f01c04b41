"""The low-vision version on a phone: larger words, and still nothing scrolls sideways."""

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.conftest import Site, log_in, sideways_scroll
from tests.e2e.test_whole_path import publish_an_open_day

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("scripts", [True], indirect=True)
def test_nothing_scrolls_sideways(site: Site, phone: BrowserContext, scripts: bool) -> None:
    page = phone.new_page()
    log_in(page, site, site.organizer)
    slug = publish_an_open_day(page, site, "Электрооборудование: соберите квартирный щиток")
    phone.clear_cookies()
    phone.add_cookies([{"name": "low_vision", "value": "on", "url": site.url}])
    for path in ("/", "/events", f"/events/{slug}", f"/events/{slug}/sign-up", "/organizations"):
        page.goto(f"{site.url}{path}")
        assert page.locator("html.low-vision").count() == 1
        assert sideways_scroll(page) <= 0, path
