"""What people answer to the organizer's questions, and where the answers are read."""

from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event
from app.events.questions import actions as questions
from app.events.questions.actions import Condition, Wording
from app.papers.lists import spreadsheet as list_tables
from app.privacy import own_data
from app.privacy.erasing import erase
from app.privacy.models import ErasureReason
from app.privacy.retention import anonymize_expired
from app.registrations.answers import actions as answers
from app.registrations.answers.queries import in_words, summary
from app.registrations.desk import actions as staff
from app.registrations.merging.actions import merge
from app.registrations.models import Registration
from app.registrations.signing_up import actions
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_guardianship,
    make_member,
    make_person,
    make_question,
    make_registration,
    make_user,
)
from tests.registrations.signing_up.test_sign_up import ADULT

CLUBS = ["Танцы", "Пение", "Бокс"]


def only_registration() -> Registration:
    return db.session.scalars(sa.select(Registration)).one()


def sign_up(browser: Browser, event: Event, said: Mapping[str, Any]) -> Any:
    return browser.submit(f"/events/{event.slug}/sign-up", fields={**ADULT, **said})


class TestForm:
    """The sign-up form asks, and the server alone decides what is kept."""

    @pytest.mark.parametrize(
        ("kind", "typed", "kept"),
        [
            ("text", "  Хочу варить \r\n борцоки ", "Хочу варить \n борцоки"),
            ("choice", "Пение", "Пение"),
            ("choices", ["Бокс", "Танцы", "Бокс"], ["Танцы", "Бокс"]),
            ("number", "42,5", 42.5),
            ("number", "-3", -3),
            ("number", "7.0", 7),
            ("date", "2026-05-09", "2026-05-09"),
            ("yes_no", "yes", True),
            ("yes_no", "no", False),
        ],
    )
    def test_keeps_each_kind_of_answer(
        self, browser: Browser, kind: str, typed: Any, kept: Any
    ) -> None:
        event = make_event()
        question = make_question(event, "В", kind, choices=CLUBS, required=True)
        page = sign_up(browser, event, {f"q-{question.id}": typed})
        assert page.path.endswith("/sign-up/sent")
        assert only_registration().answers == {str(question.id): kept}
        assert in_words(True) == "да"

    @pytest.mark.parametrize(
        ("kind", "typed", "words"),
        [
            ("text", "", "Ответьте на этот вопрос"),
            ("text", "Я" * 10_000, "не больше 1000"),
            ("text", "Здравствуйте 😀", "без эмодзи"),
            ("text", "<script>alert(1)</script>", "HTML"),
            ("text", "=1+1", "формул"),
            ("text", "Мой СНИЛС 123-456-789 01", "номер документа"),
            ("text", "а\x07б", "невидимые"),
            ("choice", "Шахматы", "из списка"),
            ("choices", ["Танцы", "Шахматы"], "из списка"),
            ("choices", [], "Ответьте на этот вопрос"),
            ("number", "сорок", "число цифрами"),
            ("number", "1e9", "число цифрами"),
            ("number", "nan", "число цифрами"),
            ("number", "９", "число цифрами"),
            ("number", "99999999", "слишком большое"),
            ("date", "вчера", "дат"),
            ("date", "1026-01-01", "Проверьте год"),
            ("yes_no", "perhaps", "из списка"),
            ("yes_no", None, "Ответьте на этот вопрос"),
        ],
    )
    def test_bad_input_gets_a_sentence_and_stays(
        self, browser: Browser, kind: str, typed: Any, words: str
    ) -> None:
        event = make_event()
        question = make_question(event, "Вопрос", kind, choices=CLUBS, required=True)
        name = f"q-{question.id}"
        page = sign_up(browser, event, {name: typed})
        assert page.status == 422
        assert words in page.text(f"#{name}-error")
        assert page.soup.select_one(f".o-summary a[href='#{name}']")
        if kind in ("text", "number", "date"):
            assert page.form("form.o-form")[name] == typed
        assert not db.session.scalars(sa.select(Registration)).all()

    def test_what_is_optional_may_stay_empty(self, browser: Browser) -> None:
        event = make_event()
        for kind in ("text", "choice", "choices", "number", "date", "yes_no"):
            make_question(event, kind, kind, choices=CLUBS)
        sign_up(browser, event, {})
        assert only_registration().answers == {}

    def test_what_nobody_asked_is_not_kept(self, browser: Browser) -> None:
        event, other = make_event(), make_event()
        foreign = make_question(other)
        make_question(event)
        sign_up(browser, event, {f"q-{foreign.id}": "M", "q-999": "M", "q-": "M", "q-x": "M"})
        assert only_registration().answers == {}

    def test_a_condition_decides_whether_an_answer_is_required_and_kept(
        self, browser: Browser
    ) -> None:
        event = make_event()
        bus = make_question(event, "Автобус?", "yes_no")
        stop = make_question(event, "Где?", required=True, condition=Condition(bus, [True]))
        which = make_question(event, "Этаж", "number", condition=Condition(bus, [False]))
        page = sign_up(browser, event, {f"q-{bus.id}": "yes", f"q-{which.id}": "какой?"})
        assert page.status == 422
        assert "Ответьте" in page.text(f"#q-{stop.id}-error")
        assert "Если ответ на «Автобус?»: да" in page.text("[data-shown-if]")
        sign_up(browser, event, {f"q-{bus.id}": "no", f"q-{stop.id}": "Ө" * 2000})
        assert only_registration().answers == {str(bus.id): False}

    def test_a_condition_on_a_question_that_is_not_asked_itself(self, browser: Browser) -> None:
        event = make_event()
        a = make_question(event, "А", "yes_no")
        b = make_question(event, "Б", "choices", choices=CLUBS, condition=Condition(a, [True]))
        c = make_question(event, "В", required=True, condition=Condition(b, ["Бокс"]))
        sign_up(browser, event, {f"q-{b.id}": ["Бокс", "Танцы"], f"q-{c.id}": "да"})
        assert only_registration().answers == {}

    def test_one_set_of_answers_for_all_children_of_one_act(self, browser: Browser) -> None:
        event, parent = make_event(), make_user()
        question = make_question(event, required=True)
        children = [make_person(name) for name in ("Бадмаев", "Бадмаева")]
        for child in children:
            make_guardianship(child, parent)
        url = f"/events/{event.slug}/sign-up"
        page = browser.log_in(parent).open(url)
        assert "Ответы запишем всем, кого вы отметите" in page.text("form.o-form")
        fields: dict[str, Any] = {"person": [str(one.id) for one in children]}
        browser.submit(url, fields={**fields, f"q-{question.id}": "M"})
        kept = [one.answers for one in db.session.scalars(sa.select(Registration))]
        assert kept == [{str(question.id): "M"}] * 2

    def test_staff_need_not_answer_and_the_door_is_not_asked(self, browser: Browser) -> None:
        event = make_event()
        question = make_question(event, required=True)
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}"
        fields = {**ADULT, "consent_date": clock.today().isoformat()}
        assert f"q-{question.id}" in browser.open(f"{url}/registrations/add").html
        assert f"q-{question.id}" not in browser.open(f"{url}/attendance/walk-in").html
        assert browser.submit(f"{url}/registrations/add", fields=fields).status == 200
        assert only_registration().answers == {}

    def test_the_kept_form_follows_every_change_of_a_question(self, browser: Browser) -> None:
        event = make_event()
        url = f"/events/{event.slug}/sign-up"
        assert "Секция" not in browser.open(url).html
        question = make_question(event, "Секция", "choice", choices=CLUBS)
        assert "Секция" in browser.open(url).html
        wording = Wording("Кружок", question.kind, choices=CLUBS)
        questions.change(question, wording, answered=())
        assert "Кружок" in browser.open(url).html
        questions.take_off(question, answered=())
        assert "Кружок" not in browser.open(url).html

    def test_what_it_costs(self, app: Flask, browser: Browser) -> None:
        event = make_event()
        with counted_queries(app) as without:
            sign_up(browser, event, {})
        assert not [one for one in without if "FROM question" in one]
        asking = make_event(in_days_=9)
        for _ in range(3):
            question = make_question(asking)
        with counted_queries(app) as queries:
            sign_up(browser, asking, {f"q-{question.id}": "M"})
        assert len(queries) <= 20


class TestTicket:
    def test_shows_the_answers_and_takes_other_ones(self, browser: Browser) -> None:
        event = make_event()
        club = make_question(event, "Секция", "choice", choices=CLUBS, required=True)
        day = make_question(event, "Приезд", "date")
        said = {str(club.id): "Бокс", str(day.id): "2026-05-09"}
        registration = make_registration(event.slots[0], answers=said)
        url = f"/registrations/{registration.code}"
        assert "Приезд 9 мая 2026" in browser.open(url).text("dl.o-facts")
        form = browser.open(f"{url}/answers").form("main form.o-form")
        assert form[f"q-{club.id}"] == "Бокс"
        assert form[f"q-{day.id}"] == "2026-05-09"
        page = browser.submit(f"{url}/answers", fields={**form, f"q-{club.id}": "Танцы"})
        assert "Секция Танцы" in page.text("dl.o-facts")
        page = browser.submit(f"{url}/answers", fields={f"q-{club.id}": "Шахматы"})
        assert page.status == 422

    def test_not_after_sign_up_has_closed(self, browser: Browser) -> None:
        event = make_event()
        question = make_question(event)
        registration = make_registration(event.slots[0], answers={str(question.id): "M"})
        event.signup_closes_at = clock.now() - timedelta(minutes=1)
        with pytest.raises(RuleBroken, match="Запись закрылась"):
            answers.change(registration, {str(question.id): "L"})
        page = browser.submit(
            f"/registrations/{registration.code}/answers", fields={f"q-{question.id}": "L"}
        )
        assert page.status == 422
        assert page.form("main form.o-form")[f"q-{question.id}"] == "L"
        assert "Изменить ответы" not in browser.open(f"/registrations/{registration.code}").html

    def test_who_comes_back_answers_anew_and_who_is_restored_keeps_them(self) -> None:
        event = make_event()
        question = make_question(event)
        key = str(question.id)
        registration = make_registration(event.slots[0], answers={key: "M"})
        actions.cancel(registration)
        questions.take_off(question, answered={question.id})
        staff.restore(registration, by=None)
        assert registration.answers == {key: "M"}
        actions.cancel(registration)
        assert make_registration(event.slots[0], registration.person).answers == {}

    def test_an_answer_to_a_question_deleted_meanwhile_is_dropped(self) -> None:
        event = make_event()
        question = make_question(event)
        questions.take_off(question, answered=())
        registration = make_registration(event.slots[0], answers={str(question.id): "M"})
        assert registration.answers == {}


class TestDesk:
    def answered(self) -> tuple[Event, dict[str, Any]]:
        """An event whose second question was taken off after somebody answered it."""
        event = make_event()
        asked = {
            "club": make_question(event, "Секция", "choices", choices=CLUBS),
            "old": make_question(event, "Рост", "number"),
            "bus": make_question(event, "Автобус?", "yes_no"),
            "day": make_question(event, "Приезд", "date"),
        }
        key = {name: str(one.id) for name, one in asked.items()}
        for name, said in {
            "Аюшева": {key["club"]: ["Танцы", "Бокс"], key["old"]: 162.5, key["bus"]: True},
            "Бадмаева": {key["club"]: ["Бокс"], key["bus"]: False, key["day"]: "2026-05-09"},
            "Церенова": {},
        }.items():
            make_registration(event.slots[0], make_person(name), answers=said)
        questions.take_off(asked["old"], answered={asked["old"].id})
        return event, asked

    def test_the_spreadsheet_has_each_question_once_in_form_order(self) -> None:
        event, _asked = self.answered()
        book = CalamineWorkbook.from_filelike(
            BytesIO(list_tables.table_with_contacts(event, event.slots))
        )
        rows = book.get_sheet_by_index(0).to_python()
        top = next(place for place, row in enumerate(rows) if row[0] == "№")
        assert [row[-4:] for row in rows[top:]] == [
            ["Секция", "Автобус?", "Приезд", "Рост"],
            ["Танцы; Бокс", "да", "", 162.5],
            ["Бокс", "нет", date(2026, 5, 9), ""],
            ["", "", "", ""],
        ]

    def test_the_table_shows_answers_and_finds_people_by_them(self, browser: Browser) -> None:
        event, asked = self.answered()
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/registrations"
        page = browser.open(url)
        assert "Секция: Танцы; Бокс" in page.text("tbody tr")
        for answer, names in {
            f"{asked['club'].id}:Бокс": ["Аюшева", "Бадмаева"],
            f"{asked['bus'].id}:нет": ["Бадмаева"],
            "77:нет": ["Аюшева", "Бадмаева", "Церенова"],
        }.items():
            found = browser.open(f"{url}?answer={answer}").texts("tbody th[scope=row]")
            assert [one.split()[0] for one in found] == names

    def test_the_summary_counts_each_answer(self, browser: Browser) -> None:
        event, asked = self.answered()
        told, people = summary(event)
        assert people == 3
        assert told[0].counts == [("Танцы", 1), ("Пение", 0), ("Бокс", 2)]
        assert [one.question for one in told][-1] is asked["old"]
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/questions/answers")
        assert "Бокс 2 · 100%" in page.text("main")
        assert "От 162,5 до 162,5" in page.text("main")

    def test_a_renamed_answer_keeps_its_old_name_for_who_gave_it(self, browser: Browser) -> None:
        event, asked = self.answered()
        club = asked["club"]
        browser.log_in(make_member(event.organization))
        wording = Wording(club.label, club.kind, choices=["Танцы", "Пение", "Самбо"])
        questions.change(club, wording, answered={club.id})
        assert summary(event)[0][0].counts == [
            ("Танцы", 1), ("Пение", 0), ("Самбо", 0), ("Бокс", 2),
        ]  # fmt: skip
        url = f"/manage/events/{event.slug}/registrations?answer={club.id}:Бокс"
        assert len(browser.open(url).texts("tbody th[scope=row]")) == 2


class TestPersonalData:
    def test_ones_own_data_has_questions_and_answers_in_words(self) -> None:
        event, user = make_event(), make_user()
        person = make_person(user=user)
        question = make_question(event, "Автобус?", "yes_no")
        make_registration(event.slots[0], person, answers={str(question.id): True})
        [told] = own_data.everything(person, asked_by=user)["registrations"]
        assert told["answers"] == [{"question": "Автобус?", "answer": "да"}]

    def test_erasing_takes_the_answers_along(self) -> None:
        event = make_event()
        question = make_question(event)
        registration = make_registration(event.slots[0], answers={str(question.id): "M"})
        act = erase(registration.person, reason=ErasureReason.REQUEST, done_by="x")
        assert registration.answers == {}
        assert "ответы на вопросы организаторов" in act.categories

    def test_answers_go_three_years_after_the_event(self) -> None:
        event = make_event()
        question = make_question(event)
        registration = make_registration(event.slots[0], answers={str(question.id): "M"})
        registration.email = registration.phone = ""
        slot = event.slots[0]
        slot.starts_at -= timedelta(days=4 * 366)
        slot.ends_at -= timedelta(days=4 * 366)
        db.session.flush()
        assert anonymize_expired()["contacts"] == 1
        db.session.refresh(registration)
        assert registration.answers == {}

    def test_merging_persons_keeps_them(self) -> None:
        event = make_event()
        question = make_question(event)
        kept = make_person()
        registration = make_registration(event.slots[0], answers={str(question.id): "M"})
        merge(kept, registration.person, by=None)
        assert (registration.person, registration.answers) == (kept, {str(question.id): "M"})
