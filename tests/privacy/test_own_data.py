"""One's own data: taken away by the family, erased by the family, by nobody else."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.accounts.passwords import hash_of
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.certificates.issued.actions import issue_due
from app.notifications.letters import letter_of
from app.notifications.models import Notification
from app.organizations.models import Role
from app.people.models import Person
from app.privacy.models import ErasureAct
from app.privacy.views import EXPORTS_A_DAY
from app.registrations.models import Channel
from tests.browser import Browser, Page
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_organization,
    make_person,
    make_pupil,
    make_registration,
    make_user,
)
from tests.papers.people import came, pages

PASSWORD = "elista-2026-noon"


@pytest.fixture
def mother() -> User:
    return make_user("Очирова Саглара", email="saglara@example.org")


@pytest.fixture
def child(mother: User) -> Person:
    child = make_pupil(make_class(letter="Б"), "Очиров", first_name="Нарма", patronymic="")
    make_guardianship(child, mother, phone="+7 905 111-22-33")
    return child


def taken(page: Page) -> tuple[dict[str, Any], str]:
    """What stands in the two files."""
    with ZipFile(BytesIO(page.response.data)) as folder:
        assert sorted(folder.namelist()) == ["data.json", "data.pdf"]
        return json.loads(folder.read("data.json")), " ".join(pages(folder.read("data.pdf")))


class TestTaken:
    def test_a_mother_takes_all_that_is_kept_about_her_child(
        self, browser: Browser, mother: User, child: Person
    ) -> None:
        make_guardianship(child, name="Другой Отец", email="other@example.org")
        past = came(make_event(title="Проба сварщика", in_days_=-2).slots[0], child)
        [paper] = issue_due(past.event)
        make_registration(
            make_event(title="День в колледже").slots[0], child, channel=Channel.GUARDIAN,
            by=mother, email=mother.email,
        )  # fmt: skip
        page = browser.log_in(mother).submit(f"/me/data/{child.id}/export.zip")
        assert page.response.mimetype == "application/zip"
        assert page.response.cache_control.no_store
        assert "orientir-data.zip" in page.response.headers["Content-Disposition"]
        told, paper_text = taken(page)
        assert told["person"]["last_name"] == "Очиров"
        assert told["person"]["birth_date"] == str(child.birth_date)
        assert told["school_class"]["class"] == "9Б"
        assert told["account"] is None
        assert told["guardians"]["yours"][0]["phone"] == "+7 905 111-22-33"
        assert told["guardians"]["others"] == 1
        [consent] = told["consents"]
        assert len(consent["sha256"]) == 64
        assert (consent["kind"], consent["channel"]) == ("personal_data", "guardian_account")
        assert [one["event"] for one in told["registrations"]] == [
            "Проба сварщика", "День в колледже",
        ]  # fmt: skip
        assert told["registrations"][0]["attendance"]["mark"] == "present"
        assert told["registrations"][0]["meetings"] == []
        assert told["certificates"][0]["number"] == paper.full_number
        assert [one["address"] for one in told["letters"]] == ["saglara@example.org"]
        for words in (
            "Очиров Нарма",
            "9Б",
            "Проба сварщика",
            "родитель через учётную запись",
            "был",
        ):
            assert words in paper_text, words
        everything = json.dumps(told, ensure_ascii=False) + paper_text
        assert "Другой Отец" not in everything
        assert "other@example.org" not in everything
        assert "registration_confirmed" not in paper_text
        assert "Вы записаны: День в колледже" in paper_text

    def test_ones_own_comes_with_the_account(self, browser: Browser) -> None:
        user = make_user("Очиров Баатр", email="baatr@example.org")
        person = make_person(user=user, email="baatr@example.org")
        make_registration(make_event().slots[0], person, channel=Channel.ACCOUNT, by=user)
        told, text = taken(browser.log_in(user).submit(f"/me/data/{person.id}/export.zip"))
        assert told["account"]["email"] == "baatr@example.org"
        assert len(told["account"]["devices"]) == 1
        assert len(told["letters"]) == 1
        assert "Учётная запись" in text

    def test_it_is_written_down(self, browser: Browser, mother: User, child: Person) -> None:
        browser.log_in(mother).submit(f"/me/data/{child.id}/export.zip")
        entry = db.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.action, entry.object_id, entry.user_id) == (
            "person.exported", child.id, mother.id,
        )  # fmt: skip

    def test_ten_times_a_day_are_enough(
        self, browser: Browser, mother: User, child: Person
    ) -> None:
        """Of one account, from whatever network; others and older ones do not count."""
        yesterday = clock.now() - timedelta(days=1, minutes=1)
        for user, at, times in (
            (mother, clock.now(), EXPORTS_A_DAY - 1),
            (mother, yesterday, EXPORTS_A_DAY),
            (make_user(), clock.now(), EXPORTS_A_DAY),
        ):
            db.session.add_all(
                AuditEntry(action="person.exported", user_id=user.id, at=at) for _ in range(times)
            )
        db.session.flush()
        browser.log_in(mother)
        address = f"/me/data/{child.id}/export.zip"
        assert browser.submit(address).response.mimetype == "application/zip"
        page = browser.submit(address)
        assert (page.status, page.path) == (200, "/me/data")
        assert "Попробуйте завтра" in page.text("#messages")

    def test_of_somebody_else_is_not_found(self, browser: Browser, child: Person) -> None:
        teacher = make_member(child.school or make_organization(), Role.ADMIN)
        for user in (make_user(), teacher):
            browser.log_in(user)
            for number in (child.id, 0, 2**31 - 1, 10**30):
                assert browser.submit(f"/me/data/{number}/export.zip").status == 404
                assert browser.open(f"/me/data/{number}/erase").status == 404
                assert browser.submit(f"/me/data/{number}/erase").status == 404
        assert child.anonymized_at is None

    def test_a_child_of_age_with_an_account_looks_after_itself(
        self, browser: Browser, mother: User
    ) -> None:
        grown = make_person(grade=None, user=make_user(), birth_year=2000, birth_date=None)
        make_guardianship(grown, mother)
        browser.log_in(mother)
        assert browser.submit(f"/me/data/{grown.id}/export.zip").status == 404


class TestErased:
    def test_says_before_what_follows(self, browser: Browser, mother: User, child: Person) -> None:
        event = make_event(title="День в колледже")
        make_registration(event.slots[0], child, channel=Channel.GUARDIAN, by=mother)
        browser.log_in(mother)
        page = browser.open("/me/data")
        assert f"/me/data/{child.id}/erase" in page.html
        page = browser.open(f"/me/data/{child.id}/erase")
        for words in ("День в колледже", "Что останется и почему", "152-ФЗ", "Отменить удаление"):
            assert words in page.text("main"), words
        assert child.anonymized_at is None

    @pytest.mark.parametrize("typed", ["", " ", "да", "УДАЛИ", "удалить!", "\x00", "Ж" * 500])
    def test_the_word_is_needed_and_stays_as_typed(
        self, browser: Browser, mother: User, child: Person, typed: str
    ) -> None:
        browser.log_in(mother)
        page = browser.submit(f"/me/data/{child.id}/erase", confirmation=typed)
        assert page.status == 422
        assert page.text("#confirmation-error")
        if typed.isalpha():
            assert page.form("main form.o-form")["confirmation"] == typed
        assert db.session.get_one(Person, child.id).anonymized_at is None

    def test_a_child_is_erased_and_the_mother_stays(
        self, browser: Browser, mother: User, child: Person
    ) -> None:
        browser.log_in(mother)
        page = browser.submit(f"/me/data/{child.id}/erase", confirmation=" «удалить» ")
        assert (page.status, page.path) == (200, "/me/data")
        assert "Данные удалены" in page.text("#messages")
        assert "Очиров" not in page.text("main")
        assert browser.submit(f"/me/data/{child.id}/erase", confirmation="УДАЛИТЬ").status == 404
        assert browser.open("/me").status == 200
        act = db.session.scalars(sa.select(ErasureAct)).one()
        assert act.done_by == "законный представитель, в своей учётной записи"

    def test_the_person_gets_one_last_letter(
        self, browser: Browser, mother: User, child: Person
    ) -> None:
        child.email = "narma@example.org"
        browser.log_in(mother).submit(f"/me/data/{child.id}/erase", confirmation="УДАЛИТЬ")
        [letter] = db.session.scalars(sa.select(Notification))
        assert (letter.address, letter.template) == ("narma@example.org", "data_erased")
        assert "Очиров" not in str(letter.context)

    def test_guardians_are_told_when_a_childs_own_account_did_it(
        self, browser: Browser, mother: User, child: Person
    ) -> None:
        child.user_id = make_user("Очиров Нарма", email="narma@example.org").id
        db.session.flush()
        assert child.user
        browser.log_in(child.user).submit(f"/me/data/{child.id}/erase", confirmation="УДАЛИТЬ")
        letters = db.session.scalars(sa.select(Notification).order_by(Notification.id)).all()
        assert {(one.address, one.context["is_own"]) for one in letters} == {
            ("narma@example.org", True),
            (mother.email, False),
        }
        for one in letters:
            text = letter_of(
                address=one.address, template=one.template, language="ru",
                reference=one.reference, context=one.context,
            ).text  # fmt: skip
            assert "/privacy" in text

    @pytest.mark.parametrize("somebody_waits", [True, False])
    def test_seats_are_spoken_of_where_somebody_got_one(
        self, browser: Browser, mother: User, child: Person, somebody_waits: bool
    ) -> None:
        slot = make_event(capacity=1, in_days_=9).slots[0]
        make_registration(slot, child, channel=Channel.GUARDIAN, by=mother)
        if somebody_waits:
            make_registration(slot)
        browser.log_in(mother)
        page = browser.submit(f"/me/data/{child.id}/erase", confirmation="УДАЛИТЬ")
        assert ("получили те, кто ждал" in page.text("#messages")) is somebody_waits

    def test_oneself_with_the_password_ends_the_account(self, browser: Browser) -> None:
        user = make_user(password_hash=hash_of(PASSWORD))
        person = make_person(user=user)
        id_ = user.id
        browser.log_in(user)
        address = f"/me/data/{person.id}/erase"
        for password in ("", "wrong"):
            page = browser.submit(address, confirmation="УДАЛИТЬ", password=password)
            assert page.status == 422
            assert page.form("main form.o-form")["confirmation"] == "УДАЛИТЬ"
            assert page.form("main form.o-form")["password"] == ""
        page = browser.submit(address, confirmation="УДАЛИТЬ", password=PASSWORD)
        assert (page.status, page.path) == (200, "/")
        assert "вы вышли с сайта" in page.text("#messages")
        assert browser.open("/me/data", follow=False).status == 303
        assert db.session.scalar(sa.select(User.id).where(User.id == id_)) is None
        assert db.session.get_one(Person, person.id).anonymized_at

    def test_an_account_that_others_need_is_told_what_to_do_first(
        self, browser: Browser, mother: User, child: Person
    ) -> None:
        person = make_person("Очирова", "Саглара", "", grade=None, user=mother)
        browser.log_in(mother)
        page = browser.open(f"/me/data/{person.id}/erase")
        assert "Пока удалить нельзя" in page.text("main")
        assert "Очиров Нарма" in page.text("main")
        assert not page.soup.select("main form")
        page = browser.submit(f"/me/data/{person.id}/erase", confirmation="УДАЛИТЬ")
        assert page.status == 422
        assert db.session.get_one(Person, person.id).anonymized_at is None

    def test_who_told_nothing_sees_what_to_do(self, browser: Browser) -> None:
        page = browser.log_in(make_user()).open("/me/data")
        assert page.text(".o-empty")


class TestActs:
    def test_the_ministry_reads_and_prints_them(
        self, browser: Browser, mother: User, child: Person
    ) -> None:
        from tests.factories import make_ministry_admin

        browser.log_in(mother).submit(f"/me/data/{child.id}/erase", confirmation="УДАЛИТЬ")
        act = db.session.scalars(sa.select(ErasureAct)).one()
        browser.log_in(make_ministry_admin())
        page = browser.open("/administration/erasures")
        assert f"Акт № {act.id}" in page.text("tbody")
        assert f"№ {child.id}" in page.text("tbody")
        assert "180 дней" in page.text("main")
        response = browser.open(f"/administration/erasures/{act.id}.pdf").response
        assert response.mimetype == "application/pdf"
        assert response.cache_control.no_store
        assert len(pages(response.data)) == 2
        assert browser.open("/administration/erasures?page=99999999999").status == 200
        assert browser.open("/administration/erasures/999999.pdf").status == 404
