"""Certificates and tickets as PDF."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime

from flask import current_app, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app.base import clock
from app.base.words.text import quoted
from app.certificates.design.looks import Look, signed_by
from app.certificates.issued.models import Certificate
from app.certificates.issued.signing import qr_text
from app.certificates.printing.composition import Composition, Words, addresses_of, composed, stamp
from app.organizations.models import Organization
from app.press import printer, shelf
from app.press.orders import Leaf, Piece, QRCode
from app.registrations.models import Registration
from app.web.filters import day, days

MOST_TAGGED = 30  # papers in a document: more are for the printer alone
# How certificates looked before there were designs: these keep their words.
BEFORE_DESIGNS = Look(
    heading="Сертификат",
    subheading="участника",
    body="подтверждается участие в мероприятии\n{мероприятие}\n{вид}{направления}\n{дата}",
)
# What stands in a sample where nobody chose something else.
TYPICAL = "Бадмаев Санджи Эрдниевич"
SAMPLE = {
    "мероприятие": "«Сварщик за один день»",
    "вид": "Профессиональная проба",
    "направления": "строительство",
    "результат": "I место",
    "школа": "МБОУ «СОШ № 4», г. Элиста",
    "класс": "8А",
}


def certificates(
    papers: Sequence[Certificate], *, archival: bool = False, tagged: bool = True
) -> bytes:
    """A page for each in its own look, in the order given. In Russian whoever prints them.
    PDF/A where it is asked for or a look says so; a few are PDF/UA otherwise. ``tagged``: not
    for a document that is taken to pieces later."""
    with force_locale("ru"):
        looks = [look_of(paper) for paper in papers]
        pictures = addresses_of({one for look in set(looks) for one in look.pictures})
        pages = [
            composed(look, words_of(paper, look), pictures)
            for paper, look in zip(papers, looks, strict=True)
        ]
        archival = archival or any(look.is_archival for look in looks)
        return printed(pages, title=title_of(papers), archival=archival, tagged=tagged)


def kept(papers: Sequence[Certificate]) -> bytes:
    """The same, from the shelf where they were printed today: what is issued says always the
    same, but for the school and the class, which may change."""
    looks = [look_of(paper) for paper in papers]
    said = [
        (one.code, one.full_number, one.holder, one.holder_declined, one.result, one.signature,
         school_of(one, look))
        for one, look in zip(papers, looks, strict=True)
    ]  # fmt: skip
    key = shelf.key_of("certificates", said, sorted({look.sha256 for look in looks}), site_name())
    return shelf.kept(key, lambda: certificates(papers))


def tells_school(look: Look) -> bool:
    said = "\n".join((look.heading, look.subheading, look.lead, look.body)).lower()
    return "школа" in said or "класс" in said


def sample(
    look: Look,
    organization: Organization,
    *,
    holder: str = TYPICAL,
    values: Mapping[str, str] | None = None,
) -> bytes:
    """What a design looks like: a page with this name (already in the look's case) and values
    for the words in braces. Its number is none, its code proves nothing."""
    with force_locale("ru"):
        post = organization.signatory_post or _("Head of the organization")
        look = signed_by(look, name=organization.signatory_name, post=post)
        words = sample_words(organization, holder=holder, values=values or {})
        return printed([composed(look, words, addresses_of(look.pictures))], title=_("Sample"))


def printed(
    pages: Sequence[Composition], *, title: str, archival: bool = False, tagged: bool = True
) -> bytes:
    pieces: dict[Hashable, Piece] = {}
    leaves = [Leaf([stamp(page, pieces)]) for page in pages]
    is_read = tagged and len(pages) <= MOST_TAGGED
    return printer.printed(leaves, title=title, archival=archival, tagged=is_read)


def title_of(papers: Sequence[Certificate]) -> str:
    if len(papers) == 1:
        return _("Certificate") + f" № {papers[0].full_number}: {papers[0].holder}"
    return _("Certificates") + (f": {papers[0].event_title}" if papers else "")


def look_of(paper: Certificate) -> Look:
    """As it was issued, signed by whom the organization had named then."""
    look = Look.from_json(paper.look.content) if paper.look else BEFORE_DESIGNS
    post = paper.signatory_post or _("Head of the organization")
    return signed_by(look, name=paper.signatory_name, post=post)


def words_of(paper: Certificate, look: Look) -> Words:
    code = paper.code_in_groups
    date = day(paper.issued_at)
    issued = _("Date of issue: %(day)s", day=date)
    values = values_of(paper, look)
    if paper.look is None:
        issued = _("issued on %(day)s", day=date)
        if fields := paper.professional_fields:
            label = _("professional field")
            values["направления"] = f" · {label}: {fields}"
    return Words(
        holder=paper.holder_declined or paper.holder,
        number=f"№ {paper.full_number}",
        date=issued,
        number_and_date=numbered(paper.full_number, paper.issued_at),
        code=code,
        qr=qr_text(paper),
        organization=paper.organization_name,
        values=values,
    )


def values_of(paper: Certificate, look: Look) -> dict[str, str]:
    """For the words in braces: as frozen when it was issued, but for school and class."""
    values = {
        "мероприятие": quoted(paper.event_title),
        "вид": paper.event_kind,
        "дата": together(days(paper.held_on, paper.held_until)),
        "организация": paper.organization_name,
        "направления": paper.professional_fields,
        "часы": hours_in_words(paper.hours),
        "результат": paper.result,
    }
    values["школа"], values["класс"] = school_of(paper, look)
    return values


def school_of(paper: Certificate, look: Look) -> tuple[str, str]:
    """The school and the class as they are now, where the look tells them."""
    if not tells_school(look) or paper.registration is None:
        return "", ""
    person = paper.registration.person
    return ("", "") if person.anonymized_at else (person.school_title, person.class_title)


def sample_words(organization: Organization, *, holder: str, values: Mapping[str, str]) -> Words:
    today = clock.now()
    number = f"000/{clock.today().year}"
    return Words(
        holder=holder,
        number=f"№ {number}",
        date=_("Date of issue: %(day)s", day=day(today)),
        number_and_date=numbered(number, today),
        code="XXXX-XXXX-XXXX",
        qr=str(current_app.config["SITE_URL"]) + url_for("documents.verify_form"),
        organization=organization.name,
        values={
            **SAMPLE,
            "дата": together(days(today, today)),
            "организация": organization.name,
            "часы": hours_in_words(16),
            **values,
        },
    )


def numbered(number: str, issued_at: datetime) -> str:
    return _("№ %(number)s of %(day)s", number=number, day=day(issued_at))


def hours_in_words(hours: int | None) -> str:
    """«16 часов»."""
    return "" if hours is None else together(ngettext("%(num)d hour", "%(num)d hours", hours))


def together(words: str) -> str:
    """Days and numbers are not torn apart at the end of a line."""
    return " – ".join(part.replace(" ", "\u00a0") for part in words.split(" – "))


def ticket(registration: Registration) -> bytes:
    """A page to keep: who, what, when, where, and the QR code for the door."""
    order = printer.ordered(
        "pdf/ticket.html",
        pictures={"qr:ticket": QRCode(public_url("registrations.show", registration.code))},
        registration=registration,
        event=registration.event,
        slot=registration.slot,
        person=registration.person,
    )
    return shelf.kept(shelf.key_of("ticket", order), lambda: printer.fulfil(order))


def public_url(endpoint: str, code: str) -> str:
    """The address as people outside see it, whatever the request came through."""
    return str(current_app.config["SITE_URL"]) + url_for(endpoint, code=code)


def site_name() -> str:
    return str(current_app.config["SITE_URL"]).partition("//")[2]
