"""The designer of certificates: an organization's designs, and what they look like."""

from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from app.audit.actions import record
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.certificates.design import pictures
from app.certificates.design import queries as design_queries
from app.certificates.design.layouts import LAYOUTS
from app.certificates.design.looks import PLACEHOLDERS, Look
from app.certificates.design.models import CertificateDesign
from app.certificates.designer import actions as design_actions
from app.certificates.designer import specimens
from app.certificates.designer.forms import SWATCHES, DesignForm
from app.certificates.issued import register
from app.certificates.kind_words import KINDS
from app.certificates.kinds import CertificateKind
from app.certificates.printing import document as certificates
from app.organizations.models import Organization, Role
from app.permissions import organization_for, reach
from app.web import uploads
from app.web.pages import PDF, download, found_or_404, page
from app.web.security import let_show_papers, limiter

bp = Blueprint("designs", __name__)
bp.url_value_preprocessor(uploads.take_large_files)
ROOM = "/manage/organization/<string:slug>/certificates"
PREVIEWS = limiter.shared_limit("60 per minute", scope="previews of certificates")


def design_at(slug: str, design_id: int) -> CertificateDesign:
    return found_or_404(
        design_queries.design_in(organization_for("design.manage", slug), design_id)
    )


@bp.get(ROOM)
@login_required
def index(slug: str) -> ResponseReturnValue:
    organization = organization_for("design.manage", slug)
    designs = design_queries.designs_of(organization)
    return page(
        "certificates/designer/index.html",
        organization=organization,
        own=reach(Role.ADMIN, Role.ORGANIZER),
        designs=designs,
        looks={design.id: Look.from_json(design.content) for design in designs},
        archived=design_queries.archived_designs_of(organization),
        kinds=KINDS,
        layouts=LAYOUTS,
        years=register.years_of(organization),
        standard_kinds=[kind for kind in KINDS if kind not in {one.kind for one in designs}],
    )


@bp.route(f"{ROOM}/new", methods=["GET", "POST"])
@login_required
def new(slug: str) -> ResponseReturnValue:
    """First what and in which layout, then the editor with words for it."""
    organization = organization_for("design.manage", slug)
    kind, layout = request.args.get("kind"), request.args.get("layout")
    form = DesignForm()
    if form.is_submitted():
        if is_right(form, organization):
            try:
                with transaction():
                    design = design_actions.make(
                        organization, form.chosen_kind, form.title.data, form.look
                    )
                    record("design.added", design, organization_id=organization.id)
            except RuleBroken as broken:
                form.form_errors.append(str(broken))
            else:
                flash(_("The design is saved. It is offered when you issue certificates."),
                      "success")  # fmt: skip
                return to_design(design)
    elif kind not in set(CertificateKind) or layout not in LAYOUTS:
        return page(
            "certificates/designer/new.html",
            organization=organization,
            kinds=KINDS,
            layouts=LAYOUTS,
            kind=kind if kind in set(CertificateKind) else CertificateKind.PARTICIPANT,
        )
    else:
        chosen = CertificateKind(kind)
        look = design_queries.standard(organization, chosen)
        form.fill(replace(look, layout=layout, accent=LAYOUTS[layout].accent))
        form.kind.data = kind
        form.title.data = str(KINDS[chosen])
    return editor(organization, form)


@bp.route(f"{ROOM}/<int:design_id>", methods=["GET", "POST"])
@login_required
def edit(slug: str, design_id: int) -> ResponseReturnValue:
    design = design_at(slug, design_id)
    form = DesignForm()
    if not form.is_submitted():
        form.fill(Look.from_json(design.content))
        form.title.data, form.kind.data = design.title, design.kind.value
    elif is_right(form, design.organization):
        try:
            with transaction():
                design_actions.change(
                    design, form.chosen_kind, form.title.data, form.look,
                    edited=form.edited.data or "",
                )  # fmt: skip
                record("design.changed", design, organization_id=design.organization_id)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Saved. What was issued before stays as it was."), "success")
            return to_design(design)
    form.edited.data = design_actions.version_of(design)
    return editor(design.organization, form, design)


def is_right(form: DesignForm, organization: Organization) -> bool:
    """Pictures are stored in any case: a form that comes back must not ask for them again."""
    is_valid = form.validate_on_submit()
    has_pictures = take_pictures(form, organization)
    return is_valid and has_pictures and not form.complain_of_nameless()


def take_pictures(form: DesignForm, organization: Organization) -> bool:
    asked = {field.asked_id for field in form.pictures if field.asked_id is not None}
    own = design_queries.own_pictures(organization, asked)
    for field in form.pictures:
        field.errors = list(field.errors)
        if field.asked_id is not None and field.asked_id not in own:
            field.data = None
            field.errors.append(_("This picture is not there any more. Choose it again."))
        if field.file:
            try:
                made = pictures.made_of(field.file, field.use, cuts_paper=field.cuts_paper)
                with transaction():
                    field.data = pictures.stored(organization, made).id
            except RuleBroken as broken:
                field.errors.append(str(broken))
    return not any(field.errors for field in form.pictures)


def editor(
    organization: Organization, form: DesignForm, design: CertificateDesign | None = None
) -> Response:
    answer = page(
        "certificates/designer/edit.html",
        status=422 if form.is_submitted() else 200,
        organization=organization,
        design=design,
        form=form,
        layouts=LAYOUTS,
        swatches=SWATCHES,
        placeholders=PLACEHOLDERS,
        specimens=specimens.TITLES,
        most=uploads.MOST,
        most_megabytes=pictures.MOST_MEGABYTES,
    )
    return let_show_papers(answer)


def to_design(design: CertificateDesign) -> Response:
    here = url_for(".edit", slug=design.organization.slug, design_id=design.id)
    return redirect(here, 303)  # type: ignore[return-value]


# Previews


@bp.post(f"{ROOM}/preview.pdf")
@login_required
@PREVIEWS
def preview(slug: str) -> ResponseReturnValue:
    """The real paper of what is typed, before it is saved; or what keeps it from print."""
    organization = organization_for("design.manage", slug)
    form = DesignForm()
    is_right(form, organization)
    wrong = [field for field in form if field.errors and field.name not in ("title", "kind")]
    if wrong:
        return page(
            "certificates/designer/preview_wrong.html",
            status=422,
            wrong=wrong,
            organization=organization,
        )
    look = design_queries.signed_by_head(form.look, organization)
    return paper(organization, look, form.specimen.data)


@bp.get(f"{ROOM}/<int:design_id>/preview.pdf")
@login_required
@PREVIEWS
def show(slug: str, design_id: int) -> ResponseReturnValue:
    design = design_at(slug, design_id)
    return paper(design.organization, design_queries.look_of(design), specimens.USUAL)


@bp.get(f"{ROOM}/standard-<string:kind>.pdf")
@login_required
@PREVIEWS
def standard(slug: str, kind: str) -> ResponseReturnValue:
    """What is printed while there is no design of this kind."""
    organization = organization_for("design.manage", slug)
    known = found_or_404(next((one for one in CertificateKind if one == kind), None))
    look = design_queries.standard(organization, known)
    return paper(organization, look, specimens.USUAL)


def paper(organization: Organization, look: Look, specimen: str | None) -> Response:
    content = certificates.sample(
        look, organization, holder=specimens.specimen(specimen, look.case)
    )
    name = _("Sample of a certificate") + ".pdf"
    return download(content, PDF, name)


# Copies and the archive


@bp.post(f"{ROOM}/<int:design_id>/copy")
@login_required
def copy(slug: str, design_id: int) -> ResponseReturnValue:
    design = design_at(slug, design_id)
    with transaction():
        made = design_actions.copy(design)
        record("design.added", made, organization_id=made.organization_id)
    flash(_("This is the copy: change what is different in it."), "success")
    return to_design(made)


@bp.post(f"{ROOM}/<int:design_id>/archive")
@login_required
def archive(slug: str, design_id: int) -> ResponseReturnValue:
    design = design_at(slug, design_id)
    with transaction():
        design_actions.archive(design)
        record("design.archived", design, organization_id=design.organization_id)
    flash(_("«%(title)s» is not offered any more. What was issued with it stays valid.",
            title=design.title), "success")  # fmt: skip
    return redirect(url_for(".index", slug=slug), 303)


@bp.post(f"{ROOM}/<int:design_id>/restore")
@login_required
def restore(slug: str, design_id: int) -> ResponseReturnValue:
    design = design_at(slug, design_id)
    with transaction():
        design_actions.restore(design)
        record("design.restored", design, organization_id=design.organization_id)
    flash(_("«%(title)s» is offered again.", title=design.title), "success")
    return redirect(url_for(".index", slug=slug), 303)
