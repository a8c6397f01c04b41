"""Finished papers, kept for a day: whoever asks for the same one again gets it from the disk.

A paper is asked for by what stands on it: the caller's key covers every name and option, so a
changed list is another paper. Names stand on papers, therefore the folder is the server's own
alone, nothing stays longer than a day, and ``clear`` empties it when somebody's data is erased.
"""

import hashlib
import logging
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flask import current_app

from app.base.config import ROOT
from app.files import stored as files

log = logging.getLogger(__name__)
KEPT_FOR = 24 * 3600  # seconds
MOST_FILES = 500
# What decides how a paper looks, beside what stands on it.
MAKERS = (
    ("templates/pdf", "**/*.html"), ("static/css", "*.css"), ("static/img", "**/*.svg"),
    ("app", "**/*.py"), ("translations", "**/*.mo"),
)  # fmt: skip


def key_of(*parts: object) -> str:
    """A name for the paper with this content: its parts as they print with repr()."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def kept(key: str, make: Callable[[], bytes]) -> bytes:
    """The paper of this key; made now, if nobody asked for it within a day."""
    folder = folder_of_papers()
    file = folder / f"{edition()[:16]}-{key}.pdf"
    try:
        if time.time() - file.stat().st_mtime < KEPT_FOR:
            return file.read_bytes()
    except OSError:
        pass
    paper = make()
    try:
        put(file, paper)
    except (files.NoRoom, OSError):  # no room, no rights: the paper is printed all the same
        log.warning("a paper could not be kept", exc_info=True)
    return paper


def put(file: Path, paper: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with files.whole(file) as new:
        new.write(paper)
    sweep()


def sweep() -> None:
    """Drop what is older than a day, and the oldest above MOST_FILES. With each paper that is
    put there, and daily: on quiet days nobody prints."""
    folder = folder_of_papers()
    if not folder.is_dir():
        return
    aged = sorted(
        (entry.stat().st_mtime, Path(entry.path)) for entry in os.scandir(folder) if entry.is_file()
    )
    too_many = len(aged) - MOST_FILES
    for place, (made_at, file) in enumerate(aged):
        if place < too_many or time.time() - made_at > KEPT_FOR:
            file.unlink(missing_ok=True)


def clear() -> None:
    """Keep nothing of what was printed so far."""
    folder = folder_of_papers()
    for file in folder.iterdir() if folder.is_dir() else ():
        file.unlink(missing_ok=True)


def folder_of_papers() -> Path:
    return Path(current_app.config["PAPERS_FOLDER"])


@cache
def edition() -> str:
    """Changes with every template, style and program that makes papers."""
    found = hashlib.sha256()
    for folder, pattern in MAKERS:
        for file in sorted((ROOT / folder).glob(pattern)):
            found.update(file.read_bytes())
    return found.hexdigest()
