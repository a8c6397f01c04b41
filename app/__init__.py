"""The application: configuration, extensions, and its domains in order."""

from typing import Any

from flask import Flask, Response, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_compress import Compress
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from whitenoise import WhiteNoise

from app.workbench import busy_page
from app import cli, permissions
from app.base import config, db, jobs, languages, own_files
from app.web import cookies, errors, filters, proxies, security, site_views, pages as web
from app.web.health import gate, outages
from app.accounts import retention  # noqa: F401 - its job runs by the clock
from app.accounts.address_views import bp as address
from app.accounts.queries import user_of_device
from app.accounts.views import bp as accounts
from app.attendance.door.phone_views import bp as check_in_phone
from app.attendance.door.views import bp as check_in
from app.attendance.coverage.views import bp as coverage
from app.attendance.meetings.views import bp as meeting_sheet
from app.attendance.typed.views import bp as typed_rows
from app.attendance.views import bp as attendance
from app.audit import waiting as _waiting  # noqa: F401 - its job writes to the ministry
from app.audit.views import bp as audit
from app.certificates.issued import batch_models, key_models  # noqa: F401 - tables
from app.certificates.declension import models as name_models  # noqa: F401 - tables
from app.privacy import retention as _expiry  # noqa: F401 - its job runs by the clock
from app.papers.hall.views import bp as badges
from app.certificates.batches.views import bp as batches
from app.certificates.issued.views import bp as certificates
from app.papers.consents.views import bp as consent_papers
from app.privacy.views import bp as own_data
from app.certificates.designer.views import bp as designs
from app.privacy.erasure_views import bp as erasures
from app.papers.lists.views import bp as lists
from app.certificates.names.views import bp as names
from app.certificates.mine.path_views import bp as path
from app.certificates.designer.picture_views import bp as design_pictures
from app.papers.lists.meeting_sheet_views import bp as sheets
from app.papers.trips.views import bp as trips
from app.certificates.verifying.views import bp as verifying
from app.papers.views import bp as documents
from app.events.staff import door_retention  # noqa: F401 - its job runs by the clock
from app.events.staff.door_views import bp as doors
from app.events.editing.editor_views import bp as event_editor
from app.events.editing.manage_views import bp as events_desk
from app.events.meetings.views import bp as meetings
from app.events.questions.views import bp as questions
from app.events.catalogue.region_views import bp as region
from app.events.editing.room_views import bp as event_rooms
from app.events.series.views import bp as series
from app.events.slots.fate_views import bp as slot_fate
from app.events.slots.many_views import bp as slots_at_once
from app.events.slots.rhythm_views import bp as slot_series
from app.events.slots.views import bp as slots
from app.events.staff.views import bp as staff
from app.events.templates.views import bp as event_templates
from app.events.catalogue.views import bp as events
from app.messages.views import bp as messages
from app.notifications.views import bp as notifications
from app.organizations.approval.views import bp as approvals
from app.organizations.members.views import bp as memberships
from app.organizations.queries import operator
from app.organizations.views import bp as organizations
from app.people.families import retention as _invitations  # noqa: F401 - its job runs by the clock
from app.people.families.views import bp as children
from app.people.classes.claim_views import bp as claims
from app.people.classes.views import bp as classes
from app.people.families.joining_views import bp as joining
from app.people.class_lists.views import bp as class_lists
from app.people.classes.pupil_views import bp as pupils
from app.people.consents.views import bp as consent_texts
from app.people.views import bp as people
from app.registrations.admission import lines  # noqa: F401 - its job runs by the clock
from app.registrations.desk.adding_views import bp as adding
from app.registrations.admission.views import bp as admission
from app.registrations.answers.views import bp as answers
from app.registrations.groups.sign_up_views import bp as class_sign_up
from app.registrations.consents.views import bp as consents
from app.registrations.admission.draw_views import bp as draws
from app.registrations.merging.views import bp as duplicates
from app.registrations.groups.views import bp as groups
from app.registrations.desk.views import bp as registrations_desk
from app.registrations.tickets.reply_views import bp as replies
from app.registrations.signing_up.views import bp as sign_up
from app.registrations.tickets.views import bp as registrations
from app.sweeps import tombstones
from app.sweeps.views import bp as sweeps

login_manager = LoginManager()
login_manager.session_protection = None  # devices are ended by name instead
login_manager.user_loader(user_of_device)
csrf = CSRFProtect()
babel = Babel()  # type: ignore[no-untyped-call]
compress = Compress()


@login_manager.unauthorized_handler
def ask_to_log_in() -> ResponseReturnValue:
    login = url_for("accounts.log_in", next=request.path)
    if "HX-Request" in request.headers:  # leave the page, don't swap a login into it
        return Response(status=401, headers={"HX-Redirect": login})
    return redirect(login, 303)


def chosen_language() -> str:
    """Russian, unless the visitor asked for another language in the footer."""
    language = cookies.read("language") if has_request_context() else ""
    return language if language in ("ru", "en") else "ru"


def navigation() -> list[dict[str, Any]]:
    """The main menu for this visitor: only what works for them."""
    entries = [
        ("events.index", _("Events")),
        ("organizations.index", _("Organizations")),
    ]
    if current_user.is_authenticated:
        if not current_user.is_temporary:
            entries.append(("registrations.mine", _("My registrations")))
        if permissions.can("desk.open"):
            entries.append(("events_desk.desk", _("Desk")))
        if permissions.can("school.open"):
            entries.append(("classes.desk", _("School")))
        if permissions.can("site.administer"):
            entries.append(("approvals.index", _("Approvals")))
    return [
        {"url": url_for(endpoint), "text": text, "current": request.endpoint == endpoint}
        for endpoint, text in entries
    ]


def for_templates() -> dict[str, Any]:
    return {"nav": navigation(), "low_vision": cookies.read("low_vision") == "on"}


def create_app(settings: dict[str, object] | None = None) -> Flask:
    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    app.config.from_mapping(config.settings())
    app.config.from_mapping(settings or {})
    app.jinja_env.undefined = StrictUndefined

    for module in (
        *(outages, gate, db, jobs, security, proxies),
        *(errors, web, busy_page, filters, cli, own_files),
    ):
        module.init_app(app)
    babel.init_app(app, locale_selector=chosen_language)  # type: ignore[no-untyped-call]
    languages.init_app(app)
    login_manager.init_app(app)
    csrf.init_app(app)
    compress.init_app(app)
    for blueprint in (
        site_views.bp,
        accounts,
        address,
        notifications,
        organizations,
        memberships,
        approvals,
        people,
        claims,
        classes,
        pupils,
        children,
        joining,
        class_lists,
        consent_texts,
        events,
        events_desk,
        event_rooms,
        event_editor,
        event_templates,
        series,
        slots,
        questions,
        slot_series,
        slots_at_once,
        slot_fate,
        meetings,
        staff,
        doors,
        region,
        sign_up,
        registrations,
        answers,
        consents,
        replies,
        duplicates,
        class_sign_up,
        groups,
        registrations_desk,
        adding,
        admission,
        draws,
        attendance,
        check_in,
        check_in_phone,
        typed_rows,
        meeting_sheet,
        coverage,
        messages,
        documents,
        names,
        certificates,
        batches,
        designs,
        design_pictures,
        badges,
        lists,
        verifying,
        sheets,
        trips,
        path,
        consent_papers,
        own_data,
        erasures,
        sweeps,
        audit,
    ):
        app.register_blueprint(blueprint)
    for view in (site_views.language, site_views.low_vision):
        csrf.exempt(view)
    app.jinja_env.globals.update(
        site_operator=operator,
        can=permissions.can,
        own_schools=permissions.own_schools,
        answers=app.view_functions.__contains__,  # whether an endpoint exists
        get_locale=get_locale,
    )
    app.context_processor(for_templates)
    app.extensions["warnings"] = {  # what /readyz says beside the neighbours
        "tombstones": tombstones.is_behind,  # restored, and «flask after-restore» was not run
        "trusted_proxies": proxies.has_doubts,
    }
    serve_static_files(app)
    return app


def serve_static_files(app: Flask) -> None:
    """Compressed and cached for a year: addresses change with the content (asset())."""
    if app.testing or app.debug:
        return
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(config.ROOT / "static"),
        prefix="static/",
        max_age=365 * 24 * 3600,
        autorefresh=False,
        add_headers_function=security.headers_for_files,
    )
