"""Writing to the people of an event, all at once."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import User
from app.audit.actions import record
from app.base import clock, jobs
from app.base.db import db, insert_unless_there, transaction
from app.base.rules import RuleBroken
from app.base.words.braces import filled
from app.base.words.text import clean
from app.events.models import Event
from app.messages.models import Message, MessageRecipient, State
from app.messages.placeholders import TICKET, filled_as_markdown, values_of
from app.messages.queries import Addressee, Selection, addressees, message_of_form
from app.notifications.actions import notify
from app.notifications.models import Notification

AT_ONCE = 2000  # letters whose end is noted in one round of the worker


def send(
    event: Event,
    selection: Selection,
    *,
    subject: str,
    body: str,
    form_key: str,
    expected: int,
    by: User,
) -> Message:
    """Write to everybody chosen, each person once. The letters are rows of this transaction:
    all are sent, or none. The same form again gives the message it made the first time.

    ``expected``: how many people the sender was told of; if others came or went meanwhile,
    nobody is written to before that was seen.
    """
    values = {
        "event_id": event.id, "by_id": by.id, "form_key": form_key, "subject": subject,
        "body": body, "selection": selection.as_json(), "made_at": clock.now(), "total": 0,
    }  # fmt: skip
    message = insert_unless_there(Message, values, unique=[Message.form_key])
    if message is None:
        earlier = message_of_form(form_key)
        if earlier is None or earlier.event_id != event.id:
            raise RuleBroken(_("Open the page anew: this form belongs to another message."))
        return earlier
    people = addressees(event, selection)
    if not people:
        raise RuleBroken(_("Nobody is chosen: change to whom you write."))
    if len(people) != expected:
        raise RuleBroken(
            _("Meanwhile people signed up or cancelled. Look at the number and send once more.")
        )
    message.total = len(people)
    write(message, people)
    record("message.sent", event, organization_id=event.organization_id, number=len(people))
    return message


def write(message: Message, people: list[Addressee]) -> None:
    """One letter for one person at one address."""
    rows: list[tuple[Addressee, State, Notification | None]] = []
    written: set[tuple[str, str]] = set()
    for one in people:
        registration = one.registration
        whose = f"class {registration.group_id}" if one.teacher else registration.person.identity
        whom = (one.address.lower(), whose)
        if not one.address:
            rows.append((one, State.NO_ADDRESS, None))
        elif whom in written:
            rows.append((one, State.TEACHER if one.teacher else State.REPEATED, None))
        else:
            written.add(whom)
            letter = write_to(one, message.subject, message.body)
            rows.append((one, State.QUEUED, letter))
    db.session.flush()
    db.session.execute(
        sa.insert(MessageRecipient),
        [
            {
                "message_id": message.id,
                "registration_id": one.registration.id,
                "notification_id": letter.id if letter else None,
                "state": state,
                "reason": "",
            }
            for one, state, letter in rows
        ],
    )


def write_to(one: Addressee, subject: str, body: str) -> Notification | None:
    language = one.registration.language
    return notify(one.address, "event_message", language=language, **letter_of(one, subject, body))


def letter_of(one: Addressee, subject: str, body: str) -> dict[str, Any]:
    """What the letter to this person, or to the teacher, says."""
    registration = one.registration
    values, event = values_of(registration, one.teacher), registration.event
    return {
        "subject": clean(filled(subject, values)),
        "lines": filled(body, values).split("\n"),
        "marked": filled_as_markdown(body, values).split("\n"),
        "event": event.title,
        "organization": event.organization.short_name,
        "contact": event.contact,
        "code": "" if one.teacher else registration.code,  # by it the letter is erased
        "page": values[TICKET],
        "about_class": one.teacher is not None,
    }


def test(one: Addressee, *, subject: str, body: str, by: User) -> None:
    """This person's letter, to oneself."""
    if not by.email:
        raise RuleBroken(_("Your account has no e-mail: add one on the page “Security” first."))
    subject = _("Test: %(subject)s", subject=subject)
    write_to(replace(one, address=by.email), subject, body)


def settle() -> int:
    """Note at each person what became of the letter, which is not kept as long; how many."""
    query = (
        sa.select(
            *(MessageRecipient.id, Notification.id.label("letter"), Notification.sent_at),
            *(Notification.failed_at, Notification.last_error),
        )
        .outerjoin(Notification, Notification.id == MessageRecipient.notification_id)
        .where(
            MessageRecipient.state == State.QUEUED,
            sa.or_(
                Notification.id.is_(None),
                Notification.sent_at.is_not(None),
                Notification.failed_at.is_not(None),
            ),
        )
        .limit(AT_ONCE)
    )
    by_end: dict[tuple[State, str], list[int]] = {}
    for row in db.session.execute(query):
        if row.letter is None:
            end = (State.REMOVED, "")
        else:
            end = (State.SENT, "") if row.sent_at else (State.FAILED, row.last_error or "")
        by_end.setdefault(end, []).append(row.id)
    if by_end:
        with transaction():
            for (state, reason), ids in by_end.items():
                db.session.execute(
                    sa.update(MessageRecipient)
                    .where(MessageRecipient.id.in_(ids))
                    .values(state=state, reason=reason)
                    .execution_options(synchronize_session=False)
                )
    return sum(map(len, by_end.values()))


wake_settling = jobs.job(settle, every_minutes=1)
