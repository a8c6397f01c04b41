"""Row numbers of the filled printed list, as they are typed: «1-14, 17, н 15»."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.attendance.actions import hold, put, refuse_unless_open
from app.attendance.models import Method, Presence
from app.attendance.queries import Row, roll, sheet_of
from app.audit.models import AuditEntry
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Event, Slot
from app.registrations.desk.queries import SHEET_ORDER, with_people
from app.registrations.models import SEATED, Registration

MOST_TEXT = 2000
MOST_SHOWN = 5  # mistakes of one kind
DASHES = re.compile(r"\s*(?:[-‐‑‒–—−]|\.\.+|…)\s*")
# «н» of either alphabet before a number, «н/я» as some write it.
PART = re.compile(r"(?P<absent>[нhn](?:/я|\.)?\s*)?(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?")
LETTER_BEHIND = re.compile(r"\d+\s?[нhn](?![\w/]|\s*\d)|\d+[нhn]")


@dataclass
class Understood:
    """What was typed, in numbers of rows. ``mistakes`` must be mended before it is saved;
    ``notes`` only say how something odd was read."""

    present: list[int] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def mistake(self, text: str) -> None:
        if text not in self.mistakes:
            self.mistakes.append(text)


def understand(text: str, *, size: int) -> Understood:
    """Read what was typed for a list of so many rows."""
    found = Understood()
    text = DASHES.sub("-", text[:MOST_TEXT].casefold())
    if behind := LETTER_BEHIND.search(text):
        found.mistake(
            _("“%(text)s”: write the letter before the number, “н 15”.", text=behind[0].strip())
        )
        return found
    place = 0
    marks: dict[int, set[Presence]] = {}
    for part in PART.finditer(text):
        refuse_odd(text[place : part.start()], found)
        place = part.end()
        presence = Presence.ABSENT if part["absent"] else Presence.PRESENT
        for number in numbers_of(part, size, found):
            said = marks.setdefault(number, set())
            if presence in said:
                found.note(_("Row %(number)s is named twice: counted once.", number=number))
            said.add(presence)
    refuse_odd(text[place:], found)
    for number, said in sorted(marks.items()):
        if len(said) > 1:
            found.mistake(_("Row %(number)s is both present and absent: leave one.", number=number))
        else:
            (found.present if Presence.PRESENT in said else found.absent).append(number)
    if not marks and not found.mistakes:
        found.mistake(_("Type the numbers of rows, as “1-14, 17, н 15”."))
    return found


def refuse_odd(between: str, found: Understood) -> None:
    """Between two numbers stand blanks, commas and semicolons, and nothing else."""
    for odd in re.findall(r"[^\s,;]+", between):
        if odd != "." and len(found.mistakes) < MOST_SHOWN:
            found.mistake(_("“%(text)s” is not understood.", text=odd[:20]))


def numbers_of(part: re.Match[str], size: int, found: Understood) -> Iterator[int]:
    first = int(part["first"])
    last = int(part["last"]) if part["last"] else first
    if last < first:
        found.note(_("“%(first)s-%(last)s” is read as %(last)s–%(first)s.", first=first, last=last))
        first, last = last, first
    for number in (first, last):
        if not 1 <= number <= size:
            found.mistake(
                _(
                    "There is no row %(number)s: the list has rows 1–%(size)s with names. Whoever "
                    "is written below by hand is added by “Came without signing up”.",
                    number=number,
                    size=size,
                )
            )
            return
    yield from range(first, last + 1)


def in_ranges(numbers: Collection[int]) -> str:
    """«1–14, 17»."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


@dataclass(frozen=True)
class NumberedRow:
    number: int
    row: Row

    @property
    def registration(self) -> Registration:
        return self.row.registration


@dataclass(frozen=True)
class Plan:
    """What saving would do, with names. ``state``: of the list these numbers belong to."""

    present: list[NumberedRow]
    absent: list[NumberedRow]
    not_markable: list[NumberedRow]
    changed: list[NumberedRow]  # have another mark now
    state: str


def plan_of(sheet: Sequence[Row], understood: Understood, *, rest_is_absent: bool) -> Plan:
    rows = {number: NumberedRow(number, row) for number, row in enumerate(sheet, start=1)}
    typed = {*understood.present, *understood.absent}
    absent = set(understood.absent)
    if rest_is_absent:
        absent |= {
            number for number, one in rows.items() if number not in typed and not one.row.mark
        }
    wanted = dict.fromkeys(understood.present, Presence.PRESENT)
    wanted |= dict.fromkeys(sorted(absent), Presence.ABSENT)
    named = [(rows[number], presence) for number, presence in sorted(wanted.items())]
    return Plan(
        [one for one, said in named if said is Presence.PRESENT and is_markable(one)],
        [one for one, said in named if said is Presence.ABSENT and is_markable(one)],
        [one for one, _said in named if one.number in typed and not is_markable(one)],
        [one for one, said in named if one.row.presence not in (None, said)],
        state_of(sheet),
    )


def is_markable(one: NumberedRow) -> bool:
    return one.registration.is_confirmed


def state_of(sheet: Sequence[Row]) -> str:
    ids = ",".join(str(row.registration.id) for row in sheet)
    return sha256(ids.encode()).hexdigest()[:16]


def save(slot: Slot, text: str, *, rest_is_absent: bool, state: str, by: User | None) -> int:
    """Enter what was typed and shown. Refused where the list has changed since it was shown:
    the numbers would mean other people. How many marks changed."""
    refuse_unless_open(slot)
    hold([row.registration for row in roll(slot)])
    sheet = sheet_of(slot)
    if state_of(sheet) != state:
        raise RuleBroken(
            _("The list has changed meanwhile: compare the names with the sheet once more.")
        )
    understood = understand(text, size=len(sheet))
    if understood.mistakes:
        raise RuleBroken(understood.mistakes[0])
    plan = plan_of(sheet, understood, rest_is_absent=rest_is_absent)
    marks = ((plan.present, Presence.PRESENT), (plan.absent, Presence.ABSENT))
    return sum(
        put([one.registration for one in rows], presence, method=Method.TYPED, by=by)
        for rows, presence in marks
    )


@dataclass(frozen=True)
class Shifted:
    """Who came into the list or left it after it was last printed: the numbers moved."""

    printed_at: datetime
    added: list[Registration]
    gone: list[Registration]


def shifted_since_printing(event: Event, slot: Slot) -> Shifted | None:
    """None where the list was never printed from here, or is still the same."""
    printed = db.session.scalar(
        sa.select(sa.func.max(AuditEntry.at)).where(
            AuditEntry.action == "persons.exported",
            AuditEntry.object_type == Event.__tablename__,
            AuditEntry.object_id == event.id,
            AuditEntry.details["paper"].as_string() == "list.pdf",
        )
    )
    if printed is None:
        return None
    came = (Registration.signed_up_at, Registration.promoted_at, Registration.decided_at)
    query = (
        with_people()
        .where(
            Registration.slot_id == slot.id,
            sa.or_(*(column > printed for column in (*came, Registration.cancelled_at))),
        )
        .order_by(*SHEET_ORDER)
    )
    changed = list(db.session.scalars(query))
    added = [one for one in changed if one.status in SEATED]
    gone = [one for one in changed if one.cancelled_at and one.cancelled_at > printed
            and one.status not in SEATED and one.signed_up_at <= printed]  # fmt: skip
    return Shifted(printed, added, gone) if added or gone else None
