"""Sweeps that wait: the ministry hears of them, decides, and it is written down who did."""

import sqlalchemy as sa
from flask_babel import force_locale

from app.audit.actions import record
from app.base import clock, jobs
from app.base.db import db, transaction
from app.notifications.actions import notify
from app.organizations.queries import site_admins
from app.sweeps import actions
from app.sweeps.models import RunReason, RunState, SweepRun
from app.sweeps.wording import title_of


def tell_ministry() -> int:
    """Write about each sweep that waits, once; how many."""
    query = sa.select(SweepRun).where(
        SweepRun.state == RunState.WAITING, SweepRun.told_at.is_(None)
    )  # fmt: skip
    waiting = db.session.scalars(query.order_by(SweepRun.id)).all()
    for run in waiting:
        with transaction():
            run.told_at = clock.now()
            write_about(run)
    return len(waiting)


def write_about(run: SweepRun) -> None:
    for admin in site_admins():
        with force_locale(admin.language):
            what = str(title_of(run))
        notify(
            admin.email,
            "sweep_waiting",
            language=admin.language,
            what=what,
            number=run.touched,
            total=run.seen,
            is_clock=run.reason is RunReason.CLOCK,
            clock_at=run.started_at.isoformat(),
            expected_at=run.clock_was.isoformat() if run.clock_was else "",
        )


wake = jobs.job(tell_ministry, every_minutes=1)


def allow(run: SweepRun) -> None:
    actions.allow(run)
    record("sweep.allowed", run, organization_id=None, kind=run.kind, number=run.touched)


def refuse(run: SweepRun) -> None:
    actions.refuse(run)
    record("sweep.refused", run, organization_id=None, kind=run.kind, number=run.touched)


def undo(run: SweepRun) -> int:
    number = actions.undo(run)
    record("sweep.undone", run, organization_id=None, kind=run.kind, number=number)
    return number
