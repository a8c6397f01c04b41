"""What is chosen and typed for badges, table tents and signs."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    Form,
    RadioField,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import Length, ValidationError

from app.base.words.text import clean
from app.events.models import Slot
from app.papers.hall import badges
from app.papers.hall.signs import Sign, typed_sign
from app.papers.hall.tents import Tent, typed_tent
from app.registrations.answers.forms import ManyField
from app.web.fields import PlainLine, too_long, trimmed, whole_number

MOST_TYPED = 30_000
MOST_LINES = 300
LONGEST = 250
MOST_BLANKS = 400
EVERY_SLOT = ""


class EachLine:
    """One thing on each line, each like any other line of text; before a semicolon stands
    what is printed large."""

    def __call__(self, form: Form, field: Field) -> None:
        lines = lines_of(field.data)
        if len(lines) > MOST_LINES:
            raise ValidationError(
                _("At most %(most)s lines at a time: print the rest after these.", most=MOST_LINES)
            )
        for number, line in enumerate(lines, start=1):
            if said := what_is_wrong(form, line):
                raise ValidationError(
                    _("Line %(number)s, “%(line)s”: %(said)s",
                      number=number, line=shown(line), said=said)
                )  # fmt: skip


def what_is_wrong(form: Form, line: str) -> str:
    if len(line) > LONGEST:
        return str(too_long(LONGEST))
    if not line.partition(";")[0].strip():
        return _("write what is printed large before the semicolon.")
    try:
        PlainLine()(form, SimpleNamespace(data=line))
    except ValidationError as error:
        return str(error)
    return ""


def shown(line: str) -> str:
    return line if len(line) <= 30 else f"{line[:30]}…"


def lines_of(text: str | None) -> list[str]:
    return [line for each in (text or "").splitlines() if (line := clean(each))]


def typed_lines(label: Any, description: Any) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[trimmed],
        validators=[Length(max=MOST_TYPED, message=too_long(MOST_TYPED)), EachLine()],
        description=description,
    )


def role_field(label: Any, default: str) -> SelectField:
    titles = [SelectChoice(role.code, role.title) for role in badges.ROLES.values()]
    return SelectField(label, choices=titles, default=default)


class BadgesForm(FlaskForm):
    who = ManyField(_l("Who is known here already"))
    slot = SelectField(_l("Of which slot"))
    typed = typed_lines(
        _l("Further names, each on its own line"),
        _l(
            "Surname, first name, patronymic; after a semicolon the organization and the post. "
            "Example: Манджиева Айса Петровна; Технопарк, наставник. They are printed, not kept."
        ),
    )
    role = role_field(_l("Their role"), "expert")
    blanks = whole_number(
        _l("Blank badges"),
        0,
        MOST_BLANKS,
        description=_l("With lines to write the name on by hand. There are eight on a sheet."),
    )
    blank_role = role_field(_l("Role on the blank ones"), "guest")
    stacked = BooleanField(
        _l("Sort for cutting the whole pile at once"),
        description=_l(
            "The cut piles, put one on another from left to right and from top to bottom, are in "
            "alphabetical order. Without it the order runs along each sheet."
        ),
    )

    def __init__(self, who: Sequence[tuple[str, str]], slots: Sequence[tuple[int, str]]) -> None:
        """``who``: the sources and their names; ``slots``: those that take place."""
        super().__init__(data={"who": [code for code, _title in who][:1]})
        self.who.choices = [SelectChoice(*one) for one in who]
        self.slot.choices = [
            SelectChoice(EVERY_SLOT, _("All slots")),
            *(SelectChoice(str(id_), title) for id_, title in slots),
        ]

    def slots_of(self, slots: Sequence[Slot]) -> list[Slot]:
        return [one for one in slots if self.slot.data in (EVERY_SLOT, str(one.id))]

    @property
    def typed_badges(self) -> list[badges.Badge]:
        """Those typed, and the blank ones."""
        role = badges.ROLES[self.role.data]
        blank = badges.Badge(badges.ROLES[self.blank_role.data])
        named = [badges.typed_badge(role, line) for line in lines_of(self.typed.data)]
        return named + [blank] * (self.blanks.data or 0)


class TentsForm(FlaskForm):
    stands = ManyField(_l("Exhibitors of the event"))
    typed = typed_lines(
        _l("Names, each on its own line"),
        _l(
            "Surname, first name, patronymic; after a semicolon the post and the organization. "
            "Example: Манджиева Айса Петровна; наставник технопарка."
        ),
    )

    def __init__(self, stands: Sequence[Tent]) -> None:
        places = [str(place) for place in range(len(stands))]
        super().__init__(data={"stands": places})
        self.all_stands = stands
        self.stands.choices = [
            SelectChoice(place, stand.large) for place, stand in zip(places, stands, strict=True)
        ]

    @property
    def tents(self) -> list[Tent]:
        chosen = [self.all_stands[int(place)] for place in self.stands.data or []]
        return chosen + [typed_tent(line) for line in lines_of(self.typed.data)]


class SignsForm(FlaskForm):
    rooms = ManyField(_l("Rooms of the event"))
    typed = typed_lines(
        _l("Other signs, each on its own line"),
        _l(
            "What is printed large; after a semicolon what stands small under it. "
            "Example: Регистрация участников; 1-й этаж, у входа."
        ),
    )
    arrow = RadioField(
        _l("Arrow"),
        choices=[
            SelectChoice("", _l("none: the sign hangs at the door itself")),
            SelectChoice("left", _l("← to the left")),
            SelectChoice("right", _l("→ to the right")),
            SelectChoice("up", _l("↑ straight on")),
        ],
        default="",
    )
    shape = RadioField(
        _l("Sheet"),
        choices=[
            SelectChoice("landscape", _l("lying")),
            SelectChoice("portrait", _l("upright")),
        ],
        default="landscape",
    )

    def __init__(self, rooms: Sequence[str]) -> None:
        super().__init__(data={"rooms": list(rooms)})
        self.rooms.choices = [SelectChoice(room, room) for room in rooms]

    @property
    def typed_signs(self) -> list[Sign]:
        return [typed_sign(line) for line in lines_of(self.typed.data)]
