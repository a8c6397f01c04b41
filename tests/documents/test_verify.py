"""Anybody asks whether a certificate is genuine."""

import pytest

from app.attendance.models import Presence
from app.codes import as_code
from app.documents import actions
from app.documents.models import Certificate
from app.events.models import Event
from tests.browser import Browser
from tests.documents.people import came, mark, registration_of
from tests.factories import make_event, make_person


@pytest.fixture
def event() -> Event:
    return make_event(title="Сварщик за один день", in_days_=-1)


@pytest.fixture
def paper(event: Event) -> Certificate:
    came(event.slots[0], make_person("Бадмаев", "Санджи", "Эрдниевич"))
    return actions.issue_due(event)[0]


class TestScreen:
    def test_shows_what_was_issued_with_the_surname_shortened(
        self, browser: Browser, paper: Certificate
    ) -> None:
        page = browser.open(f"/verify/{paper.code}")
        assert page.status == 200
        assert "Подлинный" in page.text(".o-good")
        for words in (
            "Санджи Эрдниевич Б.", "Сварщик за один день", paper.organization_name,
            paper.full_number,
        ):  # fmt: skip
            assert words in page.text("main")
        assert "Бадмаев" not in page.html
        assert "noindex" in page.response.headers["X-Robots-Tag"]

    def test_says_when_it_was_revoked_and_not_why(
        self, browser: Browser, paper: Certificate
    ) -> None:
        actions.revoke(paper, reason="Ошибка в фамилии")
        page = browser.open(f"/verify/{paper.code}")
        assert page.status == 200
        assert "Отозван" in page.text(".o-bad")
        assert "недействителен" in page.text(".o-bad")
        assert not page.text(".o-good")
        assert "Ошибка в фамилии" not in page.html

    def test_is_not_valid_once_the_attendance_is_corrected(
        self, browser: Browser, paper: Certificate
    ) -> None:
        mark(registration_of(paper), Presence.ABSENT)
        page = browser.open(f"/verify/{paper.code}")
        assert "недействителен" in page.text(".o-warn")
        assert not page.text(".o-good")
        mark(registration_of(paper), Presence.PRESENT)
        assert browser.open(f"/verify/{paper.code}").text(".o-good")

    @pytest.mark.parametrize("code", ["NOSUCHCODE99", "x", "'--", "Ж" * 200, "😀"])
    def test_nothing_like_that_was_issued(self, browser: Browser, code: str) -> None:
        page = browser.open(f"/verify/{code}")
        assert page.status == 404
        assert "не выдавали" in page.text("main")
        kept = page.soup.select_one("form input[name=code]")
        assert kept
        assert kept["value"] == as_code(code)  # what was typed stays, to be mended

    def test_a_code_no_database_can_look_for(self, browser: Browser) -> None:
        for address in ("/verify/%00", "/registrations/%00/ticket.pdf", "/verify/A%00B"):
            assert browser.open(address).status == 404

    def test_the_ticket_code_verifies_nothing(self, browser: Browser, paper: Certificate) -> None:
        assert browser.open(f"/verify/{registration_of(paper).code}").status == 404
        assert browser.open(f"/registrations/{paper.code}/ticket.pdf").status == 404

    def test_the_code_may_be_typed_as_it_is_printed(
        self, browser: Browser, paper: Certificate
    ) -> None:
        form = browser.open("/verify")
        assert form.status == 200
        assert not form.text(".o-error")
        for typed in (paper.code_in_groups, f" {paper.code.lower()} ", paper.code):
            page = browser.open("/verify?code=" + typed.replace(" ", "+"))
            assert page.path == f"/verify/{paper.code}"
            assert page.status == 200

    @pytest.mark.parametrize("code", ["", "+", "-", "я" * 10_000])
    def test_a_sentence_stands_beside_the_field(self, browser: Browser, code: str) -> None:
        page = browser.open(f"/verify?code={code}")
        assert page.status == 422
        assert page.text(".o-error")
