"""Anybody asks whether a certificate is genuine."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.attendance.models import Presence
from app.base import jobs
from app.base.codes import as_code
from app.base.config import ROOT
from app.base.db import db, transaction
from app.certificates.issued import actions, signing
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.web.security import limiter
from tests.browser import Browser
from tests.factories import make_event, make_person
from tests.papers.people import came, mark, registration_of

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database


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

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (CertificateKind.DIPLOMA, "Диплом №"),
            (CertificateKind.THANKS, "Благодарственное письмо №"),
            (CertificateKind.HOURS, "Справка с часами №"),
        ],
    )
    def test_says_what_kind_of_paper_it_is(
        self, browser: Browser, paper: Certificate, kind: CertificateKind, words: str
    ) -> None:
        paper.kind, paper.result, paper.hours = kind, "I место", 16
        page = browser.open(f"/verify/{paper.code}")
        assert page.text("h1") == f"{words} {paper.full_number}"
        for fact in ("Результат I место", "Академические часы 16"):
            assert fact in page.text("dl")

    def test_says_what_it_was_replaced_by(self, browser: Browser, paper: Certificate) -> None:
        actions.revoke(paper, reason="Ошибка в фамилии")
        newer = actions.issue_again(paper)
        newer.replaces = paper
        page = browser.open(f"/verify/{paper.code}")
        assert f"Вместо него выдан № {newer.full_number}" in page.text(".o-bad")
        assert newer.code not in page.html  # whoever has the old paper need not have the new
        page = browser.open(f"/verify/{newer.code}")
        assert f"Выдан взамен № {paper.full_number}" in page.text("dl")
        assert page.text(".o-good")

    def test_gives_the_script_what_it_compares(self, browser: Browser, paper: Certificate) -> None:
        part = browser.open(f"/verify/{paper.code}").soup.select_one("[data-signature]")
        assert part
        assert part["data-code"] == paper.code
        assert part["data-payload"] == signing.payload_digits(paper)
        assert paper.key_id in str(part["data-keys"])
        assert paper.signature not in str(part)  # it stands on the paper alone

    def test_an_unsigned_one_is_shown_as_ever(self, browser: Browser, paper: Certificate) -> None:
        paper.signature = paper.key_id = ""
        page = browser.open(f"/verify/{paper.code}")
        assert page.text(".o-good")
        assert "Бумага подписана" not in page.text("main")

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


class TestWithoutTheSite:
    def test_the_page_shows_the_keys(self, browser: Browser, paper: Certificate) -> None:
        page = browser.open("/verify/offline")
        [key] = signing.all_keys()
        assert key.key_id in page.text("table")
        assert signing.standard_base64(key) in page.text("table")
        assert page.soup.select_one(f"a[href='/verify/key-{key.key_id}.pem']")
        ring: Any = browser.client.get("/verify/keys.json").json
        assert [one["id"] for one in ring["keys"]] == [key.key_id]
        assert base64.b64decode(ring["keys"][0]["public_key"]) == signing.public_keys()[key.key_id]
        pem = browser.open(f"/verify/key-{key.key_id}.pem")
        assert pem.response.data.startswith(b"-----BEGIN PUBLIC KEY-----")
        assert browser.open("/verify/key-00000000.pem").status == 404

    def test_before_the_first_certificate_there_is_none(self, browser: Browser) -> None:
        assert "Пока не подписан" in browser.open("/verify/offline").text("main")
        assert browser.client.get("/verify/keys.json").json == {"algorithm": "Ed25519", "keys": []}

    def test_a_pasted_text_is_checked(self, browser: Browser, paper: Certificate) -> None:
        page = browser.submit("/verify/offline", text=signing.qr_text(paper))
        assert page.status == 200
        assert "Подпись на бумаге верна" in page.text(".o-good")
        for words in ("Санджи Эрдниевич Б.", "Сварщик за один день", paper.full_number):
            assert words in page.text("dl")
        assert paper.code_in_groups in page.text("dl")
        assert "Результат" not in page.text("dl")
        assert page.response.headers["X-Robots-Tag"] == "noindex"
        assert "no-store" in page.response.headers["Cache-Control"]

    def test_a_changed_one_is_not_believed(self, browser: Browser, paper: Certificate) -> None:
        forged = signing.qr_text(paper).replace(paper.code, "ABCDEFGHJKLM")
        page = browser.submit("/verify/offline", text=forged)
        assert "Подпись не сходится" in page.text(".o-bad")
        assert not page.text("main div > dl")
        assert not page.text(".o-good")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "Вставьте текст"), (" \n ", "Вставьте текст"),
            ("привет", "не целый"), ("http://localhost/verify/ABCDEFGHJKLM#12", "не целый"),
            ("http://localhost/verify/ABCDEFGHJKLM", "нет подписи"), ("1" * 4000, "3000"),
        ],
    )  # fmt: skip
    def test_what_is_no_such_text(self, browser: Browser, text: str, words: str) -> None:
        page = browser.submit("/verify/offline", text=text)
        assert page.status == 422
        assert words in page.text("main")
        assert page.text("textarea") == " ".join(text.split())  # what was typed stays

    def test_the_file_to_save_needs_nothing_else(
        self, browser: Browser, paper: Certificate
    ) -> None:
        page = browser.open("/verify/offline.html")
        assert page.response.headers["Content-Disposition"].startswith("attachment")
        for script in ("certificate-text.js", "verify.js"):
            assert (ROOT / "static" / "js" / script).read_text() in page.html
        for outside in ("src=", "href=", "url(", "action=", "@import"):
            assert outside not in page.html
        assert signing.all_keys()[0].public_key in page.html


@pytest.fixture
def limited(app: Flask) -> Iterator[Flask]:
    """An application of its own that counts requests, as real ones do."""
    limited = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
            "SQLALCHEMY_ENGINE_OPTIONS": {},
            "SECRET_KEY": "for tests",
            "RATELIMIT_ENABLED": True,
        }
    )
    with limited.app_context():
        db.create_all()
    yield limited
    limiter.enabled = False
    jobs.init_app(app)


class TestGuessing:
    def test_ends_after_ten_codes_a_minute(self, limited: Flask) -> None:
        client = limited.test_client()
        guesses = [client.get(f"/verify/{number:012}") for number in range(11)]
        assert [one.status_code for one in guesses] == [404] * 10 + [429]
        assert "слишком много несуществующих кодов" in guesses[10].text
        # Somebody else is not held up.
        other = client.get("/verify/A", environ_base={"REMOTE_ADDR": "192.0.2.7"})
        assert other.status_code == 404

    def test_right_codes_are_for_a_whole_class_at_once(self, limited: Flask) -> None:
        with limited.app_context(), transaction():
            event = make_event(in_days_=-1)
            came(event.slots[0])
            [paper] = actions.issue_due(event)
            code = paper.code
        client = limited.test_client()
        statuses = [client.get(f"/verify/{code}").status_code for _ in range(61)]
        assert statuses == [200] * 60 + [429]

    def test_a_malformed_code_is_answered_like_an_unknown_one(self, browser: Browser) -> None:
        shapes = set()
        for code in ("ABCDEFGHJKLM", "A", "0" * 12, "Ж" * 12):
            page = browser.open(f"/verify/{code}")
            shapes.add((page.status, page.html.replace(as_code(code), "")))
        assert len(shapes) == 1
