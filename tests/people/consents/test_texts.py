"""The texts people agree to: written by the ministry, each version kept."""

from hashlib import sha256

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEntry
from app.base.config import ROOT
from app.base.db import db
from app.base.rules import RuleBroken
from app.people.consents.actions import agree, end, first_version, publish_text
from app.people.consents.changes import changes
from app.people.consents.forms import DEMANDED
from app.people.consents.queries import in_force, versions
from app.people.models import ConsentChannel, ConsentKind, ConsentText
from tests.browser import Browser, Page, counted_queries
from tests.factories import make_event, make_ministry_admin, make_person

INDEX = "/administration/texts"
URL = f"{INDEX}/photo"
PHOTO, DATA = ConsentKind.PHOTO, ConsentKind.PERSONAL_DATA
GOOD = (
    "**Оператор:** Министерство. **Цель:** рассказать. **Перечень данных:** снимок. "
    "**Действия:** съёмка. **Срок:** год. **Отзыв:** в любой момент. "
) * 3


def words_of(kind: ConsentKind) -> list[str]:
    query = sa.select(ConsentText.body).filter_by(kind=kind).order_by(ConsentText.version)
    return list(db.session.scalars(query))


class TestRule:
    @pytest.mark.parametrize("kind", list(ConsentKind))
    def test_what_comes_with_the_site_names_what_the_law_demands(self, kind: ConsentKind) -> None:
        body = in_force(kind).body
        assert all(word in body.casefold() for word in DEMANDED)
        assert "152-ФЗ" in body
        assert "не мешает участвовать" in body
        assert in_force(kind).sha256 == sha256(body.encode()).hexdigest()
        assert words_of(kind) == []  # reading stores nothing

    def test_a_new_version_is_a_new_row_and_the_old_one_stays(self) -> None:
        old = first_version(PHOTO)
        new = publish_text(PHOTO, GOOD, edited=1)
        assert (new.version, new.sha256) == (2, sha256(GOOD.encode()).hexdigest())
        assert words_of(PHOTO) == [old.body, GOOD]
        assert words_of(DATA) == []

    def test_the_same_words_change_nothing(self) -> None:
        publish_text(PHOTO, GOOD)
        assert publish_text(PHOTO, f"{GOOD}\n", edited=2).version == 2

    def test_of_two_editors_the_second_is_told(self) -> None:
        publish_text(PHOTO, GOOD, edited=1)
        with pytest.raises(RuleBroken):
            publish_text(PHOTO, GOOD.replace("год", "два года"), edited=1)
        assert len(words_of(PHOTO)) == 2

    def test_consents_are_counted_by_version(self) -> None:
        agree(make_person(), PHOTO, channel=ConsentChannel.PAPER)
        publish_text(PHOTO, GOOD)
        for person in (make_person(), withdrawing := make_person()):
            agree(person, PHOTO, channel=ConsentChannel.PAPER)
        end(withdrawing, PHOTO, by_name="Мать")
        assert [(one.version, one.given, one.in_force) for one in versions(PHOTO)] == [
            (2, 2, 1),
            (1, 1, 1),
        ]

    def test_differences_are_marked_word_by_word(self) -> None:
        [same, row, new] = changes("Один\n\nСрок: три года.", "Один\nСрок: два года.\nЕщё")
        assert same.is_same
        assert [text for text, differs in row.before if differs] == ["три"]
        assert [text for text, differs in row.after if differs] == ["два"]
        assert (new.before, new.after) == ([], [("Ещё", True)])


class TestScreen:
    def open(self, browser: Browser, url: str = URL) -> Page:
        return browser.log_in(make_ministry_admin()).open(url)

    def test_both_kinds_with_version_hash_and_numbers(self, app: Flask, browser: Browser) -> None:
        agree(make_person(), PHOTO, channel=ConsentChannel.PAPER)
        text = publish_text(PHOTO, GOOD)
        page = self.open(browser, INDEX)
        [data, photo] = page.texts("section.o-box")
        assert "Действует версия 1" in data
        assert "Действует версия 2" in photo
        assert text.sha256 in photo
        assert "Тексты согласий" in page.text(".o-tabs [aria-current=page]")
        with counted_queries(app) as queries:
            browser.open(INDEX)
        assert len(queries) <= 6, queries

    def test_it_is_reached_from_the_ministrys_menu(self, browser: Browser) -> None:
        page = self.open(browser, "/administration/organizations")
        assert page.texts(".o-tabs a")[:2] == ["Заявки организаций", "Тексты согласий"]

    def test_before_anybody_agreed_the_text_of_the_site_is_shown(self, browser: Browser) -> None:
        page = self.open(browser, INDEX)
        assert "поставляется с сайтом" in page.text("main")
        assert "Перечень данных" in browser.open(f"{URL}/1").text(".o-prose")
        assert words_of(PHOTO) == []

    def test_the_preview_shows_the_difference_and_stores_nothing(self, browser: Browser) -> None:
        publish_text(PHOTO, GOOD)
        form = self.open(browser).form("form.o-form")
        typed = GOOD.replace("год", "два года")
        page = browser.submit(URL, fields={**form, "body": typed, "preview": "1"})
        assert page.status == 200
        assert "пока ничего не сохранено" in page.text("main")
        assert "два года" in page.text(".o-prose")
        assert "два" in page.text(".o-changes ins")
        assert page.form("form.o-form")["body"] == typed.strip()
        assert len(words_of(PHOTO)) == 2

    def test_saved_it_is_in_force_at_once(self, browser: Browser) -> None:
        form = self.open(browser).form("form.o-form")
        page = browser.submit(URL, fields={**form, "body": GOOD})
        assert page.path == INDEX
        assert "Теперь действует версия 2" in page.text("#messages")
        assert in_force(PHOTO).body == GOOD.strip()
        assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["consent_text.published"]
        shown = browser.open(f"{URL}/1").text("main")
        assert "заменена новой" in shown

    def test_the_same_words_change_nothing_and_it_is_said(self, browser: Browser) -> None:
        form = self.open(browser).form("form.o-form")
        page = browser.submit(URL, fields=form)
        assert "ничего не изменилось" in page.text("#messages")
        assert in_force(PHOTO).version == 1

    def test_two_editors_at_once(self, browser: Browser) -> None:
        form = self.open(browser).form("form.o-form")
        publish_text(PHOTO, GOOD)
        typed = GOOD.replace("год", "два года").strip()
        page = browser.submit(URL, fields={**form, "body": typed})
        assert page.status == 422
        assert "опубликована новая версия" in page.text("[role=alert]")
        kept = page.form("form.o-form")
        assert (kept["version"], kept["body"]) == ("2", typed)
        assert "два" in page.text(".o-changes ins")
        browser.submit(URL, fields=page.form("form.o-form"))  # with both before their eyes
        assert in_force(PHOTO).version == 3

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ("", "Напишите текст"),
            ("Оператор", "Не меньше 300"),
            (GOOD.replace("Срок", "Время"), "назвать в тексте ещё: срок."),
            (GOOD + "<script>alert(1)</script>", "HTML"),
            (GOOD + "\x00", "невидимые"),
            (GOOD + "я" * 20_000, "не больше 20000"),
        ],
    )
    def test_bad_input_changes_nothing(self, browser: Browser, body: str, words: str) -> None:
        form = self.open(browser).form("form.o-form")
        page = browser.submit(URL, fields={**form, "body": body})
        assert page.status == 422
        assert words in page.text("main")
        assert words_of(PHOTO) == []

    @pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "²"])
    def test_a_forged_version_is_one_that_moved_on(self, browser: Browser, version: str) -> None:
        self.open(browser)
        page = browser.submit(URL, fields={"version": version, "body": GOOD})
        assert page.status == 422
        assert words_of(PHOTO) == []

    def test_unknown_kinds_and_versions_are_hidden(self, browser: Browser) -> None:
        assert self.open(browser, f"{INDEX}/passport").status == 404
        assert browser.open(f"{URL}/7").status == 404
        assert browser.open(f"{URL}/{2**40}").status == 404

    def test_one_may_start_from_the_text_of_the_site(self, browser: Browser) -> None:
        publish_text(PHOTO, GOOD)
        page = self.open(browser)
        assert page.soup.select_one("a[href$='?shipped=1']")
        form = browser.open(f"{URL}?shipped=1").form("form.o-form")
        shipped = (ROOT / "data" / "consent_photo.ru.md").read_text()
        assert form["body"].strip() == shipped.strip()
        assert form["version"] == "2"

    def test_the_panel_alone_for_htmx(self, browser: Browser) -> None:
        form = self.open(browser).form("form.o-form")
        fields = {**form, "preview": "1"}
        assert "<html" not in browser.submit(URL, panel="text-panel", fields=fields).html


class TestSignUpForm:
    def test_guests_see_the_new_words_at_once(self, app: Flask, browser: Browser) -> None:
        url = f"/events/{make_event().slug}/sign-up"
        browser.open(url)  # kept from now on
        publish_text(DATA, GOOD)
        with counted_queries(app) as queries:
            page = browser.open(url)
        assert page.text("details .o-prose") == GOOD.replace("**", "").strip()
        with counted_queries(app) as again:
            browser.open(url)
        assert len(again) <= 2 < len(queries), again
