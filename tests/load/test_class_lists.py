"""Two teachers press the same button, two workers take the same list: it is loaded once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEntry
from app.base.config import database_url
from app.base.db import db, transaction
from app.organizations.models import Role
from app.people.class_lists import actions as list_imports
from app.people.class_lists import batches as list_batches
from app.people.class_lists import undo as list_undo
from app.people.class_lists.models import ImportState, ListImport
from app.people.class_lists.reading import Reading, ReadRow, facts
from app.people.models import Guardianship, Person, SchoolClass
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.factories import make_member, make_school
from tests.load.rush import application

pytestmark = pytest.mark.slow
PUPILS, PRESSES = 60, 6


@pytest.fixture
def list_of_pupils(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Flask, int]]:
    """A list that is looked at, in a database that threads can share."""
    for module in (list_batches, list_undo):
        monkeypatch.setattr(module, "BATCH", 7)
    monkeypatch.setattr(list_imports, "AT_ONCE", 0)
    with fresh_database(POSTGRESQL) as url:
        shared = database_url(url) if POSTGRESQL else f"sqlite:///{tmp_path / 'lists.sqlite'}"
        app = application(shared)
        with app.app_context():
            db.create_all()
            with transaction():
                school = make_school()
                parent = {"name": "Бадмаева Кермен", "phone": "", "email": ""}
                rows = [
                    ReadRow(n, facts("Бадмаев" + "а" * n, "Санджи", first_year=2018, letter="А",
                                     guardians=[parent]))
                    for n in range(PUPILS)
                ]  # fmt: skip
                import_ = list_imports.receive(
                    Reading(rows), "9А.xlsx", school=school, by=make_member(school, Role.TEACHER)
                )
            yield app, import_.id
            db.session.remove()
            db.engine.dispose()


def all_at_once(app: Flask, act: Callable[[], Any]) -> list[Any]:
    def one(_number: int) -> Any:
        with app.app_context():
            try:
                return act()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(PRESSES) as threads:
        return list(threads.map(one, range(PRESSES)))


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count(model.id))) or 0


def test_pressed_at_once_it_is_loaded_and_undone_once(list_of_pupils: tuple[Flask, int]) -> None:
    app, id_ = list_of_pupils

    def press(act: Callable[[ListImport], bool]) -> Callable[[], bool]:
        def pressed() -> bool:
            with transaction():
                return act(db.session.get_one(ListImport, id_))

        return pressed

    for act, state, left in (
        (list_imports.start, ImportState.DONE, PUPILS),
        (list_imports.undo, ImportState.UNDONE, 0),
    ):
        assert sorted(all_at_once(app, press(act))) == [False] * (PRESSES - 1) + [True]
        all_at_once(app, list_imports.work_on_lists)
        db.session.expire_all()
        assert db.session.get_one(ListImport, id_).state is state
        assert (count(Person), count(Guardianship), count(SchoolClass)) == (
            left, left, 1 if left else 0,
        )  # fmt: skip
    assert count(AuditEntry) == 2
