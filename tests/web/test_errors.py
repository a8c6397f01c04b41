"""What the visitor sees when something goes wrong: a page of ours, and nothing of anybody's."""

import logging

import pytest
import sqlalchemy as sa
from flask import Flask, abort
from flask.testing import FlaskClient

from app import create_app
from app.base import jobs
from app.base.config import engine_options


@pytest.fixture
def client(app: Flask, caplog: pytest.LogCaptureFixture) -> FlaskClient:
    """An application that answers errors as in real life, with two pages that fail."""
    broken = create_app({"SQLALCHEMY_DATABASE_URI": "sqlite://", "SQLALCHEMY_ENGINE_OPTIONS": {}})
    jobs.init_app(app)  # the last application made runs the jobs: give them back
    caplog.set_level(logging.CRITICAL)

    def fails() -> str:
        raise ValueError("Иванов Иван, 2011 г. р.")

    def forbids() -> str:
        abort(403)

    broken.add_url_rule("/fails", view_func=fails)
    broken.add_url_rule("/forbids", view_func=forbids)
    return broken.test_client()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/fails", 500, "У нас что-то сломалось"),
        ("/forbids", 403, "не открыта"),
        ("/nowhere", 404, "Такой страницы нет"),
    ],
)
def test_errors_have_pages_of_ours(
    client: FlaskClient, address: str, status: int, words: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert words in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_an_error_page_shows_nothing_of_the_error(client: FlaskClient) -> None:
    assert "Иванов" not in client.get("/fails").text


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_statement_that_fails_names_nobody_in_the_log(kind: str) -> None:
    hidden = {"hide_parameters": engine_options(f"{kind}://")["hide_parameters"]}
    engine = sa.create_engine("sqlite://", **hidden)
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError) as broken:
        connection.execute(sa.text("SELECT id FROM nobody WHERE name = :n"), {"n": "Бадмаев"})
    assert "Бадмаев" not in str(broken.value)


@pytest.mark.parametrize(
    ("address", "is_of_an_event"),
    [
        ("/nowhere", False),
        ("/organizations/nobody", False),
        ("/registrations/ABCDEFGHJKLM", False),
        ("/events/gone", True),
    ],
)
def test_only_pages_of_events_speak_of_withdrawn_ones(
    app: Flask, address: str, is_of_an_event: bool
) -> None:
    answer = app.test_client().get(address)
    assert answer.status_code == 404
    assert ("мероприятие сняли" in answer.text) == is_of_an_event
    assert ("открыта не вам" in answer.text) == (not is_of_an_event)
