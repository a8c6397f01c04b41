"""Nothing is erased by a clock that jumped, nor far more than on other nights; a normal night
works without asking; what was marked can be undone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import waiting
from app.audit.models import AuditEntry
from app.base import clock, jobs
from app.base.db import db, transaction
from app.notifications.models import Notification
from app.people.models import Person
from app.privacy.retention import anonymize_expired
from app.registrations.models import Status
from app.sweeps import actions, clocks
from app.sweeps.models import ClockReading, RunReason, RunState, SweepMark, SweepRun
from app.sweeps.queries import latest_run, waiting_runs
from tests.browser import Browser
from tests.factories import (
    in_days,
    make_event,
    make_ministry_admin,
    make_person,
    make_registration,
)

FOUR_YEARS = timedelta(days=4 * 365 + 1)


class Machine:
    """Its clock may be set; the seconds since it was started go on by themselves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.up, self.boot = clock.now(), 1000.0, "first"
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(clocks, "uptime", lambda: self.up)
        monkeypatch.setattr(clocks, "boot", lambda: self.boot)
        monkeypatch.setattr(clocks, "database_clock", lambda: None)

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.up += timedelta(**time).total_seconds()

    def jumps(self, by: timedelta) -> None:
        self.now += by

    def starts_anew(self, *, off: timedelta, boot: str = "second") -> None:
        self.now, self.up, self.boot = self.now + off, 60.0, boot


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(monkeypatch)
    make_registration(make_event().slots[0])  # a row that tells the time
    actions.run("expired")
    return machine


def people(number: int, *, days: int = 0) -> None:
    for _ in range(number):
        make_person().created_at = in_days(days)
    db.session.commit()


def named() -> int:
    query = sa.select(sa.func.count()).where(Person.anonymized_at.is_(None))
    return db.session.scalar(query.select_from(Person)) or 0


def everything_by_the_clock() -> None:
    for name in actions.SWEEPS:
        actions.run(name)


JUMPS = {
    "four years on": FOUR_YEARS,
    "a year back": -timedelta(days=365),
    "a day on": timedelta(days=1),
    "two hours back": -timedelta(hours=2),
}


class TestClock:
    @pytest.mark.parametrize("by", JUMPS.values(), ids=JUMPS.keys())
    def test_a_jump_while_the_machine_runs_loses_nothing(
        self, machine: Machine, by: timedelta
    ) -> None:
        people(80)
        held = make_registration(make_event().slots[0])
        held.status = Status.AWAITING_CONSENT
        held.hold_until = clock.now() + timedelta(hours=12)
        db.session.commit()
        before = named()
        machine.jumps(by)
        for _night in range(9):  # beyond the days of grace too
            everything_by_the_clock()
            machine.passes(days=1)
        assert named() == before
        db.session.refresh(held)
        assert held.status is Status.AWAITING_CONSENT
        assert [run.reason for run in waiting_runs()] == [RunReason.CLOCK]

    @pytest.mark.parametrize("off", [FOUR_YEARS, timedelta(days=30), -timedelta(days=365)])
    def test_after_a_restart_the_newest_rows_are_the_witness(
        self, machine: Machine, off: timedelta
    ) -> None:
        people(80)
        before = named()
        machine.starts_anew(off=off)
        actions.run("expired")
        assert named() == before
        assert waiting_runs()[0].reason is RunReason.CLOCK

    def test_a_row_of_a_wrong_clock_is_no_witness_for_it(self, machine: Machine) -> None:
        """Somebody logs in or signs up before the first sweep comes."""
        people(80)
        machine.starts_anew(off=FOUR_YEARS)
        make_registration(make_event().slots[0])
        db.session.add(AuditEntry(action="account.logged_in"))
        db.session.commit()
        before = named()
        for _night in range(9):
            everything_by_the_clock()
            machine.passes(days=1)
        assert named() == before
        assert waiting_runs()[0].reason is RunReason.CLOCK

    def test_a_week_of_holidays_is_no_jump(self, machine: Machine) -> None:
        machine.starts_anew(off=timedelta(days=6))
        actions.run("expired")
        assert waiting_runs() == []

    def test_rows_alone_witness_before_anything_was_noted(self, machine: Machine) -> None:
        """The first night after the site was brought up to date."""
        db.session.execute(sa.delete(ClockReading))
        db.session.commit()
        machine.jumps(FOUR_YEARS)
        actions.run("expired")
        assert waiting_runs()[0].reason is RunReason.CLOCK

    def test_the_databases_clock_is_asked(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        right = clock.now()
        monkeypatch.setattr(clocks, "database_clock", lambda: right)
        machine.starts_anew(off=timedelta(days=2))
        assert clocks.jump() == clocks.Jump(right, machine.now)

    def test_when_the_clock_goes_right_again_all_goes_on_by_itself(self, machine: Machine) -> None:
        machine.jumps(FOUR_YEARS)
        actions.run("expired")
        make_registration(make_event().slots[0])  # written by the wrong clock
        db.session.commit()
        machine.jumps(-FOUR_YEARS)
        actions.run("expired")
        assert waiting_runs() == []
        asked = latest_run(actions.CLOCK, actions.CLOCK)
        assert asked
        assert asked.state is RunState.OUTDATED

    def test_the_ministry_may_say_that_the_clock_is_right(self, machine: Machine) -> None:
        machine.jumps(timedelta(days=2))
        actions.run("expired")
        with transaction():
            waiting.allow(waiting_runs()[0])
        actions.run("holds")
        machine.passes(minutes=1)
        actions.run("holds")
        assert waiting_runs() == []

    def test_asks_once(self, machine: Machine) -> None:
        machine.jumps(FOUR_YEARS)
        everything_by_the_clock()
        everything_by_the_clock()
        assert len(db.session.scalars(sa.select(SweepRun)).all()) == 1

    @pytest.mark.parametrize(
        "day", [(2026, 3, 29, 0, 59), (2026, 10, 25, 0, 59), (2027, 1, 1, 0, 0)]
    )
    def test_summer_time_and_the_new_year_are_no_jumps(
        self, machine: Machine, day: tuple[int, int, int, int, int]
    ) -> None:
        db.session.execute(sa.delete(ClockReading))
        machine.now = datetime(*day)  # noqa: DTZ001 - as stored
        clocks.believe()
        for _ in range(4):
            machine.passes(minutes=30)
            actions.run("holds")
        assert waiting_runs() == []


class TestNumber:
    def test_a_normal_night_asks_nobody(self, machine: Machine) -> None:
        people(60)
        people(10, days=-3 * 366)
        assert anonymize_expired()["guests"] == 10
        assert waiting_runs() == []
        run = latest_run("expired", "guests")
        assert run
        assert (run.state, run.touched) == (RunState.DONE, 10)

    def test_far_more_than_usual_wait(self, machine: Machine) -> None:
        people(51, days=-3 * 366)
        before = named()
        assert anonymize_expired()["guests"] == 0
        assert named() == before
        (run,) = waiting_runs()
        assert (run.kind, run.reason, run.touched) == ("guests", RunReason.MANY, 51)

    def test_of_very_many_two_in_a_hundred_may_go(
        self, machine: Machine, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.config, "SWEEP_AT_LEAST", 1)
        people(97)
        people(2, days=-3 * 366)
        assert anonymize_expired()["guests"] == 2
        people(3, days=-3 * 366)
        assert anonymize_expired()["guests"] == 0

    def test_other_kinds_do_not_wait_for_it(self, machine: Machine) -> None:
        people(51, days=-3 * 366)
        due = make_person()
        due.erase_on = clock.today()
        db.session.commit()
        assert anonymize_expired()["withdrawn"] == 1

    def test_withdrawals_are_asked_about_before_the_last_day_of_the_law(
        self, machine: Machine, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.config, "SWEEP_GRACE_DAYS", 7)
        for _ in range(51):
            make_person().erase_on = clock.today() + timedelta(days=7)
        db.session.commit()
        anonymize_expired()
        assert [run.kind for run in waiting_runs()] == ["withdrawn"]

    def test_runs_when_it_is_let(self, machine: Machine) -> None:
        people(51, days=-3 * 366)
        anonymize_expired()
        with transaction():
            waiting.allow(waiting_runs()[0])
        assert anonymize_expired()["guests"] == 51
        assert waiting_runs() == []
        people(51, days=-3 * 366)
        assert anonymize_expired()["guests"] == 0  # let once, not for ever

    def test_what_was_let_and_was_not_due_any_more_is_asked_about_again(
        self, machine: Machine
    ) -> None:
        people(51, days=-3 * 366)
        anonymize_expired()
        with transaction():
            waiting.allow(waiting_runs()[0])
        everybody = sa.update(Person)
        db.session.execute(everybody.values(created_at=clock.now()))
        db.session.commit()
        assert anonymize_expired()["guests"] == 0
        db.session.execute(everybody.values(created_at=in_days(-3 * 366)))
        db.session.commit()
        assert anonymize_expired()["guests"] == 0
        assert len(waiting_runs()) == 1

    def test_what_was_let_is_not_let_for_many_more(self, machine: Machine) -> None:
        people(51, days=-3 * 366)
        anonymize_expired()
        with transaction():
            waiting.allow(waiting_runs()[0])
        people(60, days=-3 * 366)
        assert anonymize_expired()["guests"] == 0
        assert waiting_runs()[0].touched == 111

    def test_a_refusal_lasts_a_week(self, machine: Machine) -> None:
        people(51, days=-3 * 366)
        anonymize_expired()
        with transaction():
            waiting.refuse(waiting_runs()[0])
        for _ in range(6):
            machine.passes(days=1)
            assert anonymize_expired()["guests"] == 0
        assert waiting_runs()[0].state is RunState.REFUSED
        machine.passes(days=2)
        anonymize_expired()
        assert waiting_runs()[0].state is RunState.WAITING


class TestGrace:
    @pytest.fixture(autouse=True)
    def seven_days(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(app.config, "SWEEP_GRACE_DAYS", 7)

    def night(self, machine: Machine, days: int = 1) -> int:
        for _ in range(days):
            machine.passes(days=1)
            anonymize_expired()
        return named()

    def test_marked_first_and_erased_a_week_later(self, machine: Machine) -> None:
        people(5, days=-3 * 366)
        before = named()
        anonymize_expired()
        assert db.session.query(SweepMark).count() == 5
        assert self.night(machine, 6) == before
        assert self.night(machine) == before - 5
        assert db.session.query(SweepMark).count() == 0

    def test_within_the_term_of_the_law(self, app: Flask) -> None:
        assert actions.grace() < timedelta(days=30)

    def test_whoever_comes_again_meanwhile_stays(self, machine: Machine) -> None:
        people(2, days=-3 * 366)
        anonymize_expired()
        back = db.session.scalars(sa.select(Person).order_by(Person.id.desc())).first()
        assert back
        make_registration(make_event().slots[0], back)
        db.session.commit()
        before = named()
        assert self.night(machine, 8) == before - 1
        assert back.anonymized_at is None

    def test_undone_keeps_them_and_asks_the_next_time(self, machine: Machine) -> None:
        people(5, days=-3 * 366)
        anonymize_expired()
        run = latest_run("expired", "guests")
        assert run
        before = named()
        with transaction():
            assert waiting.undo(run) == 5
        assert self.night(machine, 9) == before
        assert [one.reason for one in waiting_runs()] == [RunReason.UNDONE]

    def test_those_whose_agreement_was_withdrawn_had_their_days(self, machine: Machine) -> None:
        """The thirty days since the withdrawal: the last of them is the last of the law."""
        due = make_person()
        due.erase_on = clock.today()
        db.session.commit()
        assert anonymize_expired()["withdrawn"] == 1


class TestMinistry:
    @pytest.fixture(autouse=True)
    def asked(self, machine: Machine) -> None:
        people(51, days=-3 * 366)
        anonymize_expired()

    def test_reads_a_letter_once(self) -> None:
        admin = make_ministry_admin()
        assert waiting.tell_ministry() == 1
        assert waiting.tell_ministry() == 0
        letter = db.session.scalars(
            sa.select(Notification).filter_by(template="sweep_waiting")
        ).one()
        assert (letter.address, letter.context["number"]) == (admin.email, 51)

    def test_the_page_shows_counts_and_buttons(self, browser: Browser) -> None:
        browser.log_in(make_ministry_admin())
        page = browser.open("/administration/sweeps")
        assert "51 из" in page.text("#sweeps-panel")
        assert "гости" in page.text("#sweeps-panel")
        assert page.texts("#sweeps-panel button")[:2] == ["Запустить", "Не запускать"]

    @pytest.mark.parametrize(
        ("act", "state"), [("allow", RunState.ALLOWED), ("refuse", RunState.REFUSED)]
    )
    def test_decides_and_it_is_written_down(
        self, browser: Browser, act: str, state: RunState
    ) -> None:
        admin = make_ministry_admin()
        browser.log_in(admin)
        (run,) = waiting_runs()
        browser.submit(f"/administration/sweeps/{run.id}/{act}")
        db.session.refresh(run)
        assert run.state is state
        action = {"allow": "sweep.allowed", "refuse": "sweep.refused"}[act]
        entry = db.session.scalars(sa.select(AuditEntry).filter_by(action=action)).one()
        assert (entry.user_id, entry.details["number"]) == (admin.id, 51)

    def test_deciding_twice_is_refused_in_words(self, browser: Browser) -> None:
        browser.log_in(make_ministry_admin())
        (run,) = waiting_runs()
        browser.submit(f"/administration/sweeps/{run.id}/allow")
        page = browser.submit(f"/administration/sweeps/{run.id}/refuse")
        assert "уже не ждёт" in page.text()
        db.session.refresh(run)
        assert run.state is RunState.ALLOWED


class TestDeclared:
    """The house: whatever runs by the clock goes through the fuse or is named here."""

    # They erase nothing and end nothing: they write letters, go on with work, or derive it.
    OTHERS = {
        "app.audit.waiting.tell_ministry",
        "app.web.health.heartbeat.beat",
        "app.certificates.batches.work.work_on_batches",
        "app.messages.actions.settle",
        "app.notifications.delivery.deliver_waiting",
        "app.people.class_lists.actions.work_on_lists",
        "app.registrations.admission.lines.release",
        "app.registrations.reminders.actions.remind_everybody",
        "app.sweeps.tombstones.file_new",
    }

    def test_every_job_by_the_clock_is_a_sweep_or_harmless(self, app: Flask) -> None:
        suffixes = (".by_the_clock", ".once_a_day")
        found = {
            name.partition(":")[0].removesuffix(suffixes[0]).removesuffix(suffixes[1])
            for queue in jobs.queues.values()
            for name in (task.name or "" for task in periodic(queue))
        }
        sweeps = {f"sweep.{name}" for name in actions.SWEEPS}
        assert found == sweeps | self.OTHERS

    def test_each_runs_in_one_lane_alone(self, app: Flask) -> None:
        names = [task.name for queue in jobs.queues.values() for task in periodic(queue)]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize("name", sorted(actions.SWEEPS))
    def test_each_stops_at_a_jump(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        touched: list[str] = []

        def part(kind: str) -> actions.Part:
            def act(_ids: list[int]) -> int:
                touched.append(kind)
                return 0

            return actions.Part(kind, act)

        parts = {kind: part(kind) for kind in actions.SWEEPS[name].parts}
        monkeypatch.setitem(actions.SWEEPS, name, actions.Sweep(name, parts))
        machine.jumps(FOUR_YEARS)
        actions.run(name)
        assert touched == []
        machine.jumps(-FOUR_YEARS)
        actions.run(name)
        assert touched == list(parts)


def periodic(queue: Any) -> list[Any]:
    return list(queue._registry.periodic_tasks)
