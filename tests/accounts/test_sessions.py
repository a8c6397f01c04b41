"""How long a log-in lasts: at home, on somebody else's computer, and at the very longest."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Device, User
from app.accounts.queries import LONGEST_LOG_IN, SHARED_LASTS, devices_of, hashed, user_of_device
from app.accounts.retention import forget_expired
from app.base import clock
from app.base.db import db
from app.people.families.invitations import make_codes
from tests.accounts.letters import PASSWORD, letters_to, link_in, make_user_with_password
from tests.browser import Browser
from tests.factories import make_class, make_guardianship, make_member, make_pupil, make_user

MINUTE = timedelta(minutes=1)


def device(user: User, **given: object) -> Device:
    one = Device(user_id=user.id, token_hash=hashed("token"), **given)
    db.session.add(one)
    db.session.flush()
    return one


class TestRule:
    def test_ends_after_ninety_days_whatever_happens(self) -> None:
        user = make_user()
        one = device(user, created_at=clock.now() - LONGEST_LOG_IN + MINUTE)
        assert user_of_device("token") == user
        one.created_at = clock.now() - LONGEST_LOG_IN - MINUTE
        assert user_of_device("token") is None
        assert devices_of(user) == []
        forget_expired()
        assert not db.session.scalars(sa.select(Device)).all()

    def test_on_a_shared_computer_an_hour_left_alone_is_enough(self) -> None:
        user = make_user()
        one = device(user, is_shared=True, seen_at=clock.now() - SHARED_LASTS + MINUTE)
        assert user_of_device("token") == user
        one.seen_at = clock.now() - SHARED_LASTS - MINUTE
        assert user_of_device("token") is None
        one.is_shared = False
        assert user_of_device("token") == user


def session_is_permanent(browser: Browser) -> bool:
    with browser.client.session_transaction() as session:
        return session.permanent


def the_device() -> Device:
    return db.session.scalars(sa.select(Device).filter_by(ended_at=None)).one()


class TestScreen:
    @pytest.mark.parametrize("shared", [None, "y"])
    def test_by_a_link(self, browser: Browser, shared: str | None) -> None:
        user = make_user()
        browser.submit("/log-in/link", email=user.email)
        browser.submit(link_in(letters_to(user.email)[0]), shared_computer=shared)
        assert the_device().is_shared is bool(shared)
        assert session_is_permanent(browser) is not bool(shared)

    def test_by_a_new_password(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in/reset", email=user.email)
        link = link_in(letters_to(user.email)[0])
        browser.submit(link, new_password="совсем другой пароль", shared_computer="y")
        assert the_device().is_shared

    @pytest.mark.parametrize("by_the_school", [True, False], ids=["school", "guardian"])
    def test_a_code_of_the_school_is_typed_at_the_school(
        self, browser: Browser, *, by_the_school: bool
    ) -> None:
        """The box is ticked beforehand; at home somebody takes the tick away."""
        class_ = make_class()
        pupil, mother = make_pupil(class_), make_user()
        make_guardianship(pupil, mother)
        by = make_member(class_.school) if by_the_school else mother
        code = make_codes([pupil], by=by)[pupil.id]
        form = browser.open(f"/join/{code}").form("main form")
        assert ("shared_computer" in form) is by_the_school
        browser.submit(f"/join/{code}", fields={**form, "password": PASSWORD})
        assert the_device().is_shared is by_the_school
        assert session_is_permanent(browser) is not by_the_school

    def test_the_list_says_which_are_shared(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD, shared_computer="y")
        assert "чужой компьютер" in browser.open("/me/security").text("#devices-panel")
