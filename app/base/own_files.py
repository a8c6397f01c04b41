"""The site's files are its own: names, letters, keys and the database open to nobody else.

Whoever has an account on the same machine reads nothing here: files are made 0600 and folders
0700 (the processes' umask, set in wsgi.py), and what an older version left open is closed when
a process begins. ``flask doctor`` says what could not be closed.
"""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app.base.config import INSTANCE

log = logging.getLogger(__name__)
UMASK = 0o077
FOLDERS = ("PAPERS_FOLDER", "FILES_FOLDER", "OUTBOX")
FILES = ("QUEUE_FILE", "SIGNING_KEY_FILE")
BESIDE = ("-wal", "-shm", "-journal")  # SQLite's own, beside its file


def places(app: Flask) -> Iterator[Path]:
    """Folders and files of the site, those that are there."""
    folders = {INSTANCE, *(Path(str(app.config[name])) for name in FOLDERS)}
    files = {Path(str(app.config[name])) for name in FILES} | {INSTANCE / "secret_key"}
    database = sa.make_url(str(app.config["SQLALCHEMY_DATABASE_URI"]))
    if database.drivername.startswith("sqlite") and database.database not in (None, "", ":memory:"):
        files.add(Path(str(database.database)))
    files |= {file.with_name(file.name + ending) for file in files for ending in BESIDE}
    yield from (folder for folder in sorted(folders) if folder.is_dir())
    yield from (file for file in sorted(files) if file.is_file())


def left_open(app: Flask) -> list[Path]:
    """Those that somebody beside the site's own account may read or enter."""
    return [place for place in places(app) if place.stat().st_mode & UMASK]


def close(app: Flask) -> None:
    """Best effort: what belongs to somebody else is told by ``flask doctor``."""
    for place in left_open(app):
        try:
            place.chmod(stat.S_IMODE(place.stat().st_mode) & ~UMASK)
        except OSError:
            log.warning("%s is open to others and cannot be closed", place)


def init_app(app: Flask) -> None:
    if not app.testing:
        close(app)


def set_umask() -> None:
    os.umask(UMASK)
