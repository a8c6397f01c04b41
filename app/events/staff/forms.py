"""What is typed about the staff of an event, and at its door."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, Regexp

from app.events.staff.doors import PIN_LENGTH
from app.events.staff.models import StaffRole
from app.web.fields import SensibleDate, email, line, name


def digits(typed: Any) -> Any:
    """«123 456» as somebody reads it out."""
    return re.sub(r"\D", "", typed)[: 2 * PIN_LENGTH] if isinstance(typed, str) else typed


class ColleagueForm(FlaskForm):
    email = email(_l("E-mail"), required=_l("Type the e-mail address of your colleague."))
    role = RadioField(
        _l("Role"),
        choices=[
            SelectChoice(
                StaffRole.ORGANIZER.value, _l("Organizer: runs the event together with you")
            ),
            SelectChoice(StaffRole.DOOR.value, _l("At the door: ticks who came")),
        ],
        default=StaffRole.ORGANIZER.value,
        validators=[DataRequired(_l("Choose a role."))],
    )


class DoorLinkForm(FlaskForm):
    valid_on = DateField(
        _l("Day"),
        validators=[
            DataRequired(_l("Choose the day.")),
            SensibleDate(years_back=0, years_ahead=2),
        ],
    )
    label = line(_l("For whom or where"), most=100)


class DoorForm(FlaskForm):
    """At the door, on one's own phone."""

    pin = StringField(
        _l("PIN"),
        filters=[digits],
        validators=[
            DataRequired(_l("Type the six digits the organizer told you.")),
            Regexp(rf"\d{{{PIN_LENGTH}}}\Z", message=_l("The PIN has six digits.")),
        ],
    )
    name = name(_l("Your name"), required=_l("Type your name: it will stand beside your marks."))
