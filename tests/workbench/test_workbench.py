"""The workbench: processes with a budget, killed when they overrun it, and the line before it.

Tasks of these tests are functions of Python's own: the process imports what it is told.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.base.config import ROOT
from app.base.db import db
from app.files.image_use import Use, made_small
from app.web.health import gate
from app.workbench import busy_page
from app.workbench import workshop as workbench
from app.workbench.refusal import Refused
from app.workbench.workshop import VISITORS, Answer, Budget, Process, TooMuch, Workshop, run
from tests.browser import Browser, Page
from tests.factories import make_event, make_registration

pytestmark = pytest.mark.sqlite_alone
ECHO = "copy:copy"  # of a pair: what is told, and bytes
SMALL = Budget(memory=256, seconds=60, cpu=20)
KEPT = Budget(memory=256, seconds=60, idle=60)
DEADLINE = 60  # seconds, for what must come true


@pytest.fixture(autouse=True)
def _in_russian(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.fixture
def shop() -> Iterator[Workshop]:
    shop = Workshop(ECHO)
    yield shop
    if shop.process:
        shop.process.end()


def ends(process_id: int) -> bool:
    """Whether the process is gone within a minute."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


class TestBudget:
    def test_what_was_asked_is_answered(self) -> None:
        assert run(ECHO, ({"сторона": 3}, b"\0" * 3_000_000), budget=SMALL) == Answer(
            {"сторона": 3}, b"\0" * 3_000_000
        )

    def test_too_much_memory(self) -> None:
        with pytest.raises(TooMuch, match="слишком сложный"):
            run("builtins:bytearray", 2**30, budget=SMALL)

    def test_too_many_seconds_of_work(self) -> None:
        with pytest.raises(TooMuch) as ended:
            run("builtins:pow", 3, 10**9, budget=Budget(memory=256, seconds=DEADLINE, cpu=1))
        assert isinstance(ended.value.__cause__, workbench.Gone)  # before anybody lost patience

    def test_too_long_a_wait_and_the_process_is_killed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = watched(monkeypatch)
        with pytest.raises(TooMuch):
            run("time:sleep", 3600, budget=Budget(memory=256, seconds=0.5))
        assert ends(begun[0].running.pid)

    def test_one_that_dies_is_the_files_fault(self) -> None:
        with pytest.raises(TooMuch):
            run("os:abort", budget=SMALL)

    def test_a_mistake_of_ours_is_told_without_what_stood_in_the_file(self) -> None:
        with pytest.raises(workbench.Broken, match="ValueError") as broken:
            run("builtins:int", "Бадмаев", budget=SMALL)
        assert "Бадмаев" not in str(broken.value)

    def test_what_comes_back_is_not_unpickled(self) -> None:
        """A process that was taken over by a file may say anything."""
        head = {"told": "cos\nsystem\n(S'true'\ntR.", "size": 0}
        assert workbench.understood(head, b"") == Answer(head["told"], b"")


class TestWorkshop:
    def test_one_process_does_job_after_job(
        self, shop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = watched(monkeypatch)
        for number in range(3):
            assert shop.ask((number, b"x"), budget=KEPT) == Answer(number, b"x")
        assert len(begun) == 1

    def test_several_at_once_get_their_own_answers(
        self, shop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = watched(monkeypatch)

        def ask(number: int) -> Answer:
            return shop.ask((number, b"%d" % number * 100_000), budget=KEPT)

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(24)))
        assert answers == [Answer(number, b"%d" % number * 100_000) for number in range(24)]
        assert len(begun) == 1

    def test_killed_in_between_the_next_asks_a_new_one(self, shop: Workshop) -> None:
        shop.ask(("a", b""), budget=KEPT)
        assert shop.process
        os.kill(shop.process.running.pid, signal.SIGKILL)
        assert shop.ask(("b", b""), budget=KEPT).told == "b"

    def test_killed_over_a_job_a_new_one_does_it(
        self, shop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, ask = watched(monkeypatch), Process.ask

        def killed(process: Process, *given: Any) -> Answer:
            if len(begun) == 1:
                os.kill(process.running.pid, signal.SIGKILL)
            return ask(process, *given)

        monkeypatch.setattr(Process, "ask", killed)
        assert shop.ask(("a", b""), budget=KEPT).told == "a"
        assert len(begun) == 2

    def test_one_that_always_dies_is_not_begun_for_ever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = watched(monkeypatch)
        with pytest.raises(TooMuch):
            Workshop("os:abort").ask(budget=KEPT)
        assert len(begun) == workbench.ATTEMPTS

    def test_a_job_that_takes_too_long_is_ended_and_the_next_is_done(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = watched(monkeypatch)
        shop = Workshop("time:sleep")
        with pytest.raises(TooMuch):
            shop.ask(3600, budget=Budget(memory=256, seconds=0.5, idle=60))
        assert ends(begun[0].running.pid)
        with pytest.raises(workbench.Broken):  # it slept, and told nothing
            shop.ask(0, budget=KEPT)
        assert shop.process
        shop.process.end()

    def test_it_is_told_no_secrets(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is opened there may take it over."""
        monkeypatch.setenv("SECRET_KEY", "not for everybody")
        monkeypatch.setenv("DATABASE_URL", "postgresql://x:password@127.0.0.1/x")
        shop.ask(("a", b""), budget=KEPT)
        assert shop.process
        told = Path(f"/proc/{shop.process.running.pid}/environ").read_text()
        assert "PATH=" in told
        assert "not for everybody" not in told
        assert "password" not in told

    def test_after_a_quiet_while_it_ends_by_itself(self, shop: Workshop) -> None:
        shop.ask(("a", b""), budget=Budget(memory=256, seconds=DEADLINE, idle=1))
        assert shop.process
        assert ends(shop.process.running.pid)
        assert shop.ask(("b", b""), budget=KEPT).told == "b"

    def test_it_does_not_outlive_who_began_it(self) -> None:
        """Killed or ended by SIGTERM: nobody is left to print for."""
        program = (
            "import time; from app.workbench import workshop as w; s = w.Workshop('copy:copy');"
            "s.ask((1, b''), budget=w.Budget(256, 60, idle=3600));"
            "print(s.process.running.pid, flush=True); time.sleep(3600)"
        )
        for how in (signal.SIGKILL, signal.SIGTERM):
            parent = subprocess.Popen(
                [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            assert parent.stdout
            child = int(parent.stdout.readline())
            parent.send_signal(how)
            parent.wait(DEADLINE)
            parent.stdout.close()
            assert ends(child)


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes that are begun."""
    begun: list[Process] = []

    class Watched(Process):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            begun.append(self)

    monkeypatch.setattr(workbench, "Process", Watched)
    return begun


class TestLine:
    """Four threads serve the pages of a web process: one of them is always left."""

    def test_visitors_leave_a_place_to_the_staff(self) -> None:
        with ExitStack() as places:
            for _ in range(2):
                places.enter_context(workbench.place(VISITORS))
            with pytest.raises(workbench.Busy):
                places.enter_context(workbench.place(VISITORS))
            places.enter_context(workbench.place(workbench.STAFF))
            with pytest.raises(workbench.Busy):
                places.enter_context(workbench.place(workbench.STAFF))
        with workbench.place(VISITORS):  # all went home
            pass

    def test_who_is_not_logged_in_is_a_visitor(self) -> None:
        with workbench.place(), workbench.place(), pytest.raises(workbench.Busy):
            workbench.place().__enter__()

    def test_a_picture_needs_a_place_too(self) -> None:
        with (
            workbench.place(workbench.FILES),
            workbench.place(workbench.FILES),
            pytest.raises(workbench.Busy),
        ):
            made_small(b"whatever it is", Use((10, 10)), cuts_paper=False)

    def test_a_place_is_given_back_when_the_work_fails(self) -> None:
        for _ in range(5):
            with pytest.raises(Refused), workbench.place(VISITORS):
                raise Refused("x")

    def test_fewer_may_wait_than_there_are_places_for_pages(self, app: Flask) -> None:
        assert app.config["HEAVY_AT_ONCE"] < gate.CHANGES_AT_ONCE < gate.PAGES_AT_ONCE
        assert app.config["HEAVY_AT_ONCE_OF_A_KIND"] < app.config["HEAVY_AT_ONCE"]


def test_the_worker_is_never_turned_away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 0)

    def work() -> str:
        with app.app_context(), workbench.place():
            return "done"

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(work).result() == "done"


def busy(browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Page:
    monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 0)
    event = make_event()
    return browser.open(f"/events/{event.slug}/poster.pdf", **given)


class TestBusyPage:
    def test_a_program_is_told_when_to_come_again(
        self, browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = busy(browser, app, monkeypatch)
        assert page.status == 503
        assert int(page.response.headers["Retry-After"]) > 0
        assert page.response.headers["Cache-Control"] == "no-store"
        assert page.text("h1") == "Печать занята, попробуйте через минуту"

    def test_a_browser_asks_again_by_itself(
        self, browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = busy(browser, app, monkeypatch)
        assert 0 < int(page.response.headers["Refresh"]) < 60

    def test_there_is_a_way_back(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 0)
        event = make_event()
        db.session.commit()
        for referrer, back in (
            (f"http://localhost/events/{event.slug}?x=1", f"/events/{event.slug}?x=1"),
            ("https://evil.example/", None),
            (f"http://localhost/events/{event.slug}/poster.pdf", None),  # it has asked again
        ):
            answer = app.test_client().get(
                f"/events/{event.slug}/poster.pdf", headers={"Referer": referrer}
            )
            links = Page(answer).soup.select("main a")
            assert [link["href"] for link in links] == ([back] if back else [])

    def test_what_was_sent_by_a_form_is_not_sent_again(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with app.test_request_context("/", method="POST"):
            answer = busy_page.show_busy(workbench.Busy())
        assert answer.status_code == 503
        assert "Refresh" not in answer.headers
        assert "вернитесь назад" in answer.get_data(as_text=True)


def test_what_is_on_the_shelf_needs_no_place(
    browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event()
    path = f"/events/{event.slug}/poster.pdf"
    first = browser.open(path)
    monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 0)
    assert browser.open(path).response.data == first.response.data
    event.title = "Другое название"  # another paper
    db.session.flush()
    assert browser.open(path).status == 503


def test_a_ticket_comes_from_the_shelf(
    browser: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration = make_registration(make_event().slots[0])
    path = f"/registrations/{registration.code}/ticket.pdf"
    assert browser.open(path).status == 200
    monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 0)
    assert browser.open(path).status == 200


def test_the_process_that_serves_pages_opens_and_prints_nothing(tmp_path: Path) -> None:
    """What could be attacked, or be slow, or take 60 MB, is never even loaded there."""
    program = """
import sys
from app import create_app
from app.certificates.printing import document as certificates
from app.papers.lists import pdf as list_papers
from app.papers.hall import posters
from app.certificates.design import pictures
from app.people.class_lists.sheets.files import read_tables
from app.files import image_use
from app.press import orders, printer
app = create_app({"SECRET_KEY": "x", "PAPERS_FOLDER": sys.argv[1]})
with app.test_request_context():
    assert printer.fulfil(orders.Pages(["<p>x"], {})).startswith(b"%PDF")
    assert read_tables("ФИО;Класс".encode())
    try:
        image_use.made_small(b"x", image_use.Use((9, 9)), cuts_paper=False)
    except Exception as refusal:
        assert "PNG" in str(refusal), refusal
print(sorted({"weasyprint", "PIL", "python_calamine", "pydyf"} & set(sys.modules)))
"""
    found = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
        env={**os.environ, "QUEUE_IN_MEMORY": "1"},
    )  # fmt: skip
    assert found.stdout.strip() == "[]"
