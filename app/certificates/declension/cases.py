"""Names of people in the cases of Russian: what a hand corrected, else what the library says."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from app.base.db import db
from app.certificates.declension.models import NameForm
from app.certificates.declension.rules import Declined, decline
from app.certificates.declension.typed import decline_text
from app.certificates.kinds import NameCase
from app.people.models import Person

DECLINED = (NameCase.DATIVE, NameCase.ACCUSATIVE)
Corrections = Mapping[tuple[int, NameCase], NameForm]  # by the person's id and the case


def declined(last: str, first: str, patronymic: str, case: NameCase) -> str:
    return decline(last, first, patronymic, case).text


def text_in_case(full_name: str, case: NameCase) -> str:
    """Of a name typed in one line, in whatever order."""
    return decline_text(full_name, case).text


def by_library(person: Person, case: NameCase) -> Declined:
    return decline(person.last_name, person.first_name, person.patronymic, case)


def in_case(people: Sequence[Person], case: NameCase) -> dict[int, str]:
    """The name of each in the case, by the person's id."""
    if case is NameCase.NOMINATIVE:
        return {one.id: one.full_name for one in people}
    corrected = corrections_of(people, (case,))
    return {one.id: in_words(one, case, corrected) for one in people}


def in_words(person: Person, case: NameCase, corrected: Corrections) -> str:
    if person.anonymized_at:
        return person.full_name
    kept = corrected.get((person.id, case))
    return kept.form if kept else by_library(person, case).text


def corrections_of(
    people: Sequence[Person], cases: Sequence[NameCase] = DECLINED
) -> dict[tuple[int, NameCase], NameForm]:
    """Only those made for the name that the person bears now."""
    named = {one.id: one.full_name for one in people}
    found: dict[tuple[int, NameCase], NameForm] = {}
    for ids in chunks(sorted(named)):
        query = sa.select(NameForm).where(NameForm.person_id.in_(ids), NameForm.case.in_(cases))
        for kept in db.session.scalars(query):
            if kept.full_name == named[kept.person_id]:
                found[kept.person_id, kept.case] = kept
    return found


def chunks(ids: Sequence[int], size: int = 5000) -> list[Sequence[int]]:
    """SQLite takes 32 766 values in one statement; a batch may have more people."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]
