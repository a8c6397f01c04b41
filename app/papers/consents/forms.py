"""What is typed about consents signed on paper."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectChoice
from wtforms.validators import InputRequired, ValidationError

from app.base import clock
from app.people.models import ConsentKind
from app.web import fields
from app.web.fields import whole_number

KINDS = [
    SelectChoice(ConsentKind.PERSONAL_DATA.value, _l("Processing of personal data")),
    SelectChoice(ConsentKind.PHOTO.value, _l("Photos and videos")),
]
YEARS_BACK = 5


def kind_of(said: str | None) -> ConsentKind:
    return ConsentKind.PHOTO if said == ConsentKind.PHOTO else ConsentKind.PERSONAL_DATA


def years_ago(day: date, years: int) -> date:
    """The 29th of February becomes the 28th."""
    year = day.year - years
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


class PaperConsentsForm(FlaskForm):
    """A pile of signed papers of one kind and date. What staff enter is paper, nothing else."""

    kind = RadioField(_l("What was signed"), choices=KINDS)
    date = DateField(
        _l("Date of the papers"),
        validators=[InputRequired(_l("Write the date that stands on the papers."))],
    )
    number = fields.line(
        _l("Number of the first paper"),
        required=_l("Write the number of the first paper; if you give none, write “б/н”."),
        most=25,
        description=_l("The next ones count up in the order of the list: 12, 13, 14…"),
    )
    version = whole_number(
        _l("Version of the text"),
        1,
        10_000,
        otherwise=_l("The version is a small number at the foot of the paper."),
        description=_l("At the foot of the paper. Empty: the one in force."),
    )

    def validate_date(self, field: DateField) -> None:
        today = clock.today()
        if field.data and field.data > today:
            raise ValidationError(_("This day has not come yet: check the date of the papers."))
        if field.data and field.data < years_ago(today, YEARS_BACK):
            raise ValidationError(
                _("A paper older than five years does not count: let it be signed again.")
            )


class PaperWithdrawalForm(FlaskForm):
    """Somebody brought a signed withdrawal."""

    name = fields.line(
        _l("Who signed the withdrawal: last name, first name, patronymic"),
        required=_l("Write who signed: the withdrawal is kept under this name."),
        most=300,
    )
