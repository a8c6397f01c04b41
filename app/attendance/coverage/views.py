"""What a school sees of where its pupils have been, and the lists of whom to invite."""

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.attendance.coverage import figures as coverage
from app.attendance.coverage.invite_lists import spreadsheet, suiting
from app.audit.actions import record
from app.base import clock
from app.base.db import transaction
from app.base.words.text import whole
from app.events.about.professional_fields import PROFESSIONAL_FIELDS
from app.events.catalogue.cards import event_card
from app.events.kinds import KINDS
from app.organizations.models import Organization
from app.people.models import SchoolClass
from app.permissions import authorize, can, own_schools
from app.web.pages import XLSX, download, found_or_404, page

bp = Blueprint("coverage", __name__)
YEARS_BACK = 4


def chosen_school() -> Organization:
    """One of the visitor's schools: ``?school=<slug>``, else the first."""
    authorize("school.open")
    wanted = request.args.get("school", "")
    return found_or_404(next((one for one in own_schools() if wanted in ("", one.slug)), None))


def years() -> list[int]:
    """School years to choose from, by the year in which they begin; the current one first."""
    this = clock.school_year(clock.today())
    return list(range(this, this - YEARS_BACK - 1, -1))


def chosen_year() -> int:
    """``?year=2026``; what is no such year means the current one."""
    wanted = request.args.get("year", 0, type=whole)
    return wanted if wanted in years() else years()[0]


def seen_classes(school: Organization, year: int) -> list[SchoolClass]:
    """Those whose pupils the visitor may see."""
    return [one for one in coverage.classes_in([school], year) if can("class.see", one)]


def chosen_classes(school: Organization, year: int) -> list[SchoolClass]:
    """``?class=<id>``, else all that the visitor may see."""
    seen = seen_classes(school, year)
    if "class" not in request.args:
        return seen
    wanted = request.args.get("class", 0, type=whole)
    return [one for one in seen if one.id == wanted] or abort(404)


def in_words(year: int) -> str:
    """«2026/27»."""
    return f"{year}/{(year + 1) % 100:02}"


def address(school: Organization, year: int, endpoint: str = ".index", **more: Any) -> str:
    """What is asked for, without what goes without saying."""
    asked = {"year": None if year == years()[0] else year, **more}
    if len(own_schools()) > 1:
        asked["school"] = school.slug
    return url_for(endpoint, **asked)


def shared(school: Organization, year: int) -> dict[str, Any]:
    """What each of these pages shows around its tables."""
    return {
        "school": school,
        "year": year,
        "years": years(),
        "in_words": in_words,
        "address": address,
        "title_in": coverage.title_in,
        "kinds": KINDS,
        "fields": PROFESSIONAL_FIELDS,
    }


@bp.get("/school/coverage")
@login_required
def index() -> ResponseReturnValue:
    school, year = chosen_school(), chosen_year()
    classes = chosen_classes(school, year)
    visits = coverage.visits_in(year, classes=classes)
    if "class" in request.args:
        return class_page(school, year, classes[0], visits)
    shares = coverage.shares_of(classes, coverage.sizes_of(classes), visits)
    return page(
        "attendance/coverage/index.html",
        **shared(school, year),
        classes=classes,
        shares=shares,
        total=coverage.together(shares.values()),
        by_kind=coverage.by_kind(visits),
        by_field=coverage.by_field(visits),
    )


def class_page(
    school: Organization, year: int, class_: SchoolClass, visits: list[coverage.Visit]
) -> Response:
    """Each pupil with what they have been to; ``?nowhere=1``: those alone who were nowhere."""
    pupils, been = coverage.pupils_in([class_]), coverage.by_person(visits)
    nowhere = request.args.get("nowhere") == "1"
    return page(
        "attendance/coverage/class.html",
        **shared(school, year),
        class_=class_,
        pupils=[one for one in pupils if not (nowhere and one.id in been)],
        share=coverage.Share(len(pupils), len(been), len(visits)),
        been=been,
        nowhere=nowhere,
        by_kind=coverage.by_kind(visits),
        by_field=coverage.by_field(visits),
    )


@bp.get("/school/coverage/invite")
@login_required
def invite() -> ResponseReturnValue:
    """Whom to invite, with their parents' contacts: to be printed or rung up."""
    school, year = chosen_school(), chosen_year()
    classes = chosen_classes(school, year)
    found = coverage.uncovered(classes, year)
    if found:  # the school can see who looked at parents' contacts, and at how many
        with transaction():
            number = number_of(found)
            record("contacts.seen", school, organization_id=school.id, number=number)
    grades = {one.school_class.grade for one in found}
    return page(
        "attendance/coverage/invite.html",
        **shared(school, year),
        title=list_title(school, classes, year),
        found=found,
        number=number_of(found),
        events=suiting(grades),
        event_card=event_card,
        chosen=classes[0].id if "class" in request.args else None,
    )


@bp.get("/school/coverage/invite.xlsx")
@login_required
def invite_table() -> ResponseReturnValue:
    school, year = chosen_school(), chosen_year()
    classes = chosen_classes(school, year)
    found = coverage.uncovered(classes, year)
    if found:
        with transaction():
            number = number_of(found)
            record("persons.exported", school, organization_id=school.id, number=number)
    title = list_title(school, classes, year)
    return download(spreadsheet(found, title=title), XLSX, f"{title.replace('/', '-')}.xlsx")


def list_title(school: Organization, classes: list[SchoolClass], year: int) -> str:
    """«Пригласить: 9А, СОШ № 18, 2026/27»."""
    class_ = coverage.title_in(classes[0], year) if "class" in request.args else ""
    where = ", ".join(filter(None, (class_, school.short_name)))
    return _("To invite: %(where)s, %(year)s", where=where, year=in_words(year))


def number_of(found: list[coverage.Uncovered]) -> int:
    return sum(len(one.pupils) for one in found)
