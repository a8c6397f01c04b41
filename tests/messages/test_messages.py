"""The organizer writes to people of an event: chosen, looked at, sent once, and kept."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.attendance.models import Attendance, Method, Presence
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event
from app.messages import actions
from app.messages.models import Message, MessageRecipient, State
from app.messages.placeholders import unknown_in
from app.messages.queries import Addressee, Selection, addressees, results_of, tallies_of
from app.notifications.delivery import deliver_waiting
from app.notifications.letters import letter_of
from app.notifications.models import Notification
from app.privacy.erasing import erase
from app.privacy.models import ErasureReason
from app.registrations.models import Registration
from app.registrations.signing_up.actions import cancel
from tests.browser import Browser, Page, counted_queries
from tests.factories import (
    make_event,
    make_guardianship,
    make_member,
    make_person,
    make_registration,
)
from tests.registrations.groups.classes import make_school_class


def letters() -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template="event_message")))


def names(event: Event, **chosen: Any) -> list[str]:
    return [one.registration.person.last_name for one in addressees(event, Selection(**chosen))]


def send(event: Event, **given: Any) -> Message:
    said: dict[str, Any] = {
        "subject": "Другая аудитория", "body": "Здравствуйте, {имя}!", "form_key": "key",
        "expected": len(addressees(event, Selection())), "by": make_member(event.organization),
    }  # fmt: skip
    message = actions.send(event, given.pop("selection", Selection()), **{**said, **given})
    db.session.flush()
    return message


@pytest.fixture
def event() -> Event:
    return make_event(capacity=2)


@pytest.fixture
def people(event: Event) -> list[Registration]:
    """Two with seats, one waiting, one cancelled."""
    all_names = ("Абаев", "Бадмаев", "Васькин")
    made = [make_registration(event.slots[0], make_person(name)) for name in all_names]
    other = make_registration(event.slots[0], make_person("Горяев"))
    cancel(other)
    return [*made, other]


class TestRule:
    def test_written_to_whoever_is_chosen(self, event: Event, people: list[Registration]) -> None:
        db.session.add(
            Attendance(registration=people[0], presence=Presence.PRESENT, method=Method.LIST)
        )
        db.session.add(
            Attendance(registration=people[1], presence=Presence.ABSENT, method=Method.LIST)
        )
        db.session.flush()
        assert names(event) == ["Абаев", "Бадмаев"]
        assert names(event, statuses=("waitlisted", "cancelled")) == ["Васькин", "Горяев"]
        assert names(event, came="came") == ["Абаев"]
        assert names(event, came="absent") == ["Бадмаев"]
        assert names(event, slot_id=event.slots[0].id + 1) == []

    def test_the_letter_says_what_the_placeholders_stand_for(
        self, app: Flask, event: Event
    ) -> None:
        person = make_person("Бадмаев", "Санджи")
        registration = make_registration(event.slots[0], person)
        event.title = "День *открытых* дверей"
        send(event, body="{Имя}, ждём на «{мероприятие}»:\n{место}\n\n{ссылка на билет}")
        [row] = letters()
        with app.test_request_context():
            letter = letter_of(
                address=row.address, template=row.template, language="ru", reference="r",
                context=row.context,
            )  # fmt: skip
        ticket = f"http://localhost/registrations/{registration.code}"
        assert letter.subject == "Другая аудитория"
        assert "Санджи, ждём на «День *открытых* дверей»:\nул. Ленина, 1\n" in letter.text
        assert f'<a href="{ticket}" rel="nofollow noopener">' in letter.html
        assert "День *открытых* дверей»:<br>" in letter.html

    def test_unknown_placeholders_are_named(self) -> None:
        assert unknown_in("{имя} {Фамилия} {фамилия  и имя} {дата} {дата}") == [
            "{Фамилия}",
            "{дата}",
        ]

    def test_the_same_form_sends_once(self, event: Event, people: list[Registration]) -> None:
        first = send(event)
        assert send(event) is first
        assert len(letters()) == 2

    def test_never_twice_to_one_address_for_one_person(self, event: Event) -> None:
        slot = event.slots[0]
        person = make_person()
        cancel(make_registration(slot, person))
        twin = make_person()
        twin.identity = person.identity
        make_registration(slot, twin, email=person.email.upper())
        everybody = Selection(statuses=("confirmed", "cancelled"))
        message = send(event, selection=everybody, expected=2)
        assert len(letters()) == 1
        assert tallies_of([message])[message.id] == {"queued": 1, "repeated": 1}

    def test_to_a_child_without_an_address_by_the_guardian(self, event: Event) -> None:
        child = make_person()
        make_guardianship(child, email="mother@example.org")
        make_registration(event.slots[0], child, email="")
        by_phone = make_registration(event.slots[0], email="")
        message = send(event)
        assert [letter.address for letter in letters()] == ["mother@example.org"]
        results = results_of(message, number=1).items
        assert (results[0].registration, results[0].state) == (by_phone, State.NO_ADDRESS)

    def test_about_a_class_the_teacher_gets_one_letter(self) -> None:
        school = make_school_class(3)
        event = make_event()
        group = school.sign_up(event.slots[0])
        message = send(event, body="{имя}, {ссылка на билет}")
        [letter] = letters()
        assert letter.address == school.teacher.email
        page = f"http://localhost/school/groups/{group.code}"
        assert letter.context["lines"] == [f"{school.teacher.display_name}, {page}"]
        assert tallies_of([message])[message.id] == {"queued": 1, "teacher": 2}

    def test_nobody_is_written_to_before_the_number_was_seen(
        self, event: Event, people: list[Registration]
    ) -> None:
        with pytest.raises(RuleBroken, match="Проверьте число людей"):
            send(event, expected=1)
        with pytest.raises(RuleBroken, match="Никто не выбран"):
            send(event, selection=Selection(came="came"), form_key="other")

    def test_what_became_of_each_letter_stays(
        self, event: Event, people: list[Registration], outbox: Path
    ) -> None:
        message = send(event)
        assert tallies_of([message])[message.id] == {"queued": 2}
        refused = letters()[0]
        refused.failed_at, refused.last_error = clock.now(), "SMTPRecipientsRefused 550"
        deliver_waiting()
        assert tallies_of([message])[message.id] == {"sent": 1, "failed": 1}
        assert actions.settle() == 2
        assert actions.settle() == 0
        db.session.execute(sa.delete(Notification))
        assert tallies_of([message])[message.id] == {"sent": 1, "failed": 1}
        assert results_of(message, number=1).items[0].reason == "SMTPRecipientsRefused 550"
        [entry] = db.session.scalars(sa.select(AuditEntry).filter_by(action="message.sent"))
        assert entry.details["number"] == 2

    def test_rows_of_people_go_with_their_registrations(
        self, event: Event, people: list[Registration]
    ) -> None:
        send(event)
        db.session.execute(sa.delete(Registration).where(Registration.id == people[0].id))
        assert db.session.scalar(sa.select(sa.func.count(MessageRecipient.id))) == 1

    def test_thousands_cost_a_handful_of_queries(self, app: Flask) -> None:
        event = make_event(capacity=40)
        for _number in range(40):
            make_registration(event.slots[0])
        by = make_member(event.organization)
        with counted_queries(app) as queries:
            send(event, by=by, expected=40)
        assert len(queries) <= 12


class TestScreen:
    @pytest.fixture
    def organizer(self, browser: Browser, event: Event) -> User:
        user = make_member(event.organization)
        browser.log_in(user)
        return user

    def said(self, page: Page, act: str, **changed: str) -> dict[str, str]:
        return {**page.form("form.o-form[method=post]"), **changed, "act": act}

    def test_from_the_first_word_to_the_result(
        self, browser: Browser, organizer: User, event: Event, people: list[Registration]
    ) -> None:
        room = f"/manage/events/{event.slug}/messages"
        page = browser.open(f"{room}/new")
        assert "Письмо получат 2 человека" in page.text("#recipients-panel")
        said = self.said(page, "check", subject="Зал", body="{имя}, приходите в **зал 2**")
        page = browser.submit(f"{room}/new", fields=said)
        assert "Написать 2 людям?" in page.text("h1")
        assert "Санджи, приходите в зал 2" in page.text(".o-prose")
        send_it = self.said(page, "send")
        page = browser.submit(f"{room}/new", fields=send_it)
        assert "в пути: 2" in page.text("#result-panel")
        assert page.soup.select_one("#result-panel[hx-trigger]")
        again = browser.submit(f"{room}/new", fields=send_it)
        assert again.path == page.path
        assert len(letters()) == 2
        deliver_waiting()
        page = browser.open(page.path, panel="result-panel")
        assert "отправлено: 2" in page.text("#result-panel")
        assert not page.soup.select_one("#result-panel[hx-trigger]")
        listed = browser.open(room).text("table")
        assert "Зал" in listed
        assert organizer.name in listed
        assert "2 человека" in listed

    def test_counted_as_the_choice_changes(
        self, browser: Browser, organizer: User, event: Event, people: list[Registration]
    ) -> None:
        page = browser.submit(
            f"/manage/events/{event.slug}/messages/new",
            panel="recipients-panel", act="count", statuses="waitlisted",
        )  # fmt: skip
        assert page.status == 200
        assert "Письмо получит 1 человек" in page.text("#recipients-panel")
        assert not page.soup.select("h1")

    def test_a_test_goes_to_oneself_alone(
        self, browser: Browser, organizer: User, event: Event, people: list[Registration]
    ) -> None:
        address = f"/manage/events/{event.slug}/messages/new"
        page = browser.submit(
            address, act="test", statuses="confirmed", subject="Зал", body="{имя}"
        )
        [letter] = letters()
        assert letter.address == organizer.email
        assert letter.context["subject"] == "Проверка: Зал"
        assert db.session.scalars(sa.select(Message)).all() == []
        assert page.status == 200

    def test_an_unknown_placeholder_is_named_and_nothing_lost(
        self, browser: Browser, organizer: User, event: Event, people: list[Registration]
    ) -> None:
        page = browser.submit(
            f"/manage/events/{event.slug}/messages/new",
            act="check", statuses="confirmed", subject="Зал", body="{имечко}, привет",
        )  # fmt: skip
        assert page.status == 422
        assert "вместо {имечко}" in page.text("#body-error")
        assert page.form("form.o-form[method=post]")["body"] == "{имечко}, привет"

    def test_reminders_are_set(self, browser: Browser, organizer: User, event: Event) -> None:
        address = f"/manage/events/{event.slug}/messages/reminders"
        assert "за 7 дней" in browser.open(address).text("#hours")
        page = browser.submit(address, hours=["24", "4"], reconfirm_days="3")
        assert page.status == 200
        assert (event.reminders, event.reconfirm_days) == ([24, 4], 3)
        assert browser.submit(address, hours="24", reconfirm_days="99").status == 422
        browser.submit(address, reconfirm_days="")
        assert (event.reminders, event.reconfirm_days) == ([], None)


def test_erasing_a_person_takes_the_letters_along(event: Event) -> None:
    registration = make_registration(event.slots[0])
    by = make_member(event.organization)
    message = send(event, by=by)
    actions.test(Addressee(registration, ""), subject="Зал", body="{имя}", by=by)
    db.session.flush()
    erase(registration.person, reason=ErasureReason.REQUEST, done_by="родитель")
    assert letters() == []
    assert tallies_of([message])[message.id] == {"removed": 1}
