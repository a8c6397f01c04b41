"""Batches asked for and made, for the tests of what becomes of them."""

from typing import Any

import pytest

from app.base.db import db
from app.certificates.batches import actions as batches
from app.certificates.batches import files as batch_files
from app.certificates.batches import queries as batch_queries
from app.certificates.batches import work as batch_work
from app.certificates.design.looks import STANDARD
from app.certificates.issued.batch_models import PaperBatch
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.files import stored as files
from tests.factories import make_event
from tests.papers.people import came

SURNAMES = ("Авяшев", "Бадмаев", "Манджиев", "Очиров", "Эрдниев")


def in_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two papers in a chunk, so that five people make three; no files from before."""
    monkeypatch.setattr(batch_files, "CHUNK", 2)
    monkeypatch.setattr(batch_work, "BREATH", 0)
    for one in files.folder().iterdir():
        one.unlink()


def held_event() -> Event:
    """Yesterday, and all five came."""
    event = make_event(title="Сварщик за один день", in_days_=-1)
    for surname in SURNAMES:
        came(event.slots[0], surname)
    return event


def begin(
    event: Event, kind: CertificateKind = CertificateKind.PARTICIPANT, **how: Any
) -> PaperBatch:
    """For all to whom the kind is due, in its usual look."""
    asked: list[batches.Asked] = [(id_, "", "") for id_ in batch_queries.due_ids(event, kind)]
    return batches.begin(event, kind, STANDARD[kind], asked, **how)


def made(batch: PaperBatch) -> PaperBatch:
    db.session.commit()
    with batch_work.in_a_request():
        batch_work.make(batch.id)
    db.session.refresh(batch)
    return batch
