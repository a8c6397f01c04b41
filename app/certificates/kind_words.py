"""What the kinds of certificates are called."""

from flask_babel import lazy_gettext as _l

from app.certificates.kinds import CertificateKind

KINDS = {
    CertificateKind.PARTICIPANT: _l("Certificate"),
    CertificateKind.DIPLOMA: _l("Diploma"),
    CertificateKind.THANKS: _l("Letter of thanks"),
    CertificateKind.HOURS: _l("Certificate of hours"),
}
ABOUT = {
    CertificateKind.PARTICIPANT: _l("Says that the person took part."),
    CertificateKind.DIPLOMA: _l("With a result: “1st place”, “Winner in the nomination …”."),
    CertificateKind.THANKS: _l("To teachers, partners, volunteers: to typed names too."),
    CertificateKind.HOURS: _l("Says how many academic hours the person was taught."),
}


def kind_of(said: str | None) -> CertificateKind:
    """As an address names it; a certificate of participation where it names none."""
    return next((one for one in CertificateKind if one == said), CertificateKind.PARTICIPANT)
