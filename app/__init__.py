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

from app import (
    busy_page,
    cli,
    config,
    cookies,
    db,
    errors,
    filters,
    gate,
    jobs,
    languages,
    outages,
    own_files,
    permissions,
    proxies,
    security,
    site_views,
    web,
)
from app.accounts import retention  # noqa: F401 - its job runs by the clock
from app.accounts.address_views import bp as address
from app.accounts.queries import user_of_device
from app.accounts.views import bp as accounts
from app.attendance.check_in_phone_views import bp as check_in_phone
from app.attendance.check_in_views import bp as check_in
from app.attendance.coverage_views import bp as coverage
from app.attendance.sheet_views import bp as meeting_sheet
from app.attendance.typed_views import bp as typed_rows
from app.attendance.views import bp as attendance
from app.audit import waiting as _waiting  # noqa: F401 - its job writes to the ministry
from app.audit.views import bp as audit
from app.documents import batch_models, key_models, name_models  # noqa: F401 - tables
from app.documents import retention as _expiry  # noqa: F401 - its job runs by the clock
from app.documents.badge_views import bp as badges
from app.documents.batch_views import bp as batches
from app.documents.certificate_views import bp as certificates
from app.documents.consent_paper_views import bp as consent_papers
from app.documents.data_views import bp as own_data
from app.documents.design_views import bp as designs
from app.documents.erasure_views import bp as erasures
from app.documents.list_views import bp as lists
from app.documents.name_views import bp as names
from app.documents.path_views import bp as path
from app.documents.picture_views import bp as design_pictures
from app.documents.sheet_views import bp as sheets
from app.documents.trip_views import bp as trips
from app.documents.verify_views import bp as verifying
from app.documents.views import bp as documents
from app.events import door_retention  # noqa: F401 - its job runs by the clock
from app.events.door_views import bp as doors
from app.events.editor_views import bp as event_editor
from app.events.manage_views import bp as events_desk
from app.events.meeting_views import bp as meetings
from app.events.question_views import bp as questions
from app.events.region_views import bp as region
from app.events.room_views import bp as event_rooms
from app.events.series_views import bp as series
from app.events.slot_fate_views import bp as slot_fate
from app.events.slot_many_views import bp as slots_at_once
from app.events.slot_series_views import bp as slot_series
from app.events.slot_views import bp as slots
from app.events.staff_views import bp as staff
from app.events.template_views import bp as event_templates
from app.events.views import bp as events
from app.messages.views import bp as messages
from app.notifications.views import bp as notifications
from app.organizations.approval_views import bp as approvals
from app.organizations.membership_views import bp as memberships
from app.organizations.queries import operator
from app.organizations.views import bp as organizations
from app.people import retention as _invitations  # noqa: F401 - its job runs by the clock
from app.people.children_views import bp as children
from app.people.claim_views import bp as claims
from app.people.class_views import bp as classes
from app.people.joining_views import bp as joining
from app.people.list_views import bp as class_lists
from app.people.pupil_views import bp as pupils
from app.people.text_views import bp as consent_texts
from app.people.views import bp as people
from app.registrations import lines  # noqa: F401 - its job runs by the clock
from app.registrations.adding_views import bp as adding
from app.registrations.admission_views import bp as admission
from app.registrations.answer_views import bp as answers
from app.registrations.class_sign_up_views import bp as class_sign_up
from app.registrations.consent_views import bp as consents
from app.registrations.draw_views import bp as draws
from app.registrations.duplicate_views import bp as duplicates
from app.registrations.group_views import bp as groups
from app.registrations.manage_views import bp as registrations_desk
from app.registrations.reply_views import bp as replies
from app.registrations.sign_up_views import bp as sign_up
from app.registrations.views import bp as registrations
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
