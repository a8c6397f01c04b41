"""What an organizer says about an event: as it stands, and in plain values."""

import dataclasses
import json
from datetime import datetime
from hashlib import blake2b
from typing import Any

from app.events.kinds import Kind
from app.events.models import Event, EventSeries, Format
from app.organizations.models import Municipality
from app.roadmap.models import Measure


@dataclasses.dataclass(frozen=True, kw_only=True)
class Details:
    """Moments are stored ones (UTC)."""

    title: str
    kind: Kind
    summary: str = ""
    description: str = ""
    programme: str = ""
    venue: str = ""
    municipality: Municipality | None = None
    format: Format = Format.IN_PERSON
    online_url: str = ""
    audience: list[str] = dataclasses.field(default_factory=list)
    grade_from: int | None = None
    grade_to: int | None = None
    fields: list[str] = dataclasses.field(default_factory=list)
    measure: Measure | None = None
    companions_max: int = 0
    hours: int | None = None
    project: str = ""
    stands: list[str] = dataclasses.field(default_factory=list)
    series: EventSeries | None = None
    contact: str = ""
    signup_opens_at: datetime | None = None
    signup_closes_at: datetime | None = None

    def write_to(self, event: Event) -> None:
        event.kind_code = self.kind.code
        for detail in dataclasses.fields(self):
            if detail.name != "kind":
                setattr(event, detail.name, getattr(self, detail.name))

    @property
    def plain(self) -> dict[str, Any]:
        """The same as JSON values: kind and measure by code, the municipality by its short
        name, the series by its title, moments as ISO text."""
        said = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        said["kind"] = self.kind.code
        said["format"] = self.format.value
        said["municipality"] = self.municipality.short_name if self.municipality else ""
        said["measure"] = self.measure.code if self.measure else ""
        said["series"] = self.series.title if self.series else ""
        for moment in ("signup_opens_at", "signup_closes_at"):
            said[moment] = said[moment].isoformat() if said[moment] else None
        return said


def details_of(event: Event) -> Details:
    return Details(**{one.name: getattr(event, one.name) for one in dataclasses.fields(Details)})


def version_of(event: Event) -> str:
    """Of what is said about the event: another as soon as anybody says something else.

    The moment of the last change would not do: it moves with each slot as well.
    """
    said = json.dumps(details_of(event).plain, ensure_ascii=False, sort_keys=True)
    return blake2b(said.encode(), digest_size=12).hexdigest()


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """What became of what, by the name of the detail."""
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}
