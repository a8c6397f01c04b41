"""What an organizer chooses of a list: which paper, which columns, whom, in which order."""

import enum
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

MOST_BLANK = 60
ROWS_AT_LEAST = 20  # a short list fills its page: more may come than signed up
QUESTION = "q"  # before the id of a question: the column with the answers to it


class ListPaper(enum.StrEnum):
    REGISTRATION = "registration"
    TURNOUT = "turnout"
    GROUP = "group"
    PROTOCOL = "protocol"
    APPLICATION = "application"
    CONTACTS = "contacts"
    OWN = "own"


class Whom(enum.StrEnum):
    SEATED = "seated"
    CAME = "came"
    LIVE = "live"  # the waitlist and applications too


class Pages(enum.StrEnum):
    """What begins on a page of its own."""

    SLOT = "slot"
    GROUP = "group"
    SCHOOL = "school"
    NOTHING = "nothing"


class Order(enum.StrEnum):
    NAME = "name"
    CLASS = "class"
    SCHOOL = "school"
    SIGNED_UP = "signed_up"


WHOM_TITLES = {
    Whom.SEATED: _l("Those with a seat"),
    Whom.CAME: _l("Those marked as present"),
    Whom.LIVE: _l("Everybody: the waitlist and applications too"),
}
PAGES_TITLES = {
    Pages.SLOT: _l("Each time"),
    Pages.GROUP: _l("Each class that signed up together"),
    Pages.SCHOOL: _l("Each school"),
    Pages.NOTHING: _l("Nothing: one list of all"),
}
ORDER_TITLES = {
    Order.NAME: _l("By last name"),
    Order.CLASS: _l("By class"),
    Order.SCHOOL: _l("By school"),
    Order.SIGNED_UP: _l("Who signed up first"),
}


@dataclass(frozen=True)
class ListColumn:
    """``width`` in millimetres on paper, ``grows`` into what is left of the page;
    ``characters`` in a spreadsheet. ``is_personal``: for those who see people's contacts."""

    title: Any
    width: float
    characters: int
    grows: bool = False
    align: str = "left"
    is_personal: bool = False


# In the order in which they are printed; the questions of the form stand before «mark».
COLUMNS = {
    "number": ListColumn("№", 10, 6, align="right"),
    "name": ListColumn(_l("Full name"), 58, 38, grows=True),
    "school": ListColumn(_l("School (organization)"), 42, 30, grows=True),
    "class": ListColumn(_l("Class"), 15, 8),
    "birth_year": ListColumn(_l("Year of birth"), 18, 10, align="center"),
    "group": ListColumn(_l("Group"), 32, 24),
    "adults": ListColumn(_l("Accompanying adults"), 42, 34),
    "teacher": ListColumn(_l("Responsible teacher"), 42, 34),
    "companions": ListColumn(_l("Companions"), 25, 15, align="center"),
    "phone": ListColumn(_l("Phone"), 34, 20, is_personal=True),
    "email": ListColumn(_l("E-mail"), 42, 30, is_personal=True),
    "status": ListColumn(_l("Status"), 28, 20),
    "consent": ListColumn(_l("Consent to data processing"), 25, 20, is_personal=True),
    "presence": ListColumn(_l("Came to the event"), 20, 12),
    "time": ListColumn(_l("Time"), 46, 44),
    "mark": ListColumn(_l("Turnout"), 17, 10, align="center"),
    "result": ListColumn(_l("Result, place"), 34, 24, grows=True),
    "note": ListColumn(_l("Note"), 30, 24, grows=True),
    "signature": ListColumn(_l("Signature"), 40, 20, grows=True),
}
ANSWER = ListColumn("", 30, 24, is_personal=True)


@dataclass(frozen=True)
class Preset:
    """A usual paper: what is chosen until somebody chooses otherwise. ``fills_page``: a short
    list has rows for more than were expected."""

    title: Any
    about: Any
    columns: tuple[str, ...]
    whom: Whom = Whom.SEATED
    pages: Pages = Pages.SLOT
    blank: int = 0
    fills_page: bool = False
    is_landscape: bool = False
    names_adults: bool = True


PRESETS = {
    ListPaper.REGISTRATION: Preset(
        _l("Attendance list"),
        _l("Lies at the entrance: everybody signs. Blank rows are for those who just come."),
        ("number", "name", "school", "class", "signature"),
        blank=5,
        fills_page=True,
    ),
    ListPaper.TURNOUT: Preset(
        _l("Turnout list"),
        _l("After the event: who came, with marks and the sum."),
        ("number", "name", "school", "class", "mark", "note"),
    ),
    ListPaper.GROUP: Preset(
        _l("List of a group"),
        _l("A class that signed up together, with the adults who accompany it."),
        ("number", "name", "class", "birth_year", "note"),
        pages=Pages.GROUP,
    ),
    ListPaper.PROTOCOL: Preset(
        _l("Protocol"),
        _l("Results of a contest; the commission signs at the end."),
        ("number", "name", "school", "class", "result"),
    ),
    ListPaper.APPLICATION: Preset(
        _l("Application of a school"),
        _l("Whom a school sends, with the responsible teacher: each school on its own page."),
        ("number", "name", "birth_year", "class", "school", "teacher"),
        whom=Whom.LIVE,
        pages=Pages.SCHOOL,
    ),
    ListPaper.CONTACTS: Preset(
        _l("Table with contacts"),
        _l("Everybody, with contacts, states and marks: for work in Excel."),
        ("number", "name", "school", "class", "companions", "phone", "email", "status", "presence"),
        whom=Whom.LIVE,
        is_landscape=True,
        names_adults=False,
    ),
    ListPaper.OWN: Preset(
        _l("A list of my own"),
        _l("Any columns in any order of rows."),
        ("number", "name"),
        pages=Pages.NOTHING,
    ),
}


@dataclass(frozen=True)
class Choice:
    """``slots``: ids. ``only``: «g12» a group, «s7» a school, «~name» a school as typed."""

    paper: ListPaper
    columns: tuple[str, ...]
    slots: tuple[int, ...]
    whom: Whom = Whom.SEATED
    pages: Pages = Pages.SLOT
    order: Order = Order.NAME
    together: bool = True
    landscape: bool = False
    blank: int = 0
    only: str = ""

    @property
    def preset(self) -> Preset:
        return PRESETS[self.paper]

    @property
    def questions(self) -> set[int]:
        """The ids of the questions whose answers are columns."""
        found = (one.removeprefix(QUESTION) for one in self.columns if one not in COLUMNS)
        return {int(id_) for id_ in found}

    @property
    def takes_single_people(self) -> bool:
        """Or those alone who come with a class."""
        return self.paper is not ListPaper.GROUP

    @property
    def is_usual_sheet(self) -> bool:
        """Whether its rows have the numbers that may be typed in when it is filled
        (attendance.typed_rows)."""
        return (
            self.paper is ListPaper.REGISTRATION
            and self.whom is Whom.SEATED
            and self.pages is Pages.SLOT
            and self.order is Order.NAME
            and self.together
            and not self.only
        )

    def blank_after(self, rows: int) -> int:
        """How many blank rows follow so many rows with names."""
        if self.preset.fills_page and self.blank:
            return max(self.blank, ROWS_AT_LEAST - rows)
        return self.blank


def usual(paper: ListPaper, slots: tuple[int, ...], **other: Any) -> Choice:
    """The paper as it is printed when nothing else is chosen."""
    preset = PRESETS[paper]
    given = {
        "columns": preset.columns,
        "whom": preset.whom,
        "pages": preset.pages,
        "landscape": preset.is_landscape,
        "blank": preset.blank,
    }
    return Choice(paper=paper, slots=slots, **{**given, **other})
