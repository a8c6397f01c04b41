"""PostgreSQL absent, restarted, silent, and with a locked row: no page fails, none takes the
others along, and all is well again by itself."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.base.config import database_url
from app.base.db import db
from tests.conftest import POSTGRESQL
from tests.databases import fresh_database
from tests.load.neighbours.sick import Answer, Proxy, Visitor, at_once, is_well_apart, site, until
from tests.notifications.worker import application

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not POSTGRESQL, reason="TEST_DATABASE_URL names no PostgreSQL"),
]
CROWD = 24


@pytest.fixture
def admin() -> Iterator[sa.Engine]:
    """The database itself, past everything that is sick."""
    with fresh_database(POSTGRESQL) as url:
        with application(database_url(url)).app_context():
            db.create_all()
            db.session.remove()
            db.engine.dispose()
        engine = sa.create_engine(database_url(url), isolation_level="AUTOCOMMIT")
        yield engine
        engine.dispose()


def is_asked_to_wait(answer: Answer) -> bool:
    return (
        answer.status == 503
        and answer.headers["retry-after"] == "60"
        and "Попробуйте через минуту" in answer.text
    )


def is_healthy(visitor: Visitor) -> bool:
    return visitor.get("/events").status == 200


def test_the_site_outlives_its_database(admin: sa.Engine, tmp_path: Path) -> None:
    there = admin.url
    proxy = Proxy(there.host or "127.0.0.1", there.port or 5432)
    url = there.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    with site(tmp_path / "log", DATABASE_URL=url, DATABASE_SECONDS="2") as port:
        visitor = Visitor(port)

        # Absent at the start
        assert is_asked_to_wait(visitor.get("/events"))
        assert '"database"' in visitor.get("/readyz").text
        is_well_apart(port)
        proxy.open()
        until(lambda: is_healthy(visitor))

        # Restarted: every connection is ended while people read
        for _ in range(5):
            reading = at_once([lambda: Visitor(port).get("/events")] * 10)
            end_connections(admin)
            assert [answer.result().status for answer in reading] == [200] * 10
            end_connections(admin)
        late = visitor.ready_to_log_in()
        end_connections(admin)
        assert late.log_in().status == 422  # heard of, too: nothing had been sent yet

        # A locked row: who wants it is asked to wait, and the rest stays up
        with admin.connect() as holding:
            holding.exec_driver_sql("BEGIN")
            holding.exec_driver_sql("SELECT * FROM attempts FOR UPDATE")
            wanting = at_once([visitor.log_in] * CROWD)
            while_they_wait(wanting, port)
            assert is_healthy(visitor)
            assert all(is_asked_to_wait(answer.result()) for answer in wanting)
            holding.exec_driver_sql("ROLLBACK")
        assert visitor.log_in().status == 422

        # A black hole
        proxy.swallow()
        wanting = at_once([lambda: Visitor(port).get("/events")] * CROWD)
        while_they_wait(wanting, port)
        assert all(is_asked_to_wait(answer.result()) for answer in wanting)
        proxy.pass_on()
        until(lambda: is_healthy(visitor))
        assert visitor.get("/readyz").status == 200
    assert "Traceback" not in (tmp_path / "log").read_text()


def while_they_wait(wanting: list[Future[Answer]], port: int) -> None:
    """What needs no database answers before they do."""
    is_well_apart(port)
    assert not any(answer.done() for answer in wanting[:4])


def end_connections(admin: sa.Engine) -> None:
    with admin.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
