"""Numbers of certificates and the words on them, frozen when they are issued."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from app.base import clock
from app.base.db import db, insert_unless_there
from app.base.rules import RuleBroken
from app.base.words.text import clean
from app.certificates.declension.cases import in_case, text_in_case
from app.certificates.declension.rules import INITIAL
from app.certificates.declension.typed import order_of
from app.certificates.design.looks import Look
from app.certificates.design.models import CertificateLook
from app.certificates.issued.batch_models import PaperBatch
from app.certificates.issued.models import Certificate, CertificateBook
from app.certificates.issued.signing import sign
from app.certificates.kinds import CertificateKind, NameCase
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.models import Event
from app.organizations.models import Organization
from app.people.models import Person
from app.registrations.models import Registration, new_code

FIELDS_NAMED = 3  # more on one certificate say nothing
NAME_OF_A_PERSON = re.compile(r"[^\W\d_][\w’'.-]*")


@dataclass(frozen=True)
class Wish:
    """A certificate that is asked for: for who came, or for a typed name."""

    registration: Registration | None = None
    holder: str = ""
    result: str = ""
    replaces: Certificate | None = None
    note: str = ""


def hold_book(organization: Organization, year: int) -> CertificateBook:
    """One at a time: who gives numbers holds the book's row until the commit.

    PostgreSQL locks the row; SQLite writes begin IMMEDIATE and are alone anyway.
    """
    insert_unless_there(
        CertificateBook,
        {"organization_id": organization.id, "year": year, "last_number": 0},
        unique=[CertificateBook.organization_id, CertificateBook.year],
    )
    query = (
        sa.select(CertificateBook)
        .filter_by(organization_id=organization.id, year=year)
        .with_for_update()
        .execution_options(populate_existing=True)  # not what was read before waiting
    )
    return db.session.scalars(query).one()


def number(
    book: CertificateBook,
    event: Event,
    kind: CertificateKind,
    look: CertificateLook,
    wishes: Sequence[Wish],
    *,
    batch: PaperBatch | None = None,
) -> list[Certificate]:
    """A certificate with the next number for each, in this order. The caller holds the book."""
    refuse_what_cannot_be_said(event, kind)
    case = Look.from_json(look.content).case
    declined = in_case([one.registration.person for one in wishes if one.registration], case)
    issued = []
    with force_locale("ru"):  # the words on the paper, whoever asks for it
        for wish in wishes:
            book.last_number += 1
            paper = _worded(event, wish, declined, case)
            paper.kind, paper.look, paper.batch_id = kind, look, batch.id if batch else None
            paper.year, paper.number = book.year, book.last_number
            issued.append(paper)
    sign(*issued)
    db.session.add_all(issued)
    db.session.flush()
    return issued


def refuse_what_cannot_be_said(event: Event, kind: CertificateKind) -> None:
    if kind is CertificateKind.HOURS and not event.hours:
        raise RuleBroken(
            _("The event does not say how many hours it has. Write them on its page “Edit”, then "
              "issue the certificates of hours.")
        )  # fmt: skip
    if not event.slots:
        raise RuleBroken(_("The event has no time yet: there is no date to print."))


def _worded(event: Event, wish: Wish, declined: dict[int, str], case: NameCase) -> Certificate:
    """The paper's words, as they are true today."""
    organization, registration = event.organization, wish.registration
    if registration:
        person, slot = registration.person, registration.slot
        holder, short, form = person.full_name, in_short(person), declined[person.id]
        held_on, held_until = slot.starts_at, slot.ends_at
    else:
        days = event.slots_held or event.slots
        holder, short = wish.holder, typed_in_short(wish.holder)
        form = text_in_case(wish.holder, case)
        held_on, held_until = min(s.starts_at for s in days), max(s.ends_at for s in days)
    return Certificate(
        event=event,
        registration=registration,
        organization=organization,
        code=new_code(),
        issued_at=clock.now(),
        holder=holder,
        holder_in_short=short,
        holder_declined=form,
        result=wish.result,
        hours=event.hours,
        replaces=wish.replaces,
        note=wish.note,
        organization_name=organization.name,
        event_title=event.title,
        event_kind=str(event.kind.title),
        professional_fields=fields_in_words(event),
        held_on=held_on,
        held_until=held_until,
        signatory_name=organization.signatory_name,
        signatory_post=organization.signatory_post,
    )


def fields_in_words(event: Event) -> str:
    """«медицина, фармацевтика»; nothing when the event is about all and everything."""
    words = [str(PROFESSIONAL_FIELDS[code]) for code in event.fields if code in PROFESSIONAL_FIELDS]
    return ", ".join(words) if len(words) <= FIELDS_NAMED else ""


def in_short(person: Person) -> str:
    """«Санджи Эрдниевич Б.»: enough to recognise a holder, too little to find one."""
    return f"{person.given_names} {person.last_name[:1]}."


def typed_in_short(holder: str) -> str:
    """«Ольга Борисовна М.» of «Манджиева Ольга Борисовна». What is not the name of a person
    («ООО «Степь»», «Коллектив школы № 4») is nobody's secret and stays whole."""
    words = clean(holder).split()
    order = order_of(words)
    is_shouted = bool(order) and holder.isupper()  # «МАНДЖИЕВА ОЛЬГА», not «ООО СТЕПЬ»
    looks_like_a_name = len(words) in (2, 3, 4) and all(
        NAME_OF_A_PERSON.fullmatch(word)
        and word[0].isupper()
        and (is_shouted or not is_short_for_more(word))
        for word in words
    )
    if not looks_like_a_name:
        return holder
    surname = words.pop(max(0, order.find("L")))
    return f"{' '.join(words)} {surname[0]}."


def is_short_for_more(word: str) -> bool:
    """«ООО»; initials are not."""
    return word.isupper() and len(word) > 1 and not INITIAL.fullmatch(word)
