"""Small files that hold a server and many who want papers: the others are still answered."""

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app import create_app
from app.accounts.passwords import hash_of
from app.base import clock
from app.base.db import db, transaction
from app.organizations.models import Role
from bench.client import Answer, Connection
from bench.servers import family, serving
from tests.factories import make_event, make_member, make_organization, make_school
from tests.load import bombs
from tests.workbench.test_workbench import ends

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_alone]
PASSWORD = "elista-2026-noon"
POSTERS = 40
HEALTHY = 10  # answers of /healthz, at least: forty posters take seconds
ENDS = 120  # seconds after which nobody asks again
AS_IN_THE_PROCFILE = ("--backpressure", "64")


@dataclass(frozen=True)
class Site:
    port: int
    process_id: int
    posters: list[str]
    organizer: str
    teacher: str
    pictures: str  # where they are sent
    class_lists: dict[str, str]


@dataclass
class Seen:
    """What came back: how often which status, and what should not have."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, path: str, answer: Answer) -> None:
        self.statuses[answer.status] += 1
        if answer.status >= 500 and not (answer.status == 503 and "retry-after" in answer.headers):
            self.wrong.append(f"{path}: {answer.status}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    tmp_path = tmp_path_factory.mktemp("site")
    database = f"sqlite:///{tmp_path / 'site.sqlite'}"
    app = create_app({"SQLALCHEMY_DATABASE_URI": database, "TESTING": True})
    with app.app_context():
        db.create_all()
        with transaction():
            college, school = make_organization(), make_school()
            people = make_member(college, Role.ADMIN), make_member(school, Role.ADMIN)
            for user in people:
                user.password_hash, user.email_confirmed_at = hash_of(PASSWORD), clock.now()
            events = [make_event(organization=college) for _ in range(POSTERS + 10)]
            posters = [f"/events/{event.slug}/poster.pdf" for event in events]
            who = [user.email for user in people]
            pictures = f"/manage/organization/{college.slug}/certificates/pictures"
            fields = {"school": school.slug}
        db.session.remove()
        db.engine.dispose()
    environment = {
        "DATABASE_URL": database,
        "QUEUE_FILE": str(tmp_path / "queue.sqlite"),
        "QUEUE_IN_MEMORY": "0",
        "FILES_FOLDER": str(tmp_path / "files"),
        "PAPERS_FOLDER": str(tmp_path / "papers"),
        "RATELIMIT_ENABLED": "0",
    }
    with serving("wsgi:app", environment=environment, options=AS_IN_THE_PROCFILE) as (port, id_):
        yield Site(port, id_, posters, who[0], who[1], pictures, fields)


class Visitor:
    """Somebody with a browser, logged in or not."""

    def __init__(self, site: Site, email: str = "") -> None:
        self.connection, self.token = Connection(site.port), ""
        self.connection.socket.settimeout(ENDS)
        if email:
            self.look("/log-in")
            self.send("/log-in", {"email": email, "password": PASSWORD})
            self.look("/me")

    def look(self, path: str) -> None:
        found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', self.connection.ask(path).body)
        self.token = found[1].decode() if found else self.token

    def send(self, path: str, fields: dict[str, str], file: bytes = b"", name: str = "") -> Answer:
        given: dict[str, object] = {**fields, "csrf_token": self.token}
        if file:
            given["file"] = FileStorage(BytesIO(file), filename=name)
        boundary, body = encode_multipart(given)
        return self.connection.ask(
            path, body, kind=f'multipart/form-data; boundary="{boundary}"', token=self.token
        )


def ask_health(site: Site, over: threading.Event, seen: Seen) -> None:
    while not over.is_set():
        seen.note("/healthz", Connection(site.port).ask("/healthz"))
        time.sleep(0.02)


def attack(site: Site, acts: list[Callable[[Seen], None]]) -> tuple[Seen, Seen]:
    """All at the same moment. What they were answered, and what /healthz meanwhile."""
    seen, health, over = Seen(), Seen(), threading.Event()
    asking = threading.Thread(target=ask_health, args=(site, over, health))
    asking.start()
    threads = [threading.Thread(target=act, args=(seen,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    asking.join()
    return seen, health


def wants(site: Site, path: str) -> Callable[[Seen], None]:
    """Somebody who asks until the paper is there, as the page of 503 does."""

    def act(seen: Seen) -> None:
        ends = time.monotonic() + ENDS
        while time.monotonic() < ends:
            answer = Connection(site.port).ask(path)
            seen.note(path, answer)
            if answer.status == 200:
                assert answer.body.startswith(b"%PDF")
                return
            time.sleep(1)

    return act


def test_forty_posters_at_once(site: Site) -> None:
    seen, health = attack(site, [wants(site, path) for path in site.posters[:POSTERS]])
    assert seen.statuses[200] == POSTERS  # all had theirs in the end
    assert seen.statuses[503]  # most were told to come again
    assert seen.wrong == health.wrong == []
    assert health.statuses[200] >= HEALTHY


def test_small_files_that_are_large_inside(site: Site) -> None:
    organizer, teacher = Visitor(site, site.organizer), Visitor(site, site.teacher)
    square, merges = bombs.png(), bombs.overlapping_merges()
    assert len(square) < 300_000
    assert len(merges) < 200_000

    def picture(seen: Seen) -> None:
        for _ in range(4):
            answer = organizer.send(site.pictures, {"use": "background"}, square, "x.png")
            seen.note("png", answer)
            assert "16" in answer.body.decode("unicode_escape")

    def lists(seen: Seen) -> None:
        for content, name in (
            (merges, "x.xlsx"),
            (bombs.one_row(), "x.csv"),
            (bombs.quotation_marks(), "x.csv"),
            (bombs.many_parts(), "x.xlsx"),
        ):
            answer = teacher.send("/school/classes", site.class_lists, content, name)
            seen.note(name, answer)
            assert answer.status == 422

    people = [wants(site, path) for path in site.posters[POSTERS : POSTERS + 5]]
    seen, health = attack(site, [picture, lists, *people])
    assert seen.statuses[422] == 8  # each got its sentence
    assert seen.wrong == health.wrong == []
    assert health.statuses[200] >= HEALTHY


def presses(site: Site) -> set[int]:
    """The processes that print for this server."""
    found = set()
    for one in family(site.process_id):
        with suppress(OSError):
            if b"press.fulfilling" in Path(f"/proc/{one}/cmdline").read_bytes():
                found.add(one)
    return found


def test_a_killed_press_is_replaced_and_none_outlives_the_server(site: Site) -> None:
    """The last of this module: the server is gone then."""
    first, second = site.posters[-2:]
    wants(site, first)(Seen())
    assert presses(site)
    for press in presses(site):
        os.kill(press, signal.SIGKILL)
    wants(site, second)(Seen())
    [*left] = presses(site)
    assert left
    os.kill(site.process_id, signal.SIGTERM)
    assert all(ends(press) for press in left)
