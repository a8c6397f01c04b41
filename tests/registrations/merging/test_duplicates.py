"""Possible duplicates of a school: shown to its coordinator, merged or told apart by hand."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.accounts.models import User
from app.attendance.models import Attendance, Method, Presence
from app.base.db import db
from app.organizations.models import Organization, Role
from app.people.classes import claims
from app.people.duplicates.queries import (
    possible_duplicates,
    recent_merges,
    tell_apart,
    with_persons,
)
from app.people.models import Person
from app.registrations.merging.actions import merge
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_person,
    make_pupil,
    make_registration,
    make_school,
    make_user,
)

BORN = date(2011, 3, 17)
LIST = "/school/duplicates"


def coordinator(school: Organization) -> User:
    return make_member(school, Role.ORGANIZER)


def guest_of(school: Organization, last_name: str = "Бадмаев", **given: Any) -> Person:
    """Somebody who has named the school, and whom its coordinator has accepted."""
    guest = make_person(last_name, school=school.name, **{"birth_date": BORN, **given})
    claims.accept([guest], school)
    return guest


def two(school: Organization) -> tuple[Person, Person]:
    return make_pupil(make_class(school), birth_date=BORN), guest_of(school)


class TestRule:
    @pytest.mark.parametrize(
        ("one", "another"),
        [
            ({}, {}),
            ({"last_name": "Семёнов"}, {"last_name": "СЕМЕНОВ"}),
            ({"patronymic": ""}, {}),
            ({}, {"patronymic": ""}),
            ({"birth_date": None, "birth_year": 2011}, {}),
            ({"birth_date": None}, {}),
        ],
        ids=["same", "spelling", "no patronymic", "nor there", "a year", "no date"],
    )
    def test_who_may_be_one(self, one: dict[str, Any], another: dict[str, Any]) -> None:
        school = make_school()
        pupil = make_pupil(make_class(school), **{"birth_date": BORN, **one})
        guest = guest_of(school, **another)
        assert possible_duplicates(school) == [(pupil.id, guest.id)]

    @pytest.mark.parametrize(
        ("one", "another"),
        [
            ({"birth_date": date(2011, 3, 18)}, {}),
            ({"patronymic": "Баатрович"}, {}),
            ({"first_name": "Очир"}, {}),
            ({"birth_date": None, "birth_year": 2010}, {}),
            ({"birth_date": None}, {"grade": 8}),
        ],
        ids=["date", "patronymic", "first name", "year", "no date, another grade"],
    )
    def test_who_are_two(self, one: dict[str, Any], another: dict[str, Any]) -> None:
        school = make_school()
        make_pupil(make_class(school), **{"birth_date": BORN, **one})
        guest_of(school, **another)
        assert possible_duplicates(school) == []

    def test_of_another_school_are_not_shown(self) -> None:
        school = make_school()
        make_pupil(make_class(school), birth_date=BORN)
        make_pupil(make_class(make_school("СОШ № 4")), birth_date=BORN)
        assert possible_duplicates(school) == []

    def test_merged_and_told_apart_are_not_shown_again(self) -> None:
        school = make_school()
        one, another = two(school)
        third = guest_of(school)
        merge(one, another, by=None)
        [pair] = with_persons(possible_duplicates(school))
        assert pair.people == (one, third)
        tell_apart(pair, by=make_user())
        tell_apart(pair, by=make_user())
        assert possible_duplicates(school) == []

    def test_who_stands_in_a_class_is_kept_then_who_has_an_account(self) -> None:
        school = make_school()
        guest = guest_of(school)
        account = guest_of(school, user=make_user())
        pupil = make_pupil(make_class(school), birth_date=BORN)
        assert set(possible_duplicates(school)) == {
            (pupil.id, guest.id),
            (pupil.id, account.id),
            (account.id, guest.id),
        }


class TestScreen:
    def test_shows_side_by_side_what_each_has(self, browser: Browser) -> None:
        school = make_school()
        pupil, guest = two(school)
        make_guardianship(pupil, name="Бадмаева Герел")
        registration = make_registration(make_event().slots[0], guest)
        db.session.add(
            Attendance(registration=registration, presence=Presence.PRESENT, method=Method.LIST)
        )
        screen = browser.log_in(coordinator(school)).open(LIST)
        assert screen.text("form.o-box h2") == "Бадмаев Санджи Эрдниевич"
        first, second = screen.texts("form.o-box tbody tr")
        assert first == "Бадмаев Санджи Эрдниевич 9А 17 марта 2011 г. нет 0 0 данные 1"
        assert second.endswith("по своим словам 17 марта 2011 г. нет 1 1 данные 0")
        words = "К первой карточке перейдут: 1 запись, 1 отметка о посещении вместе с сертификатом"
        assert words in screen.text("form.o-box")

    def test_the_account_that_will_see_more_is_named(self, browser: Browser) -> None:
        school = make_school()
        make_pupil(make_class(school), birth_date=BORN)
        guest_of(school, user=make_user())
        screen = browser.log_in(coordinator(school)).open(LIST)
        assert "учётная запись: кто в неё входит, увидит всё это" in screen.text("form.o-box")

    @pytest.mark.parametrize("panel", [None, "duplicates-panel"], ids=["page", "panel"])
    def test_merges_and_undoes(self, browser: Browser, panel: str | None) -> None:
        school = make_school()
        pupil, guest = two(school)
        browser.log_in(coordinator(school))
        fields = browser.open(LIST).form("form.o-box")
        screen = browser.submit(f"{LIST}/merge", fields=fields, panel=panel)
        assert "Дублей нет" in screen.html
        assert "карточки объединены" in screen.text("#messages")
        db.session.refresh(guest)
        assert guest.merged_into_id == pupil.id
        [done] = recent_merges(school)
        screen = browser.submit(f"{LIST}/{done.id}/undo", panel=panel)
        assert "снова две карточки" in screen.text("#messages")
        assert screen.text("form.o-box h2")
        db.session.refresh(guest)
        assert guest.merged_into_id is None

    def test_the_spelling_is_chosen(self, browser: Browser) -> None:
        school = make_school()
        pupil = make_pupil(make_class(school), "Семенов", birth_date=BORN)
        guest = guest_of(school, "Семёнов")
        browser.log_in(coordinator(school))
        fields = browser.open(LIST).form("form.o-box")
        assert fields["named"] == str(pupil.id)
        browser.submit(f"{LIST}/merge", fields={**fields, "named": str(guest.id)})
        db.session.refresh(pupil)
        assert pupil.last_name == "Семёнов"

    def test_different_people_are_remembered(self, browser: Browser) -> None:
        school = make_school()
        _pupil, guest = two(school)
        browser.log_in(coordinator(school))
        screen = browser.submit(f"{LIST}/apart", fields=browser.open(LIST).form("form.o-box"))
        assert "это разные люди" in screen.text("#messages")
        assert "Дублей нет" in screen.html
        db.session.refresh(guest)
        assert guest.merged_into_id is None

    def test_a_refusal_says_what_to_do_first(self, browser: Browser) -> None:
        school = make_school()
        pupil = make_pupil(make_class(school), patronymic="", birth_date=BORN)
        event = make_event(title="Экскурсия на завод")
        for person in (pupil, guest_of(school)):
            make_registration(event.slots[0], person)
        browser.log_in(coordinator(school))
        fields = browser.open(LIST).form("form.o-box")
        screen = browser.submit(f"{LIST}/merge", fields=fields)
        assert screen.status == 422
        assert "записаны оба на «Экскурсия на завод»" in screen.text("#messages")
        assert screen.text("form.o-box h2")

    @pytest.mark.parametrize("given", [{}, {"kept": "x"}, {"kept": "9" * 30, "other": "1"}])
    def test_nobody_else_can_be_merged(self, browser: Browser, given: dict[str, str]) -> None:
        school = make_school()
        two(school)
        browser.log_in(coordinator(school))
        for act in ("merge", "apart"):
            screen = browser.submit(f"{LIST}/{act}", fields=given)
            assert screen.status == 422
            assert "Этой пары в списке уже нет" in screen.text("#messages")

    def test_hidden_from_teachers_and_other_schools(self, browser: Browser, app: Flask) -> None:
        school = make_school()
        pupil, guest = two(school)
        done = merge(pupil, guest, by=None)
        strangers = [make_member(school, Role.TEACHER), coordinator(make_school("СОШ № 4"))]
        for user in strangers:
            visitor = Browser(app.test_client()).log_in(user)
            assert visitor.open(f"{LIST}?school={school.slug}").status == 404
            undo = visitor.submit(f"{LIST}/{done.id}/undo?school={school.slug}")
            assert undo.status == 404
            assert visitor.submit(f"{LIST}/{done.id}/undo").status == 404

    def test_as_many_queries_for_many_pairs(self, app: Flask, browser: Browser) -> None:
        school = make_school()
        class_ = make_class(school)
        for letter in "АБВГДЕЖЗИК":
            make_pupil(class_, f"{letter}даев", birth_date=BORN)
            guest_of(school, f"{letter}даев")
        browser.log_in(coordinator(school))
        with counted_queries(app) as queries:
            assert len(browser.open(LIST).texts("form.o-box")) == 10
        assert len(queries) <= 12
