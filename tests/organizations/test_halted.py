"""What people read of an organization that the ministry has suspended, rejected or closed: its
own administrators, staff at its events, those who hold tickets, and strangers."""

import pytest

from app.base.db import db
from app.events.staff.models import EventStaff, StaffRole
from app.organizations.approval import states
from app.organizations.models import Role, State
from tests.browser import Browser
from tests.factories import (
    make_event,
    make_member,
    make_ministry_admin,
    make_organization,
    make_person,
    make_registration,
    make_user,
)
from tests.organizations.approval.test_states import REASON, standing
from tests.papers.people import pages

ROOMS = ["registrations", "attendance", "check-in", "papers", "messages"]
ROOM_WORDS = "Организация приостановлена министерством"


class TestAdmin:
    @pytest.mark.parametrize("state", list(State))
    def test_comes_from_the_desk_to_the_organization(self, browser: Browser, state: State) -> None:
        organization = standing(state)
        browser.log_in(make_member(organization, Role.ADMIN))
        desk = browser.open("/manage")
        here = f"/manage/organization?organization={organization.slug}"
        assert desk.soup.select_one('main a[href="/manage/organization"]')
        in_banner = desk.soup.select_one(f'main .o-box a[href="{here}"]')
        assert bool(in_banner) == (state is not State.APPROVED)
        assert browser.open(here).status == 200

    def test_an_organizer_is_not_led_to_what_is_not_theirs(self, browser: Browser) -> None:
        browser.log_in(make_member(standing(State.SUSPENDED)))
        assert "/manage/organization" not in browser.open("/manage").text("main a")
        assert not browser.open("/manage").soup.select('main a[href^="/manage/organization"]')


class TestRooms:
    @pytest.mark.parametrize("room", ROOMS)
    def test_of_its_events_say_why_they_are_shut(self, browser: Browser, room: str) -> None:
        event = make_event()
        admin, door = (make_member(event.organization, role) for role in (Role.ADMIN, Role.DOOR))
        states.suspend(event.organization, reason=REASON)
        page = browser.log_in(admin).open(f"/manage/events/{event.slug}/{room}")
        assert ROOM_WORDS in page.text("main h1")
        assert f"Причина: {REASON}" in page.text("main")
        assert page.soup.select_one('main a[href^="/manage/organization?"]')
        page = browser.log_in(door).open(f"/manage/events/{event.slug}/{room}")
        assert ROOM_WORDS in page.text("main h1")
        assert not page.soup.select('main a[href^="/manage/organization"]')

    def test_a_closed_one_says_so(self, browser: Browser) -> None:
        event = make_event(organization=standing(State.CLOSED))
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/registrations")
        assert "Организация закрыта министерством" in page.text("main h1")

    def test_a_colleague_of_others_reads_no_reason_and_a_stranger_nothing(
        self, browser: Browser
    ) -> None:
        event, colleague = make_event(), make_user()
        db.session.add(EventStaff(event=event, user=colleague, role=StaffRole.DOOR))
        db.session.flush()
        states.suspend(event.organization, reason=REASON)
        here = f"/manage/events/{event.slug}/check-in"
        page = browser.log_in(colleague).open(here)
        assert ROOM_WORDS in page.text("main h1")
        assert REASON not in page.html
        page = browser.log_in(make_member(make_organization(), Role.ADMIN)).open(here)
        assert (page.status, ROOM_WORDS in page.html) == (404, False)


class TestTicket:
    @pytest.mark.sqlite_alone
    def test_and_poster_say_that_the_organizer_is_suspended(self, browser: Browser) -> None:
        event = make_event()
        held = make_registration(event.slots[0], make_person())
        browser.open(f"/events/{event.slug}/poster.pdf")  # drawn before: not taken from the shelf
        states.suspend(event.organization, reason=REASON)
        assert "следите за письмами" in browser.open(f"/registrations/{held.code}").text("main")
        [ticket] = pages(browser.open(f"/registrations/{held.code}/ticket.pdf").response.data)
        assert "Организатор приостановлен" in ticket
        assert "следите за письмами" in ticket
        [poster] = pages(browser.open(f"/events/{event.slug}/poster.pdf").response.data)
        assert "Организатор приостановлен" in poster


class TestPublicPage:
    def test_of_a_suspended_one_says_so_to_everybody(self, browser: Browser) -> None:
        event = make_event()
        organization = event.organization
        organization.about, organization.phone = "Приходите к нам", "8 84722 3-00-00"
        db.session.flush()
        states.suspend(organization, reason=REASON)
        page = browser.open(f"/organizations/{organization.slug}")
        assert page.status == 200
        assert "Министерство приостановило эту организацию" in page.text("main")
        assert page.soup.select_one("meta[name=robots][content=noindex]")
        for hidden in (REASON, "Приходите к нам", "3-00-00", event.title):
            assert hidden not in page.html
        page = browser.log_in(make_member(organization, Role.ADMIN)).open(
            f"/organizations/{organization.slug}"
        )
        assert "Приходите к нам" in page.text("main")

    @pytest.mark.parametrize("state", [State.WAITING, State.REJECTED, State.CLOSED])
    def test_of_others_stays_hidden(self, browser: Browser, state: State) -> None:
        assert browser.open(f"/organizations/{standing(state).slug}").status == 404

    def test_one_that_registered_here_is_no_demonstration(self, browser: Browser) -> None:
        """Only entries of the region file may say that they are not checked."""
        registered = make_organization(is_verified=False)
        for url in (f"/organizations/{registered.slug}", "/organizations"):
            assert "емонстрационные данные" not in browser.open(url).html
        registered.region_key = "college-1"
        for url in (f"/organizations/{registered.slug}", "/organizations"):
            assert "емонстрационные данные" in browser.open(url).html


class TestMinistry:
    @pytest.mark.parametrize("reason", ["см. http://evil.ru", "Пишите на a@evil.ru", "evil.сom"])
    @pytest.mark.parametrize("act", ["reject", "suspend", "close"])
    def test_gives_no_reason_with_a_link(self, browser: Browser, act: str, reason: str) -> None:
        organization = standing(State.WAITING if act == "reject" else State.APPROVED)
        before = organization.state
        browser.log_in(make_ministry_admin())
        here = f"/administration/organizations/{organization.id}/{act}"
        page = browser.submit(here, fields={"reason": reason})
        assert (page.status, organization.state) == (422, before)
        assert "не бывает ссылок" in page.text("main form")
        assert page.form("main form")["reason"].strip() == reason

    @pytest.mark.parametrize("act", ["suspend", "resume"])
    def test_hears_who_was_told(self, browser: Browser, act: str) -> None:
        state = State.APPROVED if act == "suspend" else State.SUSPENDED
        browser.log_in(make_ministry_admin())
        for number, before, after in (
            (0, "письмо не получит никто", "Сообщить некому"),
            (1, "получит 1 администратор", "1 администратору"),
            (2, "получат 2 администратора", "2 администраторам"),
        ):
            organization = standing(state)
            for _ in range(number):
                make_member(organization, Role.ADMIN)
            here = f"/administration/organizations/{organization.id}/{act}"
            asked = browser.open(here)
            assert before in asked.text("main form")
            page = browser.submit(here, fields={**asked.form("main form"), "reason": REASON})
            assert after in page.text("#messages")
            assert ("отправлен" in page.text("#messages")) == bool(number)

    def test_reads_plain_words_and_calls_the_page_by_one_name(self, browser: Browser) -> None:
        make_organization(approved=False, about="**Хорошая** школа <b>рядом</b>")
        browser.log_in(make_ministry_admin())
        page = browser.open("/administration/organizations")
        assert "Хорошая школа" in page.text("main")
        assert "**" not in page.text("main")
        heading = page.text("main h1")
        assert page.text("main .o-tabs a[aria-current]") == heading
        assert heading in page.texts("header a")
        assert page.text("title").startswith(heading)
