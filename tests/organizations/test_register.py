"""An organization is registered, approved, described."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base.db import db
from app.base.rules import RuleBroken
from app.events.editing.actions import publish
from app.events.models import EventStatus
from app.notifications.letters import letter_of
from app.notifications.models import Notification
from app.organizations import actions
from app.organizations.actions import Details
from app.organizations.approval import states
from app.organizations.models import Membership, Organization, OrganizationKind, Role
from tests.browser import Browser
from tests.factories import (
    make_event,
    make_member,
    make_ministry_admin,
    make_municipality,
    make_organization,
    make_user,
)

NEW = {
    "kind": "employer", "name": "Общество «Степной сварщик»", "short_name": "Степной сварщик",
    "municipality": "", "address": "г. Элиста, ул. Ленина, 1", "site": "svarka.example.org",
    "phone": "8 (84722) 3-00-00", "email": "mail@svarka.example.org", "about": "Варим **всё**.",
    "signatory_name": "Б. Б. Очиров", "signatory_post": "Директор",
}  # fmt: skip


def letters(template: str) -> list[str]:
    query = sa.select(Notification.address).filter_by(template=template).order_by(Notification.id)
    return list(db.session.scalars(query))


def details(**given: str) -> Details:
    return Details(**{"name": "Степной сварщик", "short_name": "Сварщик", **given})  # type: ignore[arg-type]


class TestRule:
    def test_it_waits_and_its_registrar_administers_it(self) -> None:
        ministry = make_ministry_admin()
        user = make_user()
        organization = actions.register(details(), kind=OrganizationKind.EMPLOYER, by=user)
        membership = db.session.scalars(sa.select(Membership).filter_by(user_id=user.id)).one()
        assert not organization.is_approved
        assert not organization.is_verified
        assert (membership.organization, membership.role) == (organization, Role.ADMIN)
        assert letters("organization_waiting") == [ministry.email]

    def test_the_same_form_twice_makes_one(self) -> None:
        user = make_user()
        first = actions.register(details(), kind=OrganizationKind.EMPLOYER, by=user)
        assert actions.register(details(), kind=OrganizationKind.EMPLOYER, by=user) is first

    def test_a_name_that_is_taken_is_refused(self) -> None:
        make_organization(name="Степной сварщик")
        with pytest.raises(RuleBroken, match="Степной сварщик"):
            actions.register(details(), kind=OrganizationKind.EMPLOYER, by=make_user())
        other = make_organization(approved=False)
        with pytest.raises(RuleBroken, match="Степной сварщик"):
            actions.edit(other, details())

    def test_nobody_registers_a_ministry(self) -> None:
        with pytest.raises(RuleBroken):
            actions.register(details(), kind=OrganizationKind.MINISTRY, by=make_user())

    def test_approving_tells_its_admins_once(self) -> None:
        organization = make_organization(approved=False)
        admin = make_member(organization, Role.ADMIN)
        make_member(organization, Role.DOOR)
        states.approve(organization)
        approved_at = organization.approved_at
        states.approve(organization)
        assert organization.approved_at == approved_at is not None
        assert letters("organization_approved") == [admin.email]

    @pytest.mark.parametrize(
        ("short_name", "slug"),
        [("СОШ № 18", "sosh-18-2"), ("new", "new-2"), ("№", "organization"), ("Җаңһр", "janhr")],
    )
    def test_addresses_are_readable_and_unique(self, short_name: str, slug: str) -> None:
        make_organization(slug="sosh-18")
        name = "№№" if short_name == "№" else short_name
        organization = actions.register(
            details(name=name, short_name=short_name),
            kind=OrganizationKind.EMPLOYER, by=make_user(),
        )  # fmt: skip
        assert organization.slug == slug

    def test_a_new_name_is_found_and_the_address_stays(self) -> None:
        organization = make_organization(slug="college", approved=False)
        actions.edit(organization, details(address="пос. Аршан"))
        assert organization.slug == "college"
        assert "степной сварщик" in organization.search_text
        assert "аршан" in organization.search_text

    @pytest.mark.parametrize("language", ["ru", "en"])
    @pytest.mark.parametrize("template", ["organization_waiting", "organization_approved"])
    def test_letters_name_the_organization(self, app: Flask, template: str, language: str) -> None:
        letter = letter_of(
            address="a@example.org", template=template, language=language, reference="1",
            context={"organization": "Степной сварщик", "registered_by": "Очир Горяев"},
        )  # fmt: skip
        assert "Степной сварщик" in letter.subject
        assert "Степной сварщик" in letter.text
        assert f"{app.config['SITE_URL']}/" in letter.text


class TestScreen:
    @pytest.mark.parametrize("panel", [None, "organization-panel"])
    def test_from_the_form_to_the_approval(
        self, app: Flask, browser: Browser, panel: str | None
    ) -> None:
        browser.log_in(make_user())
        place = make_municipality()
        page = browser.submit(
            "/organizations/new", panel=panel, fields={**NEW, "municipality": str(place.id)}
        )
        assert page.path == "/organizations/stepnoy-svarshchik"
        assert "ещё не одобрило" in page.text("main")
        organization = db.session.scalars(sa.select(Organization)).one()
        assert organization.site == "https://svarka.example.org"
        assert organization.municipality_id == place.id

        ministry = Browser(app.test_client()).log_in(make_ministry_admin())
        desk = ministry.open("/administration/organizations")
        assert "Степной сварщик" in desk.text("main li.o-box")
        assert "Анна Ивановна" in desk.text("main li.o-box")
        here = f"/administration/organizations/{organization.id}/approve"
        after = ministry.submit(here, fields=ministry.open(here).form("main form"))
        assert "Никто не ждёт" in after.html
        assert organization.is_approved

    def test_the_approval_page_needs_the_ministry(self, browser: Browser) -> None:
        organization = make_organization(approved=False)
        url = f"/administration/organizations/{organization.id}/approve"
        assert browser.open("/administration/organizations").path == "/log-in"
        browser.log_in(make_member(organization, Role.ADMIN))
        assert browser.open("/administration/organizations").status == 404
        assert browser.submit(url).status == 404
        assert not organization.is_approved

    def test_approving_what_is_not_there_is_404(self, browser: Browser) -> None:
        browser.log_in(make_ministry_admin())
        assert browser.submit("/administration/organizations/999999/approve").status == 404

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""}, {"name": "  "}, {"name": "я" * 10_000}, {"name": "a\x00b"},
            {"name": "<script>alert(1)</script>"}, {"name": "=cmd()"}, {"name": "Сварщик 🔥"},
            {"short_name": ""}, {"kind": ""}, {"kind": "ministry"}, {"kind": "king"},
            {"municipality": "999999"}, {"municipality": "x"}, {"site": "javascript:alert(1)"},
            {"site": "javascript://a.ru/%0aalert(1)"}, {"site": "ftp://a.ru"}, {"site": "сайт"},
            {"phone": "позвоните"}, {"email": "не почта"}, {"about": "я" * 10_000},
            {"about": "<script>"}, {"signatory_name": "я" * 10_000},
        ],
    )  # fmt: skip
    def test_bad_input_gets_a_sentence_beside_the_field(
        self, browser: Browser, wrong: dict[str, str]
    ) -> None:
        browser.log_in(make_user())
        page = browser.submit("/organizations/new", fields={**NEW, **wrong})
        assert page.status == 422
        [field] = wrong
        assert page.text(f"#{field}-error")
        assert page.form("main form")["address"] == NEW["address"]  # nothing typed is lost
        assert db.session.scalar(sa.select(sa.func.count(Organization.id))) == 0

    def test_the_form_leaves_its_page_when_it_is_done(self, browser: Browser) -> None:
        # The organization's page has no such panel: swapped in place, nothing would be seen.
        page = browser.log_in(make_user()).open("/organizations/new")
        assert page.texts("#organization-panel form[hx-boost=false]")

    def test_a_taken_name_is_said_on_top(self, browser: Browser) -> None:
        make_organization(name=NEW["name"])
        page = browser.log_in(make_user()).submit("/organizations/new", fields=NEW)
        assert page.status == 422
        assert "уже есть на сайте" in page.text(".o-summary")

    def test_visitors_log_in_first(self, browser: Browser) -> None:
        assert browser.open("/organizations/new").path == "/log-in"
        assert browser.open("/manage/organization").path == "/log-in"

    @pytest.mark.parametrize("panel", [None, "organization-panel"])
    def test_an_admin_describes_the_organization(self, browser: Browser, panel: str | None) -> None:
        organization = make_organization(about="Старое", kind=OrganizationKind.COLLEGE)
        browser.log_in(make_member(organization, Role.ADMIN))
        form = browser.open("/manage/organization").form("main form")
        assert form["about"] == "Старое"
        page = browser.submit(
            "/manage/organization", panel=panel,
            fields={**form, "about": "Новое", "signatory_name": "С. С. Санджиев"},
        )  # fmt: skip
        assert page.status == 200
        assert "Сохранено" in page.html
        assert (organization.about, organization.signatory_name) == ("Новое", "С. С. Санджиев")
        assert organization.kind is OrganizationKind.COLLEGE

    def test_one_chooses_among_the_organizations_one_administers(self, browser: Browser) -> None:
        first, second = make_organization(short_name="А"), make_organization(short_name="Б")
        stranger = make_organization(short_name="В")
        user = make_member(first, Role.ADMIN)
        db.session.add(Membership(user=user, organization=second, role=Role.ADMIN))
        db.session.add(Membership(user=user, organization=stranger, role=Role.ORGANIZER))
        browser.log_in(user)
        assert browser.open("/manage/organization").texts(
            "nav[aria-label='Ваши организации'] a"
        ) == ["А", "Б"]
        page = browser.open(f"/manage/organization?organization={second.slug}")
        assert page.form("main form")["name"] == second.name
        for url in (f"?organization={stranger.slug}", "?organization=none"):
            assert browser.open(f"/manage/organization{url}").status == 404
            assert browser.submit(f"/manage/organization{url}", fields=NEW).status == 404
        assert stranger.short_name == "В"

    @pytest.mark.parametrize("role", [Role.ORGANIZER, Role.DOOR, Role.TEACHER])
    def test_other_roles_do_not_edit_it(self, browser: Browser, role: Role) -> None:
        browser.log_in(make_member(make_organization(), role))
        assert browser.open("/manage/organization").status == 404

    def test_until_approved_it_drafts_and_does_not_publish(self) -> None:
        organization = make_organization(approved=False)
        event = make_event(organization=organization, status=EventStatus.DRAFT)
        with pytest.raises(RuleBroken, match="министерств"):
            publish(event)
