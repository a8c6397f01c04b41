"""What an organizer chooses of a list. It stands in the address: it only reads."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.events.models import Event
from app.events.questions.models import Question
from app.papers.lists.choices import (
    COLUMNS,
    MOST_BLANK,
    ORDER_TITLES,
    PAGES_TITLES,
    PRESETS,
    QUESTION,
    WHOM_TITLES,
    Choice,
    ListPaper,
    Order,
    Pages,
    Whom,
)
from app.papers.lists.columns import in_their_order
from app.registrations.desk.forms import slot_title
from app.web.fields import whole_number

Said = MultiDict[str, str]
TOGETHER, MIXED = "together", "mixed"
PORTRAIT, LANDSCAPE = "portrait", "landscape"


class OneOf(SelectField):
    def pre_validate(self, form: Any) -> None:
        known = {value for value, _title, *_rest in self.iter_choices()}
        if self.has_groups():
            known = {one[0] for _group, offered in self.iter_groups() for one in offered}
        if self.data not in known:
            raise ValidationError(_("This is not offered any more: choose again."))


class ListForm(FlaskForm):
    class Meta:
        csrf = False

    paper = HiddenField()
    slot = OneOf(_l("Time"))
    only = OneOf(_l("Whose"))
    whom = OneOf(_l("Who is on the list"))
    pages = OneOf(_l("What begins on a new page"))
    classes = OneOf(_l("Classes that signed up together"))
    order = OneOf(_l("Order"))
    layout = OneOf(_l("Sheet of A4"))
    blank = whole_number(
        _l("Blank rows at the end"),
        0,
        MOST_BLANK,
        otherwise=_l("From 0 to %(most)s rows.", most=MOST_BLANK),
    )
    columns = SelectMultipleField(
        _l("Columns"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )

    def __init__(
        self,
        event: Event,
        said: Said,
        *,
        paper: ListPaper,
        groups: Sequence[tuple[int, str]],
        schools: Sequence[tuple[str, str]],
        questions: Sequence[Question],
        sees_people: bool,
    ) -> None:
        """``said``: what was chosen; what is missing in it is as the paper usually is, but
        for the columns of a form that was sent. ``schools``: as desk_queries gives them."""
        offered = offered_columns(questions, sees_people=sees_people)
        super().__init__(completed(said, paper, offered))
        self.event = event
        self.slot.choices = [
            ("", _("All that take place")),
            *((str(one.id), slot_title(one)) for one in event.slots),
        ]
        self.only.choices = whose(groups, schools)
        self.whom.choices = titled(WHOM_TITLES)
        self.pages.choices = titled(PAGES_TITLES)
        self.order.choices = titled(ORDER_TITLES)
        self.classes.choices = [
            (TOGETHER, _("Stand together, after those who come alone")),
            (MIXED, _("Stand among the others")),
        ]
        self.layout.choices = [(PORTRAIT, _("Portrait")), (LANDSCAPE, _("Landscape"))]
        self.columns.choices = list(offered.items())
        # One that is not known, or not for this visitor's eyes, is left out.
        self.columns.data = [one for one in self.columns.data or () if one in offered]

    def validate_columns(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_("Tick at least one column."))

    @property
    def choice(self) -> Choice:
        """Of a form that is valid."""
        held = self.event.slots_held or self.event.slots
        chosen = [one for one in self.event.slots if str(one.id) == self.slot.data]
        asked = [value for value, _title in self.columns.choices]
        return Choice(
            paper=ListPaper(self.paper.data),
            columns=in_their_order(self.columns.data or (), asked=asked),
            slots=tuple(one.id for one in chosen or held),
            whom=Whom(self.whom.data),
            pages=Pages(self.pages.data),
            order=Order(self.order.data),
            together=self.classes.data == TOGETHER,
            landscape=self.layout.data == LANDSCAPE,
            blank=self.blank.data or 0,
            only=self.only.data or "",
        )


def titled(titles: Any) -> list[tuple[str, str]]:
    return [(code.value, str(title)) for code, title in titles.items()]


def offered_columns(questions: Sequence[Question], *, sees_people: bool) -> dict[str, str]:
    """By their codes, in the order in which they are printed."""
    asked = {f"{QUESTION}{one.id}": one.label for one in questions} if sees_people else {}
    own = {
        code: str(one.title) for code, one in COLUMNS.items() if sees_people or not one.is_personal
    }
    titles = {**own, **asked}
    return {code: titles[code] for code in in_their_order(titles, asked=list(asked))}


def whose(groups: Sequence[tuple[int, str]], schools: Sequence[tuple[str, str]]) -> Any:
    """Everybody, a class that signed up together, or a school."""
    everybody = ("", _("All"))
    if not groups and not schools:
        return [everybody]
    return {
        _("Everybody"): [everybody],
        **({_("Classes"): [(f"g{id_}", title) for id_, title in groups]} if groups else {}),
        **(
            {
                _("Schools"): [
                    (value if value.startswith("~") else f"s{value}", title)
                    for value, title in schools
                ]
            }
            if schools
            else {}
        ),
    }


def completed(said: Said, paper: ListPaper, offered: dict[str, str]) -> Said:
    """With what the paper usually is where nothing was said."""
    preset = PRESETS[paper]
    usual = {
        "slot": "",
        "only": "",
        "whom": preset.whom.value,
        "pages": preset.pages.value,
        "classes": TOGETHER,
        "order": Order.NAME.value,
        "layout": LANDSCAPE if preset.is_landscape else PORTRAIT,
        "blank": str(preset.blank),
    }
    given: Said = MultiDict(said)
    if "columns" not in given and "blank" not in given:  # a short address, not the form
        columns = [one for one in preset.columns if one in offered]
        if paper is ListPaper.CONTACTS:
            columns += [one for one in offered if one not in COLUMNS]
        given.setlist("columns", columns)
    for name, value in usual.items():
        given.setdefault(name, value)
    given["paper"] = paper.value
    return given
