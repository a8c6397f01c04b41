"""What a run is called, for the ministry."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.sweeps.actions import CLOCK, SWEEPS
from app.sweeps.models import SweepRun


def title_of(run: SweepRun) -> Any:
    """The title of its rows; a kind that nobody declares any more by its code."""
    if run.name == CLOCK:
        return _l("the server’s clock")
    sweep = SWEEPS.get(run.name)
    part = sweep.parts.get(run.kind) if sweep else None
    return part.title if part else run.kind
