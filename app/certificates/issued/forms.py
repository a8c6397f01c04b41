"""Shape of what people type about certificates."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.base.codes import as_code
from app.web.fields import line, too_long


class RevokeForm(FlaskForm):
    reason = line(
        _l("Reason"),
        required=_l("Write why: whoever asks later will want to know."),
        most=300,
        description=_l("Not shown to visitors. Example: a mistake in the surname."),
    )


class CodeForm(FlaskForm):
    """A question, sent as an address: it changes nothing and needs no token."""

    class Meta:
        csrf = False

    code = StringField(
        _l("Code of the certificate"),
        filters=[as_code],
        validators=[
            DataRequired(_l("Enter the code: twelve letters and digits under the QR code.")),
            Length(max=40, message=too_long(40)),
        ],
        description=_l("Twelve letters and digits under the QR code, with hyphens or without."),
    )
