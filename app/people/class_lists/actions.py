"""Class lists sent in: looked at first, then applied in the background, undone if wrong."""

import logging
from collections import Counter
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock, jobs
from app.base.db import after_commit, db, hold_row, transaction
from app.base.rules import RuleBroken
from app.organizations.models import Organization
from app.people.class_lists import reading as list_reading
from app.people.class_lists.batches import apply_batch
from app.people.class_lists.matching import School, place_of
from app.people.class_lists.models import ImportedRow, ImportState, ListImport, Outcome
from app.people.class_lists.reading import Reading
from app.people.class_lists.undo import drop_empty_classes, undo_batch
from app.people.models import SchoolClass
from app.sweeps.actions import by_the_clock

log = logging.getLogger(__name__)
AT_ONCE = 200  # rows that are applied while the teacher waits
KEPT, LOOKED_AT = timedelta(days=30), timedelta(days=7)  # rows are forgotten after that


def receive(
    reading: Reading,
    filename: str,
    *,
    school: Organization,
    class_: SchoolClass | None = None,
    by: User,
) -> ListImport:
    """Keep what was read, to be looked at. No pupil is changed yet."""
    import_ = ListImport(
        school=school,
        school_class=class_,
        made_by=by,
        filename=filename[-200:],
        state=ImportState.MAPPING,
    )
    db.session.add(import_)
    db.session.flush()
    show(import_, reading)
    return import_


def name_columns(import_: ListImport, columns: list[str]) -> None:
    """Read the list once more, with the columns named by hand."""
    hold_row(import_)
    if import_.state is not ImportState.MAPPING:
        return  # pressed twice
    tables = import_.tables or []
    reading = list_reading.read_named(tables, columns, for_class=import_.school_class)
    show(import_, reading)


def show(import_: ListImport, reading: Reading) -> None:
    """Store what was read: rows to look at, or the table whose columns are unknown."""
    import_.tables = reading.tables
    import_.left_out, import_.forbidden = reading.left_out, reading.forbidden
    import_.notes = reading.notes
    import_.state = ImportState.MAPPING if reading.tables else ImportState.PREVIEW
    if reading.rows:
        db.session.execute(sa.insert(ImportedRow), weighed(import_, reading))
    db.session.flush()


def weighed(import_: ListImport, reading: Reading) -> list[dict[str, object]]:
    school = School(import_)
    several = len({row.sheet for row in reading.rows}) > 1
    rows: list[dict[str, object]] = []
    for row in reading.rows:
        place = place_of(row, several_sheets=several)
        verdict = school.weigh(row.facts, place) if not row.refusal else None
        shown = {
            "changes": verdict.changes if verdict else [],
            "stays": verdict.stays if verdict else False,
        }
        rows.append(
            {
                "import_id": import_.id,
                "number": row.number,
                "sheet": row.sheet[:100],
                "facts": {**row.facts, **shown},
                "outcome": verdict.outcome if verdict else Outcome.REFUSED,
                "reason": (verdict.reason if verdict else row.refusal)[:500],
                "person_id": verdict.person_id if verdict else None,
                "is_done": False,
            }
        )
    return rows


def start(import_: ListImport) -> bool:
    """Begin to apply what was shown; False when that has begun already."""
    hold_row(import_)
    if import_.state is not ImportState.PREVIEW:
        return False
    counts = outcomes_of(import_)
    begin(import_, ImportState.APPLYING, counts[Outcome.NEW] + counts[Outcome.CHANGED])
    if not import_.total:
        raise RuleBroken(_("There is nothing to load: the school keeps all of it already."))
    record(
        "class_list.imported",
        import_,
        organization_id=import_.school_id,
        **{outcome.value: counts[outcome] for outcome in Outcome},
    )
    return True


def undo(import_: ListImport) -> bool:
    """Begin to take back what was applied; False when that has begun already."""
    hold_row(import_)
    if import_.state is not ImportState.DONE:
        return False
    query = sa.select(sa.func.count()).where(
        ImportedRow.import_id == import_.id, ImportedRow.is_done
    )
    begin(import_, ImportState.UNDOING, db.session.scalar(query) or 0)
    if not import_.total:
        raise RuleBroken(_("The list can no longer be undone: its rows are forgotten."))
    record("class_list.undone", import_, organization_id=import_.school_id, rows=import_.total)
    return True


def begin(import_: ListImport, state: ImportState, total: int) -> None:
    """A short list is done while the teacher waits, a long one by the worker."""
    import_.state, import_.total, import_.done = state, total, 0
    db.session.flush()
    if 0 < total <= AT_ONCE:
        carry_on(import_)
    else:
        after_commit("class lists", wake)


def carry_on(import_: ListImport) -> bool:
    """Do the next batch. What is done is marked row by row: after a killed worker the next
    one goes on where the last commit was. False when all is done."""
    act = apply_batch if import_.state is ImportState.APPLYING else undo_batch
    if act(import_) and import_.done < import_.total:
        return True
    if import_.state is ImportState.APPLYING:
        import_.state, import_.applied_at = ImportState.DONE, clock.now()
    else:
        drop_empty_classes(import_)
        import_.state, import_.undone_at = ImportState.UNDONE, clock.now()
    db.session.flush()
    return False


def work_on_lists() -> None:
    """The worker’s part: batch after batch, each in a transaction of its own."""
    working = sa.select(ListImport.id).where(
        ListImport.state.in_([ImportState.APPLYING, ImportState.UNDOING])
    )
    for id_ in db.session.scalars(working.order_by(ListImport.id)).all():
        try:
            while next_batch(id_):
                if jobs.is_stopping():
                    return
        except Exception as error:  # one list does not hold up the others; names stay unlogged
            log.error("class list %s: %s", id_, type(error).__name__)


def next_batch(id_: int) -> bool:
    with transaction():
        import_ = db.session.get(ListImport, id_)
        if import_ is None:
            return False
        hold_row(import_)
        return import_.is_working and carry_on(import_)


wake = jobs.job(work_on_lists, lane="heavy", every_minutes=1)


def forget_old_rows() -> None:
    """Rows of lists are personal data: a list that was only looked at goes after a week,
    the rows of an applied one after thirty."""
    now = clock.now()
    looked_at = sa.and_(
        ListImport.state.in_([ImportState.MAPPING, ImportState.PREVIEW]),
        ListImport.created_at < now - LOOKED_AT,
    )
    old = sa.select(ListImport.id).where(sa.or_(ListImport.created_at < now - KEPT, looked_at))
    with transaction():
        db.session.execute(
            sa.delete(ImportedRow).where(ImportedRow.import_id.in_(old)),
            execution_options={"synchronize_session": False},
        )
        db.session.execute(
            sa.delete(ListImport).where(looked_at),
            execution_options={"synchronize_session": False},
        )


tidy_up = by_the_clock(
    "class lists", _l("rows of class lists sent in"), forget_old_rows, every_minutes=60
)


def outcomes_of(import_: ListImport) -> Counter[Outcome]:
    """How many rows are new, the same, changed, refused."""
    query = (
        sa.select(ImportedRow.outcome, sa.func.count())
        .where(ImportedRow.import_id == import_.id)
        .group_by(ImportedRow.outcome)
    )
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def taken_back(import_: ListImport) -> Counter[str]:
    """After undoing: how many were deleted, put back, had to stay."""
    query = (
        sa.select(ImportedRow.outcome, ImportedRow.is_done, sa.func.count())
        .where(
            ImportedRow.import_id == import_.id,
            ImportedRow.outcome.in_([Outcome.NEW, Outcome.CHANGED]),
        )
        .group_by(ImportedRow.outcome, ImportedRow.is_done)
    )
    return Counter(
        {f"{outcome.value}_{'stay' if stays else 'gone'}": number
         for outcome, stays, number in db.session.execute(query)}
    )  # fmt: skip
