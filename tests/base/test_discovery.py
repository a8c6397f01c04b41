"""What a file declares is loaded by every process, without anybody importing it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app import DOMAINS
from app.base.config import ROOT
from app.base.discovery import blueprints_of, modules_of
from app.base.jobs import queues

APP = ROOT / "app"
LOADED = "import json, sys; print(json.dumps([*sys.modules]))"
# What the two processes do first; see Procfile and app/cli.py.
PROCESSES = {
    "web": f"from wsgi import app; {LOADED}",
    "worker": (
        "from app.base import jobs; jobs.work = lambda: None; "
        "from wsgi import app; app.test_cli_runner().invoke(args=['worker']); " + LOADED
    ),
}
HEAVY = {"weasyprint", "PIL"}  # 27 MB, 10 MB: only a process that prints carries them


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def called(node: ast.AST) -> str:
    """The last part of the name of what is called here."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_declaration(node: ast.AST) -> bool:
    """A job, a blueprint or a table begins here."""
    if called(node) in ("job", "Blueprint"):
        return True
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id == "Model" for base in node.bases
    )


def declaring() -> set[str]:
    found = set()
    for domain in DOMAINS:
        for file in (APP / domain).rglob("*.py"):
            if any(is_declaration(node) for node in ast.walk(ast.parse(file.read_text()))):
                found.add(module_of(file))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("process", PROCESSES)
def test_every_declaration_is_loaded(process: str) -> None:
    """Asked of a process of its own: here the tests themselves have imported much."""
    command = [sys.executable, "-c", PROCESSES[process]]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(answer.stdout.splitlines()[-1]))
    declared = declaring()
    assert len(declared) > 90, "the search has become blind"
    assert declared <= loaded
    assert not HEAVY & loaded, "what only printing needs is loaded at the start"


def test_every_folder_of_a_domain_is_a_package() -> None:
    """Without __init__.py discovery would pass over it."""
    for file in APP.rglob("*.py"):
        assert (file.parent / "__init__.py").exists(), file


def test_every_blueprint_is_registered_once(app: Flask) -> None:
    packages = ["app.web", *(f"app.{domain}" for domain in DOMAINS)]
    found = [*blueprints_of(modules_of(packages))]
    names = [blueprint.name for blueprint in found]
    assert len(names) == len(set(names))
    assert {*names} == {*app.blueprints}


def test_every_job_is_in_the_queue() -> None:
    """By the name of its module: the clock finds it there."""
    tasks = [name for queue in queues.values() for name in queue._registry._registry]
    for module in modules_of(f"app.{domain}" for domain in DOMAINS):
        top = ast.parse(Path(str(module.__file__)).read_text()).body
        if any(isinstance(node, ast.Assign) and called(node.value) == "job" for node in top):
            assert any(f"{module.__name__}." in task for task in tasks), module


def test_kept_seats_are_released_by_the_clock() -> None:
    """The job that no process loaded once: only tests imported its module."""
    tasks = [str(name) for queue in queues.values() for name in queue._registry._registry]
    assert any("app.registrations.admission.lines.release.by_the_clock" in name for name in tasks)
