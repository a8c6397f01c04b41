"""What is kept about a person, to be taken away: for programs (JSON) and to read (PDF)."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa
from flask_babel import force_locale
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import User
from app.accounts.queries import devices_of
from app.attendance.meetings.models import MeetingMark
from app.attendance.models import Attendance
from app.base import clock
from app.base.db import db
from app.certificates.declension.models import NameForm
from app.certificates.issued.models import Certificate
from app.certificates.kind_words import KINDS
from app.events.models import Event
from app.events.timetable.models import Meeting
from app.notifications.letters import subject_of
from app.notifications.models import Notification
from app.people.models import Consent, Person
from app.people.queries import guardianships_of
from app.press import printer
from app.privacy.traces import letters_about, letters_to, traces_of, with_merged
from app.registrations.answers.queries import said_by
from app.registrations.models import Registration


def archive(person: Person, *, asked_by: User) -> bytes:
    """A ZIP of «data.json» and «data.pdf» with everything that is kept about the person."""
    told = everything(person, asked_by=asked_by)
    with force_locale("ru"):
        paper = printer.render(
            "pdf/own_data.html", told=told, name=person.full_name, paper_kinds=KINDS
        )
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as folder:
        folder.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=2))
        folder.writestr("data.pdf", paper)
    return file.getvalue()


def everything(person: Person, *, asked_by: User) -> dict[str, Any]:
    """In keys that can be read, moments on the region's clock. Contacts of other guardians
    are not told: they are theirs."""
    whole = with_merged(person)
    ids = [one.id for one in whole]
    is_own = person.user_id == asked_by.id
    registrations = registrations_with_events(ids)
    said = said_by([registration for registration, _mark in registrations])
    meetings = meetings_of(registrations)
    return {
        "made_at": moment(clock.now()),
        "person": facts_of(person),
        "found_to_be_the_same": [facts_of(one) for one in whole[1:]],
        "account": account_of(asked_by) if is_own else None,
        "guardians": guardians_of(person, asked_by),
        "school_class": class_of(person),
        "consents": [consent_facts(one) for one in consents_with_texts(ids)],
        "registrations": [
            {
                **registration_facts(*one),
                "answers": answer_facts(said[one[0].id]),
                "meetings": meetings.get(one[0].id, []),
            }
            for one in registrations
        ],
        "certificates": [certificate_facts(one) for one in certificates_of(ids)],
        "name_in_cases": [form_facts(one) for one in name_forms_of(ids)],
        "letters": [letter_facts(one) for one in letters_of(whole, registrations, asked_by)],
    }


def moment(at: datetime | None) -> str | None:
    return clock.to_local(at).isoformat(timespec="seconds") if at else None


def plain(day: date | None) -> str | None:
    return day.isoformat() if day else None


def facts_of(person: Person) -> dict[str, Any]:
    return {
        "number": person.id,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "patronymic": person.patronymic,
        "birth_date": plain(person.birth_date),
        "birth_year": person.birth_year,
        "category": person.category.value,
        "school": person.school_title,
        "grade": person.grade,
        "class_letter": person.class_letter,
        "phone": person.phone,
        "email": person.email,
        "known_since": moment(person.created_at),
        "erased_on": plain(person.erase_on),
    }


def account_of(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "login": user.login,
        "language": user.language,
        "has_password": user.password_hash is not None,
        "email_confirmed_at": moment(user.email_confirmed_at),
        "created_at": moment(user.created_at),
        "devices": [
            {
                "browser": one.browser,
                "logged_in_at": moment(one.created_at),
                "seen_at": moment(one.seen_at),
            }
            for one in devices_of(user)
        ],
    }


def guardians_of(person: Person, asked_by: User) -> dict[str, Any]:
    guardianships = guardianships_of([person])[person.id]
    own = [one for one in guardianships if one.user_id == asked_by.id]
    return {
        "yours": [
            {
                "name": one.name or asked_by.name,
                "phone": one.phone,
                "email": one.address,
                "since": moment(one.created_at),
            }
            for one in own
        ],
        "others": len(guardianships) - len(own),
    }


def class_of(person: Person) -> dict[str, Any] | None:
    kept_in = person.school_class
    if kept_in is None:
        return None
    return {"school": kept_in.school.short_name, "class": kept_in.title}


def consents_with_texts(ids: Sequence[int]) -> list[Consent]:
    query = (
        sa.select(Consent)
        .where(Consent.person_id.in_(ids))
        .options(joinedload(Consent.text))
        .order_by(Consent.given_at, Consent.id)
    )
    return list(db.session.scalars(query))


def consent_facts(consent: Consent) -> dict[str, Any]:
    return {
        "kind": consent.text.kind.value,
        "version": consent.text.version,
        "sha256": consent.text.sha256,
        "channel": consent.channel.value,
        "given_at": moment(consent.given_at),
        "given_by": consent.given_by_name,
        "paper_number": consent.paper_number,
        "paper_date": plain(consent.paper_date),
        "withdrawn_at": moment(consent.withdrawn_at),
        "withdrawn_by": consent.withdrawn_by_name,
    }


def registrations_with_events(ids: Sequence[int]) -> list[tuple[Registration, Attendance | None]]:
    query = (
        sa.select(Registration, Attendance)
        .join(Registration.slot)
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.person_id.in_(ids))
        .options(
            contains_eager(Registration.slot),
            joinedload(Registration.event).joinedload(Event.organization),
            joinedload(Registration.group),
        )
        .order_by(Registration.signed_up_at, Registration.id)
    )
    return [(registration, mark) for registration, mark in db.session.execute(query)]


def registration_facts(registration: Registration, mark: Attendance | None) -> dict[str, Any]:
    event, slot = registration.event, registration.slot
    return {
        "event": event.title,
        "organization": event.organization.short_name,
        "slot": slot.title,
        "starts_at": moment(slot.starts_at),
        "ends_at": moment(slot.ends_at),
        "status": registration.status.value,
        "code": registration.code,
        "companions": registration.companions,
        "email": registration.email,
        "phone": registration.phone,
        "channel": registration.channel.value,
        "signed_up_at": moment(registration.signed_up_at),
        "promoted_at": moment(registration.promoted_at),
        "cancelled_at": moment(registration.cancelled_at),
        "held_until": moment(registration.hold_until),
        "reconfirmed_at": moment(registration.reconfirmed_at),
        "lot": registration.draw_rank,
        "decided_at": moment(registration.decided_at),
        "decision_reason": registration.decision_reason,
        "group": registration.group.title if registration.group else None,
        "attendance": {"mark": mark.presence.value, "marked_at": moment(mark.marked_at)}
        if mark
        else None,
    }


def meetings_of(
    registrations: Sequence[tuple[Registration, Attendance | None]],
) -> dict[int, list[dict[str, Any]]]:
    """What was marked at the meetings of courses, by the registration's id."""
    query = (
        sa.select(MeetingMark)
        .join(MeetingMark.meeting)
        .where(MeetingMark.registration_id.in_([one.id for one, _mark in registrations]))
        .options(contains_eager(MeetingMark.meeting))
        .order_by(Meeting.starts_at, MeetingMark.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for mark in db.session.scalars(query):
        told = {"starts_at": moment(mark.meeting.starts_at), "mark": mark.presence.value}
        found.setdefault(mark.registration_id, []).append(told)
    return found


def answer_facts(said: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"question": question, "answer": answer} for question, answer in said]


def certificates_of(ids: Sequence[int]) -> list[Certificate]:
    query = (
        sa.select(Certificate)
        .join(Certificate.registration)
        .where(Registration.person_id.in_(ids))
        .order_by(Certificate.issued_at, Certificate.id)
    )
    return list(db.session.scalars(query))


def certificate_facts(paper: Certificate) -> dict[str, Any]:
    return {
        "number": paper.full_number,
        "kind": paper.kind.value,
        "code": paper.code_in_groups,
        "holder": paper.holder,
        "holder_declined": paper.holder_declined,
        "event": paper.event_title,
        "result": paper.result,
        "hours": paper.hours,
        "organization": paper.organization_name,
        "issued_at": moment(paper.issued_at),
        "revoked_at": moment(paper.revoked_at),
    }


def name_forms_of(ids: Sequence[int]) -> list[NameForm]:
    query = sa.select(NameForm).where(NameForm.person_id.in_(ids))
    return list(db.session.scalars(query.order_by(NameForm.made_at, NameForm.id)))


def form_facts(kept: NameForm) -> dict[str, Any]:
    return {
        "name": kept.full_name,
        "case": kept.case.value,
        "form": kept.form,
        "corrected_at": moment(kept.made_at),
    }


def letters_of(
    whole: Sequence[Person],
    registrations: Sequence[tuple[Registration, Attendance | None]],
    asked_by: User,
) -> list[Notification]:
    """To one's own address all of them; about a child those that came to who asks."""
    if whole[0].user_id == asked_by.id:
        return letters_to({asked_by.email, *(one.email.lower() for one in whole)} - {""})
    traces = traces_of(whole, [registration for registration, _mark in registrations])
    return [one for one in letters_about(traces) if one.address.lower() == asked_by.email]


def letter_facts(letter: Notification) -> dict[str, Any]:
    return {
        "address": letter.address,
        "about": letter.template,
        "subject": subject_of(letter.template, letter.context),
        "written_at": moment(letter.created_at),
        "sent_at": moment(letter.sent_at),
    }
