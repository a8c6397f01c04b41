"""Organizations as visitors see them, and as they describe themselves."""

from collections.abc import Hashable
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from markupsafe import Markup

from app.audit.actions import record
from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.base.words.text import clean
from app.events.catalogue.calendars import absolute
from app.events.catalogue.cards import event_card
from app.events.catalogue.counts import coming_by_organization, past_of
from app.events.queries import Selection, find_events
from app.organizations import actions
from app.organizations.approval import changes, states
from app.organizations.forms import OrganizationForm
from app.organizations.kinds import TITLES
from app.organizations.models import Organization, OrganizationChange
from app.organizations.queries import change_of, find_organizations, municipalities
from app.permissions import authorize, can, described, organization_for
from app.web.kept import kept_page
from app.web.pages import page, page_asked
from app.web.security import let_frame

bp = Blueprint("organizations", __name__)
MOST_LETTERS = 100


@bp.get("/organizations")
def index() -> ResponseReturnValue:
    """Colleges first. What is not understood in the address is left out of the search."""
    q = clean(request.args.get("q", "").replace("\0", ""))[:MOST_LETTERS]
    kind = next((one for one in TITLES if one == request.args.get("kind")), None)
    places = municipalities()
    oktmo = next((m.oktmo for m in places if m.oktmo == request.args.get("municipality")), "")
    found = find_organizations(q, kind=kind, oktmo=oktmo, number=page_asked())
    return page(
        "organizations/index.html",
        found=found,
        said={name: value for name, value in
              (("q", q), ("kind", kind), ("municipality", oktmo)) if value},
        titles=TITLES,
        municipalities=places,
        coming=coming_by_organization(),
    )  # fmt: skip


@bp.get("/organizations/<string:slug>")
def show(slug: str) -> ResponseReturnValue:
    organization = organization_for("organization.see", slug)
    return page(
        "organizations/show.html",
        organization=organization,
        kind=TITLES[organization.kind],
        # What a suspended one says of itself may be the reason: strangers read only its name.
        says=organization.is_approved or can("organization.read", organization),
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
    form = OrganizationForm()
    if form.validate_on_submit():
        try:
            with transaction():
                organization = actions.register(
                    form.details, kind=form.chosen_kind, by=current_user
                )
                record(
                    "organization.registered",
                    organization,
                    organization_id=organization.id,
                    name=organization.name,
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(_("Registered. The ministry has been told; you can prepare events meanwhile."))
            return redirect(url_for(".show", slug=organization.slug), 303)
    return page("organizations/new.html", status=422 if form.is_submitted() else 200, form=form)


def own_organization() -> Organization:
    """``?organization=<slug>``, else the first of those the visitor administers."""
    wanted = request.args.get("organization", "")
    own = described()
    organization = next((one for one in own if wanted in ("", one.slug)), None) or abort(404)
    authorize("organization.edit", organization)
    return organization


@bp.route("/manage/organization", methods=["GET", "POST"])
@login_required
def edit() -> ResponseReturnValue:
    """What one of the visitor's organizations says about itself, and how it stands with the
    ministry."""
    organization = own_organization()
    form = OrganizationForm(organization)
    if form.validate_on_submit():
        try:
            with transaction():
                change = save(organization, form)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(saved_words(organization, change), "success")
            return redirect(url_for(".edit", organization=organization.slug), 303)
    return page(
        "organizations/edit.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        organization=organization,
        own=described(),
        frame=frame_for(organization),
        change=change_of(organization),
        titles=TITLES,
    )


def save(organization: Organization, form: OrganizationForm) -> OrganizationChange | None:
    """Keep what changes at once, ask for what needs approval, and write both down."""
    called = organization.name
    changed = actions.edit(organization, form.details, kind=form.chosen_kind)
    if changed:
        renamed = {"old_name": called, "new_name": organization.name} if "name" in changed else {}
        record(
            "organization.edited",
            organization,
            organization_id=organization.id,
            changed=changed,
            **renamed,
        )
    change = changes.propose(organization, form.details, kind=form.chosen_kind, by=current_user)
    if change:
        record(
            "organization.change_asked",
            organization,
            organization_id=organization.id,
            **changes.differences(change),
        )
    return change


def saved_words(organization: Organization, change: OrganizationChange | None) -> str:
    if change:
        return str(
            _("Saved. The ministry has been asked about the name and the kind: until it answers, "
              "«%(name)s» stands everywhere.", name=organization.short_name)
        )  # fmt: skip
    return str(_("Saved. The organization’s page and new papers show it from now on."))


@bp.post("/manage/organization/ask-again")
@login_required
def ask_again() -> ResponseReturnValue:
    """A rejected organization, corrected, asks for approval once more."""
    organization = own_organization()
    with transaction():
        states.ask_again(organization, by=current_user)
        record(
            "organization.asked_again",
            organization,
            organization_id=organization.id,
            name=organization.name,
        )
    flash(_("Sent. The ministry has been told, and answers by letter."), "success")
    return redirect(url_for(".edit", organization=organization.slug), 303)


@bp.post("/manage/organization/withdraw-change")
@login_required
def withdraw_change() -> ResponseReturnValue:
    """The other name is not wanted any more, or its refusal has been read."""
    organization = own_organization()
    change = change_of(organization)
    if change:
        with transaction():
            record(
                "organization.change_withdrawn",
                organization,
                organization_id=organization.id,
                **changes.differences(change),
            )
            changes.withdraw(change)
    flash(_("The name stays as it is."), "success")
    return redirect(url_for(".edit", organization=organization.slug), 303)
