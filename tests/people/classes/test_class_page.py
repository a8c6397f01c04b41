"""The page of a class: its pupils, their consents and contacts; pupils by hand."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.base.db import db
from app.base.rules import RuleBroken
from app.organizations.models import Organization, Role
from app.people.actions import Details
from app.people.classes.pupils import (
    add_guardian,
    add_pupil,
    leave,
    move,
    on_receipt,
    receipt,
    take_back,
)
from app.people.consents.actions import agree
from app.people.models import (
    Category,
    ConsentChannel,
    ConsentKind,
    Guardianship,
    Person,
    SchoolClass,
)
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_pupil,
    make_registration,
    make_school,
    make_user,
)
from tests.test_bad_input import NASTY

FIELDS = {
    "last_name": "Очирова",
    "first_name": "Айса",
    "patronymic": "Бадмаевна",
    "birth_date": "2011-03-17",
    "phone": "",
    "email": "",
}


@pytest.fixture
def school() -> Organization:
    return make_school("СОШ № 18")


@pytest.fixture
def class_(school: Organization) -> SchoolClass:
    return make_class(school, 9, "А")


@pytest.fixture
def teacher(browser: Browser, class_: SchoolClass) -> User:
    """Logged in, and the class is theirs."""
    class_.teacher = make_member(class_.school, Role.TEACHER)
    browser.log_in(class_.teacher)
    return class_.teacher


def address(class_: SchoolClass, *parts: object) -> str:
    return "/".join(["/school/classes", str(class_.id), *map(str, parts)])


def pupil_address(pupil: Person, *parts: object) -> str:
    return "/".join(["/school/classes", str(pupil.class_id), "pupils", str(pupil.id),
                     *map(str, parts)])  # fmt: skip


def details(**given: Any) -> Details:
    known = {"last_name": "Очирова", "first_name": "Айса", "birth_date": date(2011, 3, 17)}
    return Details(**{**known, **given})


def audited(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).filter_by(action=action)))


@pytest.mark.usefixtures("teacher")
class TestPage:
    def test_pupils_stand_in_russian_order(self, browser: Browser, class_: SchoolClass) -> None:
        for name in ("Ёлкин", "Яшкулов", "Елисеев", "Өлзеев", "Очиров"):
            make_pupil(class_, name)
        make_pupil(make_class(class_.school, 9, "Б"), "Другой")
        names = [text.split()[0] for text in browser.open(address(class_)).texts("tbody th")]
        assert names == ["Елисеев", "Ёлкин", "Очиров", "Өлзеев", "Яшкулов"]

    def test_consents_are_there_are_not_or_are_waited_for(
        self, browser: Browser, class_: SchoolClass
    ) -> None:
        paper = make_pupil(class_, "Антонов", agreed=False)
        agree(
            paper, ConsentKind.PERSONAL_DATA, channel=ConsentChannel.PAPER,
            paper_number="12", paper_date=date(2026, 9, 3),
        )  # fmt: skip
        make_pupil(class_, "Бадмаев", agreed=False)
        asked = make_pupil(class_, "Васильев", agreed=False)
        make_registration(make_event().slots[0], asked, guardian_email="mother@example.org")
        rows = browser.open(address(class_)).texts("tbody tr")
        assert "есть на бумаге № 12, 03.09.2026 нет" in rows[0]
        assert "нет нет нет" in rows[1]
        assert "ждём ждём нет" in rows[2]

    def test_guardians_and_accounts(self, browser: Browser, class_: SchoolClass) -> None:
        pupil = make_pupil(class_, user=make_user(), email="child@example.org")
        make_guardianship(pupil, name="Бадмаева Анна", phone="+7 961 123-45-67")
        make_guardianship(pupil, make_user("Бадмаев Эрдни", email="father@example.org"))
        row = browser.open(address(class_)).text("tbody tr")
        for words in (
            "Бадмаева Анна +7 961 123-45-67",
            "Бадмаев Эрдни есть учётная запись father@example.org",
            "Ученик: child@example.org",
            "да Контакты",
        ):
            assert words in row

    def test_every_look_at_contacts_is_written_down(
        self, browser: Browser, class_: SchoolClass, teacher: User
    ) -> None:
        pupils = [make_pupil(class_), make_pupil(class_)]
        browser.open(address(class_))
        browser.open(pupil_address(pupils[0]))
        first, second = audited("contacts.seen")
        assert (first.user_id, first.organization_id) == (teacher.id, class_.school_id)
        assert (first.object_type, first.object_id) == ("school_class", class_.id)
        assert first.details == {"number": 2}
        assert (second.object_type, second.object_id) == ("person", pupils[0].id)

    def test_strangers_see_nothing(self, browser: Browser, class_: SchoolClass) -> None:
        pupil = make_pupil(class_)
        card = make_guardianship(pupil, name="Мать")
        strange = make_pupil(make_class(make_school()))
        for user in (
            make_user(),
            make_member(make_school(), Role.ADMIN),
            make_member(class_.school, Role.TEACHER),
            make_member(class_.school, Role.DOOR),
        ):
            browser.log_in(user)
            for url in (
                address(class_),
                address(class_, "pupils", "new"),
                pupil_address(pupil),
                pupil_address(pupil, "guardians", "new"),
                pupil_address(pupil, "guardians", card.id),
            ):
                assert browser.open(url).status == 404, url
            for act in ("move", "leave", "return"):
                assert browser.submit(address(class_, "pupils", act), ids=pupil.id).status == 404
        assert pupil.class_id == class_.id
        assert browser.log_in(class_.teacher or user).open(pupil_address(strange)).status == 404
        mixed = address(class_, "pupils", strange.id)
        assert browser.open(mixed).status == 404
        assert browser.open(address(class_, "pupils", pupil.id, "guardians", 0)).status == 404

    def test_ticks_travel_with_any_button_of_the_page(
        self, browser: Browser, class_: SchoolClass
    ) -> None:
        """Papers and log-ins stand outside the form: <button form="pupils-form" …>."""
        pupil = make_pupil(class_)
        page = browser.open(address(class_))
        [tick] = page.soup.select("form#pupils-form input[name=ids]")
        assert tick["value"] == str(pupil.id)
        assert page.soup.select("form#pupils-form input[name=csrf_token]")

    def test_an_empty_class_says_what_to_do(self, browser: Browser, class_: SchoolClass) -> None:
        assert "Загрузите список класса" in browser.open(address(class_)).text(".o-empty")

    def test_queries(
        self, app: Flask, browser: Browser, class_: SchoolClass, school: Organization
    ) -> None:
        for number in range(30):
            pupil = make_pupil(class_, f"Бадмаев{'абвгдежзик'[number % 10]}")
            make_guardianship(pupil, make_user())
        coordinator = make_member(school, Role.ADMIN)
        for user in (class_.teacher, coordinator):
            assert user
            browser.log_in(user)
            with counted_queries(app) as queries:
                page = browser.open(address(class_))
            assert len(page.texts("tbody tr")) == 30
            assert len(queries) <= 12, queries


@pytest.mark.usefixtures("teacher")
class TestBadInput:
    @pytest.mark.parametrize("value", NASTY)
    def test_every_form_answers_in_words(
        self, browser: Browser, class_: SchoolClass, value: str
    ) -> None:
        pupil = make_pupil(class_)
        card = make_guardianship(pupil, name="Мать", phone="12345")
        for url, names in (
            ("/school/classes/new", ("grade", "letter")),
            (address(class_, "teacher"), ("teacher",)),
            (address(class_, "pupils", "new"), tuple(FIELDS)),
            (pupil_address(pupil), tuple(FIELDS)),
            (pupil_address(pupil, "guardians", "new"), ("name", "phone", "email")),
            (pupil_address(pupil, "guardians", card.id), ("name", "phone", "email")),
            (address(class_, "pupils", "move"), ("ids", "to")),
            (address(class_, "pupils", "leave"), ("ids",)),
            (address(class_, "pupils", "return"), ("left",)),
        ):
            assert browser.submit(url, fields=dict.fromkeys(names, value)).status < 500, url
        for url in ("/school?school=", "/school/classes?archive=", address(class_) + "?left="):
            assert browser.open(url + quote(value)).status < 500, url


class TestPupil:
    def test_one_is_added_and_gets_school_and_class(self, class_: SchoolClass) -> None:
        pupil = add_pupil(class_, details())
        assert pupil.school_class is class_
        assert (pupil.class_title, pupil.school_id) == ("9А", class_.school_id)
        assert pupil.category is Category.PUPIL

    def test_whom_the_school_keeps_is_refused_by_the_name_of_their_class(
        self, class_: SchoolClass
    ) -> None:
        add_pupil(class_, details())
        other = make_class(class_.school, 9, "Б")
        with pytest.raises(RuleBroken, match="9А"):
            add_pupil(other, details(last_name="ОЧИРОВА"))
        add_pupil(other, details(birth_date=date(2011, 3, 18)))
        add_pupil(make_class(make_school()), details())

    @pytest.mark.usefixtures("teacher")
    def test_by_hand(self, browser: Browser, class_: SchoolClass) -> None:
        url = address(class_, "pupils", "new")
        page = browser.submit(url, fields=FIELDS)
        assert page.path == address(class_)
        assert "Очирова Айса теперь в классе 9А" in page.text("#messages")
        again = browser.submit(url, fields=FIELDS)
        assert again.status == 422
        assert "уже учится в классе 9А" in again.text(".o-summary")
        assert again.form("form.o-form")["last_name"] == "Очирова"
        next_one = browser.submit(url, fields={**FIELDS, "last_name": "Эрдниева", "again": "1"})
        assert next_one.path == url
        assert next_one.form("form.o-form")["last_name"] == ""

    @pytest.mark.usefixtures("teacher")
    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"last_name": ""}, "Напишите фамилию"),
            ({"first_name": "=cmd()"}, "только буквы"),
            ({"birth_date": ""}, "Напишите дату рождения"),
            ({"birth_date": "вчера"}, "дат"),
            ({"birth_date": "1980-01-01"}, "Проверьте дату рождения"),
            ({"phone": "позвоните"}, "цифрами"),
            ({"email": "нет"}, "не похоже на адрес"),
        ],
    )
    def test_bad_input_adds_nobody(
        self, browser: Browser, class_: SchoolClass, wrong: dict[str, str], words: str
    ) -> None:
        page = browser.submit(address(class_, "pupils", "new"), fields={**FIELDS, **wrong})
        assert page.status == 422
        assert words in page.text("main")
        assert db.session.scalars(sa.select(Person)).all() == []

    @pytest.mark.usefixtures("teacher")
    def test_what_is_wrong_is_put_right(self, browser: Browser, class_: SchoolClass) -> None:
        pupil = make_pupil(class_, "Ачирова")
        before = pupil.identity
        form = browser.open(pupil_address(pupil)).form("form.o-form")
        page = browser.submit(pupil_address(pupil), fields={**form, "last_name": "Очирова"})
        assert page.text("h1").startswith("Очирова")
        assert (pupil.class_id, pupil.class_title) == (class_.id, "9А")
        assert pupil.identity != before

    @pytest.mark.usefixtures("teacher")
    def test_nobody_becomes_the_double_of_another(
        self, browser: Browser, class_: SchoolClass
    ) -> None:
        known = make_pupil(class_, "Очирова", birth_date=date(2011, 3, 17))
        other = make_pupil(class_, "Очиров", birth_date=date(2011, 3, 17))
        form = browser.open(pupil_address(other)).form("form.o-form")
        page = browser.submit(pupil_address(other), fields={**form, "last_name": "Очирова"})
        assert page.status == 422
        assert other.last_name == "Очиров"
        assert browser.submit(pupil_address(known), fields={
            **browser.open(pupil_address(known)).form("form.o-form"), "phone": "+7 961 123-45-67",
        }).status == 200  # fmt: skip

    @pytest.mark.usefixtures("teacher")
    def test_a_year_from_the_list_may_stay(self, browser: Browser, class_: SchoolClass) -> None:
        pupil = make_pupil(class_, birth_date=None, birth_year=2011)
        page = browser.open(pupil_address(pupil))
        assert "только год: 2011" in page.text("main")
        browser.submit(pupil_address(pupil), fields=page.form("form.o-form"))
        assert (pupil.birth_date, pupil.birth_year) == (None, 2011)
        browser.submit(
            pupil_address(pupil), fields={**page.form("form.o-form"), "birth_date": "2011-05-06"}
        )
        assert (pupil.birth_date, pupil.birth_year) == (date(2011, 5, 6), None)


class TestMove:
    def test_to_another_class_of_the_school(self, class_: SchoolClass) -> None:
        pupil, other = make_pupil(class_), make_class(class_.school, 10, "Б")
        assert move([pupil], other) == 1
        assert (pupil.class_id, pupil.class_title) == (other.id, "10Б")
        assert move([pupil], other) == 0

    def test_never_to_another_school(self, class_: SchoolClass) -> None:
        with pytest.raises(RuleBroken):
            move([make_pupil(class_)], make_class(make_school()))

    @pytest.mark.usefixtures("teacher")
    def test_the_ticked_ones_go(self, browser: Browser, class_: SchoolClass) -> None:
        goes, stays = make_pupil(class_), make_pupil(class_)
        strange = make_pupil(make_class(make_school()))
        other = make_class(class_.school, 9, "Б")
        url = address(class_, "pupils", "move")
        page = browser.submit(url, ids=[str(goes.id), str(strange.id)], to=str(other.id))
        assert "1 ученик теперь в классе 9Б" in page.text("#messages")
        assert (goes.class_id, stays.class_id) == (other.id, class_.id)
        assert strange.class_id not in (class_.id, other.id)

    @pytest.mark.usefixtures("teacher")
    def test_nobody_or_nowhere_is_said(self, browser: Browser, class_: SchoolClass) -> None:
        pupil, foreign = make_pupil(class_), make_class(make_school())
        url = address(class_, "pupils", "move")
        assert "Никто не отмечен" in browser.submit(url, to="1").text("#messages")
        for nowhere in ("", "я", str(foreign.id), str(class_.id + 10**9)):
            page = browser.submit(url, ids=str(pupil.id), to=nowhere)
            assert "Выберите класс" in page.text("#messages")
        assert pupil.class_id == class_.id


class TestLeave:
    @pytest.mark.usefixtures("teacher")
    def test_whoever_left_can_be_taken_back_at_once(
        self, browser: Browser, class_: SchoolClass
    ) -> None:
        pupil = make_pupil(class_, "Очиров")
        registration = make_registration(make_event().slots[0], pupil)
        page = browser.submit(address(class_, "pupils", "leave"), ids=str(pupil.id))
        assert "Выбыли из класса 9А: Очиров" in page.text(".o-info")
        assert pupil.class_id is None
        assert registration.is_live
        undone = browser.submit(
            address(class_, "pupils", "return"), fields=page.form(".o-info form")
        )
        assert "1 ученик теперь в классе 9А" in undone.text("#messages")
        assert pupil.class_id == class_.id

    def test_a_receipt_opens_this_class_alone(self, class_: SchoolClass) -> None:
        pupil, other = make_pupil(class_), make_class(class_.school, 9, "Б")
        leave([pupil], class_)
        signed = receipt([pupil], class_)
        assert on_receipt(class_, signed) == [pupil]
        assert on_receipt(other, signed) == []
        assert on_receipt(class_, signed + "x") == []
        assert on_receipt(class_, "") == []
        take_back(on_receipt(class_, signed), class_)
        assert on_receipt(class_, signed) == []

    def test_who_was_written_down_anew_meanwhile_is_not_doubled(self, class_: SchoolClass) -> None:
        pupil = add_pupil(class_, details())
        leave([pupil], class_)
        add_pupil(class_, details())
        with pytest.raises(RuleBroken, match="9А"):
            take_back([pupil], class_)

    @pytest.mark.usefixtures("teacher")
    def test_nobody_is_taken_by_number(self, browser: Browser, class_: SchoolClass) -> None:
        """Without the receipt nobody outside can be drawn into a class and looked at."""
        outside = make_pupil(class_)
        leave([outside], class_)
        url = address(class_, "pupils", "return")
        page = browser.submit(url, ids=str(outside.id), left="made up")
        assert "Возвращать уже некого" in page.text("#messages")
        assert outside.class_id is None


class TestGuardians:
    @pytest.mark.usefixtures("teacher")
    def test_contacts_are_added_changed_and_deleted(
        self, browser: Browser, class_: SchoolClass
    ) -> None:
        pupil = make_pupil(class_)
        page = browser.submit(
            pupil_address(pupil, "guardians", "new"),
            name="Бадмаева Анна", phone="+7 961 123-45-67", email="",
        )  # fmt: skip
        assert "Бадмаева Анна" in page.text("aside")
        card = db.session.scalars(sa.select(Guardianship)).one()
        url = pupil_address(pupil, "guardians", card.id)
        form = browser.open(url).form("form.o-form")
        browser.submit(url, fields={**form, "email": "anna@mail.ru"})
        assert (card.email, card.phone) == ("anna@mail.ru", "+7 961 123-45-67")
        assert pupil.phone == ""
        browser.submit(f"{url}/delete")
        assert db.session.scalars(sa.select(Guardianship)).all() == []
        assert [len(audited(f"guardian.{act}")) for act in ("added", "edited", "deleted")] == [
            1, 1, 1,
        ]  # fmt: skip

    @pytest.mark.usefixtures("teacher")
    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"name": ""}, "Напишите имя"),
            ({"phone": "", "email": ""}, "Напишите телефон или почту"),
            ({"phone": "позвоните"}, "цифрами"),
            ({"email": "анна@"}, "не похоже на адрес"),
            ({"name": "=cmd()"}, "только буквы"),
            ({"name": "Я" * 400}, "не больше 300"),
            ({"email": "CHILD@example.org"}, "адрес самого ученика"),
            ({"email": "teacher@example.org"}, "ваш собственный адрес"),
        ],
    )
    def test_bad_input(
        self, browser: Browser, class_: SchoolClass, teacher: User, wrong: dict[str, str],
        words: str,
    ) -> None:  # fmt: skip
        teacher.email = "teacher@example.org"
        pupil = make_pupil(class_, email="child@example.org")
        fine = {"name": "Бадмаева Анна", "phone": "+7 961 123-45-67", "email": ""}
        page = browser.submit(pupil_address(pupil, "guardians", "new"), fields={**fine, **wrong})
        assert page.status == 422
        assert words in page.text("main")
        assert db.session.scalars(sa.select(Guardianship)).all() == []

    @pytest.mark.usefixtures("teacher")
    def test_who_has_an_account_keeps_the_contacts_there(
        self, browser: Browser, class_: SchoolClass
    ) -> None:
        pupil = make_pupil(class_)
        card = make_guardianship(pupil, make_user("Мать"))
        page = browser.open(pupil_address(pupil))
        assert "Свои контакты он меняет сам" in page.text("aside")
        url = pupil_address(pupil, "guardians", card.id)
        assert url not in page.html
        assert browser.open(url).status == 404
        assert browser.submit(url, name="Другая", phone="12345").status == 404
        assert browser.submit(f"{url}/delete").status == 404

    def test_the_same_contacts_twice_are_the_same(self, class_: SchoolClass) -> None:
        pupil, teacher = make_pupil(class_), make_user()
        contacts = {"name": "Мать", "phone": "12345", "email": ""}
        first = add_guardian(pupil, by=teacher, **contacts)
        assert add_guardian(pupil, by=teacher, **contacts) is first

    def test_there_is_an_end_to_them(self, class_: SchoolClass) -> None:
        pupil, teacher = make_pupil(class_), make_user()
        for number in range(8):
            add_guardian(pupil, name=f"Мать {number}", phone="12345", email="", by=teacher)
        with pytest.raises(RuleBroken):
            add_guardian(pupil, name="Ещё одна", phone="12345", email="", by=teacher)
