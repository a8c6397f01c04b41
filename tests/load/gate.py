"""A gate that opens when everybody stands at it: processes that race do race, on any machine.

Controls need it: whether those who look, think and write do collide must not depend on how
fast the machine starts processes.
"""

import os
import time
from pathlib import Path

PATIENCE = 120  # seconds; a process that died opens no gate
FOLDER = "GATE_FOLDER"


def meet(name: str, number: int, *, of: int) -> None:
    """Wait until ``of`` processes have come to the gate of this name. TimeoutError if not."""
    folder = Path(os.environ[FOLDER])
    (folder / f"{name}-{number}").touch()
    deadline = time.monotonic() + PATIENCE
    while len(list(folder.glob(f"{name}-*"))) < of:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not everybody came to the gate {name}")
        time.sleep(0.02)
