"""Certificates and tickets as PDF."""

from base64 import b64encode
from collections.abc import Sequence

from flask import current_app, url_for
from flask_babel import force_locale

from app.braces import filled
from app.db import db
from app.documents.design_models import Picture
from app.documents.designs import Look
from app.documents.models import Certificate
from app.organizations.models import Organization
from app.registrations.models import Registration


def certificates(papers: Sequence[Certificate]) -> bytes:
    """A page for each, in the order given. In Russian whoever prints them."""
    from app import pdf, pdf_pictures  # WeasyPrint takes 27 MB: only a process that prints

    with force_locale("ru"):
        frame = pdf_pictures.DrawnOnce("img/certificate.svg")
        codes = {
            f"qr:{paper.code}": pdf_pictures.QRCode(public_url("documents.verify", paper.code))
            for paper in papers
        }
        return pdf.render(
            "pdf/certificates.html",
            pictures={frame.url: frame, **codes},
            papers=papers,
            site=site_name(),
            quoted=quoted,
        )


def ticket(registration: Registration) -> bytes:
    """A page to keep: who, what, when, where, and the QR code for the door."""
    from app import pdf, pdf_pictures

    return pdf.render(
        "pdf/ticket.html",
        pictures={
            "qr:ticket": pdf_pictures.QRCode(public_url("registrations.show", registration.code))
        },
        registration=registration,
        event=registration.event,
        slot=registration.slot,
        person=registration.person,
    )


def public_url(endpoint: str, code: str) -> str:
    """The address as people outside see it, whatever the request came through."""
    return str(current_app.config["SITE_URL"]) + url_for(endpoint, code=code)


def site_name() -> str:
    return str(current_app.config["SITE_URL"]).partition("//")[2]


def quoted(title: str) -> str:
    """«Title», and quotation marks inside it as „these“."""
    return "«" + title.replace("«", "„").replace("»", "“") + "»"


def sample(look: Look, organization: Organization, *, holder: str) -> bytes:
    """What a certificate of this look is going to be, for somebody invented."""
    from app import pdf, pdf_pictures

    shown = {
        one.id: f"data:{one.content_type};base64,{b64encode(one.content).decode()}"
        for one in db.session.query(Picture).filter_by(organization_id=organization.id)
        if one.id in look.pictures
    }
    values = {
        "мероприятие": quoted("День открытых дверей"),
        "вид": "День открытых дверей",
        "дата": "14 марта 2026 г.",
        "организация": organization.name,
        "направления": "строительство",
        "часы": "16 часов",
        "результат": "I место",
        "школа": "СОШ № 4",
        "класс": "9А",
    }
    with force_locale("ru"):
        return pdf.render(
            "pdf/sample.html",
            pictures={"qr:sample": pdf_pictures.QRCode(public_url("documents.verify", "SAMPLE"))},
            look=look,
            organization=organization,
            holder=holder,
            shown=shown,
            words=lambda text: filled(text, values),
        )
