"""Runs of sweeps and what they have marked."""

from collections.abc import Collection

import sqlalchemy as sa

from app.base.db import db
from app.sweeps.models import RunState, SweepMark, SweepRun


def latest_run(name: str, kind: str) -> SweepRun | None:
    query = sa.select(SweepRun).filter_by(name=name, kind=kind).order_by(SweepRun.id.desc())
    return db.session.scalar(query.limit(1).execution_options(populate_existing=True))


def waiting_runs() -> list[SweepRun]:
    """What waits for the ministry, and the latest refusal of each kind: it may change its mind."""
    latest = sa.select(sa.func.max(SweepRun.id)).group_by(SweepRun.name, SweepRun.kind)
    query = sa.select(SweepRun).where(
        SweepRun.id.in_(latest), SweepRun.state.in_((RunState.WAITING, RunState.REFUSED))
    )
    return list(db.session.scalars(query.order_by(SweepRun.id)))


def past_runs() -> sa.Select[SweepRun]:
    over = SweepRun.state.in_((RunState.DONE, RunState.UNDONE, RunState.ALLOWED))
    return sa.select(SweepRun).where(over).order_by(SweepRun.id.desc())


def marks_of(name: str, kind: str) -> dict[int, SweepMark]:
    """By the id of the row that is to be erased."""
    query = (
        sa.select(SweepMark).join(SweepRun).where(SweepRun.name == name, SweepRun.kind == kind)
    )  # fmt: skip
    return {mark.row_id: mark for mark in db.session.scalars(query)}


def rows_of(table: str, ids: Collection[int]) -> set[int]:
    """Of these rows the ones that are marked."""
    if not ids:
        return set()
    marked = sa.select(SweepMark.row_id).where(SweepMark.table_name == table)
    return set(db.session.scalars(marked)) & set(ids)


def marks_left(runs: Collection[SweepRun]) -> dict[int, int]:
    """How many rows are still marked, by the id of the run."""
    query = (
        sa.select(SweepMark.run_id, sa.func.count())
        .where(SweepMark.run_id.in_([run.id for run in runs]))
        .group_by(SweepMark.run_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}
