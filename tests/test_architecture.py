"""The shape of the house: these tests fail when an arrow points upwards."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from flask_login import login_required

from app.base.config import ROOT

pytestmark = pytest.mark.sqlite_alone  # the same on every database

APP = ROOT / "app"
# Each domain may import the ones before it. A rule between two lives in the later.
DOMAINS = [
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
    "documents",
]
# Inside a domain each room may use the ones before it; other names count as actions.
ROOMS = ["models", "queries", "actions", "forms", "views"]
ROOF = {APP / "__init__.py", APP / "permissions.py", APP / "cli.py"}  # they see every room
ROOF_FOLDERS = {APP / "demo"}
GUARD = login_required(lambda: None).__code__
# Open to everybody: what visitors read, links that are secrets themselves, health.
PUBLIC = {
    "draws.as_csv",
    "draws.as_json",
    "draws.show",
    "static",
    "site.privacy",
    "site.accessibility",
    "site.language",
    "site.low_vision",
    "site.healthz",
    "site.readyz",
    "accounts.log_in",
    "accounts.log_in_link",
    "accounts.follow_link",
    "accounts.sign_up",
    "accounts.reset_password",
    "accounts.choose_password",
    "accounts.confirm_address",
    "notifications.outbox",
    "notifications.letter",  # 404 outside the demo
    "organizations.index",
    "organizations.show",
    "organizations.embed",
    "events.home",
    "events.index",
    "events.calendar",
    "events.open_data",
    "events.atom",
    "events.show",
    "events.event_calendar",
    "series.show",
    "sign_up.sign_up",
    "sign_up.sent",
    "joining.join",  # by a code
    "joining.type_code",
    "registrations.show",
    "replies.accept_seat",  # by the ticket’s secret code
    "replies.reconfirm_seat",
    "registrations.cancel",
    "registrations.calendar",
    "registrations.ask_guardian",
    "answers.change",  # by the ticket's secret code
    "consents.answer",  # by signed links
    "consents.withdraw_by_link",
    "registrations.move",
    "documents.ticket",
    "documents.certificate_of_ticket",
    "documents.poster",
    "documents.verify",
    "documents.verify_form",
    "verifying.file_to_save",
    "verifying.key_as_pem",
    "verifying.keys_as_json",
    "verifying.offline",
    "doors.enter",  # by its secret link and a PIN
}
FILES = sorted(APP.rglob("*.py"))


def is_roof(file: Path) -> bool:
    return file in ROOF or any(file.is_relative_to(folder) for folder in ROOF_FOLDERS)


def room(module: str) -> int:
    if module.endswith("views"):
        return ROOMS.index("views")
    if module.endswith("forms"):
        return ROOMS.index("forms")
    # Kinds and fields: data the models are described with.
    if module.endswith("models") or module in ("kinds", "professional_fields"):
        return ROOMS.index("models")
    return ROOMS.index(module if module in ROOMS else "actions")


def imports_of(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.startswith("app.")}


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(APP)))
def test_imports_point_down(file: Path) -> None:
    if is_roof(file):
        return
    own = file.relative_to(APP).parts[0] if file.parent != APP else None
    is_view = file.stem.endswith("views")
    for name in imports_of(file):
        _app, package, module, *_rest = [*name.split("."), "", ""]
        assert not module.endswith("views"), f"{file}: nobody imports views"
        if package == "permissions":
            assert is_view, f"{file}: only views ask for permission"
        if package not in DOMAINS:
            continue
        assert own, f"{file}: the foundation knows no domain, not even {package}"
        if not is_view:
            assert DOMAINS.index(package) <= DOMAINS.index(own), f"{file}: {name} stands later"
        if package == own:
            assert room(module) <= room(file.stem), f"{file}: {name} is a higher room"


def test_only_transaction_commits() -> None:
    for file in FILES:
        if file != APP / "base" / "db.py":
            assert "session.commit(" not in file.read_text(), file


def test_seats_change_in_one_place() -> None:
    changes = re.compile(r"seats_taken\s*[-+]?=[^=]")
    for file in FILES:
        if file not in (APP / "registrations" / "seats" / "seats.py", APP / "events" / "models.py"):
            assert not changes.search(file.read_text()), f"{file}: seats change in seats.py alone"


def test_every_route_is_guarded(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        guarded = view.__code__ is GUARD  # the outermost decorator
        assert guarded or endpoint in PUBLIC, f"{endpoint} is open to everyone"


def test_public_routes_exist(app: Flask) -> None:
    assert set(app.view_functions) >= PUBLIC


def test_urls_are_kebab_case_and_typed(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        static_part = re.sub(r"<[^>]+>", "", rule.rule)
        assert static_part == static_part.lower().replace("_", "-"), rule.rule
        for converter in re.findall(r"<([^>]+)>", rule.rule):
            assert ":" in converter or rule.endpoint == "static", f"{rule.rule}: type it"


def test_typed_numbers_are_read_in_one_place() -> None:
    """``int()`` takes «²», four thousand digits and what no column holds."""
    careless = re.compile(
        r"\b(?:type|coerce)=int\b|\bint\((?:self|form)\.\w+\.data\)"
        r"|\bIntegerField\(|\bisdigit\(|\bisnumeric\("
    )
    for file in FILES:
        if file.name not in ("fields.py", "text.py"):
            assert not careless.search(file.read_text()), (
                f"{file}: use app.text.whole or whole_number"
            )


def test_relationships_use_no_backref() -> None:
    for file in FILES:
        assert "backref=" not in file.read_text(), file


def test_templates_load_nothing_from_other_hosts() -> None:
    foreign = re.compile(r"""(?:src|href)=["']https?://[^"'{]*\.(?:js|css|woff2?|png|svg)""")
    for file in (ROOT / "templates").rglob("*.html"):
        assert not foreign.search(file.read_text()), file


def test_templates_keep_to_the_content_security_policy() -> None:
    unsafe = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)(?![^>]*ld\+json)|\son[a-z]+=")
    for file in (ROOT / "templates").rglob("*.html"):
        if file.is_relative_to(ROOT / "templates" / "pdf") or file.is_relative_to(
            ROOT / "templates" / "mail"
        ):
            continue
        assert not unsafe.search(file.read_text()), f"{file}: inline style or script"


def test_files_are_divided_by_noun() -> None:
    for file in FILES:
        assert len(file.read_text().splitlines()) <= 320, f"{file} is too long: divide it"


def test_a_row_that_is_read_again_under_a_lock_locks_itself_alone() -> None:
    """What its first query joined is joined again, and PostgreSQL refuses to lock that."""
    elsewhere = [path.name for path in APP.rglob("*.py") if "with_for_update=" in path.read_text()]
    assert elsewhere == ["db.py"]
