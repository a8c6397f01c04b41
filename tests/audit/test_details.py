"""What the log says of each act, in Russian: every name and every code that is given to it."""

import ast
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask

from app.audit.detail_wording import COLUMNS, PAPERS, VALUES, detail_words, name_words
from app.base.config import ROOT
from app.certificates.kinds import CertificateKind
from app.events.models import Admission
from app.events.seat_rules.quota_models import QuotaKind
from app.events.staff.models import StaffRole
from app.organizations.actions import OF_APPROVAL
from app.organizations.models import Role
from app.papers.lists.choices import ListPaper
from app.papers.trips.trips import Paper
from app.people.class_lists.models import Outcome
from app.people.models import ConsentKind
from app.privacy.models import ErasureReason
from app.privacy.retention import RETENTION
from app.registrations.admission import views as admission_views
from app.registrations.desk import views as manage_views
from app.registrations.merging.actions import OWNED

# Details that are computed: how it stands in the sources, and which names that gives.
DIFFERENCES = {f"{age}_{column}" for age in ("old", "new") for column in OF_APPROVAL}
COMPUTED: dict[str, Iterable[str]] = {
    "about(organization)": {"name"},
    "changes.differences(change)": DIFFERENCES,
    "said": DIFFERENCES,
    "counted(moved)": {*(model.__tablename__ for model, _ in OWNED), "left", "merged", "confirmed"},
    "{} if stay else {'shared': True}": {"shared"},
    "{outcome.value: counts[outcome] for outcome in Outcome}": {one.value for one in Outcome},
    "{kind: number}": set(RETENTION),
}
NOT_SHOWN = {"organization_id", "changes"}  # a column of its own; told by the event's history
CODED: dict[str, Iterable[str | StrEnum]] = {
    "act": [*manage_views.ACTS, *admission_views.ACTS],
    "kind": [*Admission, *QuotaKind, *ConsentKind, *CertificateKind],
    "reason": ErasureReason,
    "role": [*Role, *StaffRole],
}


def calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in ("record", "record_now"):
            yield node


def dictionaries(file: Path) -> dict[str, set[str]]:
    """The keys of all dictionaries that get this name in the file."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            keys = {
                key.value
                for one in ast.walk(node.value) if isinstance(one, ast.Dict)
                for key in one.keys if isinstance(key, ast.Constant)
            }  # fmt: skip
            found.setdefault(node.targets[0].id, set()).update(map(str, keys))
    return found


def names_in_the_sources() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "app").rglob("*.py"):
        if file == ROOT / "app" / "audit" / "actions.py":
            continue
        assigned: dict[str, set[str]] | None = None
        for call in calls(file):
            for given in call.keywords:
                if given.arg:
                    found.add(given.arg)
                    continue
                source = ast.unparse(given.value)
                assigned = dictionaries(file) if assigned is None else assigned
                named = COMPUTED.get(source) or assigned.get(source)
                assert named, f"{file}: which details are in «{source}»?"
                found |= set(named)
    return found - NOT_SHOWN


def papers_in_the_sources() -> set[str]:
    """«badges» of «badges.pdf», where it is written out beside a call of record()."""
    named: set[str] = {"list", *ListPaper, *(f"trip-{paper}" for paper in Paper)}
    printing = [ROOT / "app" / domain for domain in ("certificates", "papers", "privacy")]
    for file in (file for folder in printing for file in folder.rglob("*views.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            values: list[ast.expr] = []
            if isinstance(node, ast.keyword) and node.arg == "paper":
                values = [node.value]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("note_list", "asked"):
                values = node.args
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                values = [value for key, value in pairs
                          if isinstance(key, ast.Constant) and key.value == "paper"]  # fmt: skip
            for value in values:
                if isinstance(value, ast.Constant) and "." in str(value.value):
                    named.add(str(value.value).rpartition(".")[0])
    return named


class TestRule:
    def test_every_name_has_words(self, app: Flask) -> None:
        found = names_in_the_sources()
        assert {"number", "paper", "account", "registration", "letters", "same", "rows"} <= found
        with app.test_request_context():
            bare = {name for name in found if name_words(name) == name}
        assert not bare

    @pytest.mark.parametrize("name", CODED)
    def test_every_code_has_words(self, name: str) -> None:
        codes = {str(code) for code in CODED[name]}
        assert codes <= set(VALUES[name])

    def test_every_paper_has_words(self) -> None:
        found = papers_in_the_sources()
        assert {"badges", "certificates", "register", "sheet", "trip-folder"} <= found
        assert found <= set(PAPERS)

    def test_the_words_are_russian(self, app: Flask) -> None:
        """«Excel» and «PDF» apart."""
        tables = [PAPERS, COLUMNS, *VALUES.values()]
        with app.test_request_context():
            said = [str(words) for table in tables for words in table.values()]
            said += [name_words(name) for name in names_in_the_sources()]
        latin = [words for words in said if any("a" <= letter.lower() <= "z" for letter in words)]
        assert not latin

    @pytest.mark.parametrize(
        ("action", "details", "said"),
        [
            ("person.erased", {"reason": "request", "act": 2},
             "причина: просьба человека или его родителя, акт об уничтожении №: 2"),
            ("organization.closed", {"reason": "Нет лицензии"},
             "причина: Нет лицензии"),
            ("account.address_changed", {"first": False},
             "первая почта этой учётной записи: нет"),
            ("persons.exported", {"paper": "trip-folder.pdf"}, "файл: выезд: вся папка, PDF"),
            ("persons.exported", {"paper": "unknown.pdf"}, "файл: unknown.pdf"),
            ("registrations.changed", {"act": "cancel", "number": 3},
             "действие: отменены, сколько: 3"),
            ("event.slot_deleted", {"when": "2026-11-24T07:30:00"},
             "когда: 24 ноября 2026 г., 10:30"),
            ("event.slot_deleted", {"when": "once"}, "когда: once"),
            ("sweep.allowed", {"kind": "letters"}, "вид: письма, отправленные"),
            ("reminders.changed", {"hours": [24, 2], "days": None}, ": 24, 2, "),
            ("event.edited", {"number": 1, "changes": {"title": ["a", "b"]}}, "сколько: 1"),
            ("old.act", {"strange": "odd"}, "strange: odd"),
        ],
    )  # fmt: skip
    def test_says_it_in_words(
        self, app: Flask, action: str, details: dict[str, object], said: str
    ) -> None:
        with app.test_request_context():
            assert said in detail_words(details, action)
