"""The professional fields in which events let people try themselves, as data."""

from typing import Any

from flask_babel import lazy_gettext as _l

# Code → title, in the order of the region's list. The codes stand in Event.fields.
PROFESSIONAL_FIELDS: dict[str, Any] = {
    "engineering": _l("mechanical engineering"),
    "metallurgy": _l("metallurgy"),
    "agriculture": _l("agriculture"),
    "railways": _l("railways"),
    "teaching": _l("teaching"),
    "medicine": _l("medicine"),
    "construction": _l("construction"),
    "energy": _l("fuel and energy"),
    "it": _l("information technology"),
    "electronics": _l("radio electronics"),
    "electrical": _l("electrical industry"),
    "pharmacy": _l("pharmaceuticals"),
    "tourism": _l("tourism"),
    "media": _l("media and communications"),
    "nuclear": _l("nuclear industry"),
    "mining": _l("mining"),
    "chemistry": _l("chemical industry"),
}
