"""What happens between two steps of a batch: a worker dies, data is erased, files go."""

from typing import Any, NoReturn

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance.models import Presence
from app.base.db import db, transaction
from app.certificates.batches import files as batch_files
from app.certificates.batches import work as batch_work
from app.certificates.issued.batch_models import BatchStatus, PaperBatch
from app.certificates.issued.models import Certificate
from app.events.models import Event
from app.files import stored as files
from app.people.models import Person
from app.press import shelf
from app.privacy import erasing
from app.privacy.models import ErasureReason
from app.registrations.models import Registration
from tests.certificates.batches.making import begin, held_event, in_small_chunks, made
from tests.papers.people import mark, pages


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    in_small_chunks(monkeypatch)


@pytest.fixture
def event() -> Event:
    return held_event()


def texts(batch: PaperBatch) -> list[str]:
    return pages(files.path(batch_files.finished(batch)).read_bytes())


def killed(*_args: object) -> NoReturn:
    raise SystemExit


def test_papers_of_a_worker_that_was_killed_before_its_commit_are_never_given_out(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They had numbers that others have now; and meanwhile nobody of the chunk gets any."""
    batch = begin(event, tells_holders=True)
    monkeypatch.setattr(batch_work, "tell", killed)  # after the file, before the commit
    with pytest.raises(SystemExit):
        made(batch)
    monkeypatch.undo()
    monkeypatch.setattr(batch_files, "CHUNK", 2)
    db.session.refresh(batch)
    batch.claimed_until = None
    first, second, *_rest = db.session.scalars(sa.select(Registration).order_by(Registration.id))
    mark(first, Presence.ABSENT)
    mark(second, Presence.ABSENT)
    made(batch)
    assert batch.status is BatchStatus.DONE
    assert len(texts(batch)) == 3
    assert not any("Авяшев" in text or "Бадмаев" in text for text in texts(batch))


def test_data_that_is_erased_while_the_file_is_bound(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chunks go away below whoever binds them: they are printed again without the name."""
    batch = begin(event)
    merge, times = batch_files.merge, []

    def meanwhile(*args: Any) -> None:
        times.append(args)
        if len(times) == 1:
            [first, *_rest] = db.session.scalars(sa.select(Certificate).order_by(Certificate.id))
            assert first.registration
            with transaction():
                erasing.erase(first.registration.person, reason=ErasureReason.REQUEST, done_by="")
        merge(*args)

    monkeypatch.setattr(batch_files, "merge", meanwhile)
    made(batch)
    assert (batch.status, batch.error, len(times)) == (BatchStatus.DONE, "", 2)
    assert len(texts(batch)) == 4
    assert not any("Авяшев" in text for text in texts(batch))


def test_a_file_that_cannot_be_deleted_keeps_nothing_else(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done after a commit is done, whatever became of what was done before it."""
    batch = begin(event)
    made(batch)
    key = shelf.key_of("a list with their name")
    shelf.kept(key, lambda: b"with their name")

    def refused(_name: str) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(files, "delete", refused)
    person = db.session.scalars(sa.select(Person).order_by(Person.id)).first()
    assert person
    with pytest.raises(PermissionError), transaction():
        erasing.erase(person, reason=ErasureReason.REQUEST, done_by="")
    assert shelf.kept(key, lambda: b"made again") == b"made again"
    assert not batch_files.is_there(batch)  # nobody gets it: the daily sweep takes it away
