"""The layouts of certificates to choose from."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Layout:
    title: Any
    about: Any
    orientation: str  # portrait, landscape


LAYOUTS = {
    "classic": Layout(_l("Classic"), _l("A frame, the name large"), "landscape"),
    "honours": Layout(_l("Honours"), _l("For diplomas"), "portrait"),
    "letter": Layout(_l("Letter"), _l("For letters of thanks"), "portrait"),
    "reference": Layout(_l("Reference"), _l("For references with hours"), "portrait"),
    "ornament": Layout(_l("Ornament"), _l("A Kalmyk ornament around"), "landscape"),
    "strict": Layout(_l("Strict"), _l("Words alone"), "portrait"),
    "sky": Layout(_l("Sky"), _l("A band of colour"), "landscape"),
    "steppe": Layout(_l("Steppe"), _l("Hills below"), "landscape"),
}
