"""Tombstones: whom we erased and which agreements were withdrawn, so that a backup that is
played back does not bring them to life.

They stand in a table and, beside the database, in a file that is only added to
(TOMBSTONES_FILE): a restore takes the table back to yesterday, the file stays. Nobody is named:
a number, and a hash by which the row is known again, for numbers are given out anew after a
restore. What they do to a restored database is in ``documents.after_restore``.
"""

import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from app.base import clock, jobs
from app.base.db import after_commit, db, insert_row_unless_there, transaction
from app.files.stored import sync_folder
from app.sweeps.models import Tombstone, TombstoneKind

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """A tombstone as it stands in the file."""

    mark: str
    kind: TombstoneKind
    subject: int
    known_by: str
    reason: str
    at: datetime


def known_by(kind: TombstoneKind, id_: int, made_at: datetime) -> str:
    """The same row is known again by its number and the moment it was made."""
    return hashlib.sha256(f"{kind.value} {id_} {made_at.isoformat()}".encode()).hexdigest()


def bury(
    kind: TombstoneKind,
    id_: int,
    made_at: datetime,
    *,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Write it down in the caller's transaction; into the file after the commit."""
    stone = Tombstone(
        mark=secrets.token_hex(16),
        kind=kind,
        subject=id_,
        known_by=known_by(kind, id_, made_at),
        reason=reason,
        at=at or clock.now(),
    )
    db.session.add(stone)
    after_commit("tombstones", file_soon)


def file_soon() -> None:
    """The act is done already: a full disk is the worker's, which tries again each minute."""
    try:
        file_new()
    except OSError:
        log.exception("tombstones could not be written to their file")


def file_new() -> int:
    """Append to the file what does not stand there yet; how many."""
    query = sa.select(Tombstone).where(Tombstone.filed_at.is_(None)).order_by(Tombstone.id)
    new = db.session.scalars(query).all()
    if new:
        append([line_of(stone) for stone in new])
        with transaction():
            for stone in new:
                stone.filed_at = clock.now()
    return len(new)


# Somebody was killed between the commit and the file.
wake = jobs.job(file_new, every_minutes=1)


def line_of(stone: Tombstone) -> str:
    told = {
        "mark": stone.mark,
        "kind": stone.kind.value,
        "subject": stone.subject,
        "known_by": stone.known_by,
        "reason": stone.reason,
        "at": stone.at.isoformat(),
    }
    return json.dumps(told) + "\n"


def append(lines: list[str]) -> None:
    """In one write, safe on the disk before it returns."""
    path = file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not path.exists()
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
    try:
        size = os.fstat(handle).st_size
        is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"  # by a power cut
        os.write(handle, ("\n" * is_torn + "".join(lines)).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        sync_folder(path.parent)


def file() -> Path:
    return Path(str(current_app.config["TOMBSTONES_FILE"])).absolute()


def lines() -> Iterator[Line]:
    """What the file tells, each once; a line that a power cut tore is passed over."""
    seen: set[str] = set()
    for text in file().read_text().splitlines() if file().exists() else ():
        try:
            told = json.loads(text)
            line = Line(
                str(told["mark"]),
                TombstoneKind(told["kind"]),
                int(told["subject"]),
                str(told["known_by"]),
                str(told["reason"]),
                datetime.fromisoformat(told["at"]),
            )
        except (ValueError, KeyError, TypeError):
            continue
        if line.mark not in seen:
            seen.add(line.mark)
            yield line


def unknown() -> list[Line]:
    """Tombstones of the file that the database does not know: it was restored from a backup
    and ``flask after-restore`` is due."""
    known = set(db.session.scalars(sa.select(Tombstone.mark)))
    return [line for line in lines() if line.mark not in known]


def is_behind() -> bool:
    """The same, by the last line alone: it was written after its row was committed."""
    *_all, last = [None, *lines()]
    if last is None:
        return False
    return not db.session.scalar(sa.select(Tombstone.id).filter_by(mark=last.mark))


def remember(line: Line) -> None:
    """Its row is there again."""
    insert_row_unless_there(
        Tombstone,
        {
            "mark": line.mark,
            "kind": line.kind,
            "subject": line.subject,
            "known_by": line.known_by,
            "reason": line.reason,
            "at": line.at,
            "filed_at": clock.now(),
        },
        unique=[Tombstone.mark],
    )


def all_known() -> list[Line]:
    """Of the table, in the order of what happened."""
    stones = db.session.scalars(sa.select(Tombstone).order_by(Tombstone.at, Tombstone.id))
    return [Line(one.mark, one.kind, one.subject, one.known_by, one.reason, one.at)
            for one in stones]  # fmt: skip
