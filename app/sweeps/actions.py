"""The one room through which everything goes that erases by time.

A sweep is declared with its parts. Before each run the clock is looked at; before each part
its rows are counted. Where the clock jumped, or where far more rows are due than on other
nights, nothing is touched and the ministry is asked. What cannot be made again is marked
first and erased some days later, so that a run can be undone.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.base import clock, jobs
from app.base.db import Base, db, hold_row, transaction
from app.base.rules import RuleBroken
from app.sweeps import clocks
from app.sweeps.models import RunReason, RunState, SweepMark, SweepRun
from app.sweeps.queries import latest_run, marks_of, rows_of

log = logging.getLogger(__name__)
CLOCK = "clock"  # the name of the run that waits while the clock is not believed
BATCH = 500  # rows in one transaction
ASKED_AGAIN = timedelta(days=7)  # after a refusal
KEPT = timedelta(days=90)  # runs that are over
PLAIN, PRECIOUS = 10, 1  # the share of rows that may go at once, times this


@dataclass(frozen=True)
class Part:
    """Rows of one kind that a sweep erases.

    ``due`` selects their ids, ``act`` erases these and says how many. ``worth``: how soon
    the fuse blows (None for what is worth nothing when its time is over). ``has_grace``: marked
    first, erased days later. ``ahead`` selects what will be due within the days of grace, for
    what the law lets wait no longer: the ministry is asked before that day.
    """

    title: Any
    act: Callable[[list[int]], int]
    model: type[Base] | None = None
    due: Callable[[], Any] | None = None
    worth: int | None = PLAIN
    has_grace: bool = False
    ahead: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Sweep:
    name: str
    parts: Mapping[str, Part]


SWEEPS: dict[str, Sweep] = {}


def declare(
    name: str,
    parts: Mapping[str, Part],
    *,
    lane: jobs.Lane = "quick",
    every_minutes: int = 0,
    daily_at: str = "",
) -> Callable[[], None]:
    """Let the worker sweep by the clock; the returned function wakes it for that."""
    SWEEPS[name] = Sweep(name, parts)
    return jobs.job(
        lambda: run(name),
        lane=lane,
        every_minutes=every_minutes,
        daily_at=daily_at,
        name=f"sweep.{name}",
    )


def by_the_clock(
    name: str, title: Any, act: Callable[[], object], *, every_minutes: int = 0, daily_at: str = ""
) -> Callable[[], None]:
    """Declare a sweep without rows to count: what it ends had told its end beforehand (a hold,
    an offer, a draw), so it only needs a clock that is right."""

    def only(_ids: list[int]) -> int:
        done = act()
        return done if isinstance(done, int) else 0

    part = Part(title, only)
    return declare(name, {name: part}, every_minutes=every_minutes, daily_at=daily_at)


def run(name: str) -> dict[str, int]:
    """Sweep, as far as the fuse lets; how many rows were erased, by kind."""
    if not may_believe_the_clock():
        return {}
    done: dict[str, int] = {}
    for kind, part in SWEEPS[name].parts.items():
        done[kind] = run_part(name, kind, part)
    clocks.note()
    return done


def may_believe_the_clock() -> bool:
    """Whether it goes right; else the ministry is asked, once, and all sweeps wait."""
    jump = clocks.jump()
    asked = latest_run(CLOCK, CLOCK)
    if jump is None:
        if asked and asked.is_undecided:
            change(asked, state=RunState.OUTDATED)
        return True
    if asked and asked.state is RunState.ALLOWED:
        clocks.believe()
        change(asked, state=RunState.DONE)
        return True
    if asked is None or not asked.is_undecided:
        log.error("the clock says %s instead of %s: sweeps wait", jump.now, jump.expected)
        ask(CLOCK, CLOCK, reason=RunReason.CLOCK, clock_was=jump.expected)
    return False


def run_part(name: str, kind: str, part: Part) -> int:
    if part.due is None:
        return part.act([])
    ids = list(db.session.scalars(part.due()))
    if part.has_grace and grace():
        return run_slowly(name, kind, part, ids)
    asked_about = len(list(db.session.scalars(part.ahead()))) if part.ahead else len(ids)
    if not may_touch(name, kind, part, asked_about) or not ids:
        return 0
    touched = part.act(ids)
    with transaction():
        write_down(name, kind, part, touched)
    return touched


def run_slowly(name: str, kind: str, part: Part, ids: list[int]) -> int:
    """Mark what is newly due; erase what was marked long enough ago and is due still."""
    marks = marks_of(name, kind)
    forget([mark.id for row_id, mark in marks.items() if row_id not in set(ids)])
    new = [id_ for id_ in ids if id_ not in marks]
    new = sorted(set(new) - rows_of(table_of(part), new))  # marked under another kind
    if may_touch(name, kind, part, len(new)) and new:
        with transaction():
            marked = write_down(name, kind, part, len(new))
            rows = [
                {
                    "run_id": marked.id,
                    "table_name": table_of(part),
                    "row_id": id_,
                    "marked_at": clock.now(),
                }
                for id_ in new
            ]
            db.session.execute(sa.insert(SweepMark), rows)
    until = clock.now() - grace()
    ripe = {id_: marks[id_] for id_ in ids if id_ in marks and marks[id_].marked_at <= until}
    touched = part.act(list(ripe)) if ripe else 0
    forget([mark.id for mark in ripe.values()])
    return touched


def may_touch(name: str, kind: str, part: Part, number: int) -> bool:
    """Whether so many may be touched without asking, or were allowed; else asks."""
    if part.worth is None:
        return True
    asked = latest_run(name, kind)
    if asked and asked.state is RunState.ALLOWED:
        change(asked, state=RunState.OUTDATED)  # once
        if number <= asked.touched + at_least(part):
            return True
    is_undone = asked is not None and asks_after_undoing(asked)
    seen = count(part)
    if number <= max(at_least(part), seen * share(part) // 100) and not (is_undone and number):
        if asked and asked.state is RunState.WAITING:
            change(asked, state=RunState.OUTDATED)
        return True
    if asked is None or not is_about(asked, number):
        reason = RunReason.UNDONE if is_undone else RunReason.MANY
        log.warning("sweep %s: %s of %s %s wait for the ministry", name, number, seen, kind)
        ask(name, kind, reason=reason, seen=seen, touched=number)
    return False


def asks_after_undoing(asked: SweepRun) -> bool:
    """The last run was undone, and nobody has let another run since."""
    return asked.state is RunState.UNDONE or (
        asked.is_undecided and asked.reason is RunReason.UNDONE
    )


def is_about(asked: SweepRun, number: int) -> bool:
    """Whether the ministry has this on its table, or has refused it lately."""
    if asked.state is RunState.WAITING:
        change(asked, touched=number)
        return True
    lately = clock.now() - ASKED_AGAIN
    return asked.state is RunState.REFUSED and (asked.decided_at or lately) > lately


def at_least(part: Part) -> int:
    number: int = current_app.config["SWEEP_AT_LEAST"]
    return number * (part.worth or 1)


def share(part: Part) -> int:
    """In hundredths of all rows of the kind."""
    number: int = current_app.config["SWEEP_SHARE"]
    return number * (part.worth or 1)


def grace() -> timedelta:
    return timedelta(days=current_app.config["SWEEP_GRACE_DAYS"])


def count(part: Part) -> int:
    query = sa.select(sa.func.count()).select_from(counted(part))
    return db.session.scalar(query) or 0


def table_of(part: Part) -> str:
    return str(counted(part).__tablename__)


def counted(part: Part) -> type[Base]:
    if part.model is None:
        raise TypeError(f"{part.title}: which rows are due is said, but not of what")
    return part.model


def write_down(name: str, kind: str, part: Part, touched: int) -> SweepRun:
    done = SweepRun(
        name=name, kind=kind, state=RunState.DONE, seen=count(part), touched=touched
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    return done


def ask(name: str, kind: str, **facts: Any) -> None:
    with transaction():
        waiting = SweepRun(name=name, kind=kind, state=RunState.WAITING, **facts)
        waiting.started_at = clock.now()
        db.session.add(waiting)


def change(run_: SweepRun, **values: Any) -> None:
    with transaction():
        for name, value in values.items():
            setattr(run_, name, value)


def forget(ids: Sequence[int]) -> None:
    """Marks of rows that are erased, or not due any more."""
    for batch in batches(ids):
        with transaction():
            db.session.execute(sa.delete(SweepMark).where(SweepMark.id.in_(batch)))


def batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[place : place + BATCH] for place in range(0, len(ids), BATCH))


# What the ministry decides


def allow(run_: SweepRun) -> None:
    """The next run does what this one waits for. Of the clock: it is right."""
    hold_row(run_)
    if not run_.is_undecided:
        raise RuleBroken(_("This sweep does not wait any more."))
    run_.state, run_.decided_at = RunState.ALLOWED, clock.now()
    db.session.flush()


def refuse(run_: SweepRun) -> None:
    """Nothing is touched; asked again in a week if it is due still."""
    hold_row(run_)
    if run_.state is not RunState.WAITING:
        raise RuleBroken(_("This sweep does not wait any more."))
    run_.state, run_.decided_at = RunState.REFUSED, clock.now()
    db.session.flush()


def undo(run_: SweepRun) -> int:
    """What the run has marked is kept; how many rows. The next time the ministry is asked."""
    hold_row(run_)
    number = db.session.scalar(
        sa.select(sa.func.count()).select_from(SweepMark).filter_by(run_id=run_.id)
    )
    if run_.state is not RunState.DONE or not number:
        raise RuleBroken(_("Nothing is left to undo: the days of grace are over."))
    db.session.execute(sa.delete(SweepMark).where(SweepMark.run_id == run_.id))
    run_.state, run_.decided_at = RunState.UNDONE, clock.now()
    db.session.flush()
    return number
