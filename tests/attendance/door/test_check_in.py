"""The door: tickets read by a phone, people found by name, marks that come in late."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask, g

from app.attendance import actions
from app.attendance.door import actions as check_in
from app.attendance.door.actions import Sent
from app.attendance.door.models import CheckInMark, Outcome
from app.attendance.door.queries import code_in, counts_of, late_marks
from app.attendance.models import Attendance, Correction, Method, Presence
from app.base import clock
from app.base.db import db
from app.organizations.models import Role
from app.registrations.models import Channel, Registration, Status
from app.registrations.signing_up.actions import cancel
from tests.attendance.door.door import Phone, door_of, event_today
from tests.browser import counted_queries
from tests.factories import (
    make_event,
    make_person,
    make_registration,
    make_school,
    make_slot,
    make_user,
)

HOUR = timedelta(hours=1)


def seated(slot: object, name: str = "Бадмаев", **given: object) -> Registration:
    person = make_person(name, **given)  # type: ignore[arg-type]
    return make_registration(slot, person, channel=Channel.STAFF)  # type: ignore[arg-type]


def sent(registration: Registration, **given: object) -> Sent:
    return Sent(**{"uuid": str(uuid4()), "at": clock.now(), "text": registration.code, **given})  # type: ignore[arg-type]


def mark_of(registration: Registration) -> Attendance | None:
    return db.session.scalar(sa.select(Attendance).filter_by(registration_id=registration.id))


class TestTicket:
    @pytest.mark.parametrize(
        "text",
        [
            "http://localhost/registrations/ABCDEFGH2345",
            "https://orientir.example/registrations/ABCDEFGH2345/?from=letter",
            " abcd efgh 2345 ",
            "АВCDEFGH2345".replace("D", "D"),  # А and В typed on a Russian keyboard
        ],
    )
    def test_is_read_from_its_address_or_its_number(self, text: str) -> None:
        assert code_in(text) == "ABCDEFGH2345"

    @pytest.mark.parametrize(
        "text", ["", "https://vk.com/eptk", "4607004891694", "http://[/registrations/", "Санджи"]
    )
    def test_other_codes_are_none(self, text: str) -> None:
        assert code_in(text) is None


class TestRule:
    def test_a_ticket_marks_its_holder_present_with_device_and_time(self) -> None:
        event = event_today()
        registration, door = seated(event.slots[0]), make_user()
        answer = check_in.take(event, sent(registration), device="phone-1", by=door)
        assert answer.outcome is Outcome.MARKED
        mark = mark_of(registration)
        assert mark is not None
        assert (mark.presence, mark.method, mark.device) == ("present", Method.SCAN, "phone-1")
        assert mark.marked_by_id == door.id

    def test_the_same_mark_sent_again_is_stored_and_answered_once(self) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        once = sent(registration)
        answers = [check_in.take(event, once, by=None).outcome for _ in range(2)]
        assert answers == [Outcome.MARKED, Outcome.MARKED]
        assert db.session.scalar(sa.select(sa.func.count(CheckInMark.id))) == 1

    def test_another_time_of_the_event_is_told_before_it_is_marked(self) -> None:
        event = event_today(slots=2)
        registration = seated(event.slots[1])
        at_another_door = {"slot_id": event.slots[0].id}
        answer = check_in.take(event, sent(registration, **at_another_door), by=None)
        assert (answer.outcome, mark_of(registration)) == (Outcome.OTHER_SLOT, None)
        check_in.take(event, sent(registration, anyway=True, **at_another_door), by=None)
        assert mark_of(registration)

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            (Status.WAITLISTED, Outcome.WAITLISTED),
            (Status.AWAITING_CONSENT, Outcome.AWAITING_CONSENT),
            (Status.APPLIED, Outcome.NO_SEAT_YET),
            (Status.OFFERED, Outcome.NO_SEAT_YET),
            (Status.CANCELLED, Outcome.CANCELLED),
            (Status.EXPIRED, Outcome.CANCELLED),
            (Status.DECLINED, Outcome.CANCELLED),
        ],
    )
    def test_whoever_has_no_seat_is_not_marked(self, status: Status, outcome: Outcome) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        registration.status = status
        db.session.flush()
        assert check_in.take(event, sent(registration), by=None).outcome is outcome
        assert mark_of(registration) is None

    def test_not_before_the_day_nor_at_another_event(self) -> None:
        tomorrow, today = make_event(in_days_=1), event_today()
        registration = seated(tomorrow.slots[0])
        assert check_in.take(tomorrow, sent(registration), by=None).outcome is Outcome.NOT_YET
        assert check_in.take(today, sent(registration), by=None).outcome is Outcome.OTHER_EVENT
        assert mark_of(registration) is None

    def test_a_clock_wrong_by_hours_is_corrected(self) -> None:
        event = event_today()
        registration = seated(make_slot(event, starts_at=clock.now() - HOUR))
        device_now = clock.now() + 5 * HOUR
        at = device_now - timedelta(minutes=1)
        check_in.take(event, sent(registration, at=at), device_now=device_now, by=None)
        mark = mark_of(registration)
        assert mark is not None
        assert timedelta(0) < clock.now() - mark.marked_at < timedelta(minutes=2)

    def test_no_mark_lies_in_the_future_or_before_the_day(self) -> None:
        event = event_today()
        first, second = seated(event.slots[0]), seated(event.slots[0], "Очиров")
        check_in.take(event, sent(first, at=clock.now() + 9 * HOUR), by=None)
        check_in.take(event, sent(second, at=clock.now() - 30 * HOUR), by=None)
        marks = [mark_of(one) for one in (first, second)]
        opens = clock.start_of_day(clock.today())
        assert all(mark and opens <= mark.marked_at <= clock.now() for mark in marks)

    def test_a_later_correction_is_not_overwritten(self) -> None:
        event = event_today()
        slot = make_slot(event, starts_at=clock.now() - 2 * HOUR)
        slot.starts_at = min(slot.starts_at, clock.now() - timedelta(days=1))
        absent, taken_off = seated(event.slots[0]), seated(event.slots[0], "Очиров")
        for one in (absent, taken_off):
            one.slot_id = slot.id
        db.session.flush()
        db.session.expire_all()
        actions.mark(absent, Presence.ABSENT, method=Method.LIST, by=None)
        actions.mark(taken_off, Presence.PRESENT, method=Method.LIST, by=None)
        actions.mark(taken_off, None, method=Method.LIST, by=None)
        for one, presence in ((absent, Presence.ABSENT), (taken_off, None)):
            an_hour_old = sent(one, at=clock.now() - HOUR)
            assert check_in.take(event, an_hour_old, by=None).outcome is Outcome.OVERRULED
            mark = mark_of(one)
            assert (mark.presence if mark else None) == presence
        assert check_in.take(event, sent(absent), by=None).outcome is Outcome.MARKED  # is newer

    def test_a_mark_is_taken_off_again_and_what_it_said_is_kept(self) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        check_in.take(event, sent(registration), by=None)
        check_in.take(event, sent(registration, presence=None), by=None)
        assert mark_of(registration) is None
        assert db.session.scalar(sa.select(Correction.was)) is Presence.PRESENT

    def test_marks_of_a_week_ago_wait_for_the_organizer(self) -> None:
        event = make_event(in_days_=-9)
        [slot] = event.slots
        slot.starts_at += timedelta(days=30)
        slot.ends_at += timedelta(days=30)
        people = [seated(slot, name) for name in ("Бадмаев", "Очиров")]
        slot.starts_at -= timedelta(days=30)
        slot.ends_at -= timedelta(days=30)
        db.session.flush()
        old = clock.now() - timedelta(days=8)
        for one in people:
            assert check_in.take(event, sent(one, at=old), by=None).outcome is Outcome.LATE
        assert [mark_of(one) for one in people] == [None, None]
        first, second = late_marks(event)
        assert check_in.apply_late([first], by=None) == 1
        assert check_in.drop_late([second], by=None) == 1
        mark = mark_of(people[0])
        assert mark is not None
        assert (mark.marked_at, mark_of(people[1]), late_marks(event)) == (old, None, [])

    def test_counted_by_slot_and_by_class(self) -> None:
        event, school = event_today(slots=2, capacity=20), make_school("СОШ № 18")
        slot, other = event.slots
        for number, letter in enumerate("ААБ"):
            person = make_person(f"Очир{'аби'[number]}ев", grade=9, class_letter=letter)
            person.school_id = school.id
            registration = make_registration(slot, person, channel=Channel.STAFF)
            if number:
                check_in.take(event, sent(registration), by=None)
        seated(other, grade=None)
        counts = counts_of(event, slot)
        assert {title: (here.present, here.total) for title, here in counts.classes.items()} == {
            ("9А", "СОШ № 18"): (1, 2),
            ("9Б", "СОШ № 18"): (1, 1),
        }
        assert [(counts.slots[one.id].present, counts.slots[one.id].total) for one in (slot, other)
                ] == [(2, 3), (0, 1)]  # fmt: skip


class TestPhone:
    """What the page sends by itself."""

    def test_answers_with_everything_the_door_needs(self, app: Flask) -> None:
        event = event_today()
        event.slots[0].room = "ауд. 205"
        registration = seated(event.slots[0], class_letter="А")
        phone = Phone(door_of(app, event), event)
        answer = phone.scan(f"http://localhost/registrations/{registration.code}")
        assert (answer["outcome"], answer["tone"]) == ("marked", "good")
        assert answer["name"] == "Бадмаев Санджи Эрдниевич"
        assert {"9А", "ауд. 205"} <= set(answer["details"])

    def test_the_same_ticket_on_two_phones_is_shown_with_the_time_of_the_other(
        self, app: Flask
    ) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        first, second = (Phone(door_of(app, event), event) for _ in range(2))
        first.scan(registration.code)
        again, double = first.scan(registration.code), second.scan(registration.code)
        assert (again["outcome"], double["outcome"], double["tone"]) == ("already",) * 2 + ("warn",)
        mark = mark_of(registration)
        assert mark is not None
        assert clock.to_local(mark.marked_at).strftime("%H:%M") in double["hint"]
        assert first.device[:4].upper() in double["hint"]
        assert "на другом телефоне" in double["hint"]
        assert "на этом устройстве" in again["hint"]

    def test_a_foreign_code_and_an_unknown_ticket_say_so(self, app: Flask) -> None:
        event = event_today()
        phone = Phone(door_of(app, event), event)
        foreign, unknown = phone.send(
            phone.mark(code="https://vk.com/eptk"), phone.mark(code="ABCDEFGH2345")
        )
        assert foreign["title"] == "Это не билет Ориентира"
        assert (unknown["outcome"], unknown["tone"]) == ("unknown", "bad")

    def test_a_ticket_of_another_event_names_the_event_but_nobody(self, app: Flask) -> None:
        event, other = event_today(), event_today(title="Ярмарка профессий")
        answer = Phone(door_of(app, event), event).scan(seated(other.slots[0]).code)
        assert (answer["outcome"], answer["name"]) == ("other_event", "")
        assert "Ярмарка профессий" in answer["hint"]

    def test_one_mark_takes_few_queries(self, app: Flask) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        phone = Phone(door_of(app, event), event)
        phone.scan(seated(event.slots[0], "Очиров").code)
        vars(g).clear()
        code = registration.code, event.slug  # read before anything is counted
        with counted_queries(app) as queries:
            phone.scan(code[0])
        assert len(queries) <= 6, "\n".join(queries)

    @pytest.mark.parametrize(
        "content",
        [None, [], {}, {"device": "x" * 99, "now": "", "marks": []}, {"device": 1, "marks": 2}],
    )
    def test_what_is_no_batch_is_refused_in_words(self, app: Flask, content: object) -> None:
        event = event_today()
        answer = Phone(door_of(app, event), event).post(content)
        assert answer.status == 422
        assert answer.response.get_json()["error"]

    @pytest.mark.parametrize(
        "odd",
        [
            {"uuid": "1"},
            {"at": "yesterday"},
            {"at": "9999-12-31T23:59:59Z"},
            {"code": "\0"},
            {"code": 5},
            {"registration_id": 10**20},
            {"presence": "maybe"},
        ],
    )
    def test_an_odd_mark_is_refused_in_words(self, app: Flask, odd: dict[str, object]) -> None:
        event = event_today()
        phone = Phone(door_of(app, event), event)
        phone.send({**phone.mark(code="ABCDEFGH2345"), **odd}, status=422)

    def test_the_list_for_the_shift_has_no_ticket_numbers_and_is_written_down(
        self, app: Flask
    ) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        door = door_of(app, event)
        address = f"/manage/events/{event.slug}/check-in/list.json"
        taken = door.open(f"{address}?device=phone-1").response.get_json()
        assert [one["name"] for one in taken["people"]] == ["Бадмаев Санджи Эрдниевич"]
        assert registration.code not in str(taken)
        others = door.open(f"{address}?device=phone-2").response.get_json()
        assert taken["key"] != others["key"]
        from app.audit.models import AuditEntry

        taken = db.session.scalars(sa.select(AuditEntry).filter_by(action="check_in_list.taken"))
        noted = [entry.details for entry in taken]
        assert noted == [{"number": 1}] * 2

    def test_learns_the_marks_of_the_others(self, app: Flask) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        phone = Phone(door_of(app, event), event)
        address = f"/manage/events/{event.slug}/check-in/changes.json"
        before = phone.browser.open(address).response.get_json()
        phone.scan(registration.code)
        after = phone.browser.open(address).response.get_json()
        assert (before["marks"], after["marks"]) == ({}, {str(registration.id): "present"})
        assert before["version"] == after["version"]
        cancel(registration, by_staff=True)
        assert phone.browser.open(address).response.get_json()["version"] != after["version"]

    def test_the_kept_page_holds_nobodys_name_and_no_token(self, app: Flask) -> None:
        event = event_today()
        seated(event.slots[0])
        door = door_of(app, event)
        shell = door.open(f"/manage/events/{event.slug}/check-in/shell")
        assert shell.status == 200
        assert "Бадмаев" not in shell.html
        assert "Анна Ивановна" not in shell.html
        assert "csrf" not in shell.html.lower()
        worker = door.open(f"/manage/events/{event.slug}/check-in/sw.js").response
        assert worker.headers["Service-Worker-Allowed"] == f"/manage/events/{event.slug}/check-in"


class TestScreen:
    """Without scripts: the number is typed, the answer is a page."""

    def test_a_typed_number_gives_the_answer(self, app: Flask) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        door = door_of(app, event)
        address = f"/manage/events/{event.slug}/check-in"
        form = door.open(address).form("#code-form")
        code = registration.code
        answer = door.submit(address, fields={**form, "code": f"{code[:4]} {code[4:].lower()}"})
        assert (answer.status, answer.text("#answer .o-answer-name")) == (
            200, "Бадмаев Санджи Эрдниевич",
        )  # fmt: skip
        assert answer.soup.select("#answer.o-good")
        assert mark_of(registration)
        undone = door.submit(address, fields=answer.form("#answer form[data-part=undo]"))
        assert undone.text(".o-answer-title") == "Отметка снята"
        assert mark_of(registration) is None

    def test_an_empty_form_says_what_to_type(self, app: Flask) -> None:
        event = event_today()
        answer = door_of(app, event).submit(f"/manage/events/{event.slug}/check-in", code=" ")
        assert answer.status == 422
        assert "12 букв" in answer.text("#code-form")

    def test_nobody_is_shown_before_two_letters_are_typed(self, app: Flask) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        door = door_of(app, event)
        address = f"/manage/events/{event.slug}/check-in"
        for letters in ("", "Б"):
            assert "Бадмаев" not in door.open(f"{address}?q={letters}").text("main")
        found = door.open(f"{address}?q=бад", panel="found-panel")
        assert found.texts("#found .o-who b") == ["Бадмаев Санджи Эрдниевич"]
        door.submit(address, fields=found.form("#found form"))
        assert mark_of(registration)
        again = door.open(f"{address}?q=бад")
        assert "Здесь" in again.text("#found")
        assert "1 из 1" in again.text("#counts-panel")

    def test_late_marks_are_decided_by_the_organizer_alone(self, app: Flask) -> None:
        event = event_today()
        registration = seated(event.slots[0])
        db.session.add(CheckInMark(
            uuid=str(uuid4()), event=event, registration=registration, presence=Presence.PRESENT,
            at=clock.now(), outcome=Outcome.LATE,
        ))  # fmt: skip
        db.session.flush()
        address = f"/manage/events/{event.slug}/check-in"
        door, organizer = door_of(app, event), door_of(app, event, Role.ORGANIZER)
        assert not door.open(address).soup.select("#late")
        form = organizer.open(address).form("#late form")
        assert door.submit(f"{address}/late", fields={**form, "apply": "y"}).status == 404
        said = organizer.submit(f"{address}/late", fields={**form, "apply": "y"})
        assert "1 отметка" in said.text("#messages")
        assert mark_of(registration)
        said = organizer.submit(f"{address}/late", fields={**form, "apply": "y"})
        assert "уже решено" in said.text("#messages")
