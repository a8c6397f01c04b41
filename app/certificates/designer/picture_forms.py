"""A picture in a form: the one that is kept, a new file instead of it, or none."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, Field, SelectField

from app.base.words.text import whole_or_nothing
from app.certificates.design.pictures import Use


class PictureField(Field):
    """Four controls in one: ``<name>`` the file, ``<name>-id`` the picture that is kept (so
    that a file is sent once, however often the form comes back), ``<name>-none`` to take it
    away, ``<name>-cut`` to make white paper clear. ``data``: the id."""

    def __init__(self, label: Any, use: Use, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.use = use
        self.file: FileStorage | None = None
        self.is_removed = False
        self.cuts_paper = use.is_ink
        self.asked_id: int | None = None  # what the form says, believed when it is checked

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if not formdata:
            return
        files = [one for one in formdata.getlist(self.name) if isinstance(one, FileStorage)]
        self.file = next((one for one in files if one.filename), None)
        self.is_removed = f"{self.name}-none" in formdata
        self.cuts_paper = f"{self.name}-cut" in formdata
        self.asked_id = number_of(formdata.get(f"{self.name}-id"))
        self.data = None if self.is_removed else self.asked_id


def number_of(text: Any) -> int | None:
    """An id as a form sends it; what is none at all becomes one that nothing has."""
    if not isinstance(text, str) or not text.strip():
        return None
    number = whole_or_nothing(text)
    return -1 if number is None else number


class PictureForm(FlaskForm):
    """One picture, sent as soon as it is chosen."""

    use = SelectField(choices=[one.value for one in Use], validate_choice=False)
    cut = BooleanField()
    file = FileField(_l("Picture"))

    @property
    def wrong(self) -> str:
        if self.use.data not in set(Use):
            return _("Say what the picture is for.")
        return "" if self.file.data else _("Choose a file.")
