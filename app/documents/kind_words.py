"""What the kinds of certificates are called."""

from flask_babel import lazy_gettext as _l

from app.documents.design_models import CertificateKind

KIND_WORDS = {
    CertificateKind.PARTICIPANT: _l("Certificate of participation"),
    CertificateKind.DIPLOMA: _l("Diploma"),
    CertificateKind.THANKS: _l("Letter of thanks"),
    CertificateKind.HOURS: _l("Reference with hours"),
}
