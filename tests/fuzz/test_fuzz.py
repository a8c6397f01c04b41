"""The fuzzer finds what is planted, and a short run of it finds nothing in the site.

The long run is ``make fuzz``.
"""

from collections.abc import Callable

import pytest
from flask import Flask, request

from app.base.db import db
from app.events.models import Event
from tests.conftest import POSTGRESQL
from tests.fuzz.application import fuzzing

pytestmark = pytest.mark.slow


def trusting_digits() -> str:
    number = request.form.get("page", "")
    return str(int(number)) if number.isdigit() else "none"


def trusting_lengths() -> str:
    number = request.form.get("page", "")
    return str(db.session.get(Event, int(number)) if number.isdecimal() else None)


def reading_json_as_pairs() -> str:
    pairs = request.get_json(silent=True)
    return str(dict(pairs) if isinstance(pairs, list) else "none")


def plant(app: Flask, view: Callable[[], str]) -> None:
    view.__dict__["reads_json"] = True
    app.add_url_rule("/planted-phone", "planted_phone", view, methods=["POST"])


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("view", [trusting_digits, trusting_lengths, reading_json_as_pairs])
def test_a_planted_hole_is_found(view: Callable[[], str]) -> None:
    with fuzzing(seed=1, only=["planted_phone"]) as run:
        plant(run.app, view)
        run.find_rules()
        run.names = ["page"]
        run.run(150)
        assert run.failures


def test_a_short_run_finds_nothing() -> None:
    with fuzzing(seed=2026) as run:
        run.run(2_000 if POSTGRESQL else 300)  # instead of the pages' own tests
        assert [str(failure) for failure in run.failures] == []
        assert {200, 303, 404, 422} <= set(run.statuses)  # it came further than the door
