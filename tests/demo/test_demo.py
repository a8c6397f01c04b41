"""`flask demo`: a believable region in one command, never mixed with real data."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import create_app
from app.accounts.models import User
from app.attendance.models import Attendance, Presence
from app.base import clock, jobs
from app.base.config import ROOT, database_url
from app.base.db import db
from app.base.rules import RuleBroken
from app.certificates.batches import work as batch_work
from app.certificates.issued.batch_models import BatchStatus, PaperBatch
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind
from app.demo import state
from app.demo.accounts import ACCOUNTS, PASSWORD
from app.demo.build import CONTEST
from app.demo.scenes import scenes
from app.events.kinds import KINDS
from app.events.models import Event, EventStatus, Slot
from app.notifications.models import Notification
from app.organizations.models import Organization
from app.organizations.region.actions import store_region
from app.organizations.region.files import read_region
from app.people.models import Person
from app.registrations.models import Channel, Registration, Status
from app.registrations.seats import seats
from tests.browser import Browser
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_organization, make_user


def run(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["demo", *options])


def number(query: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


@pytest.fixture(scope="module")
def demo(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Result]]:
    folder = tmp_path_factory.mktemp("demo")
    with fresh_database(POSTGRESQL) as url:
        place = url if POSTGRESQL else f"sqlite:///{folder / 'demo.sqlite'}"
        own = create_app(
            {
                "TESTING": True, "SECRET_KEY": "for tests", "WTF_CSRF_ENABLED": False,
                "SQLALCHEMY_DATABASE_URI": database_url(place), "OUTBOX": str(folder),
                "FILES_FOLDER": str(folder), "PAPERS_FOLDER": str(folder),
                "SQLALCHEMY_ENGINE_OPTIONS": {},
            }
        )  # fmt: skip
        with own.app_context():
            db.create_all()
            result = run(own)
        yield own, result
        with own.app_context():
            db.session.remove()
            db.engine.dispose()
        jobs.init_app(app)


@pytest.mark.slow
class TestLoaded:
    """One demo, built once, looked at by all these tests."""

    @pytest.fixture(autouse=True)
    def inside(self, demo: tuple[Flask, Result]) -> Iterator[None]:
        with demo[0].app_context():
            yield

    def test_it_says_what_there_is_and_how_to_log_in(self, demo: tuple[Flask, Result]) -> None:
        result = demo[1]
        assert result.exit_code == 0, result.output
        assert all(account.email in result.output for account in ACCOUNTS)
        assert PASSWORD in result.output

    def test_it_is_as_large_as_promised(self) -> None:
        assert 40 <= number(sa.select(Event)) <= 60
        assert 500 <= number(sa.select(Person)) <= 950
        assert number(sa.select(Registration)) > 800
        assert number(sa.select(Organization)) == 35

    def test_every_kind_is_there_and_counts_for_a_measure(self) -> None:
        published = sa.select(Event).where(Event.status == EventStatus.PUBLISHED)
        events = db.session.scalars(published).all()
        assert {event.kind_code for event in events} == set(KINDS)
        assert all(event.measure_id for event in events)
        assert number(sa.select(Event).filter_by(status=EventStatus.DRAFT)) >= 1
        assert number(sa.select(Event).filter_by(status=EventStatus.CANCELLED)) >= 1

    def test_it_lives_in_three_months(self) -> None:
        today = clock.today()
        months = {
            (day.year, day.month)
            for day in (
                clock.to_local(starts_at).date()
                for starts_at in db.session.scalars(sa.select(Event.starts_at))
                if starts_at
            )
        }
        this = today.replace(day=1)
        last, following = this - timedelta(days=1), this + timedelta(days=32)
        assert {(d.year, d.month) for d in (last, this, following)} <= months

    def test_texts_are_written_not_copied(self) -> None:
        told = list(scenes())
        for texts in ([s.title for s in told], [s.summary for s in told],
                      [s.description for s in told]):  # fmt: skip
            assert len(set(texts)) == len(texts)
        assert all(len(scene.description) > 150 for scene in told)
        assert all(scene.venue or scene.online_url for scene in told)

    def test_names_are_those_of_the_region(self) -> None:
        names = [person.full_name for person in db.session.scalars(sa.select(Person))]
        assert any(set(name) & set("әһҗңөүӘҺҖҢӨҮ") for name in names)
        assert any("-" in name for name in names)
        assert number(sa.select(Person).filter_by(patronymic="")) > 30
        assert number(sa.select(Person).where(Person.school_id.is_not(None))) > 100
        assert number(sa.select(Person).where(Person.school_name != "")) > 50

    def test_seats_agree_with_registrations_and_some_wait(self) -> None:
        assert seats.differences() == []
        statuses = {
            status: number(sa.select(Registration).filter_by(status=status)) for status in Status
        }
        assert statuses[Status.WAITLISTED] >= 10
        assert statuses[Status.CANCELLED] >= 20
        promoted = sa.select(Registration).where(Registration.promoted_at.is_not(None))
        assert number(promoted) >= 1
        free = sa.select(Registration).join(Registration.slot)
        free = free.where(
            Registration.status == Status.WAITLISTED,
            Slot.seats_taken + Registration.seats <= Slot.capacity,
        )
        assert number(free) == 0  # nobody waits beside a free seat

    def test_acts_happened_at_their_own_time(self) -> None:
        late = sa.select(Registration).join(Registration.slot)
        late = late.where(
            Registration.channel.not_in([Channel.WALK_IN]),
            Registration.signed_up_at > Slot.starts_at,
        )
        assert number(late) == 0
        early = sa.select(Registration).join(Registration.event)
        assert number(early.where(Registration.signed_up_at < Event.published_at)) == 0
        future = sa.select(Attendance).join(Attendance.registration).join(Registration.slot)
        assert number(future.where(Slot.starts_at > clock.now())) == 0

    def test_who_came_has_a_certificate(self) -> None:
        came = number(sa.select(Attendance).filter_by(presence=Presence.PRESENT))
        assert came > 150
        assert number(sa.select(Attendance).filter_by(presence=Presence.ABSENT)) > 5
        assert 100 < number(sa.select(Certificate)) < came
        without_signatory = sa.select(Certificate).filter_by(signatory_name="")
        assert number(without_signatory) == 0

    def test_a_contest_has_papers_of_three_kinds_in_the_colleges_own_look(self) -> None:
        """Diplomas and thanks are left to the worker: `make run` shows them in a minute."""
        batch_work.work_on_batches()
        query = sa.select(Certificate).join(Certificate.event)
        of_contest = list(db.session.scalars(query.where(Event.title == CONTEST)))
        kinds = Counter(one.kind for one in of_contest)
        assert kinds[CertificateKind.DIPLOMA] == kinds[CertificateKind.THANKS] == 3
        assert kinds[CertificateKind.PARTICIPANT] > 10
        looks = {one.kind: one.look.content["layout"] for one in of_contest if one.look}
        assert looks[CertificateKind.PARTICIPANT] == "ornament"
        results = {one.result for one in of_contest if one.kind is CertificateKind.DIPLOMA}
        assert results == {"I место", "II место", "III место"}
        assert number(sa.select(PaperBatch).filter_by(status=BatchStatus.DONE)) == 2

    def test_the_pupil_has_something_of_everything(self) -> None:
        pupil = db.session.scalars(
            sa.select(Person).join(Person.user).where(User.email == "pupil@demo.test")
        ).one()
        assert pupil.grade == 9
        own = db.session.scalars(sa.select(Registration).filter_by(person_id=pupil.id)).all()
        now = clock.now()
        assert any(r.is_confirmed and r.slot.starts_at > now for r in own)
        assert any(r.is_waitlisted for r in own)
        assert any(r.is_confirmed and r.slot.ends_at < now for r in own)
        held = sa.select(Certificate).join(Certificate.registration)
        assert number(held.where(Registration.person_id == pupil.id)) >= 1

    def test_letters_of_the_past_are_not_sent(self) -> None:
        waiting = db.session.scalars(
            sa.select(Notification.address).where(Notification.sent_at.is_(None))
        ).all()
        assert 1 <= len(waiting) <= 8
        assert set(waiting) <= {account.email for account in ACCOUNTS}

    @pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.email)
    def test_every_account_logs_in(self, demo: tuple[Flask, Result], account: Any) -> None:
        browser = Browser(demo[0].test_client())
        page = browser.submit("/log-in", email=account.email, password=PASSWORD)
        assert page.status == 200
        assert account.name in page.text("header")

    def test_the_door_has_something_to_do_today(self) -> None:
        today = sa.select(Slot).join(Slot.event).join(Event.organization)
        today = today.where(
            Organization.short_name == "ЭПТК",
            Slot.starts_at >= clock.start_of_day(clock.today()),
            Slot.starts_at < clock.end_of_day(clock.today()),
            Slot.seats_taken > 0,
        )
        assert number(today) >= 1

    def test_an_organization_waits_for_approval(self) -> None:
        assert number(sa.select(Organization).where(sa.not_(Organization.is_approved))) == 1

    def test_a_second_run_changes_nothing(self, demo: tuple[Flask, Result]) -> None:
        before = number(sa.select(Registration))
        result = run(demo[0])
        assert (result.exit_code, result.output) == (0, "Демо уже загружено.\n")
        silent = run(demo[0], "--if-empty")
        assert (silent.exit_code, silent.output) == (0, "")
        assert number(sa.select(Registration)) == before


class TestRefused:
    @pytest.mark.parametrize("make", [make_user, make_organization])
    def test_on_real_data(self, app: Flask, make: Any) -> None:
        make()
        result = run(app)
        assert result.exit_code == 1
        assert "В этой базе есть настоящие данные" in result.output
        assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 0

    def test_if_empty_is_silent_on_any_data(self, app: Flask) -> None:
        make_user()
        result = run(app, "--if-empty")
        assert (result.exit_code, result.output) == (0, "")

    def test_a_region_from_its_file_is_welcome_but_not_empty(self) -> None:
        assert state.is_empty()
        store_region(read_region(ROOT / "data" / "region_kalmykia.json"))
        state.refuse_real_data()
        assert not state.is_empty()
        make_organization()
        with pytest.raises(RuleBroken):
            state.refuse_real_data()
