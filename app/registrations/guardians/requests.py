"""A minor's seat is held until a guardian agrees: for how long, and whom we ask."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import joinedload

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.people.models import ConsentKind, Person
from app.people.queries import guardianships_of, has_agreed
from app.registrations.letters import facts_of
from app.registrations.models import Channel, ConsentRequest, Registration, Status

MOST_REQUESTS = 6  # letters about one registration, however often somebody presses


class Guardian(NamedTuple):
    """Whom to ask: where to write, and what they are called, if we know."""

    email: str
    name: str = ""


def lacks_consent(person: Person) -> bool:
    """Under 18, and no guardian has agreed yet."""
    return person.is_minor and (
        person.is_newcomer or not has_agreed(person, ConsentKind.PERSONAL_DATA)
    )


def seat(registration: Registration, *, lacks: bool) -> None:
    """Say what the seat just taken is: theirs, or held until a guardian answers."""
    registration.status = Status.AWAITING_CONSENT if lacks else Status.CONFIRMED
    registration.hold_until = hold_ends(registration) if lacks else None


def hold_ends(registration: Registration) -> datetime:
    """72 hours from now (CONSENT_HOLD_HOURS), and never past the beginning."""
    hours: int = current_app.config["CONSENT_HOLD_HOURS"]
    return min(clock.now() + timedelta(hours=hours), registration.slot.starts_at)


def guardians_to_ask(person: Person, guardian_email: str) -> list[Guardian]:
    """The address that was typed, else every guardian whose address is known."""
    if guardian_email:
        return [Guardian(guardian_email)]
    return known_guardians([person])[person.id]


def known_guardians(people: Iterable[Person]) -> dict[int, list[Guardian]]:
    """The guardians with an address, by the child's id: one query."""
    return {
        id_: [Guardian(one.address, one.name) for one in guardianships if one.address]
        for id_, guardianships in guardianships_of(list(people)).items()
    }


def ask(registration: Registration, guardians: Iterable[Guardian]) -> list[ConsentRequest]:
    """Write to each guardian: what their child signed up for, and a link to answer."""
    return ask_many([(registration, guardians)])


def ask_many(
    asked: Iterable[tuple[Registration, Iterable[Guardian]]],
) -> list[ConsentRequest]:
    """The guardians of many at once: their requests are stored together."""
    requests = [
        ConsentRequest(
            registration=registration,
            email=guardian.email,
            name=guardian.name,
            expires_at=registration.hold_until or registration.slot.starts_at,
        )
        for registration, guardians in asked
        for guardian in guardians
    ]
    db.session.add_all(requests)
    db.session.flush()
    for request in requests:
        write(request, "consent_asked")
    return requests


def ask_again(registration: Registration, guardian_email: str) -> None:
    """Once more, to the same address or another: letters get lost, addresses mistyped."""
    if not registration.is_live or not lacks_consent(registration.person):
        raise RuleBroken(_("No agreement is needed here any more."))
    if own_address(registration, guardian_email):
        raise RuleBroken(_("Write the address of a parent, not the participant’s own."))
    if how_many_asked(registration) >= MOST_REQUESTS:
        raise RuleBroken(
            _("Too many letters about this registration. Ask the organizer for a paper form.")
        )
    ask(registration, [Guardian(guardian_email)])


def own_address(registration: Registration, email: str) -> bool:
    """A guest without an e-mail gets the ticket at the parent's: that is not their own."""
    own = {registration.person.email.lower()}
    if registration.channel is not Channel.GUEST or registration.person.email:
        own.add(registration.email.lower())
    return email.strip().lower() in own - {""}


def how_many_asked(registration: Registration) -> int:
    query = sa.select(sa.func.count()).where(ConsentRequest.registration_id == registration.id)
    return db.session.scalar(query) or 0


def write(request: ConsentRequest, template: str) -> None:
    """A letter to a guardian about this request. An address that was only typed, so that we
    know no name for it, may be a stranger's: no whole name is read there, and no free words."""
    registration = request.registration
    facts = facts_of(registration)
    if not request.name:
        facts["person"] = registration.person.first_name_and_initial
    notify(
        request.email,
        template,
        language=registration.language,
        good_until=request.expires_at,
        guardian=request.name,
        link=link_to(request),
        answer_until_at=request.expires_at.isoformat(),
        **facts,
    )


def link_to(request: ConsentRequest) -> str:
    """For letters, which the worker writes too: there is no request to ask for a Host."""
    return f"{current_app.config['SITE_URL']}/consents/{token_of(request)}"


def signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="guardian's answer")


def token_of(request: ConsentRequest) -> str:
    """Signed, so nothing is kept that would let a reader of the database answer."""
    token: str = signer().dumps([request.id, request.nonce])
    return token


def request_of(token: str) -> ConsentRequest | None:
    """The request that this link is about; None for one that was tampered with."""
    try:
        id_, nonce = signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    query = (
        sa.select(ConsentRequest)
        .filter_by(id=id_, nonce=nonce)
        .options(
            joinedload(ConsentRequest.registration).options(
                joinedload(Registration.person),
                joinedload(Registration.slot),
                joinedload(Registration.event),
            )
        )
    )
    return db.session.scalar(query)


def guardians_asked(registration: Registration) -> list[Guardian]:
    """Whom we asked before about this registration, each once."""
    requests = requests_about(registration)
    asked = {one.email: Guardian(one.email, one.name) for one in requests if one.email}
    return list(asked.values())


def requests_about(registration: Registration) -> list[ConsentRequest]:
    """Whom we asked about this registration, the latest first."""
    query = (
        sa.select(ConsentRequest)
        .filter_by(registration_id=registration.id)
        .order_by(ConsentRequest.id.desc())
    )
    return list(db.session.scalars(query))
