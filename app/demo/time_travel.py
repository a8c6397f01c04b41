"""The demo's past is lived through: its acts happen at their own time."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from app.base import clock

Act = Callable[[], object]


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside it is that moment, for whoever asks the clock."""
    real = clock.now
    vars(clock)["now"] = lambda: moment
    try:
        yield
    finally:
        vars(clock)["now"] = real


class Timeline:
    """Acts, done in the order of their moments; an act may plan later ones."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._number = count()

    def plan(self, moment: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (moment, next(self._number), act))

    def live_until(self, now: datetime) -> None:
        """What is planned for later than now does not happen."""
        while self._acts and self._acts[0][0] <= now:
            moment, _number, act = heapq.heappop(self._acts)
            with at(moment):
                act()
