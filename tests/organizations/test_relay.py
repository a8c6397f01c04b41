"""The attack that once worked: one account, thirty organizations named like links, and sixty
letters from the ministry's sender. And a college that became the prosecutor's office."""

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.notifications.models import Notification
from app.organizations.actions import MOST_WAITING
from app.organizations.models import Organization, Role
from tests.browser import Browser
from tests.factories import make_member, make_organization, make_user

NEW = {
    "kind": "employer", "name": "", "short_name": "", "municipality": "", "address": "",
    "site": "", "phone": "", "email": "", "about": "", "signatory_name": "", "signatory_post": "",
}  # fmt: skip
STRANGER = "stranger@example.org"


def test_thirty_organizations_and_sixty_letters(browser: Browser) -> None:
    attacker = make_user()
    attacker.email_confirmed_at = clock.now()
    browser.log_in(attacker)
    for number in range(15):
        name = f"Заберите приз на evil.ru/{number}"
        fields = {**NEW, "name": name, "short_name": name}
        assert browser.submit("/organizations/new", fields=fields).status == 422
    for number in range(15):
        name = f"Общество {number}"
        browser.submit("/organizations/new", fields={**NEW, "name": name, "short_name": name})
    slugs = db.session.scalars(sa.select(Organization.slug)).all()
    assert len(slugs) == MOST_WAITING
    for slug in slugs:
        for number in range(20):
            here = f"/manage/organization/members?organization={slug}"
            browser.submit(here, email=f"{number}-{STRANGER}", role="admin")
    to_strangers = sa.select(sa.func.count(Notification.id)).where(
        Notification.address.endswith(STRANGER)
    )
    assert db.session.scalar(to_strangers) == 0


def test_a_college_becomes_the_prosecutor(browser: Browser) -> None:
    college = make_organization(name="Колледж", short_name="Колледж")
    browser.log_in(make_member(college, Role.ADMIN))
    called = {"name": "Прокуратура", "short_name": "Прокуратура"}
    for wanted in (
        called,
        {**called, "kind": "municipal_authority"},
        {**called, "kind": "ministry"},
    ):
        form = browser.open("/manage/organization").form("main form.o-form")
        browser.submit("/manage/organization", fields={**form, **wanted})
        assert (college.name, college.short_name, college.kind.value) == (
            "Колледж", "Колледж", "college",
        )  # fmt: skip
    browser.submit("/manage/organization/members", email=STRANGER, role="door")
    letter = db.session.scalars(sa.select(Notification).filter_by(address=STRANGER)).one()
    assert letter.context["organization"] == "Колледж"
