"""Certificates and tickets as PDF."""

from collections.abc import Sequence

from flask import current_app, url_for
from flask_babel import force_locale

from app.documents.models import Certificate
from app.registrations.models import Registration


def certificates(papers: Sequence[Certificate], *, archival: bool = False) -> bytes:
    """A page for each, in the order given; ``archival``: as PDF/A. In Russian whoever prints
    them."""
    from app import pdf, pdf_pictures  # WeasyPrint takes 27 MB: only a process that prints

    with force_locale("ru"):
        frame = pdf_pictures.DrawnOnce("img/certificate.svg")
        codes = {
            f"qr:{paper.code}": pdf_pictures.QRCode(public_url("documents.verify", paper.code))
            for paper in papers
        }
        return pdf.render(
            "pdf/certificates.html",
            variant="pdf/a-3b" if archival else None,
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
