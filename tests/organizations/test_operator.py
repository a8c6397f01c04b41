"""Who answers for the data, and how to reach them."""

from app.base.config import ROOT
from app.organizations.models import OrganizationKind
from tests.browser import Browser
from tests.factories import make_organization


def test_the_contacts_that_letters_promise_stand_where_they_say(browser: Browser) -> None:
    ministry = make_organization(OrganizationKind.MINISTRY, email="min@example.org", phone="+7 1")
    page = browser.open("/privacy")
    for words in ("min@example.org", "+7 1", ministry.name):
        assert words in page.text("main")
    assert page.soup.select_one("#operator")
    assert page.soup.select_one(f"main a[href='/organizations/{ministry.slug}']")
    assert page.soup.select_one("footer a[href='/privacy#operator']")
    for letter in (ROOT / "templates/mail").glob("*.txt"):
        text = letter.read_text()
        if "site’s operator" in text:
            assert "{{ site_url }}/privacy" in text, letter.name


def test_the_contacts_may_be_unknown(browser: Browser) -> None:
    assert browser.open("/privacy").status == 200
