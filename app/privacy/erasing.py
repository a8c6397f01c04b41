"""Erasing a person: nothing tells any more who they were; what the plan counts stays."""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import Device, PendingAccount, User
from app.audit.actions import record
from app.base import clock
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.certificates.batches.actions import forget_files_with
from app.certificates.declension.models import NameForm
from app.certificates.issued.models import Certificate
from app.events.staff.models import EventStaff
from app.notifications.models import Notification
from app.organizations.models import Membership, Organization, Role
from app.organizations.queries import memberships_of
from app.people.class_lists.models import ImportedRow, ListImport
from app.people.duplicates.models import Merge
from app.people.models import Consent, Guardianship, Invitation, Person
from app.people.queries import children_of
from app.privacy import words as erasure_words
from app.privacy.models import ErasureAct, ErasureReason
from app.privacy.traces import (
    ids_of,
    letters_about,
    letters_to,
    registrations_of,
    traces_of,
    with_merged,
)
from app.registrations.models import Channel, ConsentRequest, Registration, new_code
from app.registrations.queries import coming_of
from app.registrations.signing_up.actions import cancel
from app.sweeps.models import TombstoneKind
from app.sweeps.tombstones import bury

BY_THE_FAMILY = (Channel.GUEST, Channel.ACCOUNT, Channel.GUARDIAN)


def erase(person: Person, *, reason: ErasureReason, done_by: str) -> ErasureAct:
    """Erase all that tells who this person is, for ever, and write the act of it.

    Registrations to come are cancelled and the seats go to those who wait; nobody is written
    to about them (who asks for it gets one last letter: farewell.py). What stays has no name:
    visits for the plan's counts, numbers of certificates, that consents were given. On request
    an account ends with its person; otherwise only when nothing else hangs on it. Raises
    RuleBroken.
    """
    if person.anonymized_at:
        raise RuleBroken(_("This data is erased already."))
    if reason is ErasureReason.REQUEST and (reasons := obstacles(person)):
        raise RuleBroken(" ".join(reasons))
    whole = with_merged(person)
    registrations = registrations_of(whole)
    traces = traces_of(whole, registrations)
    account = ending_account(person, reason)
    rows: Counter[str] = Counter()
    categories = erasure_words.categories(whole, registrations, has_account=account is not None)

    forget_files_with(registrations)
    rows["notification"] += delete_letters(letters_about(traces))
    clear_registrations(registrations)
    rows["registration"] += len(registrations)
    rows["cancelled"] += leave_events(whole)
    hold(whole)
    if person.anonymized_at:  # somebody was faster
        raise RuleBroken(_("This data is erased already."))
    rows["certificate"] += shorten_certificates(registrations)
    rows += clear_around(whole, registrations, reason)
    rows["imported_row"] += delete_imported(whole)
    for one in whole:
        bury(TombstoneKind.PERSON, one.id, one.created_at, reason=reason.value)
        anonymize(one)
    rows["person"] += len(whole)
    act = ErasureAct(
        subject=person.id,
        reason=reason,
        categories=categories,
        kept=erasure_words.kept(),
        rows={},
        done_by=done_by,
    )
    db.session.add(act)
    db.session.flush()
    record("person.erased", person, reason=reason.value, act=act.id)
    db.session.flush()  # before the account ends, whose number the entry loses with it
    if account:
        rows += end_account(account)
    act.rows = {table: number for table, number in rows.items() if number}
    db.session.flush()
    return act


def obstacles(person: Person) -> list[str]:
    """Why the account cannot end yet, in sentences that say what to do first."""
    user = person.user
    if user is None:
        return []
    sentences = []
    if children := children_of(user):
        names = ", ".join(child.full_name for child in children)
        sentences.append(
            _("You are the guardian of: %(names)s. Hand the children over to another guardian, "
              "or erase their data first.", names=names)
        )  # fmt: skip
    for organization in administered_alone(user):
        sentences.append(
            _("You are the only administrator of “%(organization)s”. Ask for another one to be "
              "named first.", organization=organization.short_name)
        )  # fmt: skip
    return sentences


def administered_alone(user: User) -> list[Organization]:
    own = [one.organization for one in memberships_of(user) if one.role is Role.ADMIN]
    others = sa.select(Membership.organization_id).where(
        Membership.organization_id.in_(ids_of(own)),
        Membership.role == Role.ADMIN,
        Membership.user_id != user.id,
    )
    not_alone = set(db.session.scalars(others)) if own else set()
    return [one for one in own if one.id not in not_alone]


def ending_account(person: Person, reason: ErasureReason) -> User | None:
    """The account that ends with the person. Without a request it goes on while it serves
    an organization or a child."""
    user = person.user
    if user is None or reason is ErasureReason.REQUEST:
        return user
    return None if memberships_of(user) or children_of(user) else user


def leave_events(whole: Collection[Person]) -> int:
    """Slots in order: whoever holds several of them does so."""
    coming = [registration for one in whole for registration in coming_of(one)]
    for registration in sorted(coming, key=lambda one: (one.slot_id, one.id)):
        cancel(registration, by_staff=True)
    return len(coming)


def clear_registrations(registrations: Sequence[Registration]) -> None:
    """Contacts and answers go, and the ticket's address opens nothing any more. Who issues
    something holds the registrations: what was issued until now is found from here on."""
    for one in registrations:
        one.email = one.phone = ""
        one.answers = {}
        one.code, one.form_key = new_code(), None
        if one.channel in BY_THE_FAMILY:
            one.signed_up_by_id = None
    db.session.flush()


def hold(whole: Collection[Person]) -> None:
    """Of two who erase the same person one does. Held late: who signs up holds slots first."""
    for one in sorted(whole, key=lambda person: person.id):
        hold_row(one, "anonymized_at")


def shorten_certificates(registrations: Collection[Registration]) -> int:
    """«Санджи Б.» stays beside the number: enough to verify the paper somebody holds."""
    query = sa.select(Certificate).where(Certificate.registration_id.in_(ids_of(registrations)))
    papers = db.session.scalars(query).all()
    for paper in papers:
        words = paper.holder_in_short.split()
        paper.holder = paper.holder_in_short = " ".join(words[:1] + words[1:][-1:])
        for name, nothing in NAMELESS.items():
            setattr(paper, name, nothing)
    db.session.flush()
    return len(papers)


def clear_around(
    whole: Collection[Person], registrations: Collection[Registration], reason: ErasureReason
) -> Counter[str]:
    """What others wrote down about the person: guardians, invitations, requests, consents."""
    ids = ids_of(whole)
    rows: Counter[str] = Counter()
    about = ConsentRequest.registration_id.in_(ids_of(registrations))
    rows["consent_request"] += changed(sa.update(ConsentRequest).where(about).values(UNADDRESSED))
    if reason is ErasureReason.REQUEST:
        in_force = (Consent.person_id.in_(ids), Consent.withdrawn_at.is_(None))
        changed(sa.update(Consent).where(*in_force).values(withdrawn_at=clock.now()))
    rows["consent"] += changed(
        sa.update(Consent).where(Consent.person_id.in_(ids)).values(UNSIGNED)
    )
    rows["guardianship"] += changed(sa.delete(Guardianship).where(Guardianship.child_id.in_(ids)))
    rows["invitation"] += changed(sa.delete(Invitation).where(Invitation.person_id.in_(ids)))
    rows["name_form"] += changed(sa.delete(NameForm).where(NameForm.person_id.in_(ids)))
    of_them = sa.or_(Merge.kept_id.in_(ids), Merge.other_id.in_(ids))
    rows["merge"] += changed(sa.delete(Merge).where(of_them))
    return rows


UNADDRESSED = {"email": "", "name": ""}
# What else of a certificate tells the name. A signature does to whoever tries names: with the
# public key each guess can be checked.
NAMELESS = {"holder_declined": "", "revoke_reason": "", "note": "", "signature": ""}
UNSIGNED = {"given_by_id": None, "given_by_name": "", "given_by_email": "", "withdrawn_by_name": ""}


def delete_imported(whole: Collection[Person]) -> int:
    """Rows of class lists about them; refused ones too, which name nobody we keep."""
    theirs: list[sa.ColumnElement[bool]] = [ImportedRow.person_id.in_(ids_of(whole))]
    for one in whole:
        if one.own_school_id and one.last_name:
            lists = sa.select(ListImport.id).where(ListImport.school_id == one.own_school_id)
            theirs.append(
                sa.and_(
                    ImportedRow.import_id.in_(lists),
                    ImportedRow.person_id.is_(None),
                    ImportedRow.facts["last_name"].as_string() == one.last_name,
                    ImportedRow.facts["first_name"].as_string() == one.first_name,
                )
            )
    return changed(sa.delete(ImportedRow).where(sa.or_(*theirs)))


def delete_letters(letters: Collection[Notification]) -> int:
    return changed(sa.delete(Notification).where(Notification.id.in_(ids_of(letters))))


def anonymize(person: Person) -> None:
    """The row stays for the plan's counts: category, school, year of grade 1."""
    person.last_name = person.first_name = person.patronymic = ""
    person.search_name = person.sort_key = ""
    person.birth_date = person.birth_year = None
    person.school_name = person.class_letter = person.phone = person.email = ""
    person.class_id = person.user_id = person.guest_key = None
    person.identity = secrets.token_hex(32)  # nobody is found to be the same any more
    person.erase_on, person.anonymized_at = None, clock.now()
    db.session.flush()


def end_account(user: User) -> Counter[str]:
    """The account, where it was logged in, and what was written to its address. Memberships
    and the like go with it; what it did for others stays, by nobody."""
    rows: Counter[str] = Counter()
    rows["device"] += changed(sa.delete(Device).where(Device.user_id == user.id))
    if user.email:
        rows["notification"] += delete_letters(letters_to({user.email}))
        to_them = sa.func.lower(Invitation.email) == user.email
        rows["invitation"] += changed(sa.delete(Invitation).where(to_them))
        asked = sa.func.lower(ConsentRequest.email) == user.email
        rows["consent_request"] += changed(
            sa.update(ConsentRequest).where(asked).values(UNADDRESSED)
        )
        changed(sa.delete(PendingAccount).where(PendingAccount.email == user.email))
        changed(sa.delete(EventStaff).where(EventStaff.email == user.email))
    rows["user"] += changed(sa.delete(User).where(User.id == user.id))
    return rows


def changed(statement: sa.Update | sa.Delete) -> int:
    """How many rows it changed."""
    return cast(sa.CursorResult[Any], db.session.execute(statement)).rowcount
