"""Papers kept for a day."""

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.press import shelf

pytestmark = pytest.mark.sqlite_alone


@pytest.fixture(autouse=True)
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setitem(app.config, "PAPERS_FOLDER", str(tmp_path / "papers"))
    with app.app_context():
        yield tmp_path / "papers"


def never() -> bytes:
    raise AssertionError("made again")


def test_the_same_paper_is_made_once() -> None:
    key = shelf.key_of(["Очирова"], "list")
    assert shelf.kept(key, lambda: b"%PDF") == b"%PDF"
    assert shelf.kept(key, never) == b"%PDF"


def test_another_name_is_another_paper() -> None:
    assert shelf.key_of(["Очирова"]) != shelf.key_of(["Очиров"])
    shelf.kept(shelf.key_of(["Очирова"]), lambda: b"1")
    assert shelf.kept(shelf.key_of(["Очиров"]), lambda: b"2") == b"2"


def test_nothing_stays_longer_than_a_day(folder: Path) -> None:
    shelf.kept("a", lambda: b"old")
    [file] = folder.iterdir()
    yesterday = time.time() - shelf.KEPT_FOR - 1
    os.utime(file, (yesterday, yesterday))
    shelf.kept("b", lambda: b"other")
    assert [one.read_bytes() for one in folder.iterdir()] == [b"other"]
    assert shelf.kept("a", lambda: b"new") == b"new"


def test_on_days_on_which_nobody_prints_either(folder: Path) -> None:
    """The worker looks once a day."""
    shelf.sweep()  # nothing was ever printed
    shelf.kept("a", lambda: b"old")
    [file] = folder.iterdir()
    yesterday = time.time() - shelf.KEPT_FOR - 1
    os.utime(file, (yesterday, yesterday))
    shelf.sweep()
    assert list(folder.iterdir()) == []


def test_only_so_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST_FILES", 3)
    for number in range(5):
        shelf.kept(str(number), lambda: b"x")
    assert len(list(folder.iterdir())) == 3


def test_it_is_emptied_when_somebody_is_erased(folder: Path) -> None:
    shelf.clear()  # nothing there yet
    shelf.kept("a", lambda: b"x")
    shelf.clear()
    assert not list(folder.iterdir())


def test_only_the_server_reads_it(folder: Path) -> None:
    shelf.kept("a", lambda: b"x")
    assert folder.stat().st_mode & 0o077 == 0
    assert [one.stat().st_mode & 0o077 for one in folder.iterdir()] == [0]


def test_without_room_it_is_printed_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert shelf.kept("a", lambda: b"x") == b"x"
    assert not list(folder.iterdir())
