"""The organizer's table: found, ordered, paged, chosen, and acted on."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance import actions as attendance
from app.attendance.models import Attendance, Method, Presence
from app.base import clock
from app.base.db import db
from app.base.words.text import searchable, sort_key
from app.events.models import Event, Slot
from app.organizations.models import Role
from app.people.models import Category, Person
from app.registrations.models import Channel, Registration, Status, new_code
from app.registrations.seats import seats
from app.registrations.signing_up.actions import cancel
from tests.browser import Browser, Page, counted_queries
from tests.factories import (
    make_event,
    make_member,
    make_organization,
    make_person,
    make_registration,
    make_school,
    make_user,
)


def signed_up(slot: Slot, *names: str, **person: object) -> list[Registration]:
    people = [
        make_registration(
            slot,
            make_person(name, **person),  # type: ignore[arg-type]
            channel=Channel.STAFF,
        )
        for name in names
    ]
    db.session.flush()
    return people


def crowd(event: Event, number: int) -> None:
    """So many confirmed registrations, written down at once."""
    people = [
        {
            "last_name": f"Бадмаев{n}", "first_name": "Санджи", "patronymic": "Эрдниевич",
            "category": Category.PUPIL, "identity": f"{event.id}-{n}", "first_year": 2016,
            "search_name": searchable(f"Бадмаев{n} Санджи Эрдниевич"), "school_name": "СОШ № 18",
            "sort_key": sort_key(f"Бадмаев{n:05}"),
        }
        for n in range(number)
    ]  # fmt: skip
    db.session.execute(sa.insert(Person), people)
    query = sa.select(Person.id).where(Person.identity.like(f"{event.id}-%")).order_by(Person.id)
    slot = event.slots[0]
    db.session.execute(
        sa.insert(Registration),
        [
            {
                "event_id": event.id, "slot_id": slot.id, "person_id": id_,
                "status": Status.CONFIRMED, "seats": 1, "code": new_code(),
                "channel": Channel.GUEST, "email": "a@example.org",
            }
            for id_ in db.session.scalars(query)
        ],
    )  # fmt: skip
    db.session.execute(sa.update(Slot).filter_by(id=slot.id).values(seats_taken=number))


def table(event: Event) -> str:
    return f"/manage/events/{event.slug}/registrations"


def names(page: Page) -> list[str]:
    return [one.split()[0] for one in page.texts("tbody th")]


def statuses(people: list[Registration]) -> list[str]:
    db.session.expire_all()
    return [one.status.value for one in people]


@pytest.fixture
def event() -> Event:
    return make_event(slots=2, capacity=200, companions_max=2)


@pytest.fixture
def organizer(browser: Browser, event: Event) -> Browser:
    return browser.log_in(make_member(event.organization))


@pytest.mark.parametrize("panel", [None, "registrations-panel"], ids=["page", "htmx"])
class TestFilter:
    def test_in_russian_order(self, organizer: Browser, event: Event, panel: str | None) -> None:
        signed_up(event.slots[0], "Жуков", "Ёлкин", "Едигов", "Һалзн", "Гаряев")
        page = organizer.open(table(event), panel=panel)
        assert names(page) == ["Гаряев", "Һалзн", "Едигов", "Ёлкин", "Жуков"]
        assert ("<html" in page.html) is (panel is None)

    @pytest.mark.parametrize(
        ("words", "expected"),
        [("ёлк", ["Ёлкин"]), ("ЕЛКИН", ["Ёлкин"]), ("санджи дбад", []), ("эрдн жук", ["Жуков"])],
    )
    def test_by_a_part_of_the_name(
        self, organizer: Browser, event: Event, panel: str | None, words: str, expected: list[str]
    ) -> None:
        signed_up(event.slots[0], "Жуков", "Ёлкин")
        page = organizer.open(f"{table(event)}?q={words}", panel=panel)
        assert names(page) == expected
        assert page.form("#registrations-panel form[method=get]")["q"] == words

    def test_by_status_slot_and_school(
        self, organizer: Browser, event: Event, panel: str | None
    ) -> None:
        school = make_school("СОШ № 18")
        first, second = event.slots
        signed_up(first, "Бадмаев", school="СОШ № 18")
        signed_up(second, "Очиров", school="Гимназия")
        (gone,) = signed_up(second, "Санджиев")
        cancel(gone)
        for asked, expected in {
            f"slot={second.id}": ["Очиров", "Санджиев"],
            "status=cancelled": ["Санджиев"],
            f"status=confirmed&slot={second.id}": ["Очиров"],
            f"school={school.id}": ["Бадмаев"],
            "school=~Гимназия": ["Очиров"],
            "school=~Гимназия&status=cancelled": [],
        }.items():
            assert names(organizer.open(f"{table(event)}?{asked}", panel=panel)) == expected

    def test_in_the_order_asked(self, organizer: Browser, event: Event, panel: str | None) -> None:
        first, second = event.slots
        (late,) = signed_up(second, "Адучиев", grade=9)
        (early,) = signed_up(first, "Бадмаев", grade=11)
        (gone,) = signed_up(first, "Яшкулов", grade=5)
        cancel(gone)
        late.signed_up_at = early.signed_up_at + timedelta(hours=1)
        gone.signed_up_at = early.signed_up_at - timedelta(hours=1)
        for sort, expected in {
            "name": ["Адучиев", "Бадмаев", "Яшкулов"],
            "-name": ["Яшкулов", "Бадмаев", "Адучиев"],
            "signed_up_at": ["Яшкулов", "Бадмаев", "Адучиев"],
            "-signed_up_at": ["Адучиев", "Бадмаев", "Яшкулов"],
            "slot": ["Бадмаев", "Яшкулов", "Адучиев"],
            "class": ["Яшкулов", "Адучиев", "Бадмаев"],
        }.items():
            page = organizer.open(f"{table(event)}?sort={sort}", panel=panel)
            assert names(page) == expected, sort
        assert organizer.open(f"{table(event)}?sort=status", panel=panel).status == 200

    def test_shows_the_place_in_line_and_who_came(
        self, organizer: Browser, event: Event, panel: str | None
    ) -> None:
        slot = make_event(organization=event.organization, capacity=1, in_days_=0).slots[0]
        seated, _one, _two = signed_up(slot, "Бадмаев", "Очиров", "Санджиев")
        attendance.mark(seated, Presence.EXCUSED, method=Method.LIST, by=None)
        page = organizer.open(table(slot.event), panel=panel)
        rows = page.texts("tbody tr")
        assert "Есть место" in rows[0]
        assert "уваж. причина" in rows[0]
        assert "Лист ожидания: 1" in rows[1]
        assert "Лист ожидания: 2" in rows[2]


class TestPages:
    def test_fifty_on_a_page_and_the_nearest_page_beyond_the_end(
        self, organizer: Browser, event: Event
    ) -> None:
        crowd(event, 120)
        first = organizer.open(table(event))
        assert len(names(first)) == 50
        assert first.text(".o-pager [aria-current]") == "1"
        for asked in ("3", "4", "99999999", "9" * 30):
            last = organizer.open(f"{table(event)}?page={asked}")
            assert len(names(last)) == 20
            assert last.text(".o-pager [aria-current]") == "3"
        for asked in ("0", "-5", "два", "\x00"):
            response = organizer.client.get(table(event), query_string={"page": asked})
            assert response.status_code == 200

    def test_the_choice_travels_from_page_to_page(self, organizer: Browser, event: Event) -> None:
        crowd(event, 60)
        ids = list(db.session.scalars(sa.select(Registration.id).order_by(Registration.id)))
        url = f"{table(event)}?page=2&ids={ids[0]}&ids={ids[-1]}&ids={10**30}&ids=x"
        page = organizer.open(url, panel="registrations-panel")
        chosen = [str(box["value"]) for box in page.soup.select("[name=ids][checked]")]
        hidden = [str(box["value"]) for box in page.soup.select("[name=ids][type=hidden]")]
        assert (chosen, hidden) == ([str(ids[-1])], [str(ids[0])])
        assert "Выбран на других страницах: 1" in page.text(".o-choice")

    def test_the_token_never_gets_into_an_address(self, organizer: Browser, event: Event) -> None:
        signed_up(event.slots[0], "Бадмаев")
        page = organizer.open(table(event))
        for form in page.soup.select("form[method=get]"):
            assert not form.select("input[name=csrf_token]")

    @pytest.mark.figures
    def test_a_thousand_rows_take_twelve_queries_and_one_page(
        self, app: Flask, organizer: Browser, event: Event
    ) -> None:
        crowd(event, 5)
        url = table(event)
        organizer.open(url)
        with counted_queries(app) as few:
            organizer.open(url)
        other = make_event(organization=event.organization, capacity=2000, slots=2)
        crowd(other, 1000)
        (waiting,) = signed_up(other.slots[0], "Очиров")
        assert waiting.is_confirmed
        url = table(other)
        with counted_queries(app) as many:
            page = organizer.open(url)
        assert len(names(page)) == 50
        assert len(many) == len(few) <= 12  # with the entry in the audit log
        assert len(page.html) < 200_000


class TestAct:
    def act(
        self,
        browser: Browser,
        event: Event,
        action: str,
        ids: list[int],
        *,
        panel: str | None = None,
        **more: Any,
    ) -> Page:
        """As the forms of the page do: the ids as the ticked boxes send them."""
        url = f"{table(event)}/act"
        return browser.submit(url, panel=panel, action=action, ids=",".join(map(str, ids)), **more)

    def test_asks_before_cancelling_and_names_the_people(
        self, organizer: Browser, event: Event
    ) -> None:
        people = signed_up(event.slots[0], "Бадмаев", "Очиров", "Санджиев")
        asked = f"confirm=cancel&ids={people[0].id}&ids={people[1].id}"
        page = organizer.open(f"{table(event)}?{asked}", panel="registrations-panel")
        question = page.text(".o-box")
        assert "Отменить записи 2 человек?" in question
        assert "Бадмаев Санджи Эрдниевич, Очиров Санджи Эрдниевич" in question
        assert statuses(people) == ["confirmed"] * 3
        form = page.form(".o-box form")
        assert form["ids"] == str(people[1].id)  # the last of the repeated fields

    @pytest.mark.parametrize("panel", [None, "registrations-panel"], ids=["page", "htmx"])
    def test_cancels_the_chosen_and_offers_to_restore_them(
        self, organizer: Browser, event: Event, panel: str | None
    ) -> None:
        people = signed_up(event.slots[0], "Бадмаев", "Очиров", "Санджиев")
        page = self.act(
            organizer, event, "cancel", [people[0].id, people[2].id], panel=panel, q="сандж"
        )
        assert page.status == 200
        assert "Отменены 2 записи" in page.text("#messages")
        assert statuses(people) == ["cancelled", "confirmed", "cancelled"]
        assert page.form("#registrations-panel form[method=get]")["q"] == "сандж"
        assert "Вернуть 2 записи" in page.text(".o-box")
        again = self.act(organizer, event, "restore", [people[0].id, people[2].id], panel=panel)
        assert "Возвращены 2 записи" in again.text("#messages")
        assert statuses(people) == ["confirmed"] * 3
        assert seats.differences() == []

    def test_who_came_is_not_cancelled(self, organizer: Browser, event: Event) -> None:
        today = make_event(organization=event.organization, in_days_=0)
        people = signed_up(today.slots[0], "Бадмаев", "Очиров")
        attendance.mark(people[0], Presence.PRESENT, method=Method.LIST, by=None)
        page = self.act(organizer, today, "cancel", [one.id for one in people])
        assert statuses(people) == ["confirmed", "cancelled"]
        assert "Отменена 1 запись" in page.text("#messages")
        assert "сначала снимите отметку" in page.text("#messages")

    def test_everybody_found_on_all_pages(self, organizer: Browser, event: Event) -> None:
        crowd(event, 60)
        signed_up(event.slots[0], "Очиров")
        page = organizer.open(f"{table(event)}?confirm=cancel&everyone=1&q=бадмаев")
        assert "Отменить записи 60 человек?" in page.text(".o-box")
        assert "и ещё 48" in page.text(".o-box")
        self.act(organizer, event, "cancel", [], everyone="1", q="бадмаев")
        live = db.session.scalars(sa.select(Registration).filter_by(status=Status.CONFIRMED))
        assert [one.person.last_name for one in live] == ["Очиров"]

    def test_gives_free_seats_and_says_why_not(self, organizer: Browser, event: Event) -> None:
        slot = make_event(organization=event.organization, capacity=2, companions_max=2).slots[0]
        make_registration(slot)
        family = make_registration(slot, companions=1)
        first, second = signed_up(slot, "Очиров", "Санджиев")
        ids = [first.id, second.id, family.id]
        page = self.act(organizer, slot.event, "confirm", ids)
        assert statuses([family, first, second]) == ["waitlisted", "confirmed", "waitlisted"]
        messages = page.text("#messages")
        assert "Место получил 1 человек" in messages
        assert "2 записи остались как есть" in messages
        assert messages.count("Увеличьте число мест") == 1
        assert seats.differences() == []

    def test_marks_those_with_a_seat_as_here(self, organizer: Browser, event: Event) -> None:
        slot = make_event(organization=event.organization, capacity=2, in_days_=0).slots[0]
        people = signed_up(slot, "Бадмаев", "Очиров", "Санджиев")
        ids = [one.id for one in people]
        page = self.act(organizer, slot.event, "present", ids, panel="registrations-panel")
        assert "Отмечены пришедшими 2 человека" in page.text("#messages")
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Attendance)) == 2

    def test_before_the_day_nobody_is_marked(self, organizer: Browser, event: Event) -> None:
        (one,) = signed_up(event.slots[0], "Бадмаев")
        page = self.act(organizer, event, "present", [one.id])
        assert "не раньше дня проведения" in page.text("#messages")

    def test_people_of_other_events_are_left_alone(self, organizer: Browser, event: Event) -> None:
        (ours,) = signed_up(event.slots[0], "Бадмаев")
        other = make_event(organization=event.organization)
        theirs = signed_up(other.slots[0], "Очиров")
        page = self.act(organizer, event, "cancel", [ours.id, theirs[0].id, 0, 10**30])
        assert "Отменена 1 запись" in page.text("#messages")
        assert statuses(theirs) == ["confirmed"]
        page = self.act(organizer, event, "cancel", [theirs[0].id])
        assert "Никто не выбран" in page.text("#messages")
        assert statuses(theirs) == ["confirmed"]

    @pytest.mark.parametrize("action", ["", "destroy", "х" * 10_000, "<script>", "\x00", "=cmd()"])
    def test_unknown_acts_change_nothing(
        self, organizer: Browser, event: Event, action: str
    ) -> None:
        people = signed_up(event.slots[0], "Бадмаев")
        page = self.act(organizer, event, action, [people[0].id])
        assert "Выберите действие" in page.text("#messages")
        assert statuses(people) == ["confirmed"]

    def test_cancels_one_from_their_row(self, organizer: Browser, event: Event) -> None:
        people = signed_up(event.slots[0], "Бадмаев", "Очиров")
        page = organizer.submit(f"{table(event)}/{people[0].id}/cancel")
        assert "Вернуть 1 запись" in page.text(".o-box")
        assert statuses(people) == ["cancelled", "confirmed"]
        (other,) = signed_up(make_event().slots[0], "Манджиев")
        for forged in (other.id, 0, 10**30):
            assert organizer.submit(f"{table(event)}/{forged}/cancel").status == 404
        assert statuses([other]) == ["confirmed"]

    def test_without_the_token_nothing_changes(
        self, app: Flask, organizer: Browser, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = signed_up(event.slots[0], "Бадмаев")
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        assert self.act(organizer, event, "cancel", [people[0].id]).status == 400
        assert statuses(people) == ["confirmed"]


class TestOddInput:
    ODD = ("х" * 10_000, "\x00\x01", "😀", "<script>", "=cmd()", "-1", "9" * 40, "%", "\\", "'")

    @pytest.mark.parametrize("name", ["q", "status", "slot", "school", "sort", "page", "ids",
                                      "confirm", "everyone", "undo", "at"])  # fmt: skip
    def test_odd_filters_are_left_out(self, organizer: Browser, event: Event, name: str) -> None:
        signed_up(event.slots[0], "Бадмаев")
        for value in self.ODD:
            response = organizer.client.get(table(event), query_string={name: value})
            assert response.status_code == 200, (name, value[:20])
            assert "<script>" not in response.text.partition("<main")[2]

    def test_a_slot_or_school_of_others_is_left_out(self, organizer: Browser, event: Event) -> None:
        signed_up(event.slots[0], "Бадмаев")
        other = make_event()
        for asked in (f"slot={other.slots[0].id}", f"school={make_school().id}"):
            assert names(organizer.open(f"{table(event)}?{asked}")) == ["Бадмаев"]

    def test_leads_to_the_table_for_excel(self, organizer: Browser, event: Event) -> None:
        page = organizer.open(table(event))
        assert page.soup.select_one(f"a[href='/manage/events/{event.slug}/papers/list.xlsx']")

    def test_nobody_yet_and_nobody_found_say_what_to_do(
        self, organizer: Browser, event: Event
    ) -> None:
        assert "Пока никто не записался" in organizer.open(table(event)).text(".o-empty")
        signed_up(event.slots[0], "Бадмаев")
        assert "Никого не нашлось" in organizer.open(f"{table(event)}?q=ъъъ").text(".o-empty")


class TestAccess:
    @pytest.mark.parametrize("role", [Role.DOOR, Role.TEACHER, Role.VIEWER, Role.EXPERT])
    def test_other_roles_see_nothing(self, browser: Browser, event: Event, role: Role) -> None:
        people = signed_up(event.slots[0], "Бадмаев")
        self.check_closed(browser.log_in(make_member(event.organization, role)), event, people)

    def test_other_organizations_see_nothing(self, browser: Browser, event: Event) -> None:
        people = signed_up(event.slots[0], "Бадмаев")
        self.check_closed(browser.log_in(make_member(make_organization())), event, people)

    def test_somebody_without_a_membership_sees_nothing(
        self, browser: Browser, event: Event
    ) -> None:
        people = signed_up(event.slots[0], "Бадмаев")
        self.check_closed(browser.log_in(make_user()), event, people)

    def check_closed(self, browser: Browser, event: Event, people: list[Registration]) -> None:
        ids = str(people[0].id)
        assert browser.open(table(event)).status == 404
        assert browser.submit(f"{table(event)}/act", action="cancel", ids=ids).status == 404
        assert browser.submit(f"{table(event)}/{ids}/cancel").status == 404
        assert statuses(people) == ["confirmed"]

    def test_visitors_are_asked_to_log_in(self, browser: Browser, event: Event) -> None:
        page = browser.open(table(event), follow=False)
        assert (page.status, page.response.location.partition("?")[0]) == (303, "/log-in")

    def test_an_event_that_is_not_there(self, organizer: Browser) -> None:
        assert organizer.open("/manage/events/net-takogo/registrations").status == 404

    def test_the_admin_sees_the_contacts(self, browser: Browser, event: Event) -> None:
        signed_up(event.slots[0], "Бадмаев", email="sanji@example.org", phone="+7 961 123-45-67")
        browser.log_in(make_member(event.organization, Role.ADMIN))
        assert "sanji@example.org" in browser.open(table(event)).text("details ul")


def test_moments_are_shown_on_the_regions_clock(organizer: Browser, event: Event) -> None:
    (one,) = signed_up(event.slots[0], "Бадмаев")
    one.signed_up_at = clock.from_local(clock.to_local(clock.now()).replace(
        hour=0, minute=5, second=0, tzinfo=None))  # fmt: skip
    assert ", 00:05" in organizer.open(table(event)).text("tbody time")
