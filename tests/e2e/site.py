"""The site that the end-to-end tests visit: noon today, whatever the real hour is.

granian loads ``app`` from here; ``E2E_SHIFT`` are the seconds from the real time to noon.
"""

import os
from datetime import timedelta

from app import create_app
from app.base import clock

_real_now = clock.now
_shift = timedelta(seconds=float(os.environ.get("E2E_SHIFT", "0")))
clock.now = lambda: _real_now() + _shift

app = create_app()
