"""A school's classes: made once, filled with pupils, given a teacher, kept when they leave."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.organizations.models import Organization, Role
from app.people.classes.actions import (
    add_class,
    class_of,
    first_year_of,
    give_to,
    put_in_class,
    take,
)
from app.people.classes.queries import Numbers, classes_of, numbers_of, together
from app.people.consents.actions import agree, end
from app.people.models import ConsentChannel, ConsentKind, SchoolClass
from app.people.queries import has_agreed
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_class,
    make_member,
    make_person,
    make_pupil,
    make_school,
    make_user,
)

YEAR = 366


@pytest.fixture
def school() -> Organization:
    return make_school("СОШ № 18")


@pytest.fixture
def coordinator(school: Organization) -> User:
    return make_member(school, Role.ORGANIZER)


def titles(page_classes: list[SchoolClass]) -> list[str]:
    return [one.title for one in page_classes]


class TestRule:
    def test_a_class_is_found_or_made_once(self, school: Organization) -> None:
        known = make_class(school, 9, "А")
        assert class_of(school, first_year_of(9), "А") is known
        new = class_of(school, first_year_of(9), "Б")
        assert (new.title, new.school_id) == ("9Б", school.id)
        assert class_of(school, first_year_of(9), "Б") is new
        assert class_of(make_school(), first_year_of(9), "А") is not known

    def test_a_class_without_a_letter(self, school: Organization) -> None:
        alone = class_of(school, first_year_of(4), "")
        assert alone.title == "4"
        assert class_of(school, first_year_of(4), "") is alone

    def test_what_a_person_says_about_their_class_becomes_the_schools(self, app: Flask) -> None:
        class_ = make_class(grade=9, letter="Б")
        person = make_person(grade=7, school="Школа у озера")
        with counted_queries(app) as queries:
            put_in_class(person, class_)
        assert not queries
        assert person.class_id == class_.id
        assert person.school_class is class_
        assert (person.school_id, person.school_name) == (class_.school_id, "")
        assert person.class_title == "9Б"

    def test_the_same_class_twice_is_refused(self, school: Organization) -> None:
        add_class(school, grade=9, letter="А")
        with pytest.raises(RuleBroken, match="9А"):
            add_class(school, grade=9, letter="А")
        assert titles(classes_of(school)) == ["9А"]

    def test_the_youngest_come_first_in_russian_order(self, school: Organization) -> None:
        for grade, letter in ((10, "А"), (2, "Ж"), (2, "Ё"), (2, "Е"), (11, ""), (1, "А")):
            make_class(school, grade, letter)
        make_class(make_school(), 5, "А")
        assert titles(classes_of(school)) == ["1А", "2Е", "2Ё", "2Ж", "10А", "11"]

    def test_the_year_moves_classes_up_and_out(
        self, school: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock, "today", lambda: date(2026, 8, 31))
        make_class(school, 11, "А")
        make_class(school, 8, "Б")
        assert titles(classes_of(school)) == ["8Б", "11А"]
        assert classes_of(school, left=True) == []
        monkeypatch.setattr(clock, "today", lambda: date(2026, 9, 1))
        assert titles(classes_of(school)) == ["9Б"]
        assert [one.letter for one in classes_of(school, left=True)] == ["А"]

    def test_numbers_say_what_consents_say(self, school: Organization) -> None:
        """Counted by the database, a consent is what has_agreed() takes for one."""
        class_ = make_class(school)
        today = clock.today()
        grown = today.replace(year=today.year - 18, day=min(today.day, 28))
        alone = ConsentChannel.OWN_ACCOUNT
        pupils = [
            make_pupil(class_, "Бадмаева", user=make_user()),
            make_pupil(class_, "Горяев", agreed=False),
            make_pupil(class_, "Взрослый", agreed=False, birth_date=grown),
            make_pupil(class_, "Годовой", agreed=False, birth_date=None, birth_year=grown.year),
            make_pupil(class_, "Старый", agreed=False, birth_date=None, birth_year=grown.year - 1),
            make_pupil(class_, "Безгодов", birth_date=None),
            make_pupil(class_, "Отозвал"),
        ]
        agree(pupils[2], ConsentKind.PERSONAL_DATA, channel=alone)
        agree(pupils[4], ConsentKind.PERSONAL_DATA, channel=alone)
        agree(pupils[1], ConsentKind.PHOTO, channel=ConsentChannel.PAPER)
        end(pupils[6], ConsentKind.PERSONAL_DATA, by_name="Мать")
        counted = numbers_of([class_])[class_.id]
        assert counted.agreed == sum(
            has_agreed(one, ConsentKind.PERSONAL_DATA) for one in pupils
        ) == 4  # fmt: skip
        assert counted == Numbers(pupils=7, agreed=4, accounts=1)
        assert together([counted, counted, Numbers()]) == Numbers(14, 8, 2)

    def test_a_consent_of_a_childs_own_is_not_counted(self, school: Organization) -> None:
        """The channel decides, whatever else stands in the row: nobody under 18 agrees alone."""
        class_ = make_class(school)
        pupil = make_pupil(class_)
        db.session.execute(sa.text("UPDATE consent SET channel = 'own_account'"))
        db.session.expire_all()
        assert not has_agreed(pupil, ConsentKind.PERSONAL_DATA)
        assert numbers_of([class_])[class_.id].agreed == 0

    def test_merged_and_erased_pupils_are_not_counted(self, school: Organization) -> None:
        class_ = make_class(school)
        kept, double, erased = (make_pupil(class_) for _ in range(3))
        double.merged_into_id, erased.anonymized_at = kept.id, clock.now()
        db.session.flush()
        assert numbers_of([class_])[class_.id].pupils == 1

    def test_a_teacher_of_the_school_gets_the_class(self, school: Organization) -> None:
        class_, teacher = make_class(school), make_member(school, Role.TEACHER)
        give_to(class_, teacher)
        assert class_.teacher is teacher
        give_to(class_, None)
        assert class_.teacher_id is None

    def test_somebody_elses_teacher_does_not(self, school: Organization) -> None:
        for stranger in (make_member(make_school(), Role.TEACHER), make_user()):
            with pytest.raises(RuleBroken):
                give_to(make_class(school, letter=str(stranger.id)[-3:]), stranger)

    def test_of_two_teachers_one_takes_a_class(self, school: Organization) -> None:
        class_ = make_class(school)
        first, second = make_member(school, Role.TEACHER), make_member(school, Role.TEACHER)
        take(class_, first)
        with pytest.raises(RuleBroken, match="другой учитель"):
            take(class_, second)
        assert class_.teacher is first


class TestDesk:
    def test_the_number_of_pupils_and_of_classes_decline_apart(
        self, browser: Browser, school: Organization, coordinator: User
    ) -> None:
        for letter in "АБ":
            make_class(school, 9, letter)
        make_pupil(make_class(school, 9, "В"))
        page = browser.log_in(coordinator).open("/school")
        assert "1 ученик в 3 классах" in page.text(".o-stats")

    def test_numbers_and_what_to_do_next(
        self, browser: Browser, school: Organization, coordinator: User
    ) -> None:
        class_ = make_class(school, 9, "А")
        make_pupil(class_, agreed=True)
        make_pupil(class_, agreed=False)
        make_class(school, 5, "Б")
        page = browser.log_in(coordinator).open("/school")
        assert page.texts(".o-stat b") == ["2", "1", "0"]
        asked_for = page.texts("aside h3")
        assert asked_for == [
            "Назначьте классных руководителей", "Загрузите списки", "Соберите согласия",
            "Раздайте ученикам коды для входа",
        ]  # fmt: skip
        assert page.texts(".o-menu [aria-current]") == ["Школа"]
        assert page.texts(".o-tabs a")[:2] == ["Школа", "Классы"]

    def test_nothing_yet(self, browser: Browser, coordinator: User) -> None:
        page = browser.log_in(coordinator).open("/school")
        assert "Классов пока нет" in page.text("main")

    def test_nobody_else_has_a_school_in_the_menu(self, browser: Browser) -> None:
        page = browser.log_in(make_user()).open("/events")
        assert "Школа" not in page.texts(".o-menu nav a")
        assert browser.open("/school").status == 404

    def test_one_of_several_schools_is_chosen(self, browser: Browser, coordinator: User) -> None:
        from app.organizations.models import Membership

        second = make_school("СОШ № 4")
        db.session.add(
            Membership(user_id=coordinator.id, organization_id=second.id, role=Role.TEACHER)
        )
        make_class(second, 3, "В")
        page = browser.log_in(coordinator).open(f"/school?school={second.slug}")
        assert page.text("h1") == "СОШ № 4"
        assert page.texts("tbody th") == ["3В"]
        assert f"/school/classes?school={second.slug}" in page.html
        assert browser.open("/school?school=another").status == 404


class TestList:
    def test_classes_of_the_school_year(
        self, browser: Browser, school: Organization, coordinator: User
    ) -> None:
        teacher = make_user("Нимгирова Б. С.")
        class_ = make_class(school, 9, "А", teacher=teacher)
        make_pupil(class_)
        make_pupil(class_, agreed=False)
        make_class(school, 12, "Г")
        year = clock.school_year(clock.today())
        page = browser.log_in(coordinator).open("/school/classes")
        assert page.text("h1") == f"Классы {year}/{(year + 1) % 100:02} учебного года"
        assert page.texts("tbody tr") == ["9А Нимгирова Б. С. 2 1 1 0"]
        archive = browser.open("/school/classes?archive=1")
        assert archive.texts("h2") == [f"Выпуск {year} года"]
        assert len(archive.texts("tbody tr")) == 1

    def test_a_teacher_sees_their_own_and_those_nobody_has(
        self, browser: Browser, school: Organization
    ) -> None:
        teacher = make_member(school, Role.TEACHER)
        make_class(school, 5, "А", teacher=teacher)
        make_class(school, 6, "А")
        other = make_class(school, 7, "А", teacher=make_member(school, Role.TEACHER))
        page = browser.log_in(teacher).open("/school/classes")
        assert page.texts("tbody th") == ["5А", "6А"]
        assert browser.open(f"/school/classes/{other.id}").status == 404

    def test_a_class_is_added(
        self, browser: Browser, school: Organization, coordinator: User
    ) -> None:
        browser.log_in(coordinator)
        page = browser.submit("/school/classes/new", grade="9", letter=" «a» ")
        assert page.text("h1") == "Класс 9А"
        again = browser.submit("/school/classes/new", grade="9", letter="а")
        assert again.status == 422
        assert "Класс 9А в вашей школе уже есть" in again.text(".o-summary")
        assert again.form("form.o-form")["letter"] == "А"

    @pytest.mark.parametrize(
        ("grade", "letter", "words"),
        [
            ("", "А", "Выберите класс, от 1 до 11"),
            ("12", "А", "Выберите класс, от 1 до 11"),
            ("9", "9А", "только букву"),
            ("9", "ААААА", "только букву"),
            ("9", "<", "только букву"),
            ("9", "а\0", "только букву"),
        ],
    )
    def test_bad_input_adds_nothing(
        self, browser: Browser, coordinator: User, grade: str, letter: str, words: str
    ) -> None:
        page = browser.log_in(coordinator).submit("/school/classes/new", grade=grade, letter=letter)
        assert page.status == 422
        assert words in page.text("main")
        assert db.session.scalars(sa.select(SchoolClass)).all() == []

    def test_queries(
        self, app: Flask, browser: Browser, school: Organization, coordinator: User
    ) -> None:
        for number in range(40):
            class_ = make_class(school, number % 11 + 1, "АБВГ"[number // 11])
            make_pupil(class_)
        browser.log_in(coordinator)
        for address in ("/school/classes", "/school"):
            with counted_queries(app) as queries:
                page = browser.open(address)
            assert len(page.texts("tbody tr")) == 40
            assert len(queries) <= 8, queries


class TestTeacher:
    def test_the_coordinator_gives_a_class_to_a_teacher(
        self, browser: Browser, school: Organization, coordinator: User
    ) -> None:
        class_, teacher = make_class(school), make_member(school, Role.TEACHER)
        address = f"/school/classes/{class_.id}/teacher"
        page = browser.log_in(coordinator).submit(address, teacher=str(teacher.id))
        assert f"классный руководитель: {teacher.name}" in page.text("#messages")
        assert class_.teacher_id == teacher.id
        entry = db.session.scalars(sa.select(AuditEntry).filter_by(action="class.teacher_set"))
        assert entry.one().organization_id == school.id
        browser.submit(address, teacher="")
        assert class_.teacher_id is None

    def test_whoever_is_no_teacher_of_the_school_is_refused(
        self, browser: Browser, school: Organization, coordinator: User
    ) -> None:
        class_ = make_class(school)
        browser.log_in(coordinator)
        for wrong in (str(make_member(make_school(), Role.TEACHER).id), "0", "я", "9" * 30):
            page = browser.submit(f"/school/classes/{class_.id}/teacher", teacher=wrong)
            assert "Выберите учителя из вашей школы" in page.text("#messages")
        assert class_.teacher_id is None

    def test_a_teacher_takes_a_class_and_gives_none_away(
        self, browser: Browser, school: Organization
    ) -> None:
        class_, teacher = make_class(school), make_member(school, Role.TEACHER)
        colleague = make_member(school, Role.TEACHER)
        address = f"/school/classes/{class_.id}"
        browser.log_in(teacher)
        assert "Это мой класс" in browser.open(address).text("main")
        browser.submit(f"{address}/teacher", teacher=str(colleague.id))
        assert class_.teacher_id == teacher.id
        assert "Это мой класс" not in browser.open(address).text("main")
        browser.log_in(colleague)
        assert browser.open(address).status == 404
        assert browser.submit(f"{address}/teacher").status == 404
