"""Templates of tests in front of the real ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, render_template
from jinja2 import ChoiceLoader, DictLoader

from app.press import orders
from app.press import pieces as press


@contextmanager
def instead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    ours: dict[str, str] = {}
    environment = app.jinja_env
    assert environment.loader is not None
    loader = ChoiceLoader([DictLoader(ours), environment.loader])
    monkeypatch.setattr(app, "jinja_env", environment.overlay(loader=loader))
    with app.test_request_context():
        yield ours


def piece_of(template: str, **context: object) -> press.Piece:
    """Laid out here, by the press's own code: what becomes of it can be looked at."""
    return press.kept(orders.Piece(render_template(template, **context)))
