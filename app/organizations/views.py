"""Organizations as visitors see them, as they describe themselves, as they are approved."""

from collections.abc import Hashable
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from markupsafe import Markup

from app import clock
from app.audit.actions import record
from app.db import transaction
from app.errors import RuleBroken
from app.events.calendars import absolute
from app.events.cards import event_card
from app.events.counts import coming_by_organization, past_of
from app.events.queries import Selection, find_events
from app.kept import kept_page
from app.organizations import actions
from app.organizations.forms import NewOrganizationForm, OrganizationForm
from app.organizations.kinds import TITLES
from app.organizations.likeness import resembling
from app.organizations.models import Organization
from app.organizations.queries import (
    admins_of,
    find_organizations,
    municipalities,
    waiting_organizations,
)
from app.permissions import authorize, described, organization_for
from app.security import let_frame
from app.text import clean
from app.web import get_or_404, page

bp = Blueprint("organizations", __name__)
MOST_LETTERS = 100


@bp.get("/organizations")
def index() -> ResponseReturnValue:
    """Colleges first. What is not understood in the address is left out of the search."""
    q = clean(request.args.get("q", "").replace("\0", ""))[:MOST_LETTERS]
    kind = next((one for one in TITLES if one == request.args.get("kind")), None)
    places = municipalities()
    oktmo = next((m.oktmo for m in places if m.oktmo == request.args.get("municipality")), "")
    found = find_organizations(q, kind=kind, oktmo=oktmo, number=page_number())
    return page(
        "organizations/index.html",
        found=found,
        said={name: value for name, value in
              (("q", q), ("kind", kind), ("municipality", oktmo)) if value},
        titles=TITLES,
        municipalities=places,
        coming=coming_by_organization(),
    )  # fmt: skip


def page_number() -> int:
    return min(max(1, request.args.get("page", 1, type=int)), 10_000)


@bp.get("/organizations/<string:slug>")
def show(slug: str) -> ResponseReturnValue:
    organization = organization_for("organization.see", slug)
    return page(
        "organizations/show.html",
        organization=organization,
        kind=TITLES[organization.kind],
        coming=find_events(Selection(organization=slug), size=12),
        past=past_of(organization),
        event_card=event_card,
    )


@bp.get("/embed/organizations/<string:slug>")
def embed(slug: str) -> ResponseReturnValue:
    """The coming events alone, for a frame on the organization's own site."""
    organization = organization_for("organization.see", slug)
    coming = find_events(Selection(organization=slug), size=12)

    def context() -> dict[str, Any]:
        return {"organization": organization, "coming": coming, "event_card": event_card}

    def shown() -> Hashable:
        cards = tuple((card, card.signup) for card in coming.items)
        return organization.short_name, coming.total, cards, clock.today()

    return let_frame(kept_page("organizations/embed.html", shown=shown, context=context))


def frame_for(organization: Organization) -> str:
    """What the organization copies into a page of its own site."""
    frame = Markup(
        '<iframe src="{}" title="{}" width="100%" height="700" loading="lazy" '
        'style="border: 0"></iframe>'
    ).format(
        absolute("organizations.embed", slug=organization.slug),
        _("Coming events: %(name)s", name=organization.short_name),
    )
    return str(frame)  # to be read on the page, not shown as a frame


@bp.route("/organizations/new", methods=["GET", "POST"])
@login_required
def new() -> ResponseReturnValue:
    form = NewOrganizationForm()
    if form.validate_on_submit():
        try:
            with transaction():
                organization = actions.register(
                    form.details, kind=form.chosen_kind, by=current_user
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Registered. The ministry has been told; you can prepare events meanwhile."))
            return redirect(url_for(".show", slug=organization.slug), 303)
    return page("organizations/new.html", status=422 if form.is_submitted() else 200, form=form)


@bp.route("/manage/organization", methods=["GET", "POST"])
@login_required
def edit() -> ResponseReturnValue:
    """What one of the visitor's organizations says about itself: ``?organization=<slug>``,
    else the first of those they administer."""
    own = described()
    wanted = request.args.get("organization", "")
    organization = next((one for one in own if wanted in ("", one.slug)), None) or abort(404)
    authorize("organization.edit", organization)
    form = OrganizationForm(organization)
    if form.validate_on_submit():
        try:
            with transaction():
                actions.edit(organization, form.details)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(
                _("Saved. The organization’s page and new papers show it from now on."), "success"
            )
            return redirect(url_for(".edit", organization=organization.slug), 303)
    return page(
        "organizations/edit.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        organization=organization,
        own=own,
        frame=frame_for(organization),
    )


@bp.get("/administration/organizations")
@login_required
def administration() -> ResponseReturnValue:
    authorize("site.administer")
    waiting = waiting_organizations()
    return page(
        "organizations/administration.html",
        waiting=waiting,
        admins=admins_of(waiting),
        alike=resembling(waiting),
        approved=find_organizations(number=page_number()),
        titles=TITLES,
    )


@bp.post("/administration/organizations/<int:organization_id>/approve")
@login_required
def approve(organization_id: int) -> ResponseReturnValue:
    authorize("site.administer")
    organization = get_or_404(Organization, organization_id)
    with transaction():
        actions.approve(organization)
        record("organization.approved", organization, organization_id=organization.id)
    flash(_("«%(name)s» is approved and can publish events.", name=organization.short_name),
          "success")  # fmt: skip
    return redirect(url_for(".administration"), 303)
