"""The rules about seats in plain words, for visitors and for refusals."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from app.base import clock
from app.events.about.wording import for_grades
from app.events.models import Admission, Event
from app.events.seat_rules.draw_models import Draw
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.web.filters import day, time


def seat_rules(event: Event, quotas: Sequence[Quota], draw: Draw | None) -> list[str]:
    """How the seats of the event are given, sentence by sentence; empty for «first come»."""
    rules = []
    if event.admission is Admission.APPROVAL:
        rules.append(_("The organizer decides about each application and writes to you."))
    if event.admission is Admission.DRAW and draw:
        rules.append(draw_rule(event, draw))
    return [*rules, *(quota_rule(one) for one in quotas if is_in_force(one))]


def draw_rule(event: Event, draw: Draw) -> str:
    if draw.drawn_at:
        held: str = _(
            "Seats were drawn by lot on %(day)s at %(time)s.",
            day=day(draw.drawn_at),
            time=time(draw.drawn_at),
        )
        return held
    if event.signup_closes_at is None:
        return str(_("Seats are drawn by lot when applications end."))
    rule: str = _(
        "Apply until %(day)s, %(time)s: then seats are drawn by lot. When you apply does not "
        "matter.",
        day=day(event.signup_closes_at),
        time=time(event.signup_closes_at),
    )
    return rule


def is_in_force(quota: Quota) -> bool:
    return quota.kind is QuotaKind.PER_SCHOOL or quota.until is None or quota.until > clock.now()


def quota_rule(quota: Quota) -> str:
    if quota.kind is QuotaKind.PER_SCHOOL:
        school: str = ngettext(
            "At most %(num)s seat for people of one school.",
            "At most %(num)s seats for people of one school.",
            quota.seats,
        )
        return school
    kept: str = ngettext(
        "%(num)s seat of each time is kept until %(moment)s (%(whom)s).",
        "%(num)s seats of each time are kept until %(moment)s (%(whom)s).",
        quota.seats,
        moment=moment_of(quota),
        whom=whom(quota),
    )
    return kept


def moment_of(quota: Quota) -> str:
    return f"{day(quota.until)}, {time(quota.until)}" if quota.until else ""


def whom(quota: Quota) -> str:
    """«Лаганский район, для 9–11 классов»."""
    place = quota.municipality.short_name if quota.municipality else ""
    return ", ".join(filter(None, (place, for_grades(quota.grade_from, quota.grade_to))))


def why_waiting(quota: Quota) -> str:
    """Why somebody stands in line by this rule though seats may be free."""
    if quota.kind is QuotaKind.PER_SCHOOL:
        school: str = ngettext(
            "For one school there is at most %(num)s seat here, and it is taken.",
            "For one school there are at most %(num)s seats here, and all are taken.",
            quota.seats,
        )
        return school
    kept: str = _(
        "The seats still free are kept until %(moment)s (%(whom)s). Those not taken by then "
        "go to the waitlist.",
        moment=moment_of(quota),
        whom=whom(quota),
    )
    return kept
