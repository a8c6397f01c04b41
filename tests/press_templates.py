"""Templates of tests in front of the real ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from app import press


@contextmanager
def instead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    ours: dict[str, str] = {}
    environment = app.jinja_env
    assert environment.loader is not None
    loader = ChoiceLoader([DictLoader(ours), environment.loader])
    monkeypatch.setattr(app, "jinja_env", environment.overlay(loader=loader))
    press.kept.cache_clear()
    with app.test_request_context():
        yield ours
