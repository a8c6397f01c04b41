"""Consents to be signed on paper: one sheet for each, filled in with what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import force_locale

from app.events.models import Event
from app.organizations.models import Organization
from app.organizations.queries import operator
from app.people.consents.queries import Words, in_force
from app.people.models import ConsentKind, Guardianship, Person, SchoolClass
from app.people.queries import guardianships_of
from app.press import printer
from app.web.filters import day

# Letters of the text up to which it stands on one page in this size.
SIZES = ((3300, "regular"), (4200, "small"), (5200, "tiny"))
DEFAULT_TITLES = {
    ConsentKind.PERSONAL_DATA: "Согласие на обработку персональных данных",
    ConsentKind.PHOTO: "Согласие на фото- и видеосъёмку и публикацию снимков",
}


@dataclass(frozen=True)
class Sheet:
    """What is filled in; the empty remains a line to be written on."""

    name: str = ""
    born: str = ""
    school: str = ""
    class_title: str = ""
    guardian: str = ""
    by_guardian: bool | None = None  # None: not known who is going to sign


@dataclass(frozen=True)
class Forms:
    """Sheets of one text, one page each."""

    text: Words
    sheets: Sequence[Sheet]
    school: Organization | None = None
    event: Event | None = None
    operator: Organization | None = None

    @property
    def title(self) -> str:
        return title_and_words(self.text)[0]

    @property
    def words(self) -> str:
        return title_and_words(self.text)[1]

    @property
    def size(self) -> str:
        return next((size for most, size in SIZES if len(self.text.body) <= most), "least")


def for_class(class_: SchoolClass, pupils: Sequence[Person], kind: ConsentKind) -> bytes:
    """A sheet for each of these pupils, in their order."""
    with force_locale("ru"):
        return printed(forms_for(class_.school, pupils, kind))


def forms_for(school: Organization, pupils: Sequence[Person], kind: ConsentKind) -> Forms:
    """A sheet for each of these pupils of the school, each with their own class."""
    guardians = guardianships_of(pupils)
    with force_locale("ru"):
        sheets = [sheet_of(school, one, guardians) for one in pupils]
    return Forms(in_force(kind), sheets, school=school, operator=operator())


def sheet_of(
    school: Organization, pupil: Person, guardians: Mapping[int, Sequence[Guardianship]]
) -> Sheet:
    names = [one.name or (one.user.display_name if one.user else "") for one in guardians[pupil.id]]
    return Sheet(
        name=pupil.full_name,
        born=day(pupil.birth_date) if pupil.birth_date else "",
        school=school.name,
        class_title=pupil.school_class.title if pupil.school_class else pupil.class_title,
        # Of several we do not know who is going to sign.
        guardian=names[0] if len(names) == 1 and pupil.is_minor else "",
        by_guardian=pupil.is_minor,
    )


def blank(event: Event, kind: ConsentKind) -> bytes:
    """For those who come without signing up: everything but the names."""
    with force_locale("ru"):
        return printed(Forms(in_force(kind), [Sheet()], event=event, operator=operator()))


def printed(forms: Forms) -> bytes:
    return printer.render("pdf/consent.html", forms=forms)


def title_and_words(text: Words) -> tuple[str, str]:
    """The heading stands above what is filled in, the words below."""
    first, _break, rest = text.body.strip().partition("\n")
    if first.startswith("#"):
        return first.lstrip("# "), rest
    return DEFAULT_TITLES[text.kind], text.body
