"""The list of organizations and the page of one."""

from typing import Any

import pytest
from flask import Flask

from app.base.db import db
from app.events.models import EventStatus
from app.organizations.models import Membership, OrganizationKind, Role
from app.organizations.queries import find_organizations
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_member,
    make_ministry_admin,
    make_municipality,
    make_organization,
    make_school,
    make_user,
)


class TestRule:
    def test_colleges_stand_first_and_waiting_ones_nowhere(self) -> None:
        school = make_school("Авангард")
        college = make_organization(short_name="Ясный колледж")
        make_organization(approved=False)
        assert find_organizations().items == [college, school]

    @pytest.mark.parametrize("q", ["политех", "ПОЛИТЕХ", "колледж ЭПТ", "№ 1%"])
    def test_search_by_parts_of_words(self, q: str) -> None:
        college = make_organization(name="Политехнический колледж № 1%", short_name="ЭПТК")
        make_organization(name="Медицинский колледж", short_name="КМК")
        assert find_organizations(q).items == [college]

    def test_filters(self) -> None:
        lagan = make_municipality()
        school = make_school(municipality_id=lagan.id)
        make_organization(municipality_id=lagan.id)
        make_school()
        found = find_organizations(kind=OrganizationKind.SCHOOL, oktmo=lagan.oktmo)
        assert found.items == [school]


class TestScreen:
    def test_cards_say_what_is_coming(self, browser: Browser) -> None:
        college = make_organization(short_name="ЭПТК", municipality_id=make_municipality().id)
        make_event(organization=college)
        make_event(organization=college, in_days_=-7)
        make_event(organization=college, status=EventStatus.DRAFT)
        page = browser.open("/organizations")
        assert page.status == 200
        assert "1 ближайшее мероприятие" in page.text(".o-card")
        assert "Лаганский район" in page.text(".o-card")

    @pytest.mark.parametrize("panel", [None, "results-panel"])
    def test_search_as_page_and_as_panel(self, browser: Browser, panel: str | None) -> None:
        make_organization(name="Медицинский колледж")
        make_organization(name="Колледж искусств")
        page = browser.open("/organizations?q=медиц&kind=college", panel=panel)
        assert page.texts("#results-panel h3") == ["Медицинский колледж"]
        assert bool(page.soup.select("header")) is (panel is None)

    @pytest.mark.parametrize(
        "query",
        ["q=" + "я" * 10_000, "q=%00", "kind=none", "municipality=%27", "page=-1", "page=x",
         "page=99999999999999999999", "q=%25%5C_"],
    )  # fmt: skip
    def test_a_nonsense_address_is_no_error(self, browser: Browser, query: str) -> None:
        make_organization()
        assert browser.open(f"/organizations?{query}").status == 200

    def test_nothing_found_says_what_to_do(self, browser: Browser) -> None:
        assert "Ничего не нашлось" in browser.open("/organizations?q=щщщ").text("main")

    def test_the_number_of_queries_does_not_grow(self, app: Flask, browser: Browser) -> None:
        place = make_municipality()

        def queries() -> int:
            with counted_queries(app) as statements:
                browser.open("/organizations")
            return len(statements)

        for _ in range(2):
            make_event(organization=make_organization(municipality_id=place.id))
        few = queries()
        for _ in range(10):
            make_event(organization=make_organization(municipality_id=place.id))
        assert queries() == few <= 5

    def test_page_of_an_organization(self, app: Flask, browser: Browser) -> None:
        college = make_organization(
            name="Бюджетное профессиональное образовательное учреждение «Политех»",
            about="Учим **варить** и паять.", phone="8 (84722) 3-00-00",
            site="https://college.example.org", is_verified=True,
        )  # fmt: skip
        make_event(organization=college, title="Ярмарка профессий")
        make_event(organization=college, title="Прошлая ярмарка", in_days_=-7)
        make_event(organization=college, title="Тайный замысел", status=EventStatus.DRAFT)
        with counted_queries(app) as statements:
            page = browser.open(f"/organizations/{college.slug}")
        assert page.text("h1") == "Политех"
        assert page.text("main strong") == "варить"
        assert "Ярмарка профессий" in page.text("main")
        assert "Тайный замысел" not in page.text("main")
        assert "Проведено 1 мероприятие" in page.text("main")
        assert page.soup.select_one('a[href="tel:88472230000"]')
        assert "емонстрационные данные" not in page.html
        assert len(statements) <= 5

    def test_unverified_ones_say_so(self, browser: Browser) -> None:
        college = make_organization(is_verified=False, region_key="college")
        assert "Демонстрационные данные" in browser.open(f"/organizations/{college.slug}").html

    def test_waiting_ones_are_seen_by_their_staff_and_the_ministry_alone(self, app: Flask) -> None:
        waiting = make_organization(approved=False)
        url = f"/organizations/{waiting.slug}"

        def status(user: Any) -> int:
            browser = Browser(app.test_client())
            return (browser.log_in(user) if user else browser).open(url).status

        assert status(None) == 404
        assert status(make_member(make_organization(), Role.ADMIN)) == 404
        assert status(make_member(waiting, Role.ADMIN)) == 200
        assert status(make_ministry_admin()) == 200

    def test_a_ministry_nobody_approved_administers_nothing(self, browser: Browser) -> None:
        imposter = make_user()
        fake = make_organization(OrganizationKind.MINISTRY, approved=False)
        db.session.add(Membership(user=imposter, organization=fake, role=Role.ADMIN))
        browser.log_in(imposter)
        assert browser.open("/administration/organizations").status == 404

    def test_an_unknown_one_is_404(self, browser: Browser) -> None:
        assert browser.open("/organizations/none").status == 404
