"""Where a school's coordinator answers those who typed its name."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from app.base.db import transaction
from app.base.words.text import whole
from app.organizations.models import Organization
from app.people.classes import claims
from app.permissions import authorize, can, own_schools
from app.web.pages import found_or_404, page, page_asked, paged

bp = Blueprint("claims", __name__)
AT_ONCE = 50


def chosen_school() -> Organization:
    """``?school=<slug>``, else the first that the visitor coordinates."""
    authorize("school.open")
    wanted = request.args.get("school", "")
    own = (one for one in own_schools() if can("school.coordinate", one))
    return found_or_404(next((one for one in own if wanted in ("", one.slug)), None))


@bp.get("/school/requests")
@login_required
def index() -> ResponseReturnValue:
    return list_of(chosen_school())


def list_of(school: Organization, *, status: int = 200) -> ResponseReturnValue:
    number = page_asked()
    found = paged(claims.claims_on(school), number=number, size=AT_ONCE)
    return page(
        "people/classes/requests.html",
        status=status,
        school=school,
        found=found,
        called_so=claims.pupils_called_so(school, found.items),
        page_url=lambda number: url_for(".index", school=school.slug, page=number),
    )


@bp.post("/school/requests/accept")
@login_required
def accept() -> ResponseReturnValue:
    return answered(accepts=True)


@bp.post("/school/requests/reject")
@login_required
def reject() -> ResponseReturnValue:
    return answered(accepts=False)


def answered(*, accepts: bool) -> ResponseReturnValue:
    """The ticked ones are answered, those who still wait for it."""
    school = chosen_school()
    ids = request.form.getlist("ids", type=whole)
    if not ids:
        flash(_("Nobody is ticked. Tick people in the list first."), "error")
        return list_of(school, status=422)
    with transaction():
        chosen = claims.chosen_claims(school, ids[:AT_ONCE])
        number = (claims.accept if accepts else claims.reject)(chosen, school)
    flash(words_for(number, accepts=accepts), "success" if number else "error")
    return redirect(url_for(".index", school=school.slug), 303)


def words_for(number: int, *, accepts: bool) -> str:
    if not number:
        return _("These requests are answered already.")
    sentence: str
    if accepts:
        sentence = ngettext(
            "%(num)s person belongs to the school now. Look among the duplicates.",
            "%(num)s people belong to the school now. Look among the duplicates.",
            number,
        )
    else:
        sentence = ngettext(
            "%(num)s request is rejected: the school has nothing to do with them.",
            "%(num)s requests are rejected: the school has nothing to do with them.",
            number,
        )
    return sentence
