"""Class lists: sent in, looked at, loaded, undone."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from wtforms.validators import ValidationError

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.organizations.models import Organization
from app.people.class_lists import actions as list_imports
from app.people.class_lists import reading as list_reading
from app.people.class_lists.forms import OUTCOMES, ColumnsForm, UploadForm
from app.people.class_lists.models import ImportState, ListImport, Outcome
from app.people.class_lists.queries import rows_of, sheets_of
from app.people.class_lists.sheets.files import ListUnreadable
from app.people.class_lists.wording import (
    born_of_row,
    changes_of,
    class_of_row,
    headings,
    load_words,
)
from app.people.models import SchoolClass
from app.permissions import authorize, can, own_schools
from app.web.budgets import IMPORTS_OF_ACCOUNT, Cost, charge
from app.web.pages import get_or_404, page, page_asked, paged
from app.web.security import limiter
from app.workbench import workshop as workbench

bp = Blueprint("class_lists", __name__)
ROWS = 100
OFTEN = limiter.shared_limit("120 per hour", scope="class lists")


@bp.post("/school/classes")
@login_required
@OFTEN
def receive() -> ResponseReturnValue:
    """A list for the whole school."""
    return received(chosen_school(), None)


@bp.post("/school/classes/<int:class_id>")
@login_required
@OFTEN
def receive_for_class(class_id: int) -> ResponseReturnValue:
    """A list for one class, whose pupils need not name it."""
    class_ = get_or_404(SchoolClass, class_id)
    authorize("class.see", class_)
    return received(class_.school, class_)


def chosen_school() -> Organization:
    schools = own_schools()
    slug = request.form.get("school", "")
    chosen = next((one for one in schools if one.slug == slug or len(schools) == 1), None)
    school = chosen or abort(404)
    authorize("school.teach", school)
    return school


def received(school: Organization, class_: SchoolClass | None) -> ResponseReturnValue:
    form = UploadForm()
    wrong = ""
    if form.validate_on_submit():
        file = form.file.data
        try:
            with workbench.place(workbench.FILES):
                reading = list_reading.read(file.read(), file.filename or "", for_class=class_)
            with transaction():
                charge(Cost(IMPORTS_OF_ACCOUNT, current_user.id))
                import_ = list_imports.receive(
                    reading, file.filename or "", school=school, class_=class_, by=current_user
                )
        except (ListUnreadable, RuleBroken, workbench.Busy) as refused:
            wrong = str(refused)
        else:
            return redirect(url_for(".show", import_id=import_.id), 303)
    wrong = wrong or " ".join(str(error) for error in form.file.errors)
    return page(
        "people/class_lists/refused.html",
        status=422,
        school=school,
        **({"class_": class_} if class_ else {}),
        import_error=wrong or _("Choose the file with the list."),
    )


@bp.get("/school/imports/<int:import_id>")
@login_required
def show(import_id: int) -> ResponseReturnValue:
    return show_import(own_import(import_id))


def show_import(import_: ListImport, form: ColumnsForm | None = None) -> Response:
    outcome = request.args.get("outcome", "")
    chosen = Outcome(outcome) if outcome in set(Outcome) else None
    counts = list_imports.outcomes_of(import_)
    mapping = import_.state is ImportState.MAPPING
    return page(
        "people/class_lists/show.html",
        status=422 if form else 200,
        import_=import_,
        school=import_.school,
        form=(form or ColumnsForm(import_)) if mapping else None,
        counts=counts,
        load_words=load_words(counts),
        kept=list_imports.KEPT,
        sheets=sheets_of(import_),
        back_to=back_to(import_),
        back=list_imports.taken_back(import_),
        outcomes=OUTCOMES,
        chosen=chosen,
        rows=paged(rows_of(import_, chosen), number=page_asked(), size=ROWS),
        changes_of=changes_of,
        class_of_row=class_of_row,
        born_of_row=born_of_row,
        headings=headings,
        page_url=lambda n: url_for(
            ".show", import_id=import_.id, outcome=chosen.value if chosen else None, page=n
        ),
    )


def back_to(import_: ListImport) -> str:
    if import_.class_id:
        return url_for(".receive_for_class", class_id=import_.class_id)
    return url_for(".receive", school=import_.school.slug if len(own_schools()) > 1 else None)


def own_import(import_id: int) -> ListImport:
    """The maker's, or the coordinator's of the school."""
    import_ = get_or_404(ListImport, import_id)
    made_here = import_.made_by_id == current_user.id and can("school.teach", import_.school)
    if not made_here:
        authorize("school.coordinate", import_.school)
    return import_


@bp.post("/school/imports/<int:import_id>/columns")
@login_required
def columns(import_id: int) -> ResponseReturnValue:
    import_ = own_import(import_id)
    if import_.state is ImportState.MAPPING:
        form = ColumnsForm(import_)
        form.read(request.form)
        try:
            form.refuse_unless_named()
            with workbench.place(workbench.FILES), transaction():
                list_imports.name_columns(import_, form.chosen)
        except (ValidationError, ListUnreadable, workbench.Busy) as wrong:
            form.form_errors.append(str(wrong))
            return show_import(import_, form)
    return redirect(url_for(".show", import_id=import_.id), 303)


@bp.post("/school/imports/<int:import_id>/apply")
@login_required
def apply(import_id: int) -> ResponseReturnValue:
    import_ = own_import(import_id)
    with transaction():
        list_imports.start(import_)
    return redirect(url_for(".show", import_id=import_.id), 303)


@bp.post("/school/imports/<int:import_id>/undo")
@login_required
def undo(import_id: int) -> ResponseReturnValue:
    import_ = own_import(import_id)
    with transaction():
        list_imports.undo(import_)
    return redirect(url_for(".show", import_id=import_.id), 303)
