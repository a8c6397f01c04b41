"""The audit log: what is written down, who reads it, and that it is never changed."""

import ast

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_login import login_user as log_in

from app.audit import detail_wording
from app.audit.actions import record
from app.audit.models import AuditEntry
from app.audit.wording import ACTIONS, action_words
from app.base import clock
from app.base.config import ROOT
from app.base.db import db
from app.organizations.models import Role
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_member,
    make_ministry_admin,
    make_organization,
    make_registration,
    make_user,
)
from tests.papers.people import came


def codes() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def codes_in_the_sources() -> set[str]:
    """The first argument of every call of record() and record_now()."""
    found: set[str] = set()
    for file in (ROOT / "app").rglob("*.py"):
        if file.is_relative_to(ROOT / "app" / "audit"):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in ("record", "record_now"):
                continue
            told = node.args[0]
            options = [told.body, told.orelse] if isinstance(told, ast.IfExp) else [told]
            for option in options:
                assert isinstance(option, ast.Constant), f"{file}: write the code out"
                found.add(str(option.value))
    return found


class TestRule:
    def test_every_code_has_words(self) -> None:
        found = codes_in_the_sources()
        assert "contacts.seen" in found
        assert found <= set(ACTIONS)

    def test_codes_nobody_knows_are_shown_as_they_are(self, app: Flask) -> None:
        with app.test_request_context():
            assert action_words("old.act") == "old.act"
            assert action_words("person.erased") == "удаление данных человека"

    @pytest.mark.parametrize("value", [None, True, 3, "x", ["a", 2], [["a"], []], {"a": [1]}])
    def test_details_of_any_shape_can_be_read(self, app: Flask, value: object) -> None:
        with app.test_request_context():
            for name in ("reason", "changed", "by", "new_kind", "nobody knows it"):
                assert isinstance(detail_wording.detail_words({name: value}), str)

    def test_entries_are_never_changed_nor_deleted(self) -> None:
        record("person.exported")
        db.session.flush()
        with pytest.raises(RuntimeError, match="only added"):
            db.session.execute(sa.update(AuditEntry).values(action="nothing"))
        with pytest.raises(RuntimeError, match="only added"):
            db.session.execute(sa.delete(AuditEntry))

    @pytest.mark.parametrize("change", ["changed", "deleted"])
    def test_not_as_objects_either(self, change: str) -> None:
        entry = AuditEntry(action="person.exported")
        db.session.add(entry)
        db.session.flush()
        if change == "changed":
            entry.action = "nothing"
        else:
            db.session.delete(entry)
        with pytest.raises(RuntimeError, match="only added"):
            db.session.flush()
        db.session.rollback()


class TestHooks:
    def test_contacts_lists_and_papers_are_written_down(self, browser: Browser) -> None:
        event = make_event(in_days_=-1)
        came(event.slots[0])
        organizer = make_member(event.organization)
        browser.log_in(organizer)
        here = f"/manage/events/{event.slug}"
        slot = event.slots[0].id
        for address in (
            f"{here}/registrations", f"{here}/papers/list.xlsx", f"{here}/papers/list.pdf",
            f"{here}/papers/list-{slot}.xlsx",
        ):  # fmt: skip
            assert browser.open(address).status == 200
        assert browser.submit(f"{here}/papers/certificates.pdf").status == 200
        assert codes() == [
            "contacts.seen", "persons.exported", "persons.exported", "persons.exported",
            "certificates.printed",
        ]  # fmt: skip
        entry = db.session.scalars(sa.select(AuditEntry).limit(1)).one()
        assert entry.user_id == organizer.id
        assert entry.organization_id == event.organization_id
        assert (entry.object_type, entry.object_id) == ("event", event.id)
        assert (entry.details, entry.address) == ({"number": 1}, "127.0.0.0/24")

    def test_staff_who_cancel_and_the_ministry_that_approves(self, browser: Browser) -> None:
        event = make_event()
        one = make_registration(event.slots[0])
        browser.log_in(make_member(event.organization))
        here = f"/manage/events/{event.slug}/registrations"
        browser.submit(f"{here}/{one.id}/cancel", follow=False)
        browser.submit(f"{here}/act", follow=False, action="restore", ids=str(one.id))
        waiting = make_organization(approved=False)
        browser.log_in(make_ministry_admin())
        here = f"/administration/organizations/{waiting.id}/approve"
        browser.submit(here, follow=False, fields=browser.open(here).form("main form"))
        assert codes() == ["registrations.changed"] * 2 + ["organization.approved"]

    def test_a_role_that_is_given_and_taken(self, app: Flask) -> None:
        college = make_organization(slug="kalmyk-college")
        user = make_member(make_organization())
        grant = ["grant", user.email, "kalmyk-college", "door"]
        runner = app.test_cli_runner()
        db.session.commit()
        assert runner.invoke(args=grant).exit_code == 0
        assert runner.invoke(args=grant).exit_code == 0  # changes nothing
        assert runner.invoke(args=[*grant, "--withdraw"]).exit_code == 0
        assert codes() == ["role.granted", "role.withdrawn"]
        entry = db.session.scalars(sa.select(AuditEntry).limit(1)).one()
        assert (entry.organization_id, entry.details) == (college.id, {"role": "door"})


class TestScreen:
    def test_the_ministry_sees_all_and_filters(self, browser: Browser) -> None:
        one, other = make_organization(short_name="Первый"), make_organization(short_name="Второй")
        organizer = make_member(one)
        organizer.name = "Органа Смотрящая"
        for organization in (one, other):
            record("contacts.seen", organization_id=organization.id, number=24)
        record("somebodys.act")
        db.session.flush()
        yesterday = clock.today().toordinal() - 1
        browser.log_in(make_ministry_admin())
        page = browser.open("/administration/audit")
        assert len(page.soup.select("tbody tr")) == 3
        assert "просмотр списка с контактами" in page.text("tbody")
        assert "сколько: 24" in page.text("tbody")
        assert "somebodys.act" in page.text("tbody")
        for asked, number in (
            (f"organization={one.id}", 1), ("action=contacts.seen", 2), ("user=999999", 0),
            (f"day={clock.today()}", 3), (f"day={clock.today().fromordinal(yesterday)}", 0),
            ("day=0001-01-01&user=x&organization=-5&page=9999999999", 3), ("action=%00", 3),
        ):  # fmt: skip
            found = browser.open(f"/administration/audit?{asked}")
            assert (found.status, len(found.soup.select("tbody tr"))) == (200, number), asked

    def test_tells_an_erased_account_from_a_stranger_and_from_the_site(
        self, app: Flask, browser: Browser
    ) -> None:
        admin = make_ministry_admin()
        gone = make_user("Ушедшая Ученица")
        for user in (None, gone):
            with app.test_request_context():
                if user:
                    log_in(user)
                record("person.exported")
                db.session.flush()
        record("data.expired")
        db.session.add(AuditEntry(action="old.act", address="203.0.113.77"))
        db.session.flush()
        db.session.expire_all()
        db.session.delete(gone)
        db.session.flush()
        db.session.expire_all()
        page = browser.log_in(admin).open("/administration/audit")
        assert "Ушедшая" not in page.html
        assert page.texts("tbody td[data-label=Кто]") == [
            "без входа или удалённая учётная запись", "сам сайт", "удалённая учётная запись",
            "без входа",
        ]  # fmt: skip
        assert "was_logged_in" not in page.html
        assert page.texts("tbody td[data-label=Откуда]")[:2] == ["203.0.113.0/24", "—"]

    @pytest.mark.parametrize("action", ["person.exported", "person.erased", "log_ins.printed"])
    def test_keeps_the_network_alone_whatever_was_done(self, app: Flask, action: str) -> None:
        for address, kept in (
            ("203.0.113.77", "203.0.113.0/24"),
            ("2a02:6b8:1::5", "2a02:6b8:1::/48"),
        ):
            with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
                record(action)
                db.session.flush()
            query = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
            assert db.session.scalars(query).one().address == kept

    def test_an_admin_sees_their_organization_alone(self, browser: Browser) -> None:
        one, other = make_organization(), make_organization(short_name="Чужая организация")
        record("contacts.seen", organization_id=one.id)
        record("persons.exported", organization_id=other.id)
        record("consent_text.published")
        db.session.flush()
        page = browser.log_in(make_member(one, Role.ADMIN)).open("/administration/audit")
        assert len(page.soup.select("tbody tr")) == 1
        assert "Чужая организация" not in page.html
        stolen = browser.open(f"/administration/audit?organization={other.id}")
        assert "Таких записей нет" in stolen.text(".o-empty")
        assert browser.log_in(make_member(one)).open("/administration/audit").status == 404

    @pytest.mark.figures
    def test_queries_do_not_grow_with_entries(self, app: Flask, browser: Browser) -> None:
        browser.log_in(make_ministry_admin())
        counts = []
        for _ in range(2):
            for _ in range(10):
                event = make_event()
                record("contacts.seen", event, organization_id=event.organization_id)
            with counted_queries(app) as statements:
                browser.open("/administration/audit")
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 9, statements
