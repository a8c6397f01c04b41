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

from app import cli, permissions
from app.accounts.queries import user_of_device
from app.base import config, db, discovery, jobs, languages, own_files
from app.organizations.queries import operator
from app.sweeps import tombstones
from app.web import cookies, errors, filters, proxies, security, site_views
from app.web import pages as web
from app.web.health import gate, outages
from app.workbench import busy_page

# Each domain may import the ones before it. A rule between two lives in the later.
DOMAINS = (
    "sweeps",
    "accounts",
    "notifications",
    "organizations",
    "audit",
    "people",
    "roadmap",
    "events",
    "registrations",
    "attendance",
    "messages",
    "certificates",
    "papers",
    "privacy",
)

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
    packages = ["app.web", *(f"app.{domain}" for domain in DOMAINS)]
    for blueprint in discovery.blueprints_of(discovery.modules_of(packages)):
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
