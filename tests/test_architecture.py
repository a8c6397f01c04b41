"""The shape of the house: these tests fail when an arrow points upwards."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_login import login_required

from app import DOMAINS
from app.base.config import ROOT

pytestmark = pytest.mark.sqlite_alone  # the same on every database

APP = ROOT / "app"
# Inside a folder each room may use the ones before it; other names count as actions.
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
# The foundation knows no domain; each of its packages may use the ones before it.
FOUNDATION = ["base", "web", "workbench", "files", "press"]
DATA = {"kinds", "looks"}  # what the models are described with
MOST_SIBLINGS = 14
NO_LIMIT = {APP, ROOT / "templates", ROOT / "tests"}  # these hold the domains
MODULES = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in FILES}


def is_roof(file: Path) -> bool:
    return file in ROOF or any(file.is_relative_to(folder) for folder in ROOF_FOLDERS)


def room(module: str) -> int:
    if module.endswith("views"):
        return ROOMS.index("views")
    if module.endswith("forms"):
        return ROOMS.index("forms")
    if module.endswith("models") or module in DATA:
        return ROOMS.index("models")
    return ROOMS.index(module if module in ROOMS else "actions")


def imports_of(file: Path) -> set[str]:
    """The modules of ours that this one imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                names.add(name if name in MODULES else node.module)
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.startswith("app.")}


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(APP)))
def test_imports_point_down(file: Path) -> None:
    if is_roof(file):
        return
    own = file.relative_to(APP).parts[0]
    is_view = file.stem.endswith("views")
    order = FOUNDATION + list(DOMAINS)
    assert own in order, f"{file}: where does {own} stand in the order?"
    for name in imports_of(file):
        _app, package, *inner = name.split(".")
        assert not name.endswith("views"), f"{file}: nobody imports views"
        if package == "permissions":
            assert is_view, f"{file}: only views ask for permission"
            continue
        assert package in order, f"{file}: {name} is the roof"
        if package in DOMAINS:
            assert own in DOMAINS, f"{file}: the foundation knows no domain, not even {package}"
        if not is_view:
            assert order.index(package) <= order.index(own), f"{file}: {name} stands later"
        if inner and MODULES[name].parent == file.parent:
            assert room(inner[-1]) <= room(file.stem), f"{file}: {name} is a higher room"


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


def folders() -> Iterator[Path]:
    for init in APP.rglob("__init__.py"):
        if not any(init.is_relative_to(folder) for folder in ROOF_FOLDERS):
            yield init.parent


def imports_between_siblings(folder: Path) -> dict[str, dict[str, str]]:
    """Who of this folder imports whom, with one pair of modules that does; views hang outside."""
    found: dict[str, dict[str, str]] = {}
    for file in folder.rglob("*.py"):
        if file.stem.endswith("views") or is_roof(file):
            continue
        own = file.relative_to(folder).with_suffix("").parts[0]
        for name in imports_of(file):
            other = MODULES[name]
            if not other.is_relative_to(folder) or is_roof(other):
                continue
            target = other.relative_to(folder).with_suffix("").parts[0]
            if target != own:
                found.setdefault(own, {})[target] = f"{file.relative_to(APP)} imports {name}"
    return found


@pytest.mark.parametrize("folder", sorted(folders()), ids=lambda f: str(f.relative_to(ROOT)))
def test_no_circles(folder: Path) -> None:
    """What lies in one folder, files and sub-folders, can be put in an order, at each depth."""
    left = imports_between_siblings(folder)
    while True:
        free = [name for name, uses in left.items() if not uses.keys() & left.keys()]
        if not free:
            break
        for name in free:
            del left[name]
    circle = {
        name: [pair for to, pair in uses.items() if to in left] for name, uses in left.items()
    }
    assert not circle


@pytest.mark.parametrize("top", ["app", "templates", "tests", "static/js", "static/css"])
def test_folders_stay_small(top: str) -> None:
    for folder in [ROOT / top, *(path for path in (ROOT / top).rglob("*") if path.is_dir())]:
        if folder in NO_LIMIT or folder.name == "__pycache__":
            continue
        siblings = [path for path in folder.iterdir() if is_ours(path)]
        assert len(siblings) <= MOST_SIBLINGS, f"{folder}: {len(siblings)} siblings, divide it"


def is_ours(path: Path) -> bool:
    """Not what tools leave behind: compiled modules, compressed copies."""
    return path.name not in ("__init__.py", "__pycache__") and path.suffix not in (".gz", ".br")
