"""One's own details: put right by their owner."""

import pytest
import sqlalchemy as sa

from app.base.db import db
from app.people.models import ConsentText, Person
from tests.browser import Browser
from tests.factories import make_event, make_person, make_registration, make_user
from tests.registrations.signing_up.test_sign_up import GUEST

URL = "/me/details"


class TestScreen:
    def test_what_is_known_stands_in_the_form(self, browser: Browser) -> None:
        user = make_user()
        make_person("Очирова", "Айса", "", user=user, school="СОШ № 4", grade=9)
        form = browser.log_in(user).open(URL).form("form.o-form")
        assert (form["last_name"], form["school"], form["grade"]) == ("Очирова", "СОШ № 4", "9")
        assert "email" not in form

    def test_a_misspelt_name_is_put_right_and_the_ticket_shows_it(self, browser: Browser) -> None:
        user = make_user()
        person = make_person("Ачирова", user=user, school="СОШ № 4")
        registration = make_registration(make_event().slots[0], person)
        form = browser.log_in(user).open(URL).form("form.o-form")
        page = browser.submit(URL, fields={**form, "last_name": " Очирова "})
        assert "сохранены" in page.text("#messages")
        assert person.last_name == "Очирова"
        assert person.search_name.startswith("очирова")
        assert "Очирова" in browser.open(f"/registrations/{registration.code}").text("main")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"last_name": ""}, "Напишите фамилию"),
            ({"first_name": "<script>"}, "только буквы"),
            ({"first_name": "=cmd()"}, "только буквы"),
            ({"last_name": "Я" * 10_000}, "не больше 100"),
            ({"birth_date": "3026-01-01"}, "Проверьте год"),
            ({"grade": "12"}, "Выберите класс"),
        ],
    )
    def test_bad_input_changes_nothing(
        self, browser: Browser, wrong: dict[str, str], words: str
    ) -> None:
        user = make_user()
        make_person("Очирова", user=user, school="СОШ № 4")
        form = browser.log_in(user).open(URL).form("form.o-form")
        page = browser.submit(URL, fields={**form, **wrong})
        assert page.status == 422
        assert words in page.text("main")
        assert db.session.scalars(sa.select(Person.last_name)).all() == ["Очирова"]

    def test_a_year_to_come_is_one_mistake(self, browser: Browser) -> None:
        url = f"/events/{make_event().slug}/sign-up"
        page = browser.submit(url, fields={**GUEST, "birth_date": "2130-03-17"})
        assert page.text("#birth_date-error").count("Проверьте") == 1

    def test_an_empty_form_names_the_school_at_once(self, browser: Browser) -> None:
        url = f"/events/{make_event().slug}/sign-up"
        assert "СОШ № 18" in browser.submit(url).text("#school-error")
        page = browser.submit(url, fields={"grade": "adult"})
        assert not page.soup.select("#school-error")

    def test_tabs_have_names_of_their_own(self, browser: Browser) -> None:
        page = browser.log_in(make_user()).open("/me/details")
        tabs = page.texts(".o-tabs a")
        assert {"Мои сведения", "Скачать или удалить"} <= set(tabs)
        assert len(tabs) == len(set(tabs))

    def test_nobody_known_yet(self, browser: Browser) -> None:
        page = browser.log_in(make_user()).open(URL)
        assert "пока ничего не знаем" in page.text("main")


class TestConsentText:
    def test_the_form_shows_the_very_words_whose_hash_is_kept(self, browser: Browser) -> None:
        page = browser.open(f"/events/{make_event().slug}/sign-up")
        shown = page.text("details .o-prose")
        assert "152-ФЗ" in shown
        assert "Перечень данных" in shown

    def test_a_newer_version_is_shown_instead(self, browser: Browser) -> None:
        text = ConsentText(kind="personal_data", version=2, body="Новые слова", sha256="0" * 64)
        db.session.add(text)
        page = browser.open(f"/events/{make_event().slug}/sign-up")
        assert page.text("details .o-prose") == "Новые слова"
