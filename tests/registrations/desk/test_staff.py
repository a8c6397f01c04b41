"""What staff do: people added by hand and at the door; many cancelled, seated, restored."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance.models import Attendance
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus
from app.notifications.models import Notification
from app.organizations.models import Role
from app.people.models import Consent, Person
from app.registrations.desk import actions as staff
from app.registrations.models import Channel, Registration, Status
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

WRITTEN = {
    "last_name": "Очирова", "first_name": "Айса", "patronymic": "", "birth_date": "",
    "grade": "9", "school": "СОШ № 18", "email": "", "phone": "",
    "consent-personal-data": "y",
}  # fmt: skip
BAD = {
    "last_name": ["", "х" * 10_000, "Очи\x07рова", "Очирова😀", "<script>", "=cmd()", "Иванов2"],
    "first_name": ["", "х" * 10_000, "\x00", "<b>", "😀"],
    "patronymic": ["х" * 10_000, "<script>", "\x1b"],
    "birth_date": ["1026-03-17", "3026-03-17", "2011-02-30", "вчера", "9" * 10_000],
    "grade": ["", "0", "12", "-1", "девятый", "9" * 5_000],
    "school": ["", "х" * 10_000, "<script>", "=cmd()", "\x00", "😀"],
    "email": ["не адрес", "a@b", "х" * 10_000, "<a@b.ru>"],
    "phone": ["позвоните", "1" * 10_000, "=1+1"],
    "slot": ["", "0", "-1", "abc", "9" * 30, "\x00"],
    "companions": ["-1", "3", "много", "9" * 30],
    "consent-personal-data": [""],
}
EACH_BAD = [(name, value) for name, values in BAD.items() for value in values]


def event_today(**given: object) -> Event:
    return make_event(in_days_=0, **given)  # type: ignore[arg-type]


def people_in(event: Event, number: int) -> list[Registration]:
    return [
        make_registration(event.slots[0], make_person(f"Бадмаев{'а' * n}"), channel=Channel.STAFF)
        for n in range(number)
    ]


def stored(model: type = Registration) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def statuses(people: list[Registration]) -> list[str]:
    db.session.expire_all()
    return [one.status.value for one in people]


def letters(registration: Registration) -> list[str]:
    query = sa.select(Notification).filter_by(address=registration.email)
    return [letter.template for letter in db.session.scalars(query.order_by(Notification.id))]


class TestRule:
    def test_cancels_many_and_promotes_only_who_stays(self) -> None:
        event = make_event(capacity=2)
        people = people_in(event, 5)
        gone = staff.cancel_many([people[0], people[2]])  # a seat, and the first who waits
        assert gone == [people[0], people[2]]
        assert statuses(people) == [
            "cancelled",
            "confirmed",
            "cancelled",
            "confirmed",
            "waitlisted",
        ]
        assert letters(people[2]) == ["registration_waitlisted", "registration_cancelled"]
        assert letters(people[3])[-1] == "registration_promoted"
        assert seats.differences() == []

    def test_cancelling_again_changes_nothing(self) -> None:
        event = make_event()
        people = people_in(event, 2)
        staff.cancel_many(people)
        assert staff.cancel_many(people) == []
        assert seats.differences() == []

    def test_many_are_cancelled_with_few_queries(self, app: Flask) -> None:
        event = make_event(capacity=40)
        people = people_in(event, 30)
        db.session.flush()
        with counted_queries(app) as queries:
            staff.cancel_many(people)
        reading_and_locking = [q for q in queries if not q.startswith("INSERT INTO notification")]
        assert len(reading_and_locking) <= 15

    def test_gives_a_free_seat_out_of_turn(self) -> None:
        event = make_event(capacity=2, companions_max=2)
        slot = event.slots[0]
        make_registration(slot)
        family = make_registration(slot, companions=1)  # needs two seats, one is left
        single = make_registration(slot)
        assert [family.status, single.status] == [Status.WAITLISTED, Status.WAITLISTED]
        staff.confirm(single)
        assert statuses([family, single]) == ["waitlisted", "confirmed"]
        assert letters(single)[-1] == "registration_promoted"
        assert seats.differences() == []

    def test_no_seat_out_of_turn_when_none_is_free(self) -> None:
        event = make_event(capacity=1)
        _first, waiting = people_in(event, 2)
        with pytest.raises(RuleBroken, match="Все места на это время заняты"):
            staff.confirm(waiting)
        assert seats.differences() == []

    def test_a_cancelled_one_is_restored_before_it_is_confirmed(self) -> None:
        event = make_event()
        (one,) = people_in(event, 1)
        cancel(one)
        with pytest.raises(RuleBroken, match="сначала нужно вернуть"):
            staff.confirm(one)

    def test_restores_to_a_seat_or_to_the_end_of_the_line(self) -> None:
        event = make_event(capacity=2)
        people = people_in(event, 2)
        staff.cancel_many(people)
        newcomer = make_registration(event.slots[0])
        outcome = staff.restore_many(people, by=None)
        assert outcome.done == people
        assert statuses([*people, newcomer]) == ["confirmed", "waitlisted", "confirmed"]
        assert stored() == 3

    def test_one_refusal_does_not_stop_the_others(self) -> None:
        event = make_event(capacity=1)
        first, second, third = people_in(event, 3)
        cancel(second)
        outcome = staff.confirm_many([first, second, third])
        assert (outcome.done, outcome.refused, len(outcome.refusals)) == ([], 2, 2)

    def test_who_comes_without_signing_up_takes_a_seat_that_others_only_wait_for(self) -> None:
        event = make_event(capacity=2, companions_max=1)
        slot = event.slots[0]
        make_registration(slot)
        family = make_registration(slot, companions=1)
        here = staff.walk_in(slot, make_person("Очиров"), by=None)
        assert (here.status, here.channel) == (Status.CONFIRMED, Channel.WALK_IN)
        assert family.status is Status.WAITLISTED
        assert seats.differences() == []

    def test_a_full_slot_has_no_seat_for_who_comes_without_signing_up(self) -> None:
        event = make_event(capacity=1)
        people_in(event, 1)
        with pytest.raises(RuleBroken, match="Увеличьте число мест"):
            staff.walk_in(event.slots[0], make_person("Очиров"), by=None)


class TestAddByHand:
    def submit(self, browser: Browser, event: Event, **changed: str) -> Page:
        fields = {**WRITTEN, "slot": str(event.slots[0].id), **changed}
        return browser.submit(f"/manage/events/{event.slug}/registrations/add", fields=fields)

    def organizer(self, browser: Browser, event: Event) -> Browser:
        return browser.log_in(make_member(event.organization))

    def test_adds_a_person_with_a_paper_consent(self, browser: Browser) -> None:
        event = make_event()
        school = make_school("СОШ № 18")
        page = self.submit(self.organizer(browser, event), event, email="aisa@example.org")
        assert page.path == f"/manage/events/{event.slug}/registrations"
        assert "Запись добавлена: Очирова Айса" in page.text("#messages")
        registration = db.session.scalars(sa.select(Registration)).one()
        assert (registration.status, registration.channel) == (Status.CONFIRMED, Channel.STAFF)
        assert registration.signed_up_by_id
        person = registration.person
        assert (person.school_id, person.grade, person.patronymic) == (school.id, 9, "")
        consent = db.session.scalars(sa.select(Consent)).one()
        assert (consent.person_id, consent.channel) == (person.id, "paper")
        assert letters(registration) == ["registration_confirmed"]

    def test_a_school_that_is_not_known_is_kept_as_typed(self, browser: Browser) -> None:
        event = make_event()
        self.submit(self.organizer(browser, event), event, school="Гимназия им. Городовикова")
        person = db.session.scalars(sa.select(Person)).one()
        assert (person.school_id, person.school_name) == (None, "Гимназия им. Городовикова")

    def test_may_add_after_the_window_and_outside_the_audience(self, browser: Browser) -> None:
        event = make_event(
            audience=["pupil"],
            grade_from=10,
            grade_to=11,
            signup_closes_at=clock.now() - timedelta(days=1),
        )
        self.submit(self.organizer(browser, event), event, grade="5")
        assert stored() == 1

    def test_puts_on_the_waitlist_when_it_is_full_and_says_so(self, browser: Browser) -> None:
        event = make_event(capacity=1)
        people_in(event, 1)
        page = self.submit(self.organizer(browser, event), event)
        assert "в листе ожидания, место в очереди 1" in page.text("#messages")

    def test_the_next_one_keeps_the_time(self, browser: Browser) -> None:
        event = make_event(slots=2)
        second = event.slots[1].id
        browser = self.organizer(browser, event)
        page = self.submit(browser, event, slot=str(second), again="1")
        assert page.path.endswith("/registrations/add")
        ticked = page.soup.select("[name=slot][checked]")
        assert [str(one["value"]) for one in ticked] == [str(second)]
        assert page.form(".o-form")["last_name"] == ""

    def test_the_same_person_again_is_refused_and_the_form_kept(self, browser: Browser) -> None:
        event = make_event()
        self.submit(self.organizer(browser, event), event)
        page = self.submit(browser, event)
        assert page.status == 422
        assert "укажите дату рождения" in page.text("[role=alert]")
        assert page.form(".o-form")["last_name"] == "Очирова"
        assert (stored(), stored(Person)) == (1, 1)
        assert self.submit(browser, event, birth_date="2011-03-17").status == 200
        assert stored() == 2

    def test_not_before_the_event_is_published(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.DRAFT)
        page = self.submit(self.organizer(browser, event), event)
        assert (page.status, stored(), stored(Person)) == (422, 0, 0)
        assert page.text("[role=alert]")

    @pytest.mark.parametrize(("name", "value"), EACH_BAD)
    def test_bad_input_is_a_sentence_and_stores_nothing(
        self, browser: Browser, name: str, value: str
    ) -> None:
        event = make_event(companions_max=2, slots=2)
        page = self.submit(self.organizer(browser, event), event, **{name: value})
        assert page.status == 422, (name, value[:30])
        assert page.text(".o-error") or page.text("[role=alert]")
        assert (stored(), stored(Person), stored(Consent)) == (0, 0, 0)
        if name != "last_name":
            assert page.form(".o-form")["last_name"] == "Очирова"

    def test_a_slot_of_another_event_is_refused(self, browser: Browser) -> None:
        event, other = make_event(slots=2), make_event()
        page = self.submit(self.organizer(browser, event), event, slot=str(other.slots[0].id))
        assert (page.status, stored()) == (422, 0)

    def test_without_the_token_nothing_is_stored(
        self, app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        event = make_event()
        self.organizer(browser, event)
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        assert self.submit(browser, event).status == 400
        assert stored() == 0

    def test_an_event_without_times_says_what_to_do(self, browser: Browser) -> None:
        event = make_event(slots=0)
        page = self.organizer(browser, event).open(f"/manage/events/{event.slug}/registrations/add")
        assert (page.status, bool(page.text(".o-empty"))) == (200, True)

    def test_only_organizers_of_the_event(self, browser: Browser) -> None:
        event = make_event()
        for user in (
            make_member(event.organization, Role.DOOR),
            make_member(make_organization()),
            make_user(),
        ):
            browser.log_in(user)
            assert self.submit(browser, event).status == 404
            url = f"/manage/events/{event.slug}/registrations/add"
            assert browser.open(url).status == 404
        assert stored() == 0


class TestWalkIn:
    def submit(self, browser: Browser, event: Event, **changed: str) -> Page:
        fields = {**WRITTEN, "slot": str(event.slots[0].id), **changed}
        return browser.submit(f"/manage/events/{event.slug}/attendance/walk-in", fields=fields)

    @pytest.mark.parametrize("role", [Role.DOOR, Role.ORGANIZER])
    def test_gets_a_seat_and_a_mark_in_one_act(self, browser: Browser, role: Role) -> None:
        event = event_today()
        user = make_member(event.organization, role)
        page = self.submit(browser.log_in(user), event)
        assert page.path == f"/manage/events/{event.slug}/attendance"
        assert page.text("#tally-panel b") == "Пришли 1 из 1"
        assert page.texts(".o-roll b") == ["Очирова Айса"]
        mark = db.session.scalars(sa.select(Attendance)).one()
        assert (mark.presence, mark.method, mark.marked_by_id) == ("present", "walk_in", user.id)

    def test_from_the_door_its_time_is_chosen_and_the_way_leads_back(
        self, browser: Browser
    ) -> None:
        event = event_today(slots=2)
        browser.log_in(make_member(event.organization, Role.DOOR))
        later = str(event.slots[1].id)
        at_the_door = browser.open(f"/manage/events/{event.slug}/check-in?slot={later}")
        [link] = at_the_door.soup.select("a[href*='walk-in']")
        form = browser.open(str(link["href"])).form("form.o-form")
        assert form["slot"] == later
        page = self.submit(browser, event, **{**form, **WRITTEN})
        assert page.path == f"/manage/events/{event.slug}/check-in"
        assert "1 из 1" in page.text("#counts-panel")

    def test_a_full_slot_says_how_to_mend_it_and_keeps_what_was_typed(
        self, browser: Browser
    ) -> None:
        event = event_today(capacity=1)
        people_in(event, 1)
        browser.log_in(make_member(event.organization, Role.DOOR))
        page = self.submit(browser, event)
        assert page.status == 422
        assert "Увеличьте число мест" in page.text("[role=alert]")
        assert page.form(".o-form")["last_name"] == "Очирова"
        assert (stored(), stored(Person), stored(Attendance)) == (1, 1, 0)

    def test_not_before_the_day(self, browser: Browser) -> None:
        event = make_event(in_days_=3)
        browser.log_in(make_member(event.organization, Role.DOOR))
        page = self.submit(browser, event)
        assert page.status == 422
        assert "Отмечать можно с" in page.text("[role=alert]")
        assert stored() == 0

    @pytest.mark.parametrize(
        ("name", "value"),
        [pair for pair in EACH_BAD if pair[0] not in ("email", "phone", "companions")],
    )
    def test_bad_input_is_a_sentence_and_stores_nothing(
        self, browser: Browser, name: str, value: str
    ) -> None:
        event = make_event(in_days_=0, slots=2)
        browser.log_in(make_member(event.organization, Role.DOOR))
        page = self.submit(browser, event, **{name: value})
        assert page.status == 422, (name, value[:30])
        assert (stored(), stored(Person)) == (0, 0)

    def test_only_who_checks_in_at_this_event(self, browser: Browser) -> None:
        event = event_today()
        for user in (
            make_member(event.organization, Role.VIEWER),
            make_member(make_organization(), Role.DOOR),
            make_user(),
        ):
            assert self.submit(browser.log_in(user), event).status == 404
        assert stored() == 0
