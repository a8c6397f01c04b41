"""The signature of a certificate is checked in the browser: on the page its QR code opens, on
the page for pasted texts, and in the saved file without network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from app import create_app
from app.base.db import db, transaction
from app.certificates.issued import actions, signing
from app.certificates.issued.models import Certificate
from app.organizations.queries import organization_by_slug
from tests.e2e.conftest import Site, looks_right, saved
from tests.factories import make_event, make_person
from tests.papers.people import came

pytestmark = pytest.mark.e2e
RIGHT, WRONG = "Подпись на бумаге верна", "Подпись не сходится"


@contextmanager
def desk(site: Site) -> Iterator[None]:
    """The site's database, for what no page does."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{site.file}", "TESTING": True})
    with app.app_context():
        with transaction():
            yield
        db.session.remove()
        db.engine.dispose()


def issued(site: Site) -> str:
    """The text of the QR code of a certificate."""
    with desk(site):
        college = organization_by_slug("eptk")
        event = make_event(organization=college, title="Мастер-класс «Җаңһр» 😀", in_days_=-1)
        came(event.slots[0], make_person("Манҗин", "Өлзәтә", "Эрдниевич"))
        [paper] = actions.issue_due(event)
        return site.here(signing.qr_text(paper))


def test_a_signature_is_checked(
    site: Site, phone: BrowserContext, problems: list[str], scripts: bool, tmp_path: Path
) -> None:
    text = issued(site)
    address, _, digits = text.partition("#")
    code = address.rpartition("/")[2]
    page = phone.new_page()
    shown, main = page.locator("[data-shown]"), page.locator("main")

    page.goto(text)
    expect(main).to_contain_text("Подлинный документ")
    if scripts:
        expect(shown).to_contain_text(RIGHT)
        expect(shown).to_contain_text("то же, что эта страница")
        looks_right(page, scripts)
        page.evaluate(
            "digits => { location.hash = digits }", digits[:-1] + str(9 - int(digits[-1]))
        )
        expect(shown).to_contain_text(WRONG)
        page.goto(address)
        page.goto(f"{address}#{digits[:90]}")
        expect(shown).to_contain_text("не целый")
    else:
        expect(shown).to_be_empty()

    page.goto(f"{site.url}/verify/offline")
    field, button = page.get_by_label("Текст QR-кода"), page.get_by_text("Проверить подпись")
    field.fill(text)
    button.click()
    expect(shown).to_contain_text(RIGHT)
    for words in ("Өлзәтә Эрдниевич М.", "Мастер-класс «Җаңһр» 😀", "Элистинский политехнический"):
        expect(shown).to_contain_text(words)
    looks_right(page, scripts)
    field.fill(text.replace(code, "ABCDEFGHJKLM"))
    button.click()
    expect(shown).to_contain_text(WRONG)
    expect(shown).not_to_contain_text("Җаңһр")

    if scripts:
        file = saved(page, tmp_path, f"{site.url}/verify/offline.html")
        phone.set_offline(True)
        page.goto(file.as_uri())
        field.fill(text)
        button.click()
        expect(shown).to_contain_text(RIGHT)
        looks_right(page, scripts)
        phone.set_offline(False)

        with desk(site):
            db.session.query(Certificate).filter_by(code=code).update({"event_title": "Другое"})
        page.goto(text)
        expect(shown).to_contain_text("на этой странице написано другое")
        expect(shown).to_contain_text("Мастер-класс «Җаңһр» 😀")
    assert problems == []
