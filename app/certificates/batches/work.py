"""Making batches: claimed by one worker, a chunk of papers in each transaction.

In one transaction a chunk is numbered, printed into a file and counted; so a worker that is
killed leaves whole chunks alone, and whoever takes over when its claim has run out goes on
behind them: no number without a paper, none twice, no gap.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa
from flask import current_app, has_request_context
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.base import clock, jobs
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.certificates.batches import files as batch_files
from app.certificates.batches import queries as batch_queries
from app.certificates.batches.files import Span
from app.certificates.issued import numbers as issuing
from app.certificates.issued.actions import tell
from app.certificates.issued.batch_models import BatchItem, BatchStatus, PaperBatch
from app.certificates.issued.models import Certificate
from app.certificates.issued.numbers import Wish, number
from app.certificates.issued.queries import due
from app.certificates.printing import document as certificates
from app.events.models import Event
from app.files import stored as files
from app.workbench import workshop as workbench

log = logging.getLogger(__name__)
CLAIM_LASTS = timedelta(seconds=60)  # renewed with each chunk
STINT = 15  # seconds after which letters get their turn
BREATH = 0.11  # seconds; SQLite asks again after at most a tenth


class ClaimLost(Exception):
    """Another worker has taken the batch over."""


class FilesForgotten(Exception):
    """Somebody's data was erased while the file was bound: it is bound anew without them."""


def work_on_batches() -> None:
    """Make what waits, the oldest first; after a while let other jobs have their turn."""
    until = time.monotonic() + STINT
    with workbench.in_the_worker(), in_a_request():
        while not jobs.is_stopping() and (id_ := next_waiting()) is not None:
            make(id_, until=until)
            if time.monotonic() > until:
                wake()
                return


wake = jobs.job(work_on_batches, lane="heavy", every_minutes=1)


@contextmanager
def in_a_request() -> Iterator[None]:
    """Papers are templates, which want to know the address of the site."""
    if has_request_context():
        yield
        return
    with current_app.test_request_context(base_url=str(current_app.config["SITE_URL"])):
        yield


def unclaimed() -> sa.ColumnElement[bool]:
    return sa.and_(
        PaperBatch.status.in_((BatchStatus.WAITING, BatchStatus.RUNNING)),
        sa.or_(PaperBatch.claimed_until.is_(None), PaperBatch.claimed_until < clock.now()),
    )


def next_waiting() -> int | None:
    query = sa.select(PaperBatch.id).where(unclaimed()).order_by(PaperBatch.id).limit(1)
    return db.session.scalar(query)


def make(id_: int, *, until: float | None = None) -> None:
    """Go on with a batch until it is over, unless another worker has it, this one is told to
    stop, or it has been at it long enough."""
    me = str(uuid4())
    if not claim(id_, me):
        return
    try:
        while make_chunk(id_, me):
            if jobs.is_stopping() or (until is not None and time.monotonic() > until):
                release(id_, me)
                return
            let_others_write()
        bind_until_nobody_is_erased(id_, me)
    except ClaimLost:
        log.warning("batch %s: another worker has taken over", id_)
    except workbench.Busy:  # of a page: the worker has time
        release(id_, me)
        wake()
    except RuleBroken as broken:
        fail(id_, me, str(broken))
    except Exception:
        log.exception("batch %s failed", id_)
        with force_locale("ru"):
            fail(id_, me, _("Something went wrong while the papers were made. What is ready is "
                            "kept: press “Go on”."))  # fmt: skip


def claim(id_: int, me: str) -> bool:
    return change(
        sa.update(PaperBatch)
        .where(PaperBatch.id == id_, unclaimed())
        .values(
            claimed_by=me,
            claimed_until=clock.now() + CLAIM_LASTS,
            status=BatchStatus.RUNNING,
            error="",
        )
    )


def release(id_: int, me: str) -> None:
    """The next may go on at once."""
    change(ours(id_, me).values(claimed_by="", claimed_until=None))


def renew(id_: int, me: str) -> None:
    if not change(ours(id_, me).values(claimed_until=clock.now() + CLAIM_LASTS)):
        raise ClaimLost


def fail(id_: int, me: str, why: str) -> None:
    change(
        ours(id_, me).values(
            status=BatchStatus.FAILED,
            error=why[:500],
            finished_at=clock.now(),
            claimed_by="",
            claimed_until=None,
        )
    )


def ours(id_: int, me: str) -> sa.Update:
    return sa.update(PaperBatch).where(PaperBatch.id == id_, PaperBatch.claimed_by == me)


def change(statement: sa.Update) -> bool:
    """In a transaction of its own. Whether there was something to change."""
    with transaction():
        return db.session.connection().execute(statement).rowcount == 1


def held(id_: int, me: str) -> PaperBatch:
    """The batch as it stands now, nobody else's until the commit."""
    query = (
        sa.select(PaperBatch)
        .where(PaperBatch.id == id_)
        .options(
            joinedload(PaperBatch.event).joinedload(Event.organization),
            joinedload(PaperBatch.look),
        )
        .with_for_update(of=PaperBatch)
        .execution_options(populate_existing=True)
    )
    batch = db.session.scalars(query).one()
    if batch.claimed_by != me:
        raise ClaimLost
    return batch


def make_chunk(id_: int, me: str) -> bool:
    """Number and print the next papers. Whether more are left to make."""
    with transaction():
        batch = held(id_, me)
        if batch.cancel_asked_at or batch.done >= batch.total:
            return False
        first, last = batch.done + 1, min(batch.done + batch_files.CHUNK, batch.total)
        items = batch_queries.items_between(batch, first, last)
        papers = numbered(batch, items)
        print_chunk(batch, first, last, papers)
        if batch.tells_holders:
            tell(papers)
        batch.done = last
        batch.claimed_until = clock.now() + CLAIM_LASTS
        return batch.done < batch.total


def numbered(batch: PaperBatch, items: list[BatchItem]) -> list[Certificate]:
    """The paper of each item that gets one. Who was given one meanwhile by somebody else,
    whose mark has changed or whose data is erased gets none here."""
    for item, paper in zip(*new_papers(batch, items), strict=True):
        item.certificate_id = paper.id
    return with_pages(items)


def with_pages(items: list[BatchItem]) -> list[Certificate]:
    """The papers to print. An item that keeps its certificate has a page in the file."""
    found = batch_queries.printable([one.certificate_id for one in items if one.certificate_id])
    for item in items:
        if item.certificate_id not in found:
            item.certificate_id = None
    db.session.flush()
    return [found[item.certificate_id] for item in items if item.certificate_id]


def new_papers(
    batch: PaperBatch, items: list[BatchItem]
) -> tuple[list[BatchItem], list[Certificate]]:
    asked = [item for item in items if item.certificate_id is None]
    if not asked:
        return [], []
    event, kind = batch.event, batch.kind
    book = issuing.hold_book(event.organization, clock.today().year)
    ids = [item.registration_id for item in asked if item.registration_id]
    people = {one.id: one for one in due(event, kind, only=ids, hold=True)}
    thanked = batch_queries.thanked(event, kind, [item.holder for item in asked if item.holder])
    asked = [
        item
        for item in asked
        if item.registration_id in people or (item.holder and item.holder not in thanked)
    ]
    wishes = [
        Wish(people.get(item.registration_id or 0), holder=item.holder, result=item.result)
        for item in asked
    ]
    return asked, number(book, event, kind, batch.look, wishes, batch=batch)


def print_chunk(batch: PaperBatch, first: int, last: int, papers: list[Certificate]) -> None:
    name = batch_files.chunk(batch, first, last)
    if papers:
        content = certificates.certificates(papers, archival=batch.is_archival, tagged=False)
        files.write(name, content)
    else:  # of a worker that was killed before its commit something may lie there
        files.delete(name)


def bind_until_nobody_is_erased(id_: int, me: str) -> None:
    while True:
        try:
            return finish(id_, me)
        except FilesForgotten:
            log.info("batch %s is bound anew", id_)


def finish(id_: int, me: str) -> None:
    """Bind what is made into one file, and say that the batch is over."""
    batch = db.session.get_one(PaperBatch, id_, populate_existing=True)
    spans = list(printed(batch, me))
    try:
        size = batch_files.bind(batch, spans, lambda: renew(id_, me))
    except FileNotFoundError as gone:
        raise FilesForgotten from gone
    with transaction():
        batch = held(id_, me)
        if not all(files.exists(batch_files.chunk(batch, *span)) for span in spans):
            raise FilesForgotten
        is_whole = batch.done >= batch.total
        batch.status = BatchStatus.DONE if is_whole else BatchStatus.CANCELLED
        batch.finished_at, batch.file_size = clock.now(), size
        batch.claimed_by, batch.claimed_until = "", None
        if is_whole:
            db.session.execute(sa.delete(BatchItem).where(BatchItem.batch_id == id_))
        db.session.flush()
    if is_whole:
        batch_files.delete_chunks(batch)


def printed(batch: PaperBatch, me: str) -> Iterator[Span]:
    """The chunks with paper in them; one whose file is gone is printed again."""
    for first, last in batch_files.chunks(batch):
        if not files.exists(batch_files.chunk(batch, first, last)):
            with transaction():
                held(batch.id, me)  # nobody is erased between the reading and the file
                papers = with_pages(batch_queries.items_between(batch, first, last))
                print_chunk(batch, first, last, papers)
            if not papers:
                continue
        yield first, last


def let_others_write() -> None:
    """On SQLite whoever waits to write asks again every tenth of a second: without a pause
    between two chunks nobody else would ever find the database free."""
    if db.engine.dialect.name == "sqlite":
        time.sleep(BREATH)
