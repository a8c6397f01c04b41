"""Issuing certificates many at a time: asked for, watched, stopped, taken away."""

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.audit.actions import record, record_now
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import clean, whole
from app.certificates.batches import actions as batches
from app.certificates.batches import files as batch_files
from app.certificates.batches import queries as batch_queries
from app.certificates.batches import work as batch_work
from app.certificates.batches.forms import IssueForm
from app.certificates.design.queries import designs_of, look_of, standard
from app.certificates.issued import register
from app.certificates.issued.batch_models import BatchForm, PaperBatch
from app.certificates.issued.queries import due_count
from app.certificates.kind_words import ABOUT, KINDS, kind_of
from app.files import stored as files
from app.organizations.models import Role
from app.permissions import event_for, reach
from app.web import pages as web
from app.web.budgets import BATCHES_OF_ACCOUNT, Cost, charge
from app.web.pages import found_or_404, page, private

bp = Blueprint("batches", __name__)


@bp.route("/manage/events/<string:slug>/papers/certificates/new", methods=["GET", "POST"])
@login_required
def new(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    kind = kind_of(request.args.get("kind"))
    designs = designs_of(event.organization, kind)
    q = clean(request.args.get("q", "").replace("\0", ""))[:100]
    form = IssueForm(kind, designs, batch_queries.candidates(event, kind, q))
    if form.validate_on_submit():
        design = next((one for one in designs if str(one.id) == form.design.data), None)
        look = look_of(design) if design else standard(event.organization, kind)
        try:
            with transaction():
                charge(Cost(BATCHES_OF_ACCOUNT, current_user.id))
                batch = batches.begin(
                    event,
                    kind,
                    look,
                    form.asked(batch_queries.due_ids(event, kind)),
                    form=BatchForm(form.form.data),
                    is_archival=form.is_archival.data or look.is_archival,
                    tells_holders=form.tells_holders.data,
                    by=current_user,
                )
                record(
                    "certificates.batch_begun",
                    event,
                    organization_id=event.organization_id,
                    kind=kind.value,
                    number=batch.total,
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            return to(batch, make=batch.total <= batches.AT_ONCE)
    return page(
        "certificates/batches/new.html",
        status=422 if form.is_submitted() else 200,
        event=event,
        form=form,
        kind=kind,
        kinds=KINDS,
        about=ABOUT,
        due=due_count(event, kind),
        q=q,
        choice=batch_queries.CHOICE,
    )


def to(batch: PaperBatch, *, make: bool) -> ResponseReturnValue:
    """To the page of the batch; a small one is made on the way."""
    if make:
        batch_work.make(batch.id)
    return redirect(url_for(".show", slug=batch.event.slug, batch_id=batch.id), 303)


def batch_for(slug: str, batch_id: int) -> PaperBatch:
    event = event_for("event.print", slug)
    return found_or_404(batch_queries.batch_in(event, batch_id))


@bp.get("/manage/events/<string:slug>/papers/batches/<int:batch_id>")
@login_required
def show(slug: str, batch_id: int) -> ResponseReturnValue:
    batch = batch_for(slug, batch_id)
    return page(
        "certificates/batches/show.html",
        event=batch.event,
        batch=batch,
        kinds=KINDS,
        issued=batch_queries.issued_in(batch),
        told=batch_queries.told_in(batch),
        is_there=batch_files.is_there(batch),
        size=in_words(batch.file_size or 0),
        has_items=batches.has_items(batch),
        kept_days=batches.KEPT.days,
    )


def in_words(size: int) -> str:
    """«1,4 МБ»."""
    if size < 1_000_000:
        return _("%(number)s kB", number=format_decimal(max(1, round(size / 1000))))
    return _("%(number)s MB", number=format_decimal(round(size / 1_000_000, 1)))


@bp.post("/manage/events/<string:slug>/papers/batches/<int:batch_id>/cancel")
@login_required
def cancel(slug: str, batch_id: int) -> ResponseReturnValue:
    batch = batch_for(slug, batch_id)
    try:
        with transaction():
            batches.cancel(batch)
    except RuleBroken as broken:
        flash(str(broken), "error")
    return to(batch, make=False)


@bp.post("/manage/events/<string:slug>/papers/batches/<int:batch_id>/go-on")
@login_required
def go_on(slug: str, batch_id: int) -> ResponseReturnValue:
    return made_again(batch_for(slug, batch_id), "go on")


@bp.post("/manage/events/<string:slug>/papers/batches/<int:batch_id>/print-again")
@login_required
def print_again(slug: str, batch_id: int) -> ResponseReturnValue:
    return made_again(batch_for(slug, batch_id), "print again")


def made_again(batch: PaperBatch, how: str) -> ResponseReturnValue:
    try:
        with transaction():
            (batches.go_on if how == "go on" else batches.print_again)(batch)
    except RuleBroken as broken:
        flash(str(broken), "error")
        return to(batch, make=False)
    return to(batch, make=batch.total - batch.done <= batches.AT_ONCE)


@bp.post("/manage/events/<string:slug>/papers/batches/<int:batch_id>/delete-file")
@login_required
def delete_file(slug: str, batch_id: int) -> ResponseReturnValue:
    batch = batch_for(slug, batch_id)
    try:
        with transaction():
            batches.delete_file(batch)
    except RuleBroken as broken:
        flash(str(broken), "error")
    else:
        flash(_("The file is deleted. The certificates stay valid."), "success")
    return to(batch, make=False)


@bp.get("/manage/events/<string:slug>/papers/batches/<int:batch_id>/file")
@login_required
def download(slug: str, batch_id: int) -> ResponseReturnValue:
    batch = batch_for(slug, batch_id)
    if not batch_files.is_there(batch):
        flash(_("There is no file of this batch now. It can be printed again."), "error")
        return to(batch, make=False)
    event = batch.event
    record_now(
        "certificates.printed", event, organization_id=event.organization_id, number=batch.done
    )
    return private(
        send_file(
            files.path(batch_files.finished(batch)),
            as_attachment=True,
            download_name=f"{KINDS[batch.kind]} — {event.title[:80]}.{batch.form.value}",
        )
    )


# The register


@bp.get("/manage/events/<string:slug>/papers/certificates.xlsx")
@login_required
def event_register(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    record_now(
        "persons.exported", event, organization_id=event.organization_id, paper="certificates.xlsx"
    )
    return spreadsheet(register.of_event(event), event.title[:80])


@bp.get("/manage/organization/certificates/register.xlsx")
@login_required
def organization_register() -> ResponseReturnValue:
    """Of one of the visitor's organizations (``?organization=<slug>``) in one year."""
    own = reach(Role.ADMIN, Role.ORGANIZER)
    wanted = request.args.get("organization", "")
    organization = found_or_404(next((one for one in own if wanted in ("", one.slug)), None))
    years = register.years_of(organization)
    year = request.args.get("year", years[0], type=whole)
    if year not in years:
        year = years[0]
    record_now(
        "persons.exported", organization, organization_id=organization.id, paper="register.xlsx"
    )
    return spreadsheet(register.of_organization(organization, year), str(year))


def spreadsheet(content: bytes, of_what: str) -> Response:
    name = f"{_('Register of certificates')} — {of_what}.xlsx"
    return web.download(content, web.XLSX, name)
