"""Whose names an event's certificates bear, in the cases; correcting them by hand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from app.accounts.models import User
from app.attendance.models import Attendance
from app.base import clock
from app.base.db import db, insert_unless_there
from app.certificates.declension.cases import DECLINED, by_library, corrections_of
from app.certificates.declension.models import NameForm
from app.certificates.declension.rules import Declined
from app.certificates.issued.queries import CAME, HAS_A_NAME
from app.certificates.kinds import NameCase
from app.events.models import Event
from app.people.models import Person
from app.registrations.models import Registration


@dataclass(frozen=True)
class Holder:
    """One who came: what the library makes of the name, and what a hand made of it."""

    person: Person
    by_library: Mapping[NameCase, Declined]
    by_hand: Mapping[NameCase, str]

    @property
    def is_certain(self) -> bool:
        return all(one.is_certain for one in self.by_library.values())

    @property
    def is_corrected(self) -> bool:
        return bool(self.by_hand)

    @property
    def needs_a_look(self) -> bool:
        return any(
            not form.is_certain and case not in self.by_hand
            for case, form in self.by_library.items()
        )


def holders_of(event: Event) -> list[Holder]:
    """Everybody who came, once, the uncertain ones first and then by the alphabet. The order
    does not change while they are corrected page by page."""
    came = (
        sa.select(Registration.person_id)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.event_id == event.id, CAME, HAS_A_NAME)
    )
    names = (Person.last_name, Person.first_name, Person.patronymic, Person.anonymized_at)
    query = (
        sa.select(Person)
        .where(Person.id.in_(came))
        .options(load_only(*names))
        .order_by(Person.sort_key, Person.id)
    )
    people = db.session.scalars(query).all()
    corrected = corrections_of(people)
    holders = [
        Holder(
            person,
            {case: by_library(person, case) for case in DECLINED},
            {case: kept.form for case in DECLINED if (kept := corrected.get((person.id, case)))},
        )
        for person in people
    ]
    return sorted(holders, key=lambda one: one.is_certain)


def correct(
    said: Collection[tuple[Holder, Mapping[NameCase, str]]], *, by: User | None
) -> list[Person]:
    """Keep what was typed for each case; an empty form is again as the library says.

    Returns whose name is said in another way now.
    """
    changed = []
    for holder, forms in said:
        if sum(set_form(holder, case, form, by) for case, form in forms.items()):
            changed.append(holder.person)
    db.session.flush()
    return changed


def set_form(holder: Holder, case: NameCase, form: str, by: User | None) -> bool:
    """Whether it says something else than before."""
    of_case = sa.and_(NameForm.person_id == holder.person.id, NameForm.case == case)
    library = holder.by_library[case]
    if library.is_certain and form == library.text:
        form = ""  # nothing is corrected
    if form == holder.by_hand.get(case, ""):
        return False
    if not form:
        db.session.execute(sa.delete(NameForm).where(of_case))
        return True
    values = {
        "full_name": holder.person.full_name,
        "form": form,
        "made_at": clock.now(),
        "made_by_id": by.id if by else None,
    }
    insert_unless_there(
        NameForm,
        {"person_id": holder.person.id, "case": case, **values},
        unique=[NameForm.person_id, NameForm.case],
    )
    db.session.execute(sa.update(NameForm).where(of_case).values(**values))
    return True
