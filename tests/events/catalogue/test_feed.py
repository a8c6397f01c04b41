"""/events.atom: the catalogue as a feed, read by a strict parser."""

import sys
from datetime import datetime
from xml.etree import ElementTree

import pytest
from flask import Flask

from app.base.db import db
from app.events.models import EventStatus
from tests.browser import Browser, counted_queries
from tests.factories import make_event, make_municipality, make_organization

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(browser: Browser, address: str = "/events.atom") -> ElementTree.Element:
    """The feed, after checking what RFC 4287 demands of each."""
    response = browser.open(address).response
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.data)  # noqa: S314 - our own
    assert root.tag == ATOM + "feed"
    for part in (root, *root.iter(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            [text] = texts(part, name)
            assert text
        datetime.fromisoformat(texts(part, "updated")[0])
        assert part.findtext(f"{ATOM}author/{ATOM}name")
        assert link(part, "alternate")
    return root


def texts(part: ElementTree.Element, name: str) -> list[str]:
    return [found.text or "" for found in part.findall(ATOM + name)]


def titles(root: ElementTree.Element) -> list[str]:
    return [text for entry in root.iter(ATOM + "entry") for text in texts(entry, "title")]


def link(part: ElementTree.Element, rel: str) -> str | None:
    [href] = [one.get("href") for one in part.findall(ATOM + "link") if one.get("rel") == rel] or [
        None
    ]
    return href


class TestScreen:
    def test_an_entry_tells_what_when_where(self, browser: Browser) -> None:
        event = make_event(
            organization=make_organization(short_name="ЭПТК"), title="Проба & «шов» <b>",
            slug="proba", summary="Кратко", venue="ул. Ленина, 1", contact="Анна Ивановна",
            online_url="https://meet.example/secret", audience=["parent"],
        )  # fmt: skip
        root = feed(browser)
        [entry] = root.iter(ATOM + "entry")
        assert titles(root) == ["Проба & «шов» <b>"]
        assert texts(entry, "id") == [f"tag:localhost,2026:event-{event.id}"]
        assert link(entry, "alternate") == "http://localhost/events/proba"
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "ЭПТК"
        [summary] = texts(entry, "summary")
        for words in ("15:00–16:00", "ул. Ленина, 1", "для родителей", "Кратко"):
            assert words in summary
        whole = ElementTree.tostring(root, encoding="unicode")
        assert "Анна" not in whole
        assert "secret" not in whole

    def test_the_same_selection_as_in_the_catalogue(self, browser: Browser) -> None:
        make_event(title="Сварка")
        make_event(title="Медицина")
        make_event(title="Сварка тайно", status=EventStatus.DRAFT)
        make_event(title="Сварка позже", status=EventStatus.CANCELLED, in_days_=9)
        root = feed(browser, "/events.atom?q=свар&view=month")
        assert titles(root) == ["Сварка", "Отменено: Сварка позже"]
        assert "view" not in (link(root, "self") or "")
        assert (link(root, "alternate") or "").startswith("http://localhost/events?q=")

    def test_nothing_found_is_a_feed_too(self, browser: Browser) -> None:
        assert titles(feed(browser, "/events.atom?q=щщщ")) == []

    def test_control_characters_do_not_break_it(self, browser: Browser) -> None:
        make_event(title="Шов\x0bза\x1b час\ufffe", summary="\x01Кратко\x08 ]]>")
        make_event(organization=make_organization(short_name="Кол\x02ледж"))
        assert "Шовза час" in titles(feed(browser))

    def test_sent_again_only_when_something_changed(self, browser: Browser) -> None:
        event = make_event()
        first = browser.client.get("/events.atom")
        known = {"If-None-Match": first.headers["ETag"]}
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert browser.client.get("/events.atom", headers=known).status_code == 304
        event.title = "Иначе"
        db.session.commit()
        assert browser.client.get("/events.atom", headers=known).status_code == 200

    def test_long_ones_come_in_pages(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.modules["app.events.catalogue.views"], "MOST_IN_DATA", 2)
        for day in range(3):
            make_event(in_days_=day + 1)
        following = link(feed(browser), "next")
        assert following == "http://localhost/events.atom?page=2"
        last = feed(browser, following.removeprefix("http://localhost"))
        assert len(titles(last)) == 1
        assert link(last, "next") is None
        assert link(last, "self") == following

    @pytest.mark.parametrize("query", ["q=%00%0b", "page=x", "page=99999999999999999999", "from=9"])
    def test_a_nonsense_address_is_no_error(self, browser: Browser, query: str) -> None:
        feed(browser, f"/events.atom?{query}")

    def test_the_catalogue_leads_to_it(self, browser: Browser) -> None:
        page = browser.open("/events?q=шов&view=month")
        links = page.soup.select('[href^="/events.atom"]')
        assert [one.name for one in links] == ["link", "a"]
        assert {one["href"] for one in links} == {"/events.atom?q=%D1%88%D0%BE%D0%B2"}

    @pytest.mark.figures
    @pytest.mark.parametrize("events", [2, 30])
    def test_queries_do_not_grow(self, app: Flask, browser: Browser, events: int) -> None:
        for day in range(events):
            make_event(in_days_=day + 1, slots=3, municipality_id=make_municipality().id)
        with counted_queries(app) as queries:
            browser.open("/events.atom")
        assert len(queries) <= 5, queries
