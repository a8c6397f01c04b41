"""Counts of work, for what must not explode: the same on a slow machine and a busy one."""

import sys
from collections.abc import Callable
from types import FrameType

from app.base.config import ROOT

OWN = str(ROOT / "app")


def calls_in(act: Callable[[], object]) -> int:
    """Count the calls of this project's functions while ``act`` runs in this thread."""
    number = 0

    def note(frame: FrameType, event: str, _arg: object) -> None:
        nonlocal number
        if event == "call" and frame.f_code.co_filename.startswith(OWN):
            number += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return number


def grows_no_faster_than_its_input(act: Callable[[int], object], size: int) -> bool:
    """Whether four times the input takes about four times the calls, not sixteen.

    A first run at the small size fills whatever is remembered; one call in ten more is
    allowed for.
    """
    act(size)
    small, large = calls_in(lambda: act(size)), calls_in(lambda: act(4 * size))
    assert small > 0, "nothing of this project was called"
    return large <= 4.4 * small
