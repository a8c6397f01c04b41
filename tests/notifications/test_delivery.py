from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock, jobs
from app.base.db import db, transaction
from app.base.mail import Letter, compose
from app.notifications import delivery
from app.notifications.actions import notify
from app.notifications.models import Notification
from tests.notifications.mail_server import MailServer, mail_server


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        for name, value in {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": server.port,
            "SMTP_SECURITY": "none",
        }.items():
            monkeypatch.setitem(app.config, name, value)
        yield server


def write(
    address: str = "anna@example.org", template: str = "log_in_link", **given: Any
) -> Notification:
    with transaction():
        notify(address, template, **{"name": "Анна", "link": "http://localhost/x", **given})
    return db.session.scalars(sa.select(Notification).order_by(Notification.id.desc())).first()  # type: ignore[return-value]


def deliver() -> Counter[str]:
    """As the worker does, in a session of its own."""
    outcomes = delivery.deliver_waiting()
    db.session.expire_all()
    return outcomes


def later(**time: float) -> None:
    """Let time pass for every letter that waits."""
    for letter in db.session.scalars(sa.select(Notification)):
        letter.send_after -= timedelta(**time)
        if letter.claimed_until:
            letter.claimed_until -= timedelta(**time)
    db.session.flush()


class TestSubject:
    @pytest.mark.parametrize("words", range(3, 40))
    def test_keeps_its_spaces_however_it_is_folded(self, app: Flask, words: int) -> None:
        subject = "Ваш сертификат: Сварка: первый ровный шов " * 8
        subject = " ".join(subject.split()[:words])
        letter = Letter("anna@example.org", subject, "Текст", "<p>Текст</p>", "abc")
        raw = compose(letter).as_bytes()
        read = message_from_bytes(raw, policy=policy.default)
        assert str(read["Subject"]) == subject
        assert max(len(row) for row in raw.splitlines()) <= 78


class TestNotify:
    def test_is_undone_with_the_act(self) -> None:
        def act() -> None:
            with transaction():
                notify("anna@example.org", "log_in_link", name="Анна", link="x")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            act()
        assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 0
        assert jobs.queues["letters"].pending_count() == 0

    def test_wakes_the_worker_once_for_many(self) -> None:
        write()
        write()
        assert jobs.queues["letters"].pending_count() == 1

    def test_writes_to_nobody_without_an_address(self) -> None:
        notify(None, "log_in_link", name="Анна", link="x")
        notify("", "log_in_link", name="Анна", link="x")
        assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 0

    def test_a_queue_out_of_reach_does_not_hinder_the_act(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs.queues["letters"].storage, "put_if_empty", lambda *_: 1 / 0)
        assert write().sent_at is None


class TestToTheOutbox:
    def test_becomes_a_file(self, outbox: Path) -> None:
        letter = write()
        assert deliver() == {"sent": 1}
        assert [file.stem for file in outbox.glob("*.eml")] == [letter.reference]
        assert letter.sent_at
        assert deliver() == {}

    def test_forgets_links_that_let_people_in(self, outbox: Path) -> None:
        letter = write()
        deliver()
        assert letter.context == {"name": "Анна"}

    def test_waits_until_it_is_due(self, outbox: Path) -> None:
        write(send_after=clock.now() + timedelta(hours=1))
        assert deliver() == {}
        later(hours=1)
        assert deliver() == {"sent": 1}

    def test_the_oldest_first_however_many(
        self, outbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "BATCH", 3)
        for number in range(8):
            write(send_after=clock.now() - timedelta(minutes=number))
        order: list[int] = []
        claim = delivery.claim

        def noted(id_: int) -> delivery.Claimed | None:
            order.append(id_)
            return claim(id_)

        monkeypatch.setattr(delivery, "claim", noted)
        assert deliver() == {"sent": 8}
        assert order == sorted(order, reverse=True)

    def test_what_another_worker_holds_is_left_alone(self, outbox: Path) -> None:
        letter = write()
        assert delivery.claim(letter.id)
        assert delivery.claim(letter.id) is None
        assert deliver() == {}
        later(minutes=11)  # ... until it must have died
        assert deliver() == {"sent": 1}

    def test_a_letter_that_cannot_be_rendered_does_not_keep_others(self, outbox: Path) -> None:
        broken, fine = write(template="no_such_letter"), write()
        assert deliver() == {"later": 1, "sent": 1}
        assert broken.last_error in ("TemplateNotFound", "TemplatesNotFound")
        assert fine.sent_at

    def test_a_worker_that_is_to_stop_leaves_the_rest(
        self, outbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write()
        monkeypatch.setattr(jobs, "is_stopping", lambda: True)
        assert deliver() == {}
        monkeypatch.undo()
        assert deliver() == {"sent": 1}

    def test_the_command_prints_what_became_of_them(self, app: Flask, outbox: Path) -> None:
        write()
        write(template="no_such_letter")
        result = app.test_cli_runner().invoke(args=["deliver-notifications"])
        assert result.output.splitlines()[-1] == "sent 1, put off 1, given up 0"

    def test_the_job_in_the_queue_delivers(self, app: Flask, outbox: Path) -> None:
        jobs.init_app(app)  # the last application made in this process does the jobs
        letter = write()
        jobs.queues["letters"].execute(jobs.queues["letters"].dequeue())
        db.session.expire_all()
        assert letter.sent_at
        write()  # and the next one wakes the worker again
        assert jobs.queues["letters"].pending_count() == 1


class TestToAServer:
    def test_arrives_once_with_text_and_html(self, server: MailServer) -> None:
        letter = write()
        assert deliver() == {"sent": 1}
        (arrived,) = server.letters
        assert arrived["To"] == "anna@example.org"
        assert arrived["Message-ID"] == f"<{letter.reference}@localhost>"
        assert arrived["Subject"] == "Ссылка для входа"
        for kind in ("plain", "html"):
            part = arrived.get_body((kind,))
            assert part
            assert "Здравствуйте, Анна!" in part.get_content()

    def test_one_connection_for_a_batch(self, server: MailServer) -> None:
        for _ in range(5):
            write()
        deliver()
        assert (server.connections, len(server.letters)) == (1, 5)

    def test_domains_in_russian_letters(self, server: MailServer) -> None:
        write("anna@почта.рф")
        assert deliver() == {"sent": 1}
        assert server.letters[0]["To"] == "anna@xn--80a1acny.xn--p1ai"

    @pytest.mark.parametrize(
        "odd", ["a@b.ru\nBcc: c@d.ru", "аня@почта.рф", "no address", "a@" + "b" * 99]
    )
    def test_an_odd_address_does_not_keep_others(self, server: MailServer, odd: str) -> None:
        write(odd)
        fine = write()
        deliver()
        assert fine.sent_at
        assert "Bcc" not in {name for letter in server.letters for name in letter}

    def test_refused_for_now_is_tried_again_later_and_later(self, server: MailServer) -> None:
        letter = write()
        for attempt, minutes in enumerate([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360], start=1):
            server.moods = ["later"]
            assert deliver() == {"later": 1}
            assert letter.attempts == attempt
            waits = letter.send_after - clock.now()
            assert abs(waits - timedelta(minutes=minutes)) < timedelta(seconds=20)
            assert deliver() == {}  # not before its time
            later(minutes=minutes)
        assert deliver() == {"sent": 1}
        assert server.references() == [f"<{letter.reference}@localhost>"]

    def test_given_up_after_three_days(self, server: MailServer) -> None:
        letter, waited = write(), timedelta()
        while not letter.failed_at:
            server.moods = ["later"]
            deliver()
            if not letter.failed_at:
                waited += letter.send_after - clock.now()
                later(hours=6)
        assert timedelta(days=2.5) < waited < timedelta(days=3)
        assert deliver() == {}
        assert not server.letters

    def test_an_unknown_recipient_is_given_up_at_once(self, server: MailServer) -> None:
        wrong, right = write(), write()
        server.moods = ["unknown"]
        assert deliver() == {"given_up": 1, "sent": 1}
        assert wrong.failed_at
        assert not wrong.sent_at
        assert right.sent_at

    def test_a_full_mailbox_is_tried_again(self, server: MailServer) -> None:
        letter = write()
        server.moods = ["full"]
        assert deliver() == {"later": 1}
        assert letter.failed_at is None

    @pytest.mark.parametrize("mood", ["later", "unknown", "full", "drop"])
    def test_the_reason_is_kept_without_the_address(self, server: MailServer, mood: str) -> None:
        letter = write()
        server.moods = [mood]
        deliver()
        assert letter.last_error
        assert "anna" not in letter.last_error

    @pytest.mark.parametrize("mood", ["away", "busy", "drop"])
    def test_a_broken_connection_stops_the_batch_and_frees_the_rest(
        self, server: MailServer, mood: str
    ) -> None:
        letters = [write() for _ in range(3)]
        server.moods = [mood]
        assert deliver() == {"later": 1}
        assert [letter.attempts for letter in letters] == [1, 0, 0]
        assert not any(letter.claimed_until for letter in letters)
        assert deliver() == {"sent": 2}
        later(minutes=1)
        assert deliver() == {"sent": 1}
        assert len(server.references()) == len(set(server.references())) == 3

    def test_no_server_at_all(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(app.config, "SMTP_HOST", "127.0.0.1")
        monkeypatch.setitem(app.config, "SMTP_PORT", 1)
        letter = write()
        assert deliver() == {"later": 1}
        assert letter.last_error == "ConnectionRefusedError"

    def test_through_all_troubles_nothing_is_lost_and_nothing_doubled(
        self, server: MailServer
    ) -> None:
        letters = [write(f"user{number}@example.org") for number in range(12)]
        server.moods = [
            "away",
            "busy",
            "accept",
            "later",
            "drop",
            "accept",
            "full",
            "drop",
            "later",
            "away",
        ]
        for _ in range(60):
            deliver()
            later(minutes=10)
        expected = sorted(f"<{letter.reference}@localhost>" for letter in letters)
        assert sorted(server.references()) == expected
        assert all(letter.sent_at and not letter.failed_at for letter in letters)

    def test_an_answer_that_got_lost_sends_a_copy_that_can_be_recognized(
        self, server: MailServer
    ) -> None:
        """Rather twice than never: the copy has the same Message-ID."""
        letter = write()
        server.moods = ["silent"]
        assert deliver() == {"later": 1}
        later(minutes=1)
        assert deliver() == {"sent": 1}
        assert server.references() == [f"<{letter.reference}@localhost>"] * 2
