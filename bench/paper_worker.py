"""Makes the batches that wait, and says how long it took and how much memory:
``python -m bench.paper_worker DATABASE_URL FILES_FOLDER PAPERS_FOLDER``."""

import os
import resource
import sys
import time
from pathlib import Path

os.environ["QUEUE_IN_MEMORY"] = "1"

from app import create_app
from app.certificates.batches import work as batch_work
from app.press import printer

database, files, papers = sys.argv[1:]
app = create_app(
    {
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": {},
        "FILES_FOLDER": files,
        "PAPERS_FOLDER": papers,
    }
)
with app.app_context():
    begun = time.perf_counter()
    while batch_work.next_waiting() is not None:
        batch_work.work_on_batches()
    took = time.perf_counter() - begun
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if press := printer.press.process:  # its own process
    status = Path(f"/proc/{press.running.pid}/status").read_text()
    kilobytes += int(status.partition("VmHWM:")[2].split()[0])
print(took, kilobytes / 1024)
