"""How the people for the seats are found: chosen by the organizer before they sign up."""

import hashlib
import secrets
from datetime import datetime

from flask_babel import gettext as _

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.about.upkeep import keep_up
from app.events.models import Admission, Event
from app.events.seat_rules.draw_models import Draw
from app.events.seat_rules.queries import draw_of, has_quota, quotas_of
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.events.slots import actions as slots
from app.organizations.models import Municipality

MOST_QUOTAS = 10


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def choose(
    event: Event, admission: Admission, *, closes_at: datetime | None, signed_up: int, applied: int
) -> None:
    """Choose how people get seats. Hold the slots before counting who is signed up.

    A choice that concerns those who are signed up already is refused; whoever has a seat
    keeps it when later ones need an approval.
    """
    slots.refuse_if_called_off(event)
    draw = draw_of(event)
    if draw and draw.is_held and admission is not event.admission:
        raise RuleBroken(_("The draw has been held, so the way to the seats stays as it was."))
    if Admission.DRAW in (admission, event.admission):
        if signed_up and admission is not event.admission:
            raise RuleBroken(
                _("People are signed up already, so a draw can neither begin nor be dropped.")
            )
    elif applied and admission is Admission.FIRST_COME:
        raise RuleBroken(_("Decide about the applications first: accept or decline each."))
    if admission is Admission.DRAW and not (draw and draw.is_held):
        refuse_late_draw(event, closes_at)
        event.signup_closes_at = closes_at
        if draw is None:
            promise_draw(event)
    elif draw and admission is not Admission.DRAW:
        db.session.delete(draw)
    event.admission = admission
    keep_up(event)


def promise_draw(event: Event) -> None:
    """A seed of its own, whose hash the event's page shows before anybody applies."""
    seed = secrets.token_hex(16)
    db.session.add(Draw(event=event, seed=seed, seed_sha256=sha256(seed)))


def refuse_late_draw(event: Event, closes_at: datetime | None) -> None:
    if closes_at is None:
        raise RuleBroken(_("For a draw say until when applications are taken."))
    if closes_at == event.signup_closes_at:
        return
    if closes_at <= clock.now():
        raise RuleBroken(_("The last moment for applications must lie ahead."))
    if event.starts_at and closes_at > event.starts_at:
        raise RuleBroken(_("Applications must end before the first time begins."))


def add_quota(
    event: Event,
    kind: QuotaKind,
    number: int,
    *,
    municipality: Municipality | None = None,
    grade_from: int | None = None,
    grade_to: int | None = None,
    until: datetime | None = None,
) -> Quota:
    """A rule for the seats that are still to be given; nobody loses a seat by it."""
    slots.refuse_if_called_off(event)
    kept = kind is QuotaKind.KEPT
    if len(quotas_of(event)) >= MOST_QUOTAS:
        raise RuleBroken(
            _("At most %(most)s rules, so that people understand them.", most=MOST_QUOTAS)
        )
    if not kept and has_quota(event, kind):
        raise RuleBroken(_("There is a rule for one school already. Delete it first."))
    if kept:
        refuse_odd_keeping(
            event, number, until, someone=bool(municipality or grade_from or grade_to)
        )
    quota = Quota(
        event=event,
        kind=kind,
        seats=number,
        municipality=municipality if kept else None,
        grade_from=grade_from if kept else None,
        grade_to=grade_to if kept else None,
        until=until if kept else None,
    )
    if any(same(quota, one) for one in quotas_of(event)):
        raise RuleBroken(_("This very rule is there already."))
    db.session.add(quota)
    keep_up(event)
    return quota


def same(one: Quota, other: Quota) -> bool:
    """Somebody pressed twice."""
    names = ("kind", "seats", "municipality", "grade_from", "grade_to", "until")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def refuse_odd_keeping(event: Event, number: int, until: datetime | None, *, someone: bool) -> None:
    if not someone:
        raise RuleBroken(_("Say for whom the seats are kept: a municipality, grades or both."))
    if until is None or until <= clock.now():
        raise RuleBroken(_("Say until when the seats are kept: a moment that lies ahead."))
    if event.starts_at and until > event.starts_at:
        raise RuleBroken(_("Kept seats must be released before the first time begins."))
    smallest = min((slot.capacity for slot in event.slots), default=number)
    if number > smallest:
        raise RuleBroken(
            _("One of the times has %(seats)s seats: more cannot be kept.", seats=smallest)
        )


def delete_quota(quota: Quota) -> None:
    event = quota.event
    slots.refuse_if_called_off(event)
    db.session.delete(quota)
    keep_up(event)
