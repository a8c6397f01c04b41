"""Consents signed on paper, of a class at once: entered by staff, taken back by staff."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.audit.actions import record
from app.base.db import db
from app.base.rules import RuleBroken
from app.people.consents.actions import agree, first_version
from app.people.consents.queries import version_of
from app.people.models import (
    ConsentChannel,
    ConsentKind,
    ConsentText,
    Person,
    SchoolClass,
)
from app.people.queries import consents_of, current_text
from app.registrations.consents import actions as consents
from app.registrations.consents.paper_queries import held_for, withdrawn_on
from app.registrations.desk.actions import hold_slots
from app.registrations.models import Answer, Registration


@dataclass
class Entered:
    """Whose papers were entered, the numbers they got, and who was left out."""

    people: list[Person] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    confirmed: int = 0  # seats that had been held
    had_one: list[Person] = field(default_factory=list)
    withdrawn: list[Person] = field(default_factory=list)  # after the date of the paper


def enter(
    class_: SchoolClass,
    pupils: Sequence[Person],
    kind: ConsentKind,
    *,
    number: str,
    signed_on: date,
    by: User,
    version: int | None = None,
) -> Entered:
    """Write down the signed papers of these pupils, numbered in their order from ``number``.

    Seats held for them are theirs at once. Who has a consent of this kind keeps it and takes
    no number; a paper older than a withdrawal does not bring the consent back. ``version``:
    of the text on the paper, when it is not the one in force.
    """
    hold(pupils)
    text = text_on_paper(kind, version)
    have, ended = consents_of(pupils), withdrawn_on(pupils, kind)
    numbers, entered = following(number), Entered()
    for pupil in pupils:
        if kind in have[pupil.id]:
            entered.had_one.append(pupil)
        elif signed_on < ended.get(pupil.id, date.min):
            entered.withdrawn.append(pupil)
        else:
            entered.people.append(pupil)
            entered.numbers.append(next(numbers))
            agree(
                pupil,
                kind,
                channel=ConsentChannel.PAPER,
                paper_number=entered.numbers[-1],
                paper_date=signed_on,
                entered_by=by,
                text=text,
            )
    db.session.flush()
    if kind is ConsentKind.PERSONAL_DATA:
        entered.confirmed = settle(entered.people)
    if entered.people:
        record(
            "paper_consents.entered",
            class_,
            organization_id=class_.school_id,
            kind=kind.value,
            number=len(entered.people),
        )
    return entered


def hold(people: Collection[Person]) -> None:
    """Two who enter the same papers wait for each other: the second finds them entered."""
    ids = [one.id for one in people]
    theirs = sa.select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
    db.session.execute(theirs.with_for_update(key_share=True)).all()


def text_on_paper(kind: ConsentKind, version: int | None) -> ConsentText:
    latest = current_text(kind) or first_version(kind)
    if version in (None, latest.version):
        return latest
    text = version_of(kind, version or 0)
    if text is None:
        raise RuleBroken(
            _(
                "There is no version %(version)s of this text; the latest is %(latest)s. "
                "It stands at the foot of the paper.",
                version=version,
                latest=latest.version,
            )
        )
    return text


def settle(people: Sequence[Person]) -> int:
    """Confirm what was held for these, and close the letters that asked. How many seats."""
    held = held_for(people)
    hold_slots(one.slot for one in held)
    consents.close_requests(people, Answer.GIVEN)
    waiting = {one.person_id for one in held}
    return sum(len(consents.settle(one)) for one in people if one.id in waiting)


def following(number: str) -> Iterator[str]:
    """12, 13, 14 …; «С-099», «С-100» …; without digits at the end all are the same."""
    found = re.fullmatch(r"(.*?)([0-9]+)", number)
    if not found:
        while True:
            yield number
    before, digits = found.groups()
    following = int(digits)
    while True:
        yield f"{before}{following:0{len(digits)}}"
        following += 1


def withdraw(
    class_: SchoolClass, person: Person, kind: ConsentKind, *, by_name: str
) -> list[Registration]:
    """A parent brought a withdrawal on paper: it counts as if they had pressed the button.
    Which registrations were cancelled."""
    cancelled = consents.withdraw(person, kind, by_name=by_name)
    record(
        "paper_consents.withdrawn",
        person,
        organization_id=class_.school_id,
        kind=kind.value,
    )
    return cancelled
