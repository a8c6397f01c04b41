"""A computer left open: whoever sits down there proves who they are before a dangerous act."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Device, User
from app.audit import confirming
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.events.staff.models import EventStaff, StaffRole
from app.organizations.models import Role
from app.people.families.invitations import make_codes
from tests.accounts.letters import PASSWORD, letters_to, make_user_with_password
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_organization,
    make_person,
    make_pupil,
    make_school,
    make_user,
)

ADDRESS_URL = "/me/security/address"
NEW = "intruder@example.org"
QUESTION = "Подтвердите, что это вы"


def device_of(user: User) -> Device:
    return db.session.scalars(sa.select(Device).filter_by(user_id=user.id)).one()


def code_sent_to(email: str) -> str:
    letter = [one for one in letters_to(email) if one.template == "confirm_code"][-1]
    return str(letter.context["code"])


class TestAttack:
    def test_a_pupils_account_gets_no_address_of_a_stranger(self, browser: Browser) -> None:
        pupil = make_user_with_password(email="", login="sandzhi")
        browser.log_in(pupil, left_open=True)
        page = browser.submit(ADDRESS_URL, email=NEW)
        assert QUESTION in page.text("h1")
        assert page.status == 422
        for guess in ("", "пароль", "12345678"):
            page = browser.submit(ADDRESS_URL, email=NEW, again_password=guess)
            assert page.status == 422
        assert letters_to(NEW) == []

    def test_guesses_there_are_slowed_down_and_written_down(self, browser: Browser) -> None:
        pupil = make_user_with_password(email="", login="sandzhi")
        browser.log_in(pupil, left_open=True)
        for _ in range(5):
            page = browser.submit(ADDRESS_URL, email=NEW, again_password="не тот пароль")
        assert "Подождите" in page.text("main [role=alert]")
        assert "Подождите" in browser.submit(ADDRESS_URL, email=NEW, again_password=PASSWORD).text(
            "main [role=alert]"
        )
        found = db.session.scalars(sa.select(AuditEntry.object_id)).all()
        assert found == [pupil.id] * 5

    def test_the_whole_list_of_dangerous_acts(self, browser: Browser) -> None:
        """Each is asked again, and none is done."""
        school = make_school()
        admin = make_member(school, Role.ADMIN)
        admin.password_hash = make_user_with_password().password_hash
        member = make_member(school)
        own = make_person(grade=None, user=admin)
        child = make_person()
        make_guardianship(child, admin)
        make_guardianship(child, make_user())
        event = make_event(organization=school)
        class_ = make_class(school)
        pupil = make_pupil(class_)
        browser.log_in(admin, left_open=True)
        code = make_codes([make_pupil(class_)], by=admin)
        helper = EventStaff(event_id=event.id, email="helper@example.org", role=StaffRole.DOOR)
        db.session.add(helper)
        db.session.commit()
        membership = db.session.scalar(
            sa.text("SELECT id FROM membership WHERE user_id = :user"), {"user": member.id}
        )
        for address, fields in {
            ADDRESS_URL: {"email": NEW},
            f"/me/data/{own.id}/export.zip": {},
            f"/me/children/{child.id}/invite": {"guardian_email": NEW, "purpose": "hand_over"},
            f"/me/children/{child.id}/stop": {},
            f"/me/children/{child.id}/code": {},
            "/school/duplicates/merge": {"kept": str(child.id), "other": str(pupil.id)},
            "/manage/organization/members": {"email": NEW, "role": "admin"},
            f"/manage/organization/members/{membership}/remove": {},
            f"/manage/events/{event.slug}/staff": {"email": NEW, "role": "organizer"},
            f"/manage/events/{event.slug}/staff/{helper.id}/remove": {},
            f"/manage/events/{event.slug}/staff/door-links": {"valid_on": f"{clock.today()}"},
            f"/join/{next(iter(code.values()))}": {},
            f"/school/classes/{pupil.class_id}/slips.pdf": {"ids": str(pupil.id)},
        }.items():
            page = browser.submit(address, fields=fields, follow=False)
            assert (page.status, page.text("h1")) == (422, QUESTION), address
        assert letters_to(NEW) == []
        assert db.session.scalars(sa.select(EventStaff)).all() == [helper]
        assert not db.session.scalars(sa.select(AuditEntry)).all()

    def test_a_first_password_and_erasing_need_the_mailbox(self, browser: Browser) -> None:
        """Accounts without a password: their forms have nothing else to ask."""
        user = make_user()
        person = make_person(grade=None, user=user)
        browser.log_in(user, left_open=True)
        for address, fields in {
            "/me/security": {"new_password": "совсем другой пароль"},
            f"/me/data/{person.id}/erase": {"confirmation": "УДАЛИТЬ"},
        }.items():
            assert QUESTION in browser.submit(address, fields=fields).text("h1")
        assert user.password_hash is None
        assert person.anonymized_at is None

    def test_no_code_is_guessed(self, browser: Browser) -> None:
        user = make_user()
        browser.log_in(user, left_open=True)
        browser.submit(ADDRESS_URL, email=NEW, again_send="1")
        right = code_sent_to(user.email)
        wrong = f"{(int(right.replace(' ', '')) + 1) % 10**6:06}"
        for _ in range(confirming.MOST_TRIES):
            page = browser.submit(ADDRESS_URL, email=NEW, again_code=wrong)
            assert "не подходит" in page.text("main [role=alert]")
        page = browser.submit(ADDRESS_URL, email=NEW, again_code=right)
        assert "больше не действует" in page.text("main [role=alert]")
        assert letters_to(NEW) == []

    def test_a_code_lapses_and_is_this_log_ins_alone(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = make_user()
        browser.log_in(user, left_open=True)
        browser.submit(ADDRESS_URL, email=NEW, again_send="1")
        code = code_sent_to(user.email)
        elsewhere = Browser(browser.client.application.test_client())
        elsewhere.log_in(user, left_open=True)
        assert QUESTION in elsewhere.submit(ADDRESS_URL, email=NEW, again_code=code).text("h1")
        late = clock.now() + confirming.CODE_LASTS + timedelta(seconds=1)
        monkeypatch.setattr(clock, "now", lambda: late)
        assert QUESTION in browser.submit(ADDRESS_URL, email=NEW, again_code=code).text("h1")
        assert letters_to(NEW) == []

    def test_a_code_answers_once(self, browser: Browser) -> None:
        user = make_user()
        browser.log_in(user, left_open=True)
        browser.submit(ADDRESS_URL, email=NEW, again_send="1")
        code = code_sent_to(user.email)
        assert QUESTION not in browser.submit(ADDRESS_URL, email=NEW, again_code=code).text("h1")
        db.session.execute(sa.update(Device).values(confirmed_at=None))  # ten minutes have gone
        page = browser.submit(ADDRESS_URL, email="other@example.org", again_code=code)
        assert QUESTION in page.text("h1")

    def test_codes_are_letters_and_have_their_limit(self, browser: Browser) -> None:
        user = make_user()
        browser.log_in(user, left_open=True)
        for _ in range(6):
            page = browser.submit(ADDRESS_URL, email=NEW, again_send="1")
        assert "через час" in page.text("main [role=alert]")
        assert len(letters_to(user.email)) == 5

    def test_the_code_stands_nowhere_as_it_is(self, browser: Browser) -> None:
        user = make_user()
        browser.log_in(user, left_open=True)
        page = browser.submit(ADDRESS_URL, email=NEW, again_send="1")
        code = code_sent_to(user.email)
        for spelling in (code, code.replace(" ", "")):
            assert spelling not in page.html
            assert spelling not in str(vars(device_of(user)))
        assert user.email not in page.text("main")  # whoever sits there need not learn it


class TestScreen:
    def test_the_password_goes_on_where_one_was_with_what_was_typed(self, browser: Browser) -> None:
        user = make_user_with_password(email="", login="sandzhi")
        browser.log_in(user, left_open=True)
        page = browser.submit(ADDRESS_URL, email=NEW)
        form = page.form("main form")
        assert (form["email"], form["again_password"]) == (NEW, "")
        action = page.soup.select("main form")[0]["action"]
        page = browser.submit(str(action), fields={**form, "again_password": PASSWORD})
        assert page.status == 200
        assert [letter.template for letter in letters_to(NEW)] == ["address_confirm"]

    def test_then_it_is_quiet_for_ten_minutes(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = make_user_with_password()
        browser.log_in(user, left_open=True)
        browser.submit(ADDRESS_URL, email="a@example.org", again_password=PASSWORD)
        browser.submit(ADDRESS_URL, email="b@example.org")
        assert letters_to("b@example.org")
        late = clock.now() + confirming.GOOD_FOR + timedelta(seconds=1)
        monkeypatch.setattr(clock, "now", lambda: late)
        assert QUESTION in browser.submit(ADDRESS_URL, email="c@example.org").text("h1")

    def test_a_code_does_as_well(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.log_in(user, left_open=True)
        page = browser.submit(ADDRESS_URL, email=NEW, again_send="1")
        form = page.form("main form")
        assert "again_send" not in form
        form["again_code"] = code_sent_to(user.email)
        assert browser.submit(ADDRESS_URL, fields=form).status == 200
        assert letters_to(NEW)

    def test_whoever_has_just_logged_in_is_not_asked(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        browser.submit(ADDRESS_URL, email=NEW)
        assert letters_to(NEW)

    def test_on_a_shared_computer_they_are(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD, shared_computer="y")
        assert QUESTION in browser.submit(ADDRESS_URL, email=NEW).text("h1")

    def test_several_values_of_one_name_stay(self, browser: Browser) -> None:
        class_ = make_class()
        teacher = make_member(class_.school, Role.ADMIN)
        teacher.password_hash = make_user_with_password().password_hash
        pupils = [make_pupil(class_) for _ in range(3)]
        browser.log_in(teacher, left_open=True)
        ids = [str(pupil.id) for pupil in pupils]
        page = browser.submit(f"/school/classes/{class_.id}/slips.pdf", ids=ids)
        kept = page.soup.select("main input[type=hidden][name=ids]")
        assert [field["value"] for field in kept] == ids

    def test_in_place_of_a_panel_comes_the_whole_page(self, browser: Browser) -> None:
        browser.log_in(make_user(), left_open=True)
        page = browser.submit(
            "/me/security", panel="password-panel", new_password="совсем другой пароль"
        )
        assert page.response.headers["HX-Retarget"] == "#main"
        assert page.response.cache_control.no_store

    @pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil"])
    def test_the_way_back_stays_on_the_site(self, browser: Browser, back: str) -> None:
        browser.log_in(make_user(), left_open=True)
        page = browser.submit(ADDRESS_URL, email=NEW, again_back=back)
        assert "evil" not in page.html

    def test_strangers_events_stay_unknown(self, browser: Browser) -> None:
        """Nobody is asked to confirm what is not theirs: the page would tell that it exists."""
        event = make_event(organization=make_organization())
        browser.log_in(make_user_with_password(), left_open=True)
        page = browser.submit(
            f"/manage/events/{event.slug}/staff", email=NEW, role="door", again_password=PASSWORD
        )
        assert page.status == 404
