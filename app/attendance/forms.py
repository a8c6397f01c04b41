"""What is pressed in the list."""

from flask_wtf import FlaskForm
from wtforms import SelectField

from app.attendance.models import Presence

NO_MARK = "none"


class MarkForm(FlaskForm):
    presence = SelectField(choices=[*(presence.value for presence in Presence), NO_MARK])

    @property
    def mark(self) -> Presence | None:
        return None if self.presence.data == NO_MARK else Presence(self.presence.data)
