"""An account of one's own by a code: from a parent or printed by the school."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.guards import attempts
from app.accounts.models import Attempts, User
from app.accounts.queries import free_login, user_by_login
from app.base import clock
from app.base.codes import LETTERS, as_code, in_groups, random_code
from app.base.db import db
from app.base.rules import RuleBroken
from app.people.families.invitations import join, make_codes, renew_password
from app.people.families.queries import invitation_by
from app.people.models import Invitation, InvitationPurpose, Person
from app.registrations.models import Channel
from tests.accounts.letters import PASSWORD, make_user_with_password
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_person,
    make_pupil,
    make_registration,
    make_user,
)
from tests.people.families.family import (
    later,
    letters,
    make_child,
    make_guardian,
    make_parent_with_person,
    noted,
)


def child_with_code(**given: object) -> tuple[User, Person, str]:
    mother = make_guardian()
    child = make_child(**given)
    make_guardianship(child, mother)
    return mother, child, make_codes([child], by=mother)[child.id]


def invitation_of(code: str) -> Invitation:
    found = invitation_by(code, InvitationPurpose.OWN_ACCOUNT)
    assert found
    return found


class TestRule:
    def test_a_code_is_read_however_it_is_typed(self) -> None:
        code = random_code(10)
        assert len(code) == 10
        assert set(code) <= set(LETTERS)
        assert not set("01OI") & set(LETTERS)
        assert as_code(f" {in_groups(code).lower()} ") == code
        assert as_code("авекм-нрстх") == "ABEKMHPCTX"  # typed with the Russian keyboard on

    def test_kept_as_a_hash(self) -> None:
        _mother, _child, code = child_with_code()
        [stored] = db.session.scalars(sa.select(Invitation.code_hash))
        assert code not in stored

    def test_the_account_is_the_childs_own(self) -> None:
        mother, child, code = child_with_code()
        user = make_user(email="", login="sandzhi")
        join(invitation_of(code), user)
        assert child.user_id == user.id
        assert noted("account.joined")[0].details == {"account": user.id}
        assert [letter.address for letter in letters("child_account")] == [mother.email]

    def test_works_once(self) -> None:
        _mother, child, code = child_with_code()
        first = make_user()
        join(invitation_of(code), first)
        with pytest.raises(RuleBroken, match="Учётная запись уже есть"):
            join(invitation_of(code), make_user())
        assert child.user_id == first.id

    def test_lapses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _mother, child, code = child_with_code()
        later(monkeypatch, days=14, seconds=1)
        with pytest.raises(RuleBroken, match="срок прошёл"):
            join(invitation_of(code), make_user())
        assert child.user_id is None

    def test_a_new_code_ends_the_earlier_ones(self) -> None:
        mother, child, old = child_with_code()
        new = make_codes([child], by=mother)[child.id]
        assert not invitation_of(old).is_usable
        assert invitation_of(new).is_usable

    def test_no_code_for_who_has_an_account(self) -> None:
        child = make_child(user=make_user())
        with pytest.raises(RuleBroken, match="Учётная запись уже есть: Санджи Б., 6"):
            make_codes([child], by=make_guardian())

    def test_not_the_guardians_own(self) -> None:
        mother, child, code = child_with_code()
        with pytest.raises(RuleBroken, match="вы его родитель"):
            join(invitation_of(code), mother)
        assert child.user_id is None

    def test_not_the_account_of_who_answers_for_the_guardian(self) -> None:
        mother, as_person = make_parent_with_person()
        child = make_child()
        make_guardianship(child, mother)
        grandmother = make_guardian()
        make_guardianship(as_person, grandmother)
        code = make_codes([child], by=mother)[child.id]
        with pytest.raises(RuleBroken, match="отвечать друг за друга нельзя"):
            join(invitation_of(code), grandmother)

    def test_not_the_account_of_somebody_else(self) -> None:
        _mother, _child, code = child_with_code()
        other = make_user()
        make_person("Очирова", "Айса", "", user=other)
        with pytest.raises(RuleBroken, match="принадлежит другому человеку"):
            join(invitation_of(code), other)

    def test_logins_are_suggested_until_one_is_free(self) -> None:
        assert free_login("Санджи Бадмаев") == "sandzhi-badmaev"
        make_user(email="", login="sandzhi-badmaev")
        make_user(email="", login="sandzhi-badmaev-2")
        assert free_login("Санджи Бадмаев") == "sandzhi-badmaev-3"
        assert free_login("Я") == "uchenik-ya"
        assert free_login("!") == "uchenik"

    def test_a_forgotten_password_of_an_account_without_an_address(self) -> None:
        mother, child, _code = child_with_code(user=make_user(email="", login="sandzhi"))
        code = make_codes([child], by=mother)[child.id]
        with pytest.raises(RuleBroken, match="уже есть"):
            join(invitation_of(code), make_user())
        assert renew_password(invitation_of(code), "hash") is child.user
        assert len(noted("account.password_renewed")) == 1


class TestScreen:
    def test_from_the_parents_page_to_an_account(self, browser: Browser, app: Flask) -> None:
        mother = make_guardian()
        child = make_child()
        make_guardianship(child, mother)
        registration = make_registration(make_event().slots[0], child, channel=Channel.GUARDIAN)
        page = browser.log_in(mother).submit(f"/me/children/{child.id}/code")
        assert page.response.headers["Cache-Control"] == "no-store"
        assert page.soup.select_one("svg.o-qr")
        code = page.text("p.o-num")
        assert re.fullmatch(f"[{LETTERS}]{{5}}-[{LETTERS}]{{5}}", code)

        pupil = Browser(app.test_client())
        page = pupil.submit("/join", code=code.lower().replace("-", " "))
        assert page.path == f"/join/{as_code(code)}"
        assert "Это вы? Санджи Б., 6" in page.text("h1")
        assert "Бадмаев" not in page.html
        form = page.form("form.o-form")
        assert form["login"] == "sandzhi-badmaev"
        page = pupil.submit(page.path, fields={**form, "password": PASSWORD})
        assert page.path == "/me"
        assert registration.event.title in page.text("main")
        user = user_by_login("sandzhi-badmaev")
        assert user
        assert (user.email, user.name, child.user_id) == ("", "Санджи Бадмаев", user.id)

    def test_log_in_with_the_login(self, browser: Browser) -> None:
        make_user_with_password(email="", login="sandzhi-2011")
        page = browser.open("/log-in")
        assert "Электронная почта или логин" in page.text("main")
        page = browser.submit("/log-in", email=" Sandzhi-2011", password=PASSWORD)
        assert page.path == "/me"

    def test_a_password_changed_without_an_address(self, browser: Browser) -> None:
        user = make_user_with_password(email="", login="sandzhi-2011")
        page = browser.log_in(user).open("/me/security")
        assert "sandzhi-2011" in page.text("main")
        new = "другая длинная фраза"
        page = browser.submit("/me/security", current_password=PASSWORD, new_password=new)
        assert "Новый пароль" in page.text("#messages")
        page = browser.submit("/me/security", current_password=new, new_password="sandzhi-2011")
        assert "логин" in page.text("#new_password-error")
        assert letters("password_changed") == []

    def test_the_login_opens_every_own_page(self, browser: Browser) -> None:
        user = make_user_with_password(email="", login="sandzhi")
        make_person(user=user)
        browser.log_in(user)
        slug = make_event().slug
        for url in ("/me", "/me/details", "/me/consents", "/me/certificates", "/me/security",
                    "/me/children", f"/events/{slug}/sign-up", "/organizations/new"):  # fmt: skip
            assert browser.open(url).status == 200, url

    def test_an_account_there_is_joins(self, browser: Browser) -> None:
        _mother, child, code = child_with_code()
        user = make_user("Санджи")
        page = browser.log_in(user).open(f"/join/{code}")
        assert "Это вы? Санджи Б., 6" in page.text("h1")
        assert child.user_id is None
        page = browser.submit(f"/join/{code}")
        assert page.path == "/me"
        assert child.user_id == user.id

    def test_logging_in_first_comes_back(self, browser: Browser) -> None:
        _mother, _child, code = child_with_code()
        user = make_user_with_password()
        page = browser.open(f"/join/{code}")
        link = page.soup.select_one(f"main a[href^='/log-in?next=/join/{code}']")
        assert link
        form = browser.open(str(link["href"])).form("main form")
        fields = {**form, "email": user.email, "password": PASSWORD}
        page = browser.submit("/log-in", fields=fields)
        assert page.path == f"/join/{code}"

    def test_a_guardian_with_the_childs_code(self, browser: Browser) -> None:
        mother, child, code = child_with_code()
        page = browser.log_in(mother).submit(f"/join/{code}")
        assert page.status == 422
        assert "вы его родитель" in page.text(".o-summary")

    def test_somebody_elses_account(self, browser: Browser) -> None:
        _mother, child, code = child_with_code()
        other = make_user()
        make_person("Очирова", user=other)
        page = browser.log_in(other).submit(f"/join/{code}")
        assert page.status == 422
        assert "принадлежит другому" in page.text(".o-summary")
        assert child.user_id is None

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"login": ""}, "Придумайте логин"),
            ({"login": "ab"}, "От 3 до 40"),
            ({"login": "a" * 41}, "От 3 до 40"),
            ({"login": "санджи"}, "От 3 до 40"),
            ({"login": "me@example.org"}, "От 3 до 40"),
            ({"login": "-admin"}, "От 3 до 40"),
            ({"login": "taken"}, "Этот логин занят. Свободен такой: taken-2"),
            ({"password": ""}, "Введите пароль"),
            ({"password": "qwerty"}, "не меньше 8"),
            ({"login": "sandzhi-2011", "password": "sandzhi-2011"}, "логин"),
        ],
    )
    def test_bad_input_makes_no_account(
        self, browser: Browser, wrong: dict[str, str], words: str
    ) -> None:
        make_user(email="", login="taken")
        _mother, child, code = child_with_code()
        fields = {"login": "sandzhi", "password": PASSWORD, **wrong}
        page = browser.submit(f"/join/{code}", fields=fields)
        assert page.status == 422
        assert words in page.text("main")
        assert child.user_id is None
        assert invitation_of(code).is_usable

    def test_of_somebody_erased_or_merged(self, browser: Browser) -> None:
        _mother, child, code = child_with_code()
        child.anonymized_at = clock.now()
        db.session.flush()
        assert browser.open(f"/join/{code}").status == 410

    def test_who_has_told_of_themselves_before(self, browser: Browser) -> None:
        _mother, child, code = child_with_code()
        user = make_user()
        told = make_child(user=user, patronymic="")
        registration = make_registration(make_event().slots[0], told, channel=Channel.GUARDIAN)
        page = browser.log_in(user).submit(f"/join/{code}")
        assert page.status == 200
        assert child.user_id == user.id
        assert told.merged_into_id == child.id
        assert registration.person_id == child.id

    def test_used_and_lapsed_say_so(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _mother, _child, code = child_with_code()
        join(invitation_of(code), make_user())
        page = browser.open(f"/join/{code}")
        assert page.status == 410
        assert "уже использован" in page.text("main")
        _mother, _child, code = child_with_code(first_name="Церен")
        later(monkeypatch, days=15)
        page = browser.submit(f"/join/{code}", login="sandzhi", password=PASSWORD)
        assert page.status == 410
        assert "Срок этого кода прошёл" in page.text("main")

    @pytest.mark.parametrize("code", ["AAAAA-AAAAA", "x" * 5000, "' OR 1=1", "код", "é" * 10])
    def test_wrong_codes_say_so(self, browser: Browser, code: str) -> None:
        page = browser.submit("/join", code=code)
        assert page.status == 422
        assert page.text("#code-error")
        page = browser.open(f"/join/{code[:200]}")
        assert page.status == 404
        assert "Такого кода нет" in page.text("#code-error")

    def test_an_empty_code(self, browser: Browser) -> None:
        page = browser.submit("/join", code="")
        assert page.status == 422
        assert "десять букв и цифр" in page.text("#code-error")
        assert db.session.scalars(sa.select(Attempts)).all() == []

    def test_guessing_is_slowed_down(self, browser: Browser) -> None:
        _mother, _child, code = child_with_code()
        for _ in range(attempts.OF_CODES.free):
            browser.submit("/join", code="AAAAAAAAAA")
        for page in (browser.submit("/join", code=code), browser.open(f"/join/{code}")):
            assert page.status in (422, 429)
            assert "Слишком много неверных кодов" in page.text("#code-error")

    def test_right_codes_of_a_whole_class_are_not_guessing(self, app: Flask) -> None:
        class_ = make_class()
        pupils = [make_pupil(class_, name) for name in ("А" + "б" * n for n in range(1, 36))]
        for code in make_codes(pupils, by=make_user()).values():
            page = Browser(app.test_client()).open(f"/join/{code}")
            assert page.status == 200

    def test_a_new_password_by_a_code(self, browser: Browser, app: Flask) -> None:
        user = make_user_with_password(email="", login="sandzhi")
        mother, child, _code = child_with_code(user=user)
        page = browser.log_in(mother).submit(f"/me/children/{child.id}/code")
        code = as_code(page.text("p.o-num"))
        pupil = Browser(app.test_client())
        page = pupil.open(f"/join/{code}")
        assert "sandzhi" in page.text("main")
        page = pupil.submit(f"/join/{code}", new_password="123")
        assert page.status == 422
        page = pupil.submit(f"/join/{code}", new_password="новая длинная фраза")
        assert page.path == "/me"
        assert pupil.open(f"/join/{code}").status == 410
        page = Browser(app.test_client()).submit("/log-in", email="sandzhi", password=PASSWORD)
        assert page.status == 422

    def test_under_14_a_pupil_looks_and_the_guardian_signs_up(self, browser: Browser) -> None:
        twelve = clock.today().replace(year=clock.today().year - 12, day=1)
        user = make_user(email="", login="sandzhi")
        child = make_child(user=user, birth_date=twelve)
        event = make_event()
        slot = event.slots[0]
        page = browser.log_in(user).submit(
            f"/events/{event.slug}/sign-up?slot={slot.id}", slot=str(slot.id), person=str(child.id)
        )
        assert page.status == 422
        assert "до 14 лет" in page.text("main")
