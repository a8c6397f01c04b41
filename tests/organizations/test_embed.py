"""The coming events of an organization in a frame on its own site."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.events.models import EventStatus
from app.organizations.models import Role
from tests.browser import Browser, counted_queries
from tests.factories import make_event, make_member, make_organization, make_user


class TestScreen:
    def test_coming_events_and_nothing_around_them(self, browser: Browser) -> None:
        college = make_organization(short_name="ЭПТК")
        make_event(organization=college, title="Ярмарка")
        make_event(organization=college, title="Прошлая", in_days_=-7)
        make_event(organization=college, title="Тайная", status=EventStatus.DRAFT)
        make_event(title="Чужая")
        page = browser.open(f"/embed/organizations/{college.slug}")
        assert page.texts("h3") == ["Ярмарка"]
        assert "ЭПТК на «Ориентире»" in page.text("main")
        assert not page.soup.select("header, footer, nav, script, form")

    def test_links_open_in_the_whole_window(self, browser: Browser) -> None:
        event = make_event()
        page = browser.open(f"/embed/organizations/{event.organization.slug}")
        assert page.soup.select_one("head > base")["target"] == "_top"  # type: ignore[index]
        assert not page.soup.select("a[target]")

    def test_more_than_fit_are_a_link_away(self, browser: Browser) -> None:
        college = make_organization()
        for day in range(13):
            make_event(organization=college, in_days_=day + 1)
        page = browser.open(f"/embed/organizations/{college.slug}")
        assert len(page.texts("h3")) == 12
        assert "Все 13" in page.text("main")

    def test_none_ahead_is_said(self, browser: Browser) -> None:
        page = browser.open(f"/embed/organizations/{make_organization().slug}")
        assert page.status == 200
        assert page.text(".o-empty")

    @pytest.mark.parametrize("logged_in", [False, True])
    def test_any_site_may_frame_it_and_no_other_page(
        self, browser: Browser, *, logged_in: bool
    ) -> None:
        college = make_organization()
        if logged_in:
            browser.log_in(make_user())
        for _again in range(2):  # drawn, then as it was kept
            headers = browser.open(f"/embed/organizations/{college.slug}").response.headers
            assert "frame-ancestors *" in headers["Content-Security-Policy"]
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "X-Frame-Options" not in headers
            assert "Set-Cookie" not in headers
        headers = browser.open(f"/organizations/{college.slug}").response.headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"

    def test_waiting_and_unknown_ones_are_404(self, browser: Browser) -> None:
        waiting = make_organization(approved=False)
        for slug in (waiting.slug, "none"):
            assert browser.open(f"/embed/organizations/{slug}").status == 404

    def test_the_organization_finds_what_to_copy(self, browser: Browser) -> None:
        college = make_organization(short_name='Колледж "Мир" & <труд>')
        browser.log_in(make_member(college, Role.ADMIN))
        code = browser.open("/manage/organization").text("textarea[readonly]")
        frame = BeautifulSoup(code, "html.parser").iframe
        assert frame
        assert frame["src"] == f"http://localhost/embed/organizations/{college.slug}"
        assert frame["title"] == 'Ближайшие мероприятия: Колледж "Мир" & <труд>'

    def test_few_queries(self, app: Flask, browser: Browser) -> None:
        college = make_organization()
        for day in range(10):
            make_event(organization=college, in_days_=day + 1)
        with counted_queries(app) as queries:
            browser.open(f"/embed/organizations/{college.slug}")
        assert len(queries) <= 3, queries
