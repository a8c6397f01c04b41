"""Asking for batches of certificates, stopping them, going on, and forgetting their files."""

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.base import clock
from app.base.db import after_commit, db, hold_row, transaction
from app.base.rules import RuleBroken
from app.certificates.batches import files as batch_files
from app.certificates.batches import queries as batch_queries
from app.certificates.batches import work as batch_work
from app.certificates.design.frozen import frozen
from app.certificates.design.looks import Look
from app.certificates.issued.batch_models import BatchForm, BatchItem, BatchStatus, PaperBatch
from app.certificates.issued.numbers import refuse_what_cannot_be_said
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.files import stored as files
from app.press import shelf
from app.registrations.models import Registration
from app.sweeps.actions import by_the_clock

log = logging.getLogger(__name__)
AT_ONCE = 20  # papers that are made while one waits
MOST = 20_000  # papers in one batch
KEPT = timedelta(days=30)  # files; the certificates stay
Asked = tuple[int | None, str, str]  # registration, or the typed name; result


def begin(
    event: Event,
    kind: CertificateKind,
    look: Look,
    asked: Sequence[Asked],
    *,
    form: BatchForm = BatchForm.PDF,
    is_archival: bool = False,
    tells_holders: bool = False,
    by: User | None = None,
) -> PaperBatch:
    """Write down whose papers are to be made. Small batches are for the caller to make at
    once (batch_work.make), the others for the worker."""
    refuse_what_cannot_be_said(event, kind)
    if not asked:
        raise RuleBroken(
            _("There is nobody to issue to: everybody who is marked as present has this paper "
              "already, or nobody is marked yet.")
        )  # fmt: skip
    if len(asked) > MOST:
        raise RuleBroken(_("At most %(most)s papers in one batch.", most=MOST))
    batch = PaperBatch(
        event=event,
        kind=kind,
        look=frozen(look),
        form=form,
        is_archival=is_archival or look.is_archival,
        tells_holders=tells_holders,
        total=len(asked),
        made_by=by,
    )
    db.session.add(batch)
    db.session.flush()
    add_items(
        batch,
        [
            {"registration_id": id_, "holder": holder, "result": result}
            for id_, holder, result in asked
        ],
    )
    if batch.total > AT_ONCE:
        after_commit("batches", batch_work.wake)
    return batch


def add_items(batch: PaperBatch, rows: Sequence[dict[str, object]]) -> None:
    blank = {"registration_id": None, "holder": "", "result": "", "certificate_id": None}
    db.session.execute(
        sa.insert(BatchItem),
        [
            {**blank, **row, "batch_id": batch.id, "position": position}
            for position, row in enumerate(rows, start=1)
        ],
    )


def cancel(batch: PaperBatch) -> None:
    """Stop after the chunk that is being made; what was issued stays issued and printed."""
    hold_row(batch)
    if batch.is_over:
        raise RuleBroken(_("This batch has come to its end already."))
    if batch.status is BatchStatus.WAITING and not batch.done:
        batch.status, batch.finished_at = BatchStatus.CANCELLED, clock.now()
    batch.cancel_asked_at = clock.now()
    db.session.flush()
    after_commit("batches", batch_work.wake)


def go_on(batch: PaperBatch) -> None:
    """Make the rest of a batch that failed or was cancelled, behind what is made."""
    hold_row(batch)
    if batch.status not in (BatchStatus.FAILED, BatchStatus.CANCELLED):
        return  # pressed twice
    if not has_items(batch):
        raise RuleBroken(
            _("This batch is too old to go on with. Begin a new one: those who have a paper are "
              "not issued another.")
        )  # fmt: skip
    wait_again(batch)


def print_again(batch: PaperBatch) -> None:
    """Once more from its certificates: the file is not kept for ever. Of a cancelled batch
    the part that was made."""
    hold_row(batch)
    if not batch.is_over or batch_files.is_there(batch):
        return
    if has_items(batch):
        wait_again(batch)
        batch.cancel_asked_at = clock.now()
        db.session.flush()
        return
    ids = batch_queries.reprintable(batch)
    if not ids:
        raise RuleBroken(_("No certificate of this batch is valid any more: nothing to print."))
    add_items(batch, [{"certificate_id": id_} for id_ in ids])
    batch.done, batch.total = 0, len(ids)
    wait_again(batch)


def has_items(batch: PaperBatch) -> bool:
    return (
        db.session.scalar(sa.select(BatchItem.id).filter_by(batch_id=batch.id).limit(1)) is not None
    )


def wait_again(batch: PaperBatch) -> None:
    batch.status, batch.error = BatchStatus.WAITING, ""
    batch.cancel_asked_at = batch.finished_at = batch.file_size = None
    db.session.flush()
    if batch.total - batch.done > AT_ONCE:
        after_commit("batches", batch_work.wake)


def delete_file(batch: PaperBatch) -> None:
    """The file alone; the certificates stay valid and can be printed again."""
    hold_row(batch)
    if not batch.is_over:
        raise RuleBroken(_("The batch is being made. Cancel it first."))
    batch.file_size = None
    db.session.flush()
    after_commit(f"batch {batch.id}", partial(batch_files.delete_all, batch))


def forget_files_with(registrations: Collection[Registration]) -> int:
    """Their data is being erased: files that name them are deleted, and can be printed again
    without them. How many batches."""
    ids = [one.id for one in registrations]
    found = batch_queries.batches_about(ids, hold=True)
    for batch in found:
        batch.file_size = None
    after_commit(f"files about {ids}", partial(delete_files_about, ids))
    after_commit("shelf", shelf.clear)  # papers printed today may name them too
    db.session.flush()
    return len(found)


def delete_files_about(registrations: Collection[int]) -> None:
    """Also of a batch that was begun while their data was being erased."""
    for batch in batch_queries.batches_about(registrations):
        batch_files.delete_all(batch)


def forget_old() -> int:
    """Files of batches that ended a month ago, the lists of those that never ended, and what
    belongs to no batch. How many batches."""
    long_ago = clock.now() - KEPT
    query = sa.select(PaperBatch).where(
        PaperBatch.finished_at < long_ago, PaperBatch.finished_at.is_not(None)
    )
    old = [one for one in db.session.scalars(query) if one.file_size is not None or has_items(one)]
    for batch in old:
        with transaction():
            batch.file_size = None
            db.session.execute(sa.delete(BatchItem).where(BatchItem.batch_id == batch.id))
        batch_files.delete_all(batch)
    files.sweep(KEPT + timedelta(days=1))
    shelf.sweep()
    if old:
        log.info("files of %s batches deleted", len(old))
    return len(old)


forget_daily = by_the_clock("files", _l("files of batches"), forget_old, daily_at="03:50")
