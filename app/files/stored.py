"""Files the site makes and keeps for a while: under FILES_FOLDER, readable by it alone.

A file is written beside its name and put there in one step, so whoever finds it finds it
whole. When the disk is full nothing is left behind, and NoRoom says so in a sentence.
"""

import errno
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from flask_babel import gettext as _

from app.base.rules import RuleBroken

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
UNFINISHED = ".unfinished-"  # no name of a file begins like this
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNFINISHED_LASTS = timedelta(days=1)  # longer than any file is being written


class NoRoom(RuleBroken):
    """The disk is full, or what this site may take of it."""


def folder() -> Path:
    found = Path(str(current_app.config["FILES_FOLDER"])).absolute()
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def path(name: str) -> Path:
    """Where the file of this name is, or would be."""
    if not NAME.fullmatch(name):
        raise ValueError(f"no name for a file: {name!r}")
    return folder() / name


def exists(name: str) -> bool:
    return path(name).is_file()


def write(name: str, content: bytes | Iterable[bytes]) -> int:
    """Store it, whole or not at all; replaces what had the name. How many bytes."""
    with writing(name) as file:
        for piece in [content] if isinstance(content, bytes) else content:
            file.write(piece)
    return path(name).stat().st_size


@contextmanager
def writing(name: str) -> Iterator[BinaryIO]:
    """A file to write to, which gets its name when all is written and safe on the disk."""
    with whole(path(name)) as file:
        yield file


@contextmanager
def whole(final: Path) -> Iterator[BinaryIO]:
    """The same, wherever the file is to stand."""
    unfinished = final.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        with full_disk_in_words():
            with open(
                os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b"
            ) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(final)
            sync_folder(final.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def full_disk_in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoRoom(
            _("The server has run out of room: the file was not written. Delete files you do "
              "not need any more, or tell the administrator of the site, and try again.")
        ) from error  # fmt: skip


def sync_folder(place: Path) -> None:
    """The name too survives a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def delete(name: str) -> None:
    """Gone already is as good."""
    path(name).unlink(missing_ok=True)


def names(prefix: str) -> list[str]:
    """Of the files whose names begin like this, in order."""
    found = (one.name for one in folder().iterdir() if one.is_file())
    return sorted(name for name in found if name.startswith(prefix) and NAME.fullmatch(name))


def sweep(older_than: timedelta) -> int:
    """Delete what was written longer ago than this, and what was never finished. How many."""
    now, swept = time.time(), 0
    for one in folder().iterdir():
        lasts = UNFINISHED_LASTS if one.name.startswith(UNFINISHED) else older_than
        with suppress(FileNotFoundError):  # somebody else was faster
            if one.is_file() and one.stat().st_mtime < now - lasts.total_seconds():
                one.unlink()
                swept += 1
    return swept
