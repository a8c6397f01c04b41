"""Printed log-ins: eight to a sheet, for the pupils of a class."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask, render_template
from pypdf import PdfReader

from app.accounts.models import User
from app.base.codes import as_code
from app.base.db import db
from app.organizations.models import Role
from app.people.families.queries import invitation_by, pupils_kept_in
from app.people.models import Invitation, InvitationPurpose, SchoolClass
from tests.browser import Browser, Page, counted_queries
from tests.factories import make_class, make_member, make_pupil, make_user
from tests.people.families.family import later, noted


def class_of(number: int) -> SchoolClass:
    class_ = make_class()
    for place in range(number):
        make_pupil(class_, "Бадмаев" + "а" * place)
    return class_


def url(class_: SchoolClass) -> str:
    return f"/school/classes/{class_.id}/slips.pdf"


def teacher(class_: SchoolClass, role: Role = Role.TEACHER) -> User:
    return make_member(class_.school, role)


def texts(page: Page) -> list[str]:
    assert page.response.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(page.response.get_data()))
    return [" ".join(sheet.extract_text().split()) for sheet in reader.pages]


def codes_in(text: str) -> list[str]:
    return [as_code(code) for code in re.findall(r"\b[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}\b", text)]


class TestScreen:
    def test_eight_to_a_sheet(self, browser: Browser) -> None:
        class_ = class_of(9)
        page = browser.log_in(teacher(class_)).submit(url(class_))
        sheets = texts(page)
        assert [len(codes_in(sheet)) for sheet in sheets] == [8, 1]
        assert "9А · СОШ № 18" in sheets[0]
        assert "localhost/join" in sheets[0]
        assert "no-store" in page.response.headers["Cache-Control"]

    def test_the_codes_work(self, browser: Browser, app: Flask) -> None:
        class_ = class_of(1)
        page = browser.log_in(teacher(class_)).submit(url(class_))
        [code] = codes_in(texts(page)[0])
        found = invitation_by(code, InvitationPurpose.OWN_ACCOUNT)
        assert found
        assert "Это вы? Санджи Б., 9А" in Browser(app.test_client()).open(f"/join/{code}").text(
            "h1"
        )

    def test_for_30_days(self, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        class_ = class_of(1)
        page = browser.log_in(teacher(class_)).submit(url(class_))
        [code] = codes_in(texts(page)[0])
        later(monkeypatch, days=29)
        assert browser.open(f"/join/{code}", follow=False).status == 200
        later(monkeypatch, days=2)
        assert Browser(browser.client).open(f"/join/{code}").status == 410

    def test_chosen_pupils(self, browser: Browser) -> None:
        class_ = class_of(3)
        chosen = pupils_kept_in(class_)[:2]
        page = browser.log_in(teacher(class_)).submit(url(class_), ids=[str(p.id) for p in chosen])
        assert len(codes_in(texts(page)[0])) == 2
        assert noted("log_ins.printed")[0].details == {"number": 2}
        assert noted("log_ins.printed")[0].organization_id == class_.school_id

    def test_who_has_an_account_is_left_out(self, browser: Browser) -> None:
        class_ = class_of(2)
        pupils_kept_in(class_)[0].user_id = make_user().id
        page = browser.log_in(teacher(class_)).submit(url(class_))
        assert len(codes_in(texts(page)[0])) == 1

    def test_a_chosen_one_with_a_login_alone_gets_a_new_password(self, browser: Browser) -> None:
        class_ = class_of(2)
        pupil = pupils_kept_in(class_)[0]
        pupil.user_id = make_user(email="", login="sandzhi").id
        db.session.flush()
        page = browser.log_in(teacher(class_)).submit(url(class_), ids=[str(pupil.id)])
        [code] = codes_in(texts(page)[0])
        assert "sandzhi" in browser.open(f"/join/{code}").text("main")

    def test_nobody_left_to_print(self, browser: Browser) -> None:
        class_ = class_of(0)
        page = browser.log_in(teacher(class_)).submit(url(class_))
        assert "печатать нечего" in page.text("#messages")

    def test_pupils_of_another_class(self, browser: Browser) -> None:
        class_, other = class_of(1), class_of(1)
        page = browser.log_in(teacher(class_)).submit(
            url(class_), ids=[str(pupils_kept_in(other)[0].id)]
        )
        assert page.status == 404
        assert db.session.scalars(sa.select(Invitation)).all() == []

    @pytest.mark.parametrize("ids", [["x"], ["-1"], ["99999999999999999999"], ["1", "' OR 1"]])
    def test_odd_choices(self, browser: Browser, ids: list[str]) -> None:
        class_ = class_of(1)
        assert browser.log_in(teacher(class_)).submit(url(class_), ids=ids).status == 404

    def test_another_teachers_class(self, browser: Browser) -> None:
        class_ = class_of(1)
        class_.teacher_id = teacher(class_).id
        db.session.flush()
        assert browser.log_in(teacher(class_)).submit(url(class_)).status == 404
        assert browser.log_in(teacher(class_, Role.ADMIN)).submit(url(class_)).status == 200

    def test_queries_do_not_grow_with_the_class(self, app: Flask, browser: Browser) -> None:
        class_ = class_of(25)
        browser.log_in(teacher(class_))
        with counted_queries(app) as queries:
            assert browser.submit(url(class_)).status == 200
        assert len(queries) <= 12, "\n".join(q[:150] for q in queries)

    def test_the_form_on_the_classs_page(self, app: Flask) -> None:
        class_ = class_of(2)
        pupils = pupils_kept_in(class_)
        with app.test_request_context():
            html = render_template("people/classes/_slips.html", class_=class_, pupils=pupils)
        soup = BeautifulSoup(html, "html.parser")
        assert len(soup.select("input[name=ids]")) == 2
        assert "2 ученика без учётной записи" in soup.get_text()
        form = soup.select_one("form")
        assert form
        assert form["action"] == url(class_)
