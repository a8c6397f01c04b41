"""Certificates and tickets as PDF."""

from collections.abc import Sequence

from flask import current_app, url_for
from flask_babel import force_locale

from app.documents.models import Certificate
from app.documents.signing import qr_text
from app.registrations.models import Registration


def certificates(papers: Sequence[Certificate]) -> bytes:
    """A page for each, in the order given. In Russian whoever prints them."""
    from app import pdf, pdf_pictures  # WeasyPrint takes 27 MB: only a process that prints

    with force_locale("ru"):
        frame = pdf_pictures.DrawnOnce("img/certificate.svg")
        codes = {f"qr:{paper.code}": pdf_pictures.QRCode(qr_text(paper)) for paper in papers}
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
