"""An administrator invites people to act for the organization, and takes them off."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.notifications.models import Notification
from app.organizations.approval import states
from app.organizations.members import actions as memberships
from app.organizations.members.actions import MOST_A_DAY, invitation_of, invite, membership_of
from app.organizations.models import Membership, Role, SentInvitation
from tests.browser import Browser
from tests.factories import (
    make_member,
    make_ministry_admin,
    make_organization,
    make_school,
    make_user,
)


def confirmed(email: str) -> User:
    user = make_user(email=email)
    user.email_confirmed_at = clock.now()
    return user


def token_sent_to(email: str) -> str:
    query = sa.select(Notification).filter_by(template="staff_invitation", address=email)
    link: str = db.session.scalars(query).one().context["link"]
    return link.rpartition("/")[2]


class TestRule:
    def test_whoever_is_invited_gets_the_role_when_they_accept(self, app: Flask) -> None:
        school = make_school()
        admin, teacher = make_member(school, Role.ADMIN), confirmed("teacher@example.org")
        invite(school, teacher.email, Role.TEACHER, by=admin)
        assert membership_of(teacher, school, Role.TEACHER) is None
        invitation = invitation_of(token_sent_to(teacher.email))
        assert invitation
        assert memberships.accept(invitation, teacher)
        assert membership_of(teacher, school, Role.TEACHER)
        with pytest.raises(RuleBroken, match="уже есть"):
            invite(school, teacher.email, Role.TEACHER, by=admin)

    def test_nobody_else_accepts_it(self, app: Flask) -> None:
        college = make_organization()
        invite(college, "a@example.org", Role.ORGANIZER, by=make_member(college, Role.ADMIN))
        invitation = invitation_of(token_sent_to("a@example.org"))
        assert invitation
        unconfirmed = make_user(email="a@example.org")
        unconfirmed.email_confirmed_at = None
        for somebody in (confirmed("b@example.org"), unconfirmed):
            with pytest.raises(RuleBroken, match="a@example.org"):
                memberships.accept(invitation, somebody)

    def test_it_ends_with_whoever_sent_it(self, app: Flask) -> None:
        college = make_organization()
        admin = make_member(college, Role.ADMIN)
        make_member(college, Role.ADMIN)
        invite(college, "a@example.org", Role.DOOR, by=admin)
        own = membership_of(admin, college, Role.ADMIN)
        assert own
        memberships.remove(own)
        assert invitation_of(token_sent_to("a@example.org")) is None
        assert invitation_of("not-a-token") is None

    def test_the_last_administrator_stays(self, app: Flask) -> None:
        college = make_organization()
        own = membership_of(make_member(college, Role.ADMIN), college, Role.ADMIN)
        assert own
        with pytest.raises(RuleBroken, match="единственный"):
            memberships.remove(own)


class TestLimits:
    """Letters under the ministry's name go out for organizations it knows, and not many."""

    @pytest.mark.parametrize(
        "standing",
        [{"approved": False}, {"suspended_at": clock.now()}, {"closed_at": clock.now()}],
        ids=["waiting", "suspended", "closed"],
    )
    def test_only_approved_ones_invite(self, app: Flask, standing: dict[str, Any]) -> None:
        organization = make_organization(**standing)
        for somebody in (make_member(organization, Role.ADMIN), make_ministry_admin()):
            with pytest.raises(RuleBroken, match="одобренные"):
                invite(organization, "a@example.org", Role.ADMIN, by=somebody)
        assert letters() == 0

    def test_a_link_is_dead_while_the_approval_is_lost(self, app: Flask) -> None:
        college = make_organization()
        invite(college, "a@example.org", Role.DOOR, by=make_member(college, Role.ADMIN))
        token = token_sent_to("a@example.org")
        states.suspend(college, reason="Жалобы")
        assert invitation_of(token) is None
        states.resume(college)
        assert invitation_of(token)
        states.close(college, reason="Жалобы")
        assert invitation_of(token) is None

    def test_so_many_a_day_and_then_tomorrow(self, app: Flask, monkeypatch: Any) -> None:
        college, other = make_organization(), make_organization()
        admin = make_member(college, Role.ADMIN)
        for number in range(MOST_A_DAY):
            invite(college, f"a{number}@example.org", Role.DOOR, by=admin)
        with pytest.raises(RuleBroken, match=f"приглашений: {MOST_A_DAY}"):
            invite(college, "one-more@example.org", Role.DOOR, by=admin)
        invite(other, "a@example.org", Role.DOOR, by=make_member(other, Role.ADMIN))
        assert letters() == MOST_A_DAY + 1
        tomorrow = clock.now() + timedelta(days=1)
        monkeypatch.setattr(clock, "now", lambda: tomorrow)
        invite(college, "one-more@example.org", Role.DOOR, by=admin)
        kept = sa.select(sa.func.count(SentInvitation.id)).filter_by(organization_id=college.id)
        assert db.session.scalar(kept) == 1  # older ones are forgotten

    def test_whoever_is_called_like_a_link_invites_nobody(self, app: Flask) -> None:
        college = make_organization()
        admin = make_member(college, Role.ADMIN)
        admin.name = "Приз на evil.ru"
        with pytest.raises(RuleBroken, match="В вашем имени стоит ссылка"):
            invite(college, "a@example.org", Role.DOOR, by=admin)
        assert letters() == 0


def letters() -> int:
    query = sa.select(sa.func.count(Notification.id)).filter_by(template="staff_invitation")
    return db.session.scalar(query) or 0


class TestScreen:
    def test_from_the_invitation_to_the_desk_and_off_again(
        self, app: Flask, browser: Browser
    ) -> None:
        college = make_organization(short_name="ЭПТК")
        admin = make_member(college, Role.ADMIN)
        browser.log_in(admin)
        page = browser.submit("/manage/organization/members", email="Door@example.org", role="door")
        assert "door@example.org" in page.text("#messages").lower()
        door = confirmed("door@example.org")
        guest = Browser(app.test_client()).log_in(door)
        joined = guest.submit(f"/organizations/join/{token_sent_to('door@example.org')}")
        assert joined.path == "/manage"
        membership = db.session.scalars(sa.select(Membership).filter_by(user_id=door.id)).one()
        assert door.display_name in browser.open("/manage/organization/members").text("main")
        browser.submit(f"/manage/organization/members/{membership.id}/remove")
        assert guest.open("/manage").status == 404

    def test_what_was_typed_stays_beside_what_is_wrong(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization(), Role.ADMIN))
        page = browser.submit("/manage/organization/members", email="без собаки", role="door")
        assert page.status == 422
        assert 'value="без собаки"' in page.html

    def test_one_that_waits_has_no_such_page(self, browser: Browser) -> None:
        waiting = make_organization(approved=False)
        browser.log_in(make_member(waiting, Role.ADMIN))
        here = f"/manage/organization/members?organization={waiting.slug}"
        assert browser.open(here).status == 404
        assert browser.submit(here, email="a@example.org", role="door").status == 404
        assert letters() == 0

    def test_a_college_has_no_teachers(self, browser: Browser) -> None:
        browser.log_in(make_member(make_organization(), Role.ADMIN))
        page = browser.submit("/manage/organization/members", email="a@example.org", role="teacher")
        assert page.status == 422

    def test_an_old_link_says_so(self, browser: Browser) -> None:
        browser.log_in(make_user())
        assert browser.open("/organizations/join/cut").status == 410

    def test_the_ministry_lets_the_first_one_in(self, app: Flask, browser: Browser) -> None:
        college = make_organization()
        browser.log_in(make_ministry_admin())
        address = f"/manage/organization/members?organization={college.slug}"
        browser.submit(address, email="first@example.org", role="admin")
        guest = Browser(app.test_client()).log_in(confirmed("first@example.org"))
        assert (
            guest.submit(f"/organizations/join/{token_sent_to('first@example.org')}").status == 200
        )
        assert guest.open("/manage/organization").form("main form")["name"] == college.name
        stranger = Browser(app.test_client()).log_in(make_member(make_school(), Role.ADMIN))
        assert stranger.open(address).status == 404
