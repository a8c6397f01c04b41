"""What is kept too long is erased: each line of the table, the dry run, the night's job."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from huey.api import PeriodicTask

from app.audit.models import AuditEntry
from app.base import clock, jobs
from app.base.db import db
from app.notifications.models import Notification
from app.papers.trips import notes as trip_notes
from app.people.class_lists.models import ImportedRow, ImportState, ListImport, Outcome
from app.people.models import Invitation, InvitationPurpose, Person
from app.privacy import erasing, retention
from app.privacy.expiring import years_ago
from app.privacy.models import ErasureAct, ErasureReason
from app.privacy.retention import anonymize_expired, expired
from app.registrations.models import ConsentRequest, Group
from app.sweeps import actions
from tests.factories import (
    in_days,
    make_class,
    make_event,
    make_guardianship,
    make_person,
    make_pupil,
    make_school,
    make_user,
)
from tests.papers.people import came, signed_up

LONG_AGO = -3 * 366


def kept_since(person: Person, days: int = LONG_AGO) -> Person:
    person.created_at = in_days(days)
    db.session.flush()
    return person


def is_erased(person: Person) -> bool:
    db.session.refresh(person)
    return person.anonymized_at is not None


class TestPersons:
    def test_a_withdrawn_agreement_after_thirty_days(self) -> None:
        due, not_yet = make_person(user=make_user()), make_person()
        due.erase_on = clock.today()
        not_yet.erase_on = clock.today() + timedelta(days=1)
        db.session.flush()
        assert anonymize_expired()["withdrawn"] == 1
        assert is_erased(due)
        assert not is_erased(not_yet)
        act = db.session.scalars(sa.select(ErasureAct)).one()
        assert act.reason is ErasureReason.WITHDRAWAL
        assert "flask anonymize-expired" in act.done_by

    def test_guests_three_years_after_their_last_event(self) -> None:
        old, came_again, recent, own, childs, class_s = (
            kept_since(make_person()) for _ in "123456"
        )
        came(make_event(in_days_=LONG_AGO).slots[0], old)
        came(make_event(in_days_=LONG_AGO).slots[0], came_again)
        came(make_event(in_days_=-3 * 365 + 20).slots[0], came_again)
        kept_since(recent, -1000)
        own.user_id = make_user().id
        make_guardianship(childs)
        class_s.school_class = make_class()
        db.session.flush()
        assert anonymize_expired()["guests"] == 1
        assert is_erased(old)
        assert not any(map(is_erased, (came_again, recent, own, childs, class_s)))

    def test_pupils_of_classes_that_left_a_year_ago(self) -> None:
        left_long_ago, just_left, came_lately = (
            kept_since(make_pupil(make_class(grade=grade))) for grade in (13, 12, 13)
        )
        came(make_event(in_days_=-30).slots[0], came_lately)
        assert anonymize_expired()["left_school"] == 1
        assert is_erased(left_long_ago)
        assert not is_erased(just_left)
        assert not is_erased(came_lately)

    def test_children_a_year_after_they_came_of_age(self) -> None:
        today = clock.today()
        years = (20, 19, 18)
        grown, only_year, eighteen = (
            kept_since(make_person(birth_date=date(today.year - age, 1, 1))) for age in years
        )
        only_year.birth_date, only_year.birth_year = None, today.year - 20
        for child in (grown, only_year, eighteen):
            make_guardianship(child, make_user())
        db.session.flush()
        assert anonymize_expired()["grown_up"] == 2
        assert is_erased(grown)
        assert is_erased(only_year)
        assert not is_erased(eighteen)

    def test_the_merged_go_with_the_one_they_were_merged_into(self) -> None:
        kept, other = kept_since(make_person()), kept_since(make_person())
        other.merged_into_id = kept.id
        db.session.flush()
        assert anonymize_expired()["guests"] == 1
        assert is_erased(kept)
        assert is_erased(other)

    def test_one_that_fails_holds_up_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bad, good = kept_since(make_person()), kept_since(make_person())
        db.session.commit()
        real = erasing.erase

        def erase(person: Person, **given: object) -> object:
            if person.id == bad.id:
                raise ValueError("a broken row")
            return real(person, **given)  # type: ignore[arg-type]

        monkeypatch.setattr(retention, "erase", erase)
        assert anonymize_expired()["guests"] == 1
        assert is_erased(good)
        assert not is_erased(bad)


def rows_of_every_kind() -> None:
    """Of each kind one that is kept too long, and one that is not."""
    school = make_school()
    live = signed_up(make_event().slots[0], email="a@example.org")
    past = signed_up(
        make_event(in_days_=LONG_AGO).slots[0],
        make_person(user=make_user()),
        email="b@example.org",
    )
    assert past
    for days in (-4 * 366, -1):
        at = in_days(days)
        sheet = ListImport(
            school_id=school.id, filename="9А.xlsx", state=ImportState.MAPPING, created_at=at,
            tables=[["Очиров", "Нарма"]],
        )  # fmt: skip
        db.session.add(sheet)
        db.session.flush()
        db.session.add_all(
            [
                Notification(
                    address="a@example.org", template="x", context={}, reference=str(days),
                    sent_at=at,
                ),
                ImportedRow(import_id=sheet.id, number=1, facts={"a": 1}, outcome=Outcome.NEW),
                Invitation(
                    person_id=live.person_id, purpose=InvitationPurpose.GUARDIAN,
                    code_hash=str(days), expires_at=at,
                ),
                ConsentRequest(registration=live, email="m@example.org", expires_at=at),
                AuditEntry(action="contacts.seen", at=at),
                ErasureAct(subject=1, reason=ErasureReason.REQUEST, rows={}, done_at=at),
            ]
        )  # fmt: skip
    for registration in (live, past):
        slot = registration.slot
        group = Group(event=slot.event, slot=slot, school=school, title="9А", companions=[])
        db.session.add(group)
        db.session.flush()
        trip_notes.keep(group, {"driver": "Басангов П. У., +7 961 000-00-00"})
    db.session.add(  # never sent: it waits for the mail server
        Notification(address="a@example.org", template="x", context={}, reference="w")
    )
    db.session.commit()


class TestRows:
    def test_each_kind_once(self) -> None:
        rows_of_every_kind()
        done = anonymize_expired()
        kinds = (
            "letters", "imported_rows", "imported_sheets", "invitations", "requests", "trips",
            "contacts", "entries", "acts",
        )  # fmt: skip
        assert {kind: done[kind] for kind in kinds} == dict.fromkeys(kinds, 1)
        db.session.expire_all()
        emails = db.session.scalars(sa.select(ConsentRequest.email).order_by(ConsentRequest.id))
        assert list(emails) == ["", "m@example.org"]
        assert set(anonymize_expired().values()) == {0}

    def test_the_log_says_how_many(self) -> None:
        rows_of_every_kind()
        anonymize_expired()
        entries = db.session.scalars(sa.select(AuditEntry).filter_by(action="data.expired"))
        assert {"letters": 1} in [entry.details for entry in entries]

    def test_many_rows_go_in_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "BATCH", 3)
        for number in range(8):
            db.session.add(
                Notification(
                    address="a@example.org", template="x", context={}, reference=str(number),
                    failed_at=in_days(-181),
                )
            )  # fmt: skip
        db.session.commit()
        assert anonymize_expired()["letters"] == 8
        assert db.session.query(Notification).count() == 0


class TestCommand:
    def test_the_dry_run_tells_the_same_and_changes_nothing(self, app: Flask) -> None:
        rows_of_every_kind()
        person = kept_since(make_person())
        person.erase_on = clock.today()  # fits two kinds, stands in the first
        db.session.commit()
        runner = app.test_cli_runner()
        dry = runner.invoke(args=["anonymize-expired", "--dry-run"])
        assert dry.exit_code == 0
        assert "письма, отправленные или не доставленные (180 дней): 1" in dry.output
        assert "люди, чьё согласие отозвано (30 дней после отзыва): 1" in dry.output
        assert not is_erased(person)
        real = runner.invoke(args=["anonymize-expired"])
        assert real.output == dry.output
        assert is_erased(person)
        assert not any(expired().values())

    def test_the_worker_does_it_each_night_by_the_regions_clock(self) -> None:
        [task] = [
            one
            for name, one in jobs.queues["heavy"]._registry._registry.items()
            if name.endswith("sweep.expired.once_a_day")
        ]
        assert issubclass(task, PeriodicTask)
        night = clock.from_local(datetime(2026, 11, 24, 3, 30))  # noqa: DTZ001 - as typed
        assert task().validate_datetime(night)
        assert not task().validate_datetime(night + timedelta(minutes=1))
        assert not task().validate_datetime(night + timedelta(hours=3))

    def test_years_ago_on_the_29th_of_february(self, monkeypatch: pytest.MonkeyPatch) -> None:
        leap = datetime(2028, 2, 29, 12)  # noqa: DTZ001 - as stored
        monkeypatch.setattr(clock, "now", lambda: leap)
        assert years_ago(3) == datetime(2025, 2, 28, 12)  # noqa: DTZ001 - as stored
