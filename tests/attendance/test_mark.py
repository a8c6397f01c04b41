"""Who came: marked in the list at the door."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.attendance import actions
from app.attendance.models import Attendance, Correction, Method, Presence
from app.attendance.queries import came, marks_of, tally, unticked_events
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, EventStatus, Slot
from app.events.staff.queries import Remit
from app.organizations.models import Role
from app.registrations.models import Channel, Registration, Status
from app.registrations.signing_up.actions import cancel
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_member,
    make_organization,
    make_person,
    make_registration,
    make_school,
    make_slot,
    make_user,
)


def event_today(**given: object) -> Event:
    return make_event(in_days_=0, **given)  # type: ignore[arg-type]


def seated(slot: Slot, *names: str) -> list[Registration]:
    people = [
        make_registration(slot, make_person(name), channel=Channel.STAFF)
        for name in names or ("Бадмаев",)
    ]
    db.session.flush()
    return people


def mark(
    registration: Registration,
    presence: Presence | None = Presence.PRESENT,
    by: User | None = None,
) -> bool:
    return actions.mark(registration, presence, method=Method.LIST, by=by)


def marks() -> list[Attendance]:
    return list(db.session.scalars(sa.select(Attendance).order_by(Attendance.id)))


def corrections() -> list[Correction]:
    return list(db.session.scalars(sa.select(Correction).order_by(Correction.id)))


class TestRule:
    def test_keeps_who_marked_and_how(self) -> None:
        (registration,) = seated(event_today().slots[0])
        door = make_user()
        assert mark(registration, by=door)
        (kept,) = marks()
        assert (kept.presence, kept.method, kept.marked_by_id) == ("present", "list", door.id)
        assert kept.marked_at <= clock.now()

    def test_the_same_mark_twice_changes_nothing(self) -> None:
        (registration,) = seated(event_today().slots[0])
        first, second = make_user(), make_user()
        mark(registration, by=first)
        assert not mark(registration, by=second)
        assert [one.marked_by_id for one in marks()] == [first.id]
        assert corrections() == []

    def test_a_correction_keeps_what_was_said_before_and_by_whom(self) -> None:
        (registration,) = seated(event_today().slots[0])
        first, second = make_user(), make_user()
        mark(registration, Presence.PRESENT, by=first)
        mark(registration, Presence.EXCUSED, by=second)
        mark(registration, None, by=first)
        assert marks() == []
        assert [(c.was, c.became, c.marked_by_id, c.corrected_by_id) for c in corrections()] == [
            ("present", "excused", first.id, second.id),
            ("excused", None, second.id, first.id),
        ]

    def test_taking_off_a_mark_that_is_not_there_changes_nothing(self) -> None:
        (registration,) = seated(event_today().slots[0])
        assert not mark(registration, None)
        assert corrections() == []

    def test_who_waits_is_not_marked(self) -> None:
        slot = event_today(capacity=1).slots[0]
        _first, waiting = seated(slot, "Бадмаев", "Очиров")
        with pytest.raises(RuleBroken, match="Очиров Санджи Эрдниевич.*в листе ожидания"):
            mark(waiting)

    def test_a_cancelled_registration_is_not_marked(self) -> None:
        (registration,) = seated(event_today().slots[0])
        cancel(registration, by_staff=True)
        with pytest.raises(RuleBroken, match="отменена"):
            mark(registration)

    def test_not_before_the_day_of_the_slot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slot = make_event(in_days_=3).slots[0]
        (registration,) = seated(slot)
        midnight = clock.start_of_day(clock.to_local(slot.starts_at).date())
        monkeypatch.setattr(clock, "now", lambda: midnight - timedelta(seconds=1))
        with pytest.raises(RuleBroken, match=r"Отмечать можно с \d+ \w+ \d{4} г\."):
            mark(registration)
        with pytest.raises(RuleBroken, match="Отмечать можно"):
            actions.mark_all(slot, by=None)
        monkeypatch.setattr(clock, "now", lambda: midnight)
        assert mark(registration)

    def test_marks_the_others_and_leaves_the_marks_made_by_hand(self) -> None:
        slot = event_today().slots[0]
        people = seated(slot, "Бадмаев", "Очиров", "Санджиев")
        mark(people[1], Presence.ABSENT)
        assert actions.mark_all(slot, by=None) == 2
        found = marks_of(people)
        assert [found[one.id].presence for one in people] == ["present", "absent", "present"]
        assert actions.mark_all(slot, by=None) == 0

    def test_leaves_out_those_whose_guardian_has_not_agreed(self) -> None:
        slot = event_today().slots[0]
        confirmed, waiting = seated(slot, "Бадмаев", "Очиров")
        waiting.status, waiting.hold_until = Status.AWAITING_CONSENT, slot.ends_at
        db.session.flush()
        assert actions.mark_all(slot, by=None) == 1
        assert [one.registration_id for one in marks()] == [confirmed.id]

    def test_marks_one_slot_only(self) -> None:
        event = make_event(in_days_=0, slots=2)
        here, there = seated(event.slots[0]), seated(event.slots[1], "Очиров")
        actions.mark_all(event.slots[0], by=None)
        assert list(marks_of([*here, *there])) == [here[0].id]

    def test_marks_only_those_of_many_who_may_be(self) -> None:
        event = event_today(capacity=1)
        later = make_slot(event)  # in a week
        first, waiting = seated(event.slots[0], "Бадмаев", "Очиров")
        (future,) = seated(later, "Санджиев")
        assert actions.mark_present([first, waiting, future], by=None) == 1
        assert [one.registration_id for one in marks()] == [first.id]

    def test_many_marks_take_few_queries(self, app: Flask) -> None:
        slot = event_today(capacity=40).slots[0]
        seated(slot, *(f"Бадмаев{'а' * n}" for n in range(30)))
        with counted_queries(app) as queries:
            assert actions.mark_all(slot, by=None) == 30
        assert len(queries) <= 8


class TestQueries:
    def test_counts_those_who_hold_a_seat(self) -> None:
        slot = event_today(capacity=4).slots[0]
        people = seated(slot, "Бадмаев", "Очиров", "Санджиев", "Манджиев", "Лишний")
        mark(people[0])
        mark(people[1], Presence.ABSENT)
        mark(people[2], Presence.EXCUSED)
        counted = tally(slot)
        assert (counted.present, counted.absent, counted.excused) == (1, 1, 1)
        assert (counted.unmarked, counted.total) == (1, 4)

    def test_came_are_those_present_with_a_seat_in_russian_order(self) -> None:
        event = event_today()
        people = seated(event.slots[0], "Ёлкин", "Жуков", "Едигов", "Бадмаев")
        for one in people[:3]:
            mark(one)
        mark(people[3], Presence.ABSENT)
        assert [one.person.last_name for one in came(event)] == ["Едигов", "Ёлкин", "Жуков"]

    def test_past_events_with_people_and_no_mark_wait_for_the_organizer(self) -> None:
        ours = make_organization()
        waiting, ticked, empty, draft, coming, theirs = (
            make_event(organization=ours, in_days_=-2),
            make_event(organization=ours, in_days_=-3),
            make_event(organization=ours, in_days_=-4),
            make_event(organization=ours, in_days_=-5),
            make_event(organization=ours, in_days_=2),
            make_event(in_days_=-2),
        )
        people = [seated(one.slots[0])[0] for one in (waiting, ticked, draft, coming, theirs)]
        mark(people[1], Presence.ABSENT)
        draft.status = EventStatus.DRAFT
        db.session.flush()
        assert empty.is_finished
        assert [one.id for one in unticked_events(Remit(frozenset({ours.id})))] == [waiting.id]


@pytest.mark.parametrize("panel", [None, "tally-panel"], ids=["page", "htmx"])
class TestScreen:
    def test_a_tick_changes_the_row_and_the_counter(
        self, browser: Browser, panel: str | None
    ) -> None:
        event = event_today()
        first, second = seated(event.slots[0], "Бадмаев", "Очиров")
        browser.log_in(make_member(event.organization))
        page = browser.submit(
            f"/manage/events/{event.slug}/attendance/{first.id}", panel=panel, presence="present"
        )
        assert page.status == 200
        assert page.text("#tally-panel b") == "Пришли 1 из 2"
        pressed = page.texts(f"#row-{first.id} button[aria-pressed=true]")
        assert pressed == ["Здесь"]
        assert (page.soup.select_one(f"#row-{second.id}") is None) is (panel is not None)
        assert len(page.soup.select(f"#row-{first.id}")) == 1
        assert ("<html" in page.html) is (panel is None)

    def test_taking_the_mark_off(self, browser: Browser, panel: str | None) -> None:
        event = event_today()
        (registration,) = seated(event.slots[0])
        mark(registration)
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/attendance/{registration.id}"
        page = browser.submit(url, panel=panel, presence="none")
        assert page.text("#tally-panel b") == "Пришли 0 из 1"
        assert page.texts("[aria-pressed=true]") == []

    def test_says_that_a_cancelled_one_cannot_be_marked(
        self, browser: Browser, panel: str | None
    ) -> None:
        event = event_today()
        (registration,) = seated(event.slots[0])
        cancel(registration, by_staff=True)
        browser.log_in(make_member(event.organization))
        browser.client.environ_base["HTTP_REFERER"] = (
            f"http://localhost/manage/events/{event.slug}/attendance"
        )
        url = f"/manage/events/{event.slug}/attendance/{registration.id}"
        page = browser.submit(url, panel=panel, presence="present")
        assert "отменена" in page.text("#messages")
        assert marks() == []

    @pytest.mark.parametrize("presence", ["", "maybe", "x" * 10_000, "<script>", "=cmd()", "\x00"])
    def test_refuses_marks_that_do_not_exist(
        self, browser: Browser, panel: str | None, presence: str
    ) -> None:
        event = event_today()
        (registration,) = seated(event.slots[0])
        browser.log_in(make_member(event.organization))
        browser.client.environ_base["HTTP_REFERER"] = (
            f"http://localhost/manage/events/{event.slug}/attendance"
        )
        url = f"/manage/events/{event.slug}/attendance/{registration.id}"
        page = browser.submit(url, panel=panel, presence=presence)
        assert "Выберите одно" in page.text("#messages")
        assert marks() == []


class TestList:
    def test_without_scripts_the_page_returns_to_the_row(self, browser: Browser) -> None:
        event = event_today()
        (registration,) = seated(event.slots[0])
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/attendance/{registration.id}"
        page = browser.submit(url, follow=False, presence="absent", q="бад")
        assert page.status == 303
        location = page.response.location
        assert location.endswith(f"#row-{registration.id}")
        assert f"slot={event.slots[0].id}" in location

    def test_is_alphabetical_and_shows_class_and_school(self, browser: Browser) -> None:
        event = event_today()
        make_school("СОШ № 18")
        for name in ("Ёлкин", "Жуков", "Едигов"):
            make_registration(
                event.slots[0],
                make_person(name, grade=9, school="СОШ № 18"),
                channel=Channel.STAFF,
            )
        page = browser.log_in(make_member(event.organization)).open(
            f"/manage/events/{event.slug}/attendance"
        )
        names = [one.split()[0] for one in page.texts(".o-roll b")]
        assert names == ["Едигов", "Ёлкин", "Жуков"]
        assert "9 · СОШ № 18" in page.text(".o-roll li")

    def test_marks_everybody_of_the_slot(self, browser: Browser) -> None:
        event = event_today()
        seated(event.slots[0], "Бадмаев", "Очиров")
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/attendance")
        assert "Отметить всех пришедшими" in page.text("#tally-panel")
        page = browser.submit(
            f"/manage/events/{event.slug}/attendance/mark-all",
            panel="attendance-panel",
            slot=str(event.slots[0].id),
        )
        assert page.text("#tally-panel b") == "Пришли 2 из 2"
        assert "Отмечены пришедшими 2 человека" in page.text("#messages")
        assert len(page.texts("[aria-pressed=true]")) == 2

    def test_before_the_day_it_says_when_and_has_no_buttons(self, browser: Browser) -> None:
        event = make_event(in_days_=5)
        seated(event.slots[0])
        page = browser.log_in(make_member(event.organization)).open(
            f"/manage/events/{event.slug}/attendance"
        )
        assert "Отмечать можно с" in page.text("#attendance-panel .o-info")
        assert page.texts(".o-marks button") == []
        assert len(page.texts(".o-roll li")) == 1

    def test_other_times_of_the_event_are_other_lists(self, browser: Browser) -> None:
        event = make_event(in_days_=0, slots=2)
        seated(event.slots[0], "Бадмаев")
        seated(event.slots[1], "Очиров")
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/attendance?slot={event.slots[1].id}"
        page = browser.open(url)
        assert page.texts(".o-roll b") == ["Очиров Санджи Эрдниевич"]
        assert page.text("#attendance-panel [aria-current]").endswith("17:00")

    def test_who_has_no_seat_here_is_told_why(self, browser: Browser) -> None:
        event = make_event(in_days_=0, slots=2, capacity=1)
        seated(event.slots[0], "Бадмаев", "Бадмаева")
        seated(event.slots[1], "Бадмаевский")
        cancel(*seated(event.slots[1], "Бадмаенко"), by_staff=True)
        browser.log_in(make_member(event.organization, Role.DOOR))
        url = f"/manage/events/{event.slug}/attendance?slot={event.slots[0].id}&q=БАДМА"
        rows = browser.open(url).texts(".o-roll li")
        assert len(rows) == 4
        assert "Здесь" in rows[0]
        assert "В листе ожидания" in rows[1]
        assert "Записан на другое время" not in rows[0]
        assert "17:00" in rows[2]
        assert "отменена" in rows[3]

    def test_an_event_without_times_says_what_to_do(self, browser: Browser) -> None:
        event = make_event(slots=0)
        page = browser.log_in(make_member(event.organization)).open(
            f"/manage/events/{event.slug}/attendance"
        )
        assert page.status == 200
        assert page.text(".o-empty")

    def test_three_hundred_people_take_as_many_queries_as_three(
        self, app: Flask, browser: Browser
    ) -> None:
        event = event_today(capacity=400)
        (first, *_rest) = seated(event.slots[0], *(f"Бадмаев{'а' * n}" for n in range(3)))
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/attendance"
        browser.open(url)
        with counted_queries(app) as few:
            browser.open(url)
        seated(event.slots[0], *(f"Очиров{'а' * n}" for n in range(40)))
        with counted_queries(app) as many:
            browser.open(url)
        assert len(many) == len(few) <= 8
        with counted_queries(app) as ticked:
            page = browser.submit(f"{url}/{first.id}", panel="tally-panel", presence="present")
        assert len(ticked) <= 20
        assert len(page.html) < 6_000


class TestDoor:
    """Door staff: a search before any name, and nothing beyond name, class and school."""

    def test_sees_names_only_after_a_search(self, browser: Browser) -> None:
        event = event_today()
        seated(event.slots[0], "Бадмаев", "Очиров")
        browser.log_in(make_member(event.organization, Role.DOOR))
        url = f"/manage/events/{event.slug}/attendance"
        for asked in (url, f"{url}?q=б", f"{url}?q=%20б%20"):
            page = browser.open(asked)
            assert page.status == 200
            assert "Бадмаев" not in page.html
            assert "Введите хотя бы две буквы" in page.text("#attendance-panel")
        page = browser.open(f"{url}?q=бад", panel="attendance-panel")
        assert page.texts(".o-roll b") == ["Бадмаев Санджи Эрдниевич"]

    def test_sees_neither_birth_dates_nor_contacts(self, browser: Browser) -> None:
        event = event_today()
        person = make_person(email="sanji@example.org", phone="+7 961 123-45-67")
        make_registration(event.slots[0], person, channel=Channel.STAFF)
        browser.log_in(make_member(event.organization, Role.DOOR))
        page = browser.open(f"/manage/events/{event.slug}/attendance?q=бадмаев")
        assert "Бадмаев" in page.html
        for secret in ("sanji@example.org", "961", "2010", "2011"):
            assert secret not in page.text("#attendance-panel")

    def test_marks_and_keeps_the_search(self, browser: Browser) -> None:
        event = event_today()
        (registration,) = seated(event.slots[0], "Ёлкин")
        browser.log_in(make_member(event.organization, Role.DOOR))
        url = f"/manage/events/{event.slug}/attendance"
        form = browser.open(f"{url}?q=елк").form(".o-marks")
        page = browser.submit(f"{url}/{registration.id}", presence="present", fields=form)
        assert page.texts(".o-roll b") == ["Ёлкин Санджи Эрдниевич"]
        assert page.text("#tally-panel b") == "Пришли 1 из 1"

    def test_does_not_mark_everybody(self, browser: Browser) -> None:
        event = event_today()
        seated(event.slots[0])
        browser.log_in(make_member(event.organization, Role.DOOR))
        url = f"/manage/events/{event.slug}/attendance/mark-all"
        assert browser.submit(url, slot=str(event.slots[0].id)).status == 404
        assert marks() == []

    @pytest.mark.parametrize(
        "words", ["х" * 10_000, "\x00\x01бад", "😀😀", "<script>", "=cmd()", "%%", "''"]
    )
    def test_odd_searches_find_nobody(self, browser: Browser, words: str) -> None:
        event = event_today()
        seated(event.slots[0], "Очиров")
        browser.log_in(make_member(event.organization, Role.DOOR))
        url = f"/manage/events/{event.slug}/attendance"
        response = browser.client.get(url, query_string={"q": words})
        assert response.status_code == 200
        assert "Очиров" not in response.text
        assert "<script>" not in response.text.partition("<main")[2]


class TestAccess:
    @pytest.mark.parametrize("role", [Role.TEACHER, Role.VIEWER, Role.EXPERT])
    def test_other_roles_see_nothing(self, browser: Browser, role: Role) -> None:
        event = event_today()
        browser.log_in(make_member(event.organization, role))
        assert browser.open(f"/manage/events/{event.slug}/attendance").status == 404

    @pytest.mark.parametrize("role", [Role.ORGANIZER, Role.DOOR])
    def test_other_organizations_see_nothing(self, browser: Browser, role: Role) -> None:
        event = event_today()
        (registration,) = seated(event.slots[0])
        browser.log_in(make_member(make_organization(), role))
        url = f"/manage/events/{event.slug}/attendance"
        assert browser.open(url).status == 404
        assert browser.submit(f"{url}/{registration.id}", presence="present").status == 404
        assert browser.submit(f"{url}/mark-all", slot=str(event.slots[0].id)).status == 404
        assert marks() == []

    def test_somebody_without_a_membership_sees_nothing(self, browser: Browser) -> None:
        event = event_today()
        browser.log_in(make_user())
        assert browser.open(f"/manage/events/{event.slug}/attendance").status == 404

    def test_visitors_are_asked_to_log_in(self, browser: Browser) -> None:
        event = event_today()
        page = browser.open(f"/manage/events/{event.slug}/attendance", follow=False)
        assert (page.status, page.response.location.partition("?")[0]) == (303, "/log-in")

    def test_a_registration_of_another_event_is_not_found(self, browser: Browser) -> None:
        event = event_today()
        other = event_today(organization=event.organization)
        (theirs,) = seated(other.slots[0])
        browser.log_in(make_member(event.organization))
        for forged in (theirs.id, 0, 999_999, 10**30):
            url = f"/manage/events/{event.slug}/attendance/{forged}"
            assert browser.submit(url, presence="present").status == 404
        assert marks() == []

    @pytest.mark.parametrize("slot", ["abc", "0", "-1", "9" * 30, "\x00", "😀", ""])
    def test_a_slot_that_is_not_of_this_event_is_not_found(
        self, browser: Browser, slot: str
    ) -> None:
        event = event_today()
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/attendance"
        assert browser.client.get(url, query_string={"slot": slot}).status_code == 404
        assert browser.submit(f"{url}/mark-all", slot=slot).status == 404

    def test_a_slot_of_another_event_is_not_found(self, browser: Browser) -> None:
        event, other = event_today(), event_today()
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/attendance"
        assert browser.open(f"{url}?slot={other.slots[0].id}").status == 404
        assert browser.submit(f"{url}/mark-all", slot=str(other.slots[0].id)).status == 404

    def test_without_the_token_nothing_is_marked(
        self, app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        event = event_today()
        (registration,) = seated(event.slots[0])
        browser.log_in(make_member(event.organization))
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        url = f"/manage/events/{event.slug}/attendance/{registration.id}"
        assert browser.submit(url, presence="present").status == 400
        assert marks() == []
