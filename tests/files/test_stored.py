"""Stored files: whole or not at all, a full disk in words, old ones swept away."""

import errno
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import NoReturn

import pytest
from flask import Flask

from app.files import stored as files
from app.files.stored import NoRoom

pytestmark = pytest.mark.sqlite_alone


@pytest.fixture(autouse=True)
def empty(app: Flask) -> None:
    for one in files.folder().iterdir():
        one.unlink()


def left() -> list[str]:
    return [one.name for one in files.folder().iterdir()]


def test_what_is_written_is_there_and_ours_alone() -> None:
    assert files.write("batch-A.pdf", [b"one ", b"two"]) == 7
    assert files.path("batch-A.pdf").read_bytes() == b"one two"
    assert files.path("batch-A.pdf").stat().st_mode & 0o077 == 0
    assert files.folder().stat().st_mode & 0o077 == 0
    files.write("batch-A.pdf", b"new")
    assert files.path("batch-A.pdf").read_bytes() == b"new"
    assert files.names("batch-") == ["batch-A.pdf"]
    files.delete("batch-A.pdf")
    files.delete("batch-A.pdf")
    assert left() == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "а.pdf", "x" * 200, "a\0b", "a\n"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        files.path(name)


def test_a_failure_leaves_nothing_and_keeps_what_was_there() -> None:
    files.write("a.pdf", b"old")

    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        files.write("a.pdf", breaks())
    assert left() == ["a.pdf"]
    assert files.path("a.pdf").read_bytes() == b"old"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(_handle: int) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="На сервере кончилось место"):
        files.write("a.pdf", b"whatever")
    assert left() == []


def test_sweeping_takes_what_is_old_and_what_was_never_finished() -> None:
    for name in ("old.pdf", "new.pdf"):
        files.write(name, b"x")
    unfinished = files.folder() / f"{files.UNFINISHED}1"
    unfinished.write_bytes(b"x")
    two_days_ago = time.time() - 2 * 86400
    os.utime(files.path("old.pdf"), (two_days_ago - 30 * 86400,) * 2)
    os.utime(unfinished, (two_days_ago,) * 2)
    assert files.sweep(timedelta(days=30)) == 2
    assert left() == ["new.pdf"]
