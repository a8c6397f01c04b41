"""``make fuzz``: 50,000 requests by chance; fails at the first kind of 5xx it finds.

FUZZ_REQUESTS and FUZZ_SEED change the number and repeat a run; one process a core.
"""

import os
import subprocess
import sys
import time
from collections import Counter

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "50000"))
CORES = os.cpu_count() or 1


def fuzz_here(seed: int, requests: int) -> int:
    from tests.fuzz.application import fuzzing

    with fuzzing(seed) as run:
        run.run(requests)
        print(f"seed {seed}: {run.number} requests, answers {dict(sorted(run.statuses.items()))}")
        first = {failure.cause: failure for failure in reversed(run.failures)}
        for failure in first.values():
            print(failure, flush=True)
        for cause, number in Counter(failure.cause for failure in run.failures).most_common():
            print(f"{number} × {cause}")
        return len(run.failures)


def main() -> int:
    if len(sys.argv) == 3:
        return min(1, fuzz_here(int(sys.argv[1]), int(sys.argv[2])))
    seed = int(os.environ.get("FUZZ_SEED", "0")) or int(time.time())
    command = [sys.executable, "-m", "tests.fuzz"]
    share = [str(-(-REQUESTS // CORES))]
    running = [subprocess.Popen([*command, str(seed + core), *share]) for core in range(CORES)]
    failed = sum(process.wait() != 0 for process in running)
    print(f"{CORES - failed} passed, {failed} failed")
    return min(1, failed)


if __name__ == "__main__":
    sys.exit(main())
