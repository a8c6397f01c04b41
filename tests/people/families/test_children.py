"""Guardians and their children: added, corrected, handed over; whose child is whose."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.people.families.children import add_child, become_guardian, correct_child, stop
from app.people.models import Guardianship, Person
from app.people.queries import children_of
from app.web.budgets import CHILDREN_TYPED
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_class,
    make_guardianship,
    make_person,
    make_pupil,
    make_school,
    make_user,
)
from tests.people.families.family import (
    TYPED,
    details,
    guardians,
    make_child,
    make_guardian,
    make_parent_with_person,
    noted,
)

URL = "/me/children"


class TestRule:
    def test_a_child_is_kept_by_who_adds_it(self) -> None:
        mother = make_guardian()
        child = add_child(mother, details())
        assert children_of(mother) == [child]
        assert child.user_id is None
        assert (child.email, child.phone) == ("", "")
        assert [entry.object_id for entry in noted("guardianship.added")] == [child.id]

    def test_the_same_child_twice(self) -> None:
        mother = make_guardian()
        add_child(mother, details())
        with pytest.raises(RuleBroken, match="уже добавили"):
            add_child(mother, details(last_name="БАДМАЕВ", patronymic=""))

    def test_twins_are_two(self) -> None:
        mother = make_guardian()
        add_child(mother, details())
        add_child(mother, details(first_name="Церен"))
        assert len(children_of(mother)) == 2

    def test_another_familys_child(self) -> None:
        add_child(make_guardian(), details())
        with pytest.raises(RuleBroken, match="Такой ребёнок уже есть на сайте"):
            add_child(make_guardian(), details())

    def test_a_schools_child(self) -> None:
        make_pupil(make_class(), birth_date=details().birth_date)
        with pytest.raises(RuleBroken, match="Такой ребёнок уже есть на сайте"):
            add_child(make_guardian(), details())

    def test_a_schools_child_of_whom_only_the_year_is_known(self) -> None:
        make_pupil(make_class(), birth_date=None, birth_year=2014)
        with pytest.raises(RuleBroken, match="Такой ребёнок уже есть на сайте"):
            add_child(make_guardian(), details())
        assert add_child(make_guardian(), details(patronymic=""))  # may be another one

    def test_namesakes_born_on_other_days_or_with_another_patronymic(self) -> None:
        make_pupil(make_class(), birth_date=details().birth_date)
        mother = make_guardian()
        add_child(mother, details(patronymic="Баатрович"))
        add_child(mother, details(birth_date=details().birth_date + timedelta(days=1)))  # type: ignore[operator]
        assert len(children_of(mother)) == 2

    def test_a_guest_of_that_name_is_nobodys_child(self) -> None:
        make_child()
        assert add_child(make_guardian(), details())

    def test_the_school_wrote_this_parent_down(self) -> None:
        mother = make_guardian(email="mother@example.org")
        pupil = make_pupil(make_class(), birth_date=details().birth_date)
        make_guardianship(pupil, email="Mother@Example.org", name="Бадмаева А. И.")
        assert add_child(mother, details(grade=1, school="Другая")) is pupil
        assert guardians(pupil) == {mother.id}  # taken over, not doubled
        assert pupil.grade == 9  # as the school says

    def test_an_address_nobody_confirmed_is_not_enough(self) -> None:
        stranger = make_user(email="mother@example.org")
        pupil = make_pupil(make_class(), birth_date=details().birth_date)
        make_guardianship(pupil, email="mother@example.org")
        with pytest.raises(RuleBroken, match="Такой ребёнок уже есть на сайте"):
            add_child(stranger, details())
        assert guardians(pupil) == {None}

    def test_oneself(self) -> None:
        user = make_guardian()
        make_person(**vars(details()) | {"email": ""}, user=user)
        with pytest.raises(RuleBroken, match="Это вы сами"):
            add_child(user, details())

    def test_ones_own_account_by_invitation(self) -> None:
        user = make_guardian()
        me = make_child(user=user)
        with pytest.raises(RuleBroken, match="Это вы сами"):
            become_guardian(me, user)

    def test_a_grown_up(self) -> None:
        eighteen = clock.today().replace(year=clock.today().year - 18)
        with pytest.raises(RuleBroken, match="С 18 лет"):
            add_child(make_guardian(), details(birth_date=eighteen))
        with pytest.raises(RuleBroken, match="С 18 лет"):
            become_guardian(make_child(birth_date=eighteen), make_guardian())

    def test_the_young_keep_nobody(self) -> None:
        friend = make_user()
        make_person(user=friend)
        with pytest.raises(RuleBroken, match="только взрослый"):
            add_child(friend, details())

    def test_a_cycle_of_two(self) -> None:
        """The child's account would keep the person who keeps the child."""
        mother, as_person = make_parent_with_person()
        son = make_guardian()
        child = make_child(user=son)
        make_guardianship(as_person, son)
        with pytest.raises(RuleBroken, match="отвечать друг за друга нельзя"):
            become_guardian(child, mother)

    def test_a_cycle_of_three(self) -> None:
        mother, as_person = make_parent_with_person()
        son, between = make_guardian(), make_guardian()
        child = make_child(user=son)
        make_guardianship(make_child(first_name="Церен", user=between), son)
        make_guardianship(as_person, between)
        with pytest.raises(RuleBroken, match="отвечать друг за друга нельзя"):
            become_guardian(child, mother)
        assert guardians(child) == set()

    def test_what_a_guardian_corrects(self) -> None:
        child = add_child(make_guardian(), details())
        correct_child(child, details(last_name="Бадмаева", first_name="Саглара", grade=7))
        assert (child.full_name, child.grade) == ("Бадмаева Саглара Эрдниевич", 7)
        assert child.search_name.startswith("бадмаева саглара")

    def test_class_and_school_stay_as_the_school_says(self) -> None:
        class_ = make_class(make_school("СОШ № 18"), 9, "Б")
        pupil = make_pupil(class_, phone="+7 961 000-00-00")
        correct_child(pupil, details(last_name="Бадмаева", grade=5, school="СОШ № 4"))
        assert (pupil.last_name, pupil.class_title, pupil.school_title) == (
            *("Бадмаева", "9Б", "СОШ № 18"),
        )
        assert pupil.class_id == class_.id
        assert pupil.phone == "+7 961 000-00-00"

    def test_nobody_becomes_anothers_child_by_a_correction(self) -> None:
        add_child(make_guardian(), details())
        mine = add_child(make_guardian(), details(first_name="Церен"))
        with pytest.raises(RuleBroken, match="Такой ребёнок уже есть на сайте"):
            correct_child(mine, details())

    def test_one_of_two_may_stop(self) -> None:
        mother, father = make_guardian(), make_guardian()
        child = add_child(mother, details())
        become_guardian(child, father)
        stop(child, mother)
        assert guardians(child) == {father.id}
        assert len(noted("guardianship.ended")) == 1
        with pytest.raises(RuleBroken, match="никто не ведёт"):
            stop(child, father)

    def test_what_the_school_wrote_down_keeps_no_child(self) -> None:
        mother = make_guardian()
        child = add_child(mother, details())
        make_guardianship(child, name="Бабушка")
        with pytest.raises(RuleBroken, match="никто не ведёт"):
            stop(child, mother)

    def test_a_school_keeps_its_pupils(self) -> None:
        mother = make_guardian()
        pupil = make_pupil(make_class())
        make_guardianship(pupil, mother)
        stop(pupil, mother)
        assert guardians(pupil) == set()
        assert noted("guardianship.ended")[0].organization_id == pupil.school_id

    def test_from_14_on_an_account_keeps_oneself(self) -> None:
        mother = make_guardian()
        young, older = make_child(user=make_user()), make_person(user=make_user())
        make_guardianship(young, mother)
        make_guardianship(older, mother)
        stop(older, mother)
        with pytest.raises(RuleBroken, match="никто не ведёт"):
            stop(young, mother)


class TestScreen:
    def test_nobody_yet(self, browser: Browser) -> None:
        page = browser.log_in(make_guardian()).open(URL)
        assert "Детей пока нет" in page.text("main")
        assert page.soup.select_one("a[href='/me/children/new']")

    def test_added(self, browser: Browser) -> None:
        mother = make_guardian()
        page = browser.log_in(mother).submit(f"{URL}/new", fields=TYPED)
        assert page.path == URL
        assert "Ребёнок добавлен: Санджи Б., 6" in page.text("#messages")
        assert "Бадмаев Санджи Эрдниевич" in page.text("main")
        assert "СОШ № 4" in page.text("main")

    def test_a_college_student(self, browser: Browser) -> None:
        mother = make_guardian()
        born = f"{clock.today().year - 17}-12-31"
        fields = {**TYPED, "grade": "college_student", "birth_date": born, "school": ""}
        page = browser.log_in(mother).submit(f"{URL}/new", fields=fields)
        assert page.path == URL
        [child] = children_of(mother)
        form = browser.open(f"{URL}/{child.id}").form("form.o-form")
        assert form["grade"] == "college_student"

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"last_name": ""}, "Напишите фамилию"),
            ({"first_name": "<b>"}, "только буквы"),
            ({"last_name": "Я" * 10_000}, "не больше 100"),
            ({"birth_date": ""}, "Напишите дату рождения"),
            ({"birth_date": "3026-01-01"}, "Проверьте год"),
            ({"birth_date": "1985-01-01"}, "Проверьте дату рождения"),
            ({"birth_date": "1985-01-01", "grade": "college_student"}, "С 18 лет"),
            ({"grade": "12"}, "Выберите класс"),
            ({"grade": "parent"}, "Выберите класс"),
            ({"school": ""}, "Напишите школу"),
        ],
    )
    def test_bad_input_adds_nobody(
        self, browser: Browser, wrong: dict[str, str], words: str
    ) -> None:
        page = browser.log_in(make_guardian()).submit(f"{URL}/new", fields={**TYPED, **wrong})
        assert page.status == 422
        assert words in page.text("main")
        assert page.form("form.o-form")["patronymic"] == "Эрдниевич"  # what was typed stays
        assert db.session.scalars(sa.select(Person)).all() == []

    def test_anothers_child_is_refused_in_words(self, browser: Browser) -> None:
        add_child(make_guardian(), details())
        page = browser.log_in(make_guardian()).submit(f"{URL}/new", fields=TYPED)
        assert page.status == 422
        assert "Попросите приглашение у родителя" in page.text(".o-summary")

    def test_nobody_asks_about_one_child_after_the_other(self, browser: Browser) -> None:
        """Refused or not, by adding or by renaming: then the answer is the same for all."""
        mine = add_child(mother := make_guardian(), details(first_name="Церен"))
        add_child(make_guardian(), details())
        browser.log_in(mother)
        for number in range(CHILDREN_TYPED.most):
            url = f"{URL}/{mine.id}" if number % 2 else f"{URL}/new"
            page = browser.submit(url, fields=TYPED)
            assert "уже есть на сайте" in page.text(".o-summary")
        for name in ("Санджи", "Баатр"):
            for url in (f"{URL}/new", f"{URL}/{mine.id}"):
                page = browser.submit(url, fields={**TYPED, "first_name": name})
                assert page.status == 422
                assert "сегодня добавлено" in page.text(".o-summary")
        again = {**TYPED, "first_name": "Церен"}  # whoever stays who they are is corrected
        assert browser.submit(f"{URL}/{mine.id}", fields=again).status == 200

    def test_corrected(self, browser: Browser) -> None:
        mother = make_guardian()
        child = add_child(mother, details())
        form = browser.log_in(mother).open(f"{URL}/{child.id}").form("form.o-form")
        assert (form["first_name"], form["grade"], form["school"]) == ("Санджи", "6", "СОШ № 4")
        page = browser.submit(f"{URL}/{child.id}", fields={**form, "first_name": "Санчир"})
        assert "Сохранено" in page.text("#messages")
        assert child.first_name == "Санчир"
        page = browser.submit(f"{URL}/{child.id}", fields={**form, "birth_date": "вчера"})
        assert page.status == 422

    def test_of_a_child_in_a_class_the_school_says_class_and_school(self, browser: Browser) -> None:
        mother = make_guardian()
        pupil = make_pupil(make_class(make_school("СОШ № 18"), 9, "Б"))
        make_guardianship(pupil, mother)
        page = browser.log_in(mother).open(f"{URL}/{pupil.id}")
        form = page.form("form.o-form")
        assert "grade" not in form
        assert "9Б, СОШ № 18" in page.text("main")
        browser.submit(f"{URL}/{pupil.id}", fields={**form, "grade": "5", "last_name": "Бадма"})
        assert (pupil.last_name, pupil.class_title) == ("Бадма", "9Б")

    @pytest.mark.parametrize("act", ["", "/invite", "/stop", "/code", "/invitations/1/take-back"])
    def test_anothers_child_does_not_exist(self, browser: Browser, act: str) -> None:
        child = add_child(make_guardian(), details())
        browser.log_in(make_guardian())
        assert browser.submit(f"{URL}/{child.id}{act}").status == 404
        assert browser.submit(f"{URL}/{2**40}{act}").status == 404

    def test_other_guardians_are_named_without_contacts(self, browser: Browser) -> None:
        mother, father = make_guardian("Анна"), make_guardian("Пётр", email="petr@example.org")
        child = add_child(mother, details())
        become_guardian(child, father)
        make_guardianship(child, name="Бабушка", phone="+7 961 111-11-11", email="b@example.org")
        for url in (URL, f"{URL}/{child.id}"):
            page = browser.log_in(mother).open(url)
            assert "Пётр" in page.text("main")
            assert "Бабушка" in page.text("main")
            assert "petr@" not in page.html
            assert "111-11-11" not in page.html

    def test_stopped(self, browser: Browser) -> None:
        mother = make_guardian()
        child = add_child(mother, details())
        page = browser.log_in(mother).submit(f"{URL}/{child.id}/stop")
        assert "никто не ведёт" in page.text("#messages")
        become_guardian(child, make_guardian())
        page = browser.submit(f"{URL}/{child.id}/stop")
        assert page.path == URL
        assert "Вы больше не ведёте ребёнка: Санджи Б., 6" in page.text("#messages")
        assert browser.open(f"{URL}/{child.id}").status == 404

    def test_many_children_cost_no_more_queries(self, app: Flask, browser: Browser) -> None:
        mother = make_guardian()
        for number in range(7):
            child = add_child(mother, details(first_name="АБВГДЕЖ"[number] + "йса"))
            db.session.add(Guardianship(child_id=child.id, user_id=make_guardian().id))
        browser.log_in(mother)
        with counted_queries(app) as queries:
            assert browser.open(URL).texts("h2")[6].startswith("Бадмаев Ж")
        assert len(queries) <= 5, queries
