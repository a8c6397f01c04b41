"""Log-ins, failures, passwords and addresses stand in the log, and nothing that was typed."""

import json

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.audit.actions import in_short
from app.audit.models import AuditEntry
from app.base.db import db
from app.people.families.invitations import make_codes
from tests.accounts.letters import PASSWORD, letters_to, link_in, make_user_with_password
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_guardianship,
    make_member,
    make_ministry_admin,
    make_person,
    make_pupil,
    make_user,
)

OTHER = "совсем другой пароль"


def told() -> list[tuple[str, int | None, int | None]]:
    """Action, who did it, whose account."""
    query = sa.select(AuditEntry.action, AuditEntry.user_id, AuditEntry.object_id)
    return [
        (action, by, whose)
        for action, by, whose in db.session.execute(query.order_by(AuditEntry.id))
    ]


class TestHooks:
    def test_in_and_out_and_wrong(self, browser: Browser) -> None:
        user = make_user_with_password()
        id_ = user.id
        browser.submit("/log-in", email=user.email, password="не тот пароль")
        browser.submit("/log-in", email="nobody@example.org", password="не тот пароль")
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        browser.submit("/log-out")
        assert told() == [
            ("account.log_in_failed", None, id_),
            ("account.log_in_failed", None, None),
            ("account.logged_in", id_, id_),
            ("account.logged_out", id_, id_),
        ]

    def test_nothing_typed_and_no_single_address(self, browser: Browser) -> None:
        user = make_user_with_password()
        for email in (user.email, "nobody@example.org"):
            browser.submit("/log-in", email=email, password="не тот пароль")
        for entry in db.session.scalars(sa.select(AuditEntry)):
            assert (entry.details, entry.address) == ({}, "127.0.0.0/24")

    def test_tries_that_were_refused_do_not_fill_the_log(self, browser: Browser) -> None:
        user = make_user_with_password()
        for _ in range(12):
            browser.submit("/log-in", email=user.email, password="не тот пароль")
        assert len(told()) == 5

    def test_by_a_link_and_a_new_password(self, browser: Browser) -> None:
        user = make_user_with_password()
        id_ = user.id
        browser.submit("/log-in/link", email=user.email)
        browser.submit(link_in(letters_to(user.email)[-1]))
        browser.submit("/me/security", current_password=PASSWORD, new_password=OTHER)
        browser.submit("/me/security/devices/end-others")
        assert told() == [
            ("account.logged_in", id_, id_),
            ("account.password_changed", id_, id_),
            ("account.devices_ended", id_, id_),
        ]

    def test_by_a_code_of_the_school(self, browser: Browser) -> None:
        class_ = make_class()
        pupil = make_pupil(class_)
        code = make_codes([pupil], by=make_member(class_.school))[pupil.id]
        browser.submit(f"/join/{code}", login="sandzhi", password=PASSWORD)
        user = db.session.scalars(sa.select(User).filter_by(login="sandzhi")).one()
        assert {action for action, _by, _whose in told()} == {
            "account.opened", "account.joined", "account.logged_in",
        }  # fmt: skip
        assert ("account.logged_in", user.id, user.id) in told()

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("", ""),
            ("unix", ""),
        ],
    )
    def test_networks_in_short(self, address: str, network: str) -> None:
        assert in_short(address) == network


class TestGuardians:
    def test_hear_of_a_new_password(self, browser: Browser) -> None:
        child = make_user_with_password(email="", login="sandzhi")
        mother = make_user()
        make_guardianship(make_person(user=child), mother)
        browser.log_in(child).submit("/me/security", current_password=PASSWORD, new_password=OTHER)
        [letter] = letters_to(mother.email)
        assert letter.template == "child_password_changed"
        assert OTHER not in json.dumps(letter.context, ensure_ascii=False)

    def test_hear_of_a_password_by_a_code(self, browser: Browser) -> None:
        child = make_user_with_password(email="", login="sandzhi")
        mother = make_user()
        class_ = make_class()
        person = make_pupil(class_, user=child)
        make_guardianship(person, mother)
        code = make_codes([person], by=mother)[person.id]
        browser.submit(f"/join/{code}", new_password=OTHER)
        assert [one.template for one in letters_to(mother.email)] == ["child_password_changed"]

    def test_hear_of_a_new_address_as_do_both_mailboxes(self, browser: Browser) -> None:
        child = make_user_with_password(email="old@example.org")
        mother = make_user()
        make_guardianship(make_person(user=child), mother)
        browser.log_in(child).submit("/me/security/address", email="new@example.org")
        browser.submit(link_in(letters_to("new@example.org")[0]))
        assert child.email == "new@example.org"
        assert [one.template for one in letters_to(mother.email)] == ["child_address_changed"]
        assert [one.template for one in letters_to("old@example.org")] == ["address_changed"]
        assert [one.template for one in letters_to("new@example.org")] == [
            "address_confirm", "address_changed",
        ]  # fmt: skip


class TestScreen:
    def test_the_owner_reads_their_own_alone(self, browser: Browser) -> None:
        user, other = make_user_with_password(), make_user_with_password()
        browser.submit("/log-in", email=other.email, password="не тот пароль")
        browser.submit("/log-in", email=user.email, password="не тот пароль")
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        rows = browser.open("/me/security").texts("table:last-of-type tbody tr")
        found = [row for row in rows if "127.0.0.0/24" in row]
        assert len(found) == 2
        assert "Вход, по паролю" in found[0] or "вход" in found[0].lower()
        assert "Неверный пароль" in found[1]

    def test_the_ministry_reads_all_in_russian(self, browser: Browser) -> None:
        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password="не тот пароль")
        browser.submit("/log-in", email=user.email, password=PASSWORD, shared_computer="y")
        admin = make_ministry_admin()
        text = browser.log_in(admin).open("/administration/audit").text("tbody")
        for words in ("попытка входа с неверным паролем", "как: по паролю", "чужой компьютер: да"):
            assert words in text, words

    def test_an_organizations_admin_does_not(self, browser: Browser) -> None:
        from app.organizations.models import Role
        from tests.factories import make_organization

        user = make_user_with_password()
        browser.submit("/log-in", email=user.email, password=PASSWORD)
        admin = make_member(make_organization(), Role.ADMIN)
        assert "вход" not in browser.log_in(admin).open("/administration/audit").text("tbody")
