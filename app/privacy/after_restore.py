"""After a backup was played back: erase again whom we erased, withdraw again what was withdrawn."""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from app.base import clock
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.people.consents.actions import ERASED_AFTER
from app.people.models import Consent, ConsentKind, Person
from app.people.queries import has_agreed
from app.privacy.erasing import erase
from app.privacy.models import ErasureReason
from app.registrations.queries import coming_of
from app.registrations.signing_up.actions import cancel
from app.sweeps.models import TombstoneKind
from app.sweeps.tombstones import (
    Line,
    all_known,
    file_new,
    known_by,
    remember,
    unknown,
)

log = logging.getLogger(__name__)


def apply_tombstones() -> Counter[str]:
    """Bring the database up to what was erased and withdrawn meanwhile: ``known`` again,
    ``person`` erased, ``consent`` withdrawn, ``failed``. A second time it changes nothing."""
    done: Counter[str] = Counter()
    new = unknown()
    done["known"] = len(new)
    stones = sorted({line.mark: line for line in [*all_known(), *new]}.values(), key=happened)
    for line in stones:
        if line.kind is TombstoneKind.CONSENT:
            done["consent"] += in_a_transaction(line, stones, done)
    for line in stones:
        if line.kind is TombstoneKind.PERSON:
            done["person"] += in_a_transaction(line, stones, done)
    if not done["failed"]:  # last: a run that broke off begins anew
        with transaction():
            for line in new:
                remember(line)
    file_new()
    return done


def happened(line: Line) -> tuple[datetime, str]:
    return line.at, line.mark


def in_a_transaction(line: Line, stones: Iterable[Line], done: Counter[str]) -> bool:
    """Whether something had to be changed. One that fails holds up nobody."""
    try:
        with transaction():
            if line.kind is TombstoneKind.PERSON:
                return erase_again(line)
            return withdraw_again(line, stones)
    except Exception:
        log.exception("tombstone %s: %s %s", line.mark, line.kind.value, line.subject)
        done["failed"] += 1
        return False


def erase_again(line: Line) -> bool:
    person = db.session.get(Person, line.subject)
    if person is None or person.anonymized_at or not is_the_same(line, person.created_at):
        return False
    if person.merged_into_id:  # … when the backup was made: it goes with the other
        root = db.session.get_one(Person, person.merged_into_id)
        if not root.anonymized_at:
            person = root
    with force_locale("ru"):
        done_by = _("the site’s own task after a backup was restored (flask after-restore)")
    reason = ErasureReason(line.reason)
    try:
        erase(person, reason=reason, done_by=done_by)
    except RuleBroken:  # what hindered it was settled before; the backup has it again
        erase(person, reason=ErasureReason.WITHDRAWAL, done_by=done_by)
    return True


def withdraw_again(line: Line, stones: Iterable[Line]) -> bool:
    """As it was: at its moment, with what follows for the registrations to come, unless the
    person has agreed again."""
    consent = db.session.get(Consent, line.subject)
    if consent is None or consent.withdrawn_at or not is_the_same(line, consent.given_at):
        return False
    consent.withdrawn_at = line.at
    db.session.flush()
    person = consent.person
    is_about_data = consent.text.kind is ConsentKind.PERSONAL_DATA
    if not is_about_data or person.anonymized_at or has_agreed_since(person, line, stones):
        return True
    person.erase_on = clock.to_local(line.at).date() + ERASED_AFTER
    db.session.flush()
    for registration in coming_of(person):
        cancel(registration)
    return True


def has_agreed_since(person: Person, line: Line, stones: Iterable[Line]) -> bool:
    if has_agreed(person, ConsentKind.PERSONAL_DATA):
        return True
    return any(
        one.kind is TombstoneKind.AGREED and one.at >= line.at
        and one.subject == person.id and is_the_same(one, person.created_at)
        for one in stones
    )  # fmt: skip


def is_the_same(line: Line, made_at: datetime) -> bool:
    """Not another row that was given the number after the restore."""
    return line.known_by == known_by(line.kind, line.subject, made_at)
