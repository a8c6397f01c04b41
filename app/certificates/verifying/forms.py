"""Shape of what people paste to have it checked."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.web.fields import too_long, trimmed

MOST_LETTERS = 3000


class SignedTextForm(FlaskForm):
    text = TextAreaField(
        _l("Text of the QR code"),
        filters=[trimmed],
        validators=[
            DataRequired(_l("Paste the text that the scanner shows: it begins with https://.")),
            Length(max=MOST_LETTERS, message=too_long(MOST_LETTERS)),
        ],
        description=_l(
            "Any scanner that shows what stands in the code will do. The text is an address with "
            "several hundred digits at its end; line breaks do not matter."
        ),
    )
