"""What somebody has tried: the events they were at, by school year and professional field."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, load_only

from app.attendance.models import Attendance
from app.base import clock
from app.base.db import db
from app.certificates.issued.models import Certificate
from app.certificates.issued.queries import CAME, Earned
from app.events.models import Event, Slot
from app.organizations.models import Organization
from app.people.models import Person
from app.registrations.models import Registration


@dataclass(frozen=True)
class PathYear:
    """One school year: the events, the latest first."""

    year: int
    steps: list[Earned]

    @property
    def by_field(self) -> dict[str, int]:
        """How many of the events were about each professional field, the most tried first."""
        number: dict[str, int] = defaultdict(int)
        for step in self.steps:
            for code in step.registration.event.fields:
                number[code] += 1
        return dict(sorted(number.items(), key=lambda one: (-one[1], one[0])))


def path_of(person: Person) -> list[PathYear]:
    """The school years in which the person was somewhere, the latest first: one query."""
    query = (
        sa.select(Registration, Certificate)
        .join(Registration.person)
        .join(Registration.slot)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .outerjoin(Certificate, Certificate.registration_id == Registration.id)
        .where(sa.or_(Person.id == person.id, Person.merged_into_id == person.id), CAME)
        .options(
            contains_eager(Registration.slot),
            joinedload(Registration.event, innerjoin=True)
            .load_only(Event.title, Event.slug, Event.kind_code, Event.fields)
            .joinedload(Event.organization, innerjoin=True)
            .options(load_only(Organization.short_name)),
        )
        .order_by(Slot.starts_at.desc(), Registration.id, Certificate.id)
    )
    steps: dict[int, Earned] = {}
    for registration, certificate in db.session.execute(query):
        known = steps.get(registration.event_id)
        if known is None or (certificate and not certificate.is_revoked):
            steps[registration.event_id] = Earned(registration, certificate)
    years: dict[int, list[Earned]] = defaultdict(list)
    for step in steps.values():
        day = clock.to_local(step.registration.slot.starts_at).date()
        years[clock.school_year(day)].append(step)
    return [PathYear(year, of_year) for year, of_year in years.items()]
