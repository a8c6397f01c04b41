"""One line for each figure, beside the bound it is held to."""

import time
from collections.abc import Callable


def say(what: str, figure: str, bound: str = "") -> None:
    print(f"  {what:<46} {figure:>16}   {bound}", flush=True)


def seconds(act: Callable[[], object], *, times: int = 3) -> float:
    """The middle of several runs after a warm-up."""
    act()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        found.append(time.perf_counter() - begun)
    return sorted(found)[len(found) // 2]
