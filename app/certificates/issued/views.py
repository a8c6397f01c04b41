"""One certificate of an event: printed, revoked, issued again; and all that are due."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.audit.actions import record
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.certificates.batches import actions as batches
from app.certificates.batches import queries as batch_queries
from app.certificates.batches import work as batch_work
from app.certificates.batches.forms import AgainForm
from app.certificates.design.queries import look_for
from app.certificates.issued import actions, queries
from app.certificates.issued.batch_models import BatchStatus
from app.certificates.issued.forms import RevokeForm
from app.certificates.issued.models import Certificate
from app.certificates.kind_words import KINDS
from app.certificates.printing import document as certificates
from app.events.models import Event
from app.permissions import event_for
from app.web.pages import PDF, download, found_or_404, page

bp = Blueprint("certificates", __name__)


def certificate_for(
    slug: str, certificate_id: int, *, to: str = "event.print"
) -> tuple[Event, Certificate]:
    event = event_for(to, slug)
    return event, found_or_404(queries.certificate_in(event, certificate_id))


@bp.get("/manage/events/<string:slug>/papers/certificates/<int:certificate_id>.pdf")
@login_required
def pdf(slug: str, certificate_id: int) -> ResponseReturnValue:
    """Of any kind, as long as it stands and has a name to print."""
    _event, paper = certificate_for(slug, certificate_id)
    if paper.is_revoked or paper.is_nameless or not queries.stands(paper):
        abort(404)
    name = f"{KINDS[paper.kind]} {paper.full_number.replace('/', '-')}.pdf"
    return download(certificates.kept([paper]), PDF, name)


@bp.post("/manage/events/<string:slug>/papers/certificates")
@login_required
def issue_due(slug: str) -> ResponseReturnValue:
    """To all participants who came and have none, with letters; and letters to those who were
    not written to yet."""
    event = event_for("event.print", slug)
    batch = None
    with transaction():
        letters = actions.tell_holders(event)
        if due := batch_queries.due_ids(event, queries.PARTICIPANT):
            look = look_for(event.organization, queries.PARTICIPANT)
            asked = [(id_, "", "") for id_ in due]
            batch = batches.begin(
                event, queries.PARTICIPANT, look, asked, tells_holders=True, by=current_user
            )
        record("certificates.issued", event, organization_id=event.organization_id, number=len(due))
    if batch and batch.total <= batches.AT_ONCE:
        batch_work.make(batch.id)
        batch = batch_queries.batch_in(event, batch.id)
    if batch and batch.status is not BatchStatus.DONE:
        return redirect(url_for("batches.show", slug=slug, batch_id=batch.id), 303)
    issued = batch_queries.issued_in(batch) if batch else 0
    letters += batch_queries.told_in(batch) if batch else 0
    flash(
        ngettext("%(num)s certificate issued.", "%(num)s certificates issued.", issued)
        + " "
        + ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", letters),
        "success",
    )
    return redirect(url_for("documents.papers", slug=slug), 303)


@bp.route(
    "/manage/events/<string:slug>/papers/certificates/<int:certificate_id>/revoke",
    methods=["GET", "POST"],
)
@login_required
def revoke(slug: str, certificate_id: int) -> ResponseReturnValue:
    event, certificate = certificate_for(slug, certificate_id, to="certificate.revoke")
    form = RevokeForm()
    if form.validate_on_submit():
        try:
            with transaction():
                actions.revoke(certificate, reason=form.reason.data or "")
                record("certificate.revoked", certificate, organization_id=event.organization_id)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Certificate № %(number)s is revoked.", number=certificate.full_number))
            return redirect(url_for("documents.papers", slug=slug), 303)
    return page(
        "certificates/issued/revoke.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        event=event,
        certificate=certificate,
    )


@bp.route(
    "/manage/events/<string:slug>/papers/certificates/<int:certificate_id>/issue-again",
    methods=["GET", "POST"],
)
@login_required
def issue_again(slug: str, certificate_id: int) -> ResponseReturnValue:
    """A new one in place of this; a valid one is revoked by it."""
    event, old = certificate_for(slug, certificate_id)
    form = AgainForm(old)
    if form.validate_on_submit():
        try:
            with transaction():
                new = actions.replace(
                    old,
                    note=form.note.data or "",
                    result=form.result.data or "",
                    holder=form.holder.data or "",
                )
                certificates.kept([new])  # no number without its paper
                record("certificate.issued_again", new, organization_id=event.organization_id)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Certificate № %(number)s is issued.", number=new.full_number), "success")
            return redirect(url_for("documents.papers", slug=slug), 303)
    return page(
        "certificates/issued/issue_again.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        event=event,
        certificate=old,
        kinds=KINDS,
    )
