"""Several slots changed or deleted together: all of them, or none."""

from datetime import timedelta

from app.events.models import Event
from app.registrations.models import Status
from tests.browser import Browser, Page
from tests.events.editing.test_edit import told
from tests.factories import make_event, make_member, make_registration, make_slot


def many(browser: Browser, event: Event, *, number: int | None = None, **said: str) -> Page:
    chosen = [str(slot.id) for slot in event.slots[:number]]
    return browser.submit(f"/manage/events/{event.slug}/slots/many", fields=said, slot=chosen)


def organized(browser: Browser, **given: int) -> Event:
    event = make_event(**given)  # type: ignore[arg-type]
    browser.log_in(make_member(event.organization))
    return event


class TestScreen:
    def test_asks_what_is_to_change(self, browser: Browser) -> None:
        event = organized(browser, slots=3)
        page = many(browser, event, number=2)
        assert page.status == 200
        assert "Изменить 2 слота" in page.text("h1")

    def test_changes_seats_room_and_time_of_all(self, browser: Browser) -> None:
        event = organized(browser, slots=3, capacity=1)
        first, waiting = make_registration(event.slots[0]), make_registration(event.slots[0])
        before = event.slots[0].starts_at
        page = many(browser, event, change="1", capacity="5", room="104", days="1", minutes="-30")
        assert "Изменено 3 слота" in page.text("#messages")
        assert {(slot.capacity, slot.room) for slot in event.slots} == {(5, "104")}
        assert event.slots[0].starts_at == before + timedelta(days=1, minutes=-30)
        assert event.starts_at == event.slots[0].starts_at
        assert (first.status, waiting.status) == (Status.CONFIRMED, Status.CONFIRMED)
        assert told("event_changed") == 2

    def test_one_that_refuses_stops_all_and_is_named(self, browser: Browser) -> None:
        event = organized(browser, slots=2, capacity=3)
        make_registration(event.slots[1])
        make_registration(event.slots[1])
        page = many(browser, event, change="1", capacity="1")
        assert page.status == 422
        assert "занято 2 места" in page.text("li .o-error")
        assert len(page.soup.select("li .o-error")) == 1
        assert {slot.capacity for slot in event.slots} == {3}

    def test_nothing_said_changes_nothing(self, browser: Browser) -> None:
        event = organized(browser, slots=2)
        assert "что изменить" in many(browser, event, change="1").text(".o-summary")
        assert many(browser, event, change="1", capacity="много").status == 422
        assert "Отметьте" in many(browser, event, number=0, change="1").text("#messages")

    def test_deletes_those_without_people(self, browser: Browser) -> None:
        event = organized(browser, slots=4)
        kept = event.slots[3].id
        page = many(browser, event, number=3, delete="1")
        assert "Удалено 3 слота" in page.text("#messages")
        assert [slot.id for slot in event.slots] == [kept]

    def test_with_people_in_one_none_is_deleted(self, browser: Browser) -> None:
        event = organized(browser, slots=3)
        make_registration(event.slots[0])
        page = many(browser, event, number=2, delete="1")
        assert "записывались" in page.text("#messages")
        assert len(event.slots) == 3

    def test_the_list_has_pages_and_all_can_be_chosen(self, browser: Browser) -> None:
        event = organized(browser, slots=0)
        for _ in range(51):
            make_slot(event)
        page = browser.open(f"/manage/events/{event.slug}/slots")
        assert len(page.soup.select("[name=slot]")) == 50
        second = browser.open(f"/manage/events/{event.slug}/slots?page=2")
        assert len(second.soup.select("[name=slot]")) == 1
        many(browser, event, number=0, everything="1", change="1", room="7")
        assert {slot.room for slot in event.slots} == {"7"}

    def test_two_at_once_in_a_room_are_warned_of_not_refused(self, browser: Browser) -> None:
        event = organized(browser, slots=0)
        make_slot(event, title="Сварка")
        make_slot(event, title="Керамика")
        page = many(browser, event, change="1", room="104")
        assert {slot.room for slot in event.slots} == {"104"}
        assert "В одном помещении сразу двое" in page.text("#messages .alert-warning")
