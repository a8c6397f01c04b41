"""Name and kind of an approved organization change by approval; the rest at once."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.base.db import db
from app.base.rules import RuleBroken
from app.organizations.actions import Details, edit
from app.organizations.approval import changes, states
from app.organizations.models import Organization, OrganizationChange, OrganizationKind, Role
from app.organizations.queries import change_of
from app.web.budgets import NAMES_PROPOSED
from tests.browser import Browser
from tests.factories import make_member, make_ministry_admin, make_organization, make_user
from tests.organizations.approval.test_states import letters_to, told

COLLEGE = OrganizationKind.COLLEGE


def asked(organization: Organization, name: str = "Кузница", **given: Any) -> OrganizationChange:
    said = Details(name=name, short_name=given.get("short_name", organization.short_name))
    user = make_user()
    change = changes.propose(organization, said, kind=given.get("kind", COLLEGE), by=user)
    assert change
    return change


class TestRule:
    def test_goes_with_an_organization_that_is_closed(self) -> None:
        """Nobody is asked any more to approve a name of what is over."""
        organization = make_organization()
        asked(organization)
        states.close(organization, reason="Объединена с другой")
        assert change_of(organization) is None

    def test_the_old_name_stands_until_the_ministry_accepts(self) -> None:
        ministry = make_ministry_admin()
        organization = make_organization(name="Колледж", about="Старое")
        admin = make_member(organization, Role.ADMIN)
        said = Details(name="Кузница", short_name=organization.short_name, about="Новое")
        assert "about" in edit(organization, said, kind=COLLEGE)
        assert (organization.name, organization.about) == ("Колледж", "Новое")
        change = changes.propose(organization, said, kind=COLLEGE, by=admin)
        assert change
        assert organization.name == "Колледж"
        assert letters_to(ministry.email) == ["organization_change_asked"]
        said_to_audit = changes.accept(change, seen=states.seal_of(change))
        assert said_to_audit == {"old_name": "Колледж", "new_name": "Кузница"}
        assert organization.name == "Кузница"
        assert "кузница" in organization.search_text
        assert change_of(organization) is None
        assert letters_to(admin.email) == ["organization_change_accepted"]

    def test_kind_and_short_name_too(self) -> None:
        organization = make_organization()
        said = Details(name=organization.name, short_name="К")
        edit(organization, said, kind=OrganizationKind.SCHOOL)
        assert organization.kind is COLLEGE
        assert organization.short_name != "К"
        change = asked(
            organization, organization.name, short_name="К", kind=OrganizationKind.SCHOOL
        )
        changes.accept(change, seen=states.seal_of(change))
        assert (organization.short_name, organization.kind) == ("К", OrganizationKind.SCHOOL)

    def test_nobody_becomes_a_ministry(self) -> None:
        with pytest.raises(RuleBroken, match="Министерство"):
            asked(make_organization(), kind=OrganizationKind.MINISTRY)
        waiting = make_organization(approved=False)
        with pytest.raises(RuleBroken, match="Министерство"):
            edit(waiting, Details(name="М", short_name="М"), kind=OrganizationKind.MINISTRY)

    def test_what_is_not_approved_is_called_as_it_likes(self) -> None:
        waiting = make_organization(approved=False)
        edit(waiting, Details(name="Кузница", short_name="К"), kind=OrganizationKind.SCHOOL)
        assert (waiting.name, waiting.kind) == ("Кузница", OrganizationKind.SCHOOL)

    def test_a_refusal_is_kept_for_reading(self) -> None:
        organization = make_organization()
        admin = make_member(organization, Role.ADMIN)
        change = asked(organization)
        changes.refuse(change, reason="Так зовут другого")
        assert change.reason == "Так зовут другого"
        assert letters_to(admin.email) == ["organization_change_refused"]
        with pytest.raises(RuleBroken, match="больше нет"):
            changes.accept(change, seen=states.seal_of(change))

    def test_a_taken_name_is_refused_when_asked_and_when_accepted(self) -> None:
        make_organization(name="Кузница")
        with pytest.raises(RuleBroken, match="Кузница"):
            asked(make_organization())
        change = asked(make_organization(), "Наковальня")
        make_organization(name="Наковальня")
        with pytest.raises(RuleBroken, match="Наковальня"):
            changes.accept(change, seen=states.seal_of(change))

    def test_the_newest_wish_counts_and_the_ministry_is_written_to_once(self) -> None:
        ministry = make_ministry_admin()
        organization = make_organization()
        first = asked(organization)
        seen = states.seal_of(first)
        second = asked(organization, "Прокуратура")
        assert second is first
        assert letters_to(ministry.email) == ["organization_change_asked"]
        with pytest.raises(RuleBroken, match="изменили"):
            changes.accept(second, seen=seen)

    def test_asked_and_taken_back_again_and_again_it_ends(self) -> None:
        ministry = make_ministry_admin()
        organization = make_organization()
        for _ in range(NAMES_PROPOSED.most):
            changes.withdraw(asked(organization))
        with pytest.raises(RuleBroken, match="несколько раз"):
            asked(organization)
        assert len(letters_to(ministry.email)) == NAMES_PROPOSED.most

    def test_the_suspended_are_not_renamed(self) -> None:
        change = asked(make_organization())
        states.suspend(change.organization, reason="Жалобы")
        with pytest.raises(RuleBroken, match="не одобрена"):
            changes.accept(change, seen=states.seal_of(change))


class TestScreen:
    @pytest.mark.parametrize("panel", [None, "organization-panel"])
    def test_an_approved_college_does_not_become_the_prosecutor(
        self, app: Any, browser: Browser, panel: str | None
    ) -> None:
        organization = make_organization(name="Колледж «Джангар»", short_name="Джангар")
        browser.log_in(make_member(organization, Role.ADMIN))
        form = browser.open("/manage/organization").form("main form.o-form")
        page = browser.submit(
            "/manage/organization", panel=panel,
            fields={**form, "name": "Пpoкуратура", "phone": "8 (84722) 3-00-00"},
        )  # fmt: skip
        assert "до его ответа" in page.html
        assert "Прокуратура" in page.text("#organization-panel ins")
        assert (organization.name, organization.phone) == ("Колледж «Джангар»", "8 (84722) 3-00-00")
        assert told("organization.edited") == {"changed": ["phone"]}
        differ = {"old_name": "Колледж «Джангар»", "new_name": "Прокуратура"}
        assert told("organization.change_asked") == differ

        ministry = Browser(app.test_client()).log_in(make_ministry_admin())
        assert "похоже на орган власти" in ministry.open("/administration/organization-names").text(
            "main"
        )
        here = f"/administration/organization-names/{organization.id}"
        assert ministry.submit(here, answer="refuse", reason="").status == 422
        ministry.submit(here, answer="refuse", reason="Вы не прокуратура")
        assert organization.name == "Колледж «Джангар»"
        assert told("organization.change_refused") == {**differ, "reason": "Вы не прокуратура"}
        audit = ministry.open("/administration/audit").text("main")
        assert "новое название: Прокуратура" in audit
        assert "изменено: телефон" in audit
        assert "Вы не прокуратура" in browser.open("/manage/organization").text("main")
        browser.submit(f"/manage/organization/withdraw-change?organization={organization.slug}")
        assert change_of(organization) is None

    def test_the_ministry_accepts(self, browser: Browser) -> None:
        organization = make_organization(name="Колледж")
        asked(organization, kind=OrganizationKind.SCHOOL)
        browser.log_in(make_ministry_admin())
        here = f"/administration/organization-names/{organization.id}"
        page = browser.open(here)
        assert "Кузница" in page.text("ins")
        assert browser.submit(here, answer="accept").status == 422  # seen by nobody
        browser.submit(here, fields=page.form("main form"))
        assert (organization.name, organization.kind) == ("Кузница", OrganizationKind.SCHOOL)
        assert told("organization.change_accepted")["new_kind"] == "school"
        assert "новый вид: Школа" in browser.open("/administration/audit").text("main")
        assert browser.open(here).status == 404

    def test_others_neither_see_nor_withdraw_it(self, browser: Browser) -> None:
        organization = make_organization()
        asked(organization)
        browser.log_in(make_member(make_organization(), Role.ADMIN))
        assert browser.open(f"/administration/organization-names/{organization.id}").status == 404
        withdraw = f"/manage/organization/withdraw-change?organization={organization.slug}"
        assert browser.submit(withdraw).status == 404
        assert change_of(organization)

    def test_saving_the_same_asks_nothing(self, browser: Browser) -> None:
        organization = make_organization()
        browser.log_in(make_member(organization, Role.ADMIN))
        form = browser.open("/manage/organization").form("main form.o-form")
        browser.submit("/manage/organization", fields=form)
        assert change_of(organization) is None
        assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 0
