"""The ticket on paper: by its secret code, and honest about its state."""

import pytest

from app.events.models import Event, EventStatus
from app.registrations.models import Registration, Status
from tests.browser import Browser
from tests.factories import make_event, make_person
from tests.papers.people import pages, signed_up

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database


@pytest.fixture
def event() -> Event:
    return make_event(title="День открытых дверей", venue="г. Элиста, ул. Ленина, 211")


def ticket(browser: Browser, registration: Registration) -> str:
    response = browser.open(f"/registrations/{registration.code}/ticket.pdf").response
    assert response.mimetype == "application/pdf"
    [text] = pages(response.data)
    return text


class TestScreen:
    def test_says_who_what_when_and_where(self, browser: Browser, event: Event) -> None:
        event.slots[0].room = "ауд. 214"
        person = make_person("Цаңхаев", "Санджи", "")
        registration = signed_up(event.slots[0], person, seats=3)
        text = ticket(browser, registration)
        for words in (
            "место за вами", "Цаңхаев Санджи", "и 2 сопровождающих", "День открытых дверей",
            event.organization.name, "15:00–16:00", "г. Элиста, ул. Ленина, 211, ауд. 214",
            " ".join(registration.code[place : place + 4] for place in (0, 4, 8)),
            "Что взять с собой",
        ):  # fmt: skip
            assert words in text

    def test_speaks_the_visitors_language(self, browser: Browser, event: Event) -> None:
        registration = signed_up(event.slots[0])
        browser.submit("/language", language="en", next="/privacy")
        assert "you have a seat" in ticket(browser, registration)

    def test_on_the_waitlist_it_is_no_ticket(self, browser: Browser, event: Event) -> None:
        registration = signed_up(event.slots[0], status=Status.WAITLISTED)
        text = ticket(browser, registration)
        assert "это ещё не билет" in text
        assert "место за вами" not in text

    def test_a_cancelled_one_lets_nobody_in(self, browser: Browser, event: Event) -> None:
        registration = signed_up(event.slots[0], status=Status.CANCELLED)
        text = ticket(browser, registration)
        assert "запись отменена" in text
        assert registration.code[:4] not in text

    def test_of_a_called_off_event_says_so(self, browser: Browser, event: Event) -> None:
        registration = signed_up(event.slots[0], status=Status.CANCELLED)
        event.status, event.cancel_reason = EventStatus.CANCELLED, "Карантин в колледже"
        text = ticket(browser, registration)
        assert "Мероприятие отменено" in text
        assert "Карантин в колледже" in text

    def test_is_kept_by_nobody(self, browser: Browser, event: Event) -> None:
        registration = signed_up(event.slots[0])
        response = browser.open(f"/registrations/{registration.code}/ticket.pdf").response
        assert response.cache_control.no_store
        assert "noindex" in response.headers["X-Robots-Tag"]

    def test_a_wrong_code_opens_nothing(self, browser: Browser) -> None:
        assert browser.open("/registrations/NOSUCHCODE99/ticket.pdf").status == 404
