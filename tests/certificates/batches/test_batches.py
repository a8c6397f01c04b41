"""Batches: whom they are for, what comes out, what stops them and how they go on."""

import errno
import os
from datetime import timedelta
from io import BytesIO
from typing import NoReturn
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader

from app.attendance.models import Presence
from app.base import clock, jobs
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.certificates.batches import actions as batches
from app.certificates.batches import files as batch_files
from app.certificates.batches import queries as batch_queries
from app.certificates.batches import work as batch_work
from app.certificates.design.looks import STANDARD, Look
from app.certificates.design.models import CertificateLook
from app.certificates.issued import actions
from app.certificates.issued.batch_models import BatchForm, BatchItem, BatchStatus, PaperBatch
from app.certificates.issued.models import Certificate, CertificateBook
from app.certificates.issued.queries import valid_certificate_of
from app.certificates.kinds import CertificateKind
from app.certificates.printing import document as certificates
from app.events.models import Event
from app.files import stored as files
from app.notifications.models import Notification
from app.privacy import erasing
from app.privacy.models import ErasureReason
from app.registrations.models import Registration
from tests.browser import counted_queries
from tests.certificates.batches.making import SURNAMES, begin, held_event, in_small_chunks, made
from tests.factories import make_event
from tests.papers.people import came, mark, pages

PARTICIPANT, DIPLOMA = CertificateKind.PARTICIPANT, CertificateKind.DIPLOMA
THANKS, HOURS = CertificateKind.THANKS, CertificateKind.HOURS


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    in_small_chunks(monkeypatch)


@pytest.fixture
def event() -> Event:
    return held_event()


def numbers() -> list[int]:
    return list(db.session.scalars(sa.select(Certificate.number).order_by(Certificate.number)))


def kept() -> list[str]:
    return files.names("batch-")


def content(batch: PaperBatch) -> bytes:
    return files.path(batch_files.finished(batch)).read_bytes()


class TestMade:
    def test_one_pdf_with_a_page_for_each_in_the_order_of_the_numbers(self, event: Event) -> None:
        batch = made(begin(event))
        assert (batch.status, batch.done, batch.total) == (BatchStatus.DONE, 5, 5)
        texts = pages(content(batch))
        for number, (surname, text) in enumerate(zip(SURNAMES, texts, strict=True), start=1):
            assert surname in text
            assert f"№ {number}/{clock.today().year}" in text
        assert batch.file_size == len(content(batch))
        assert kept() == [batch_files.finished(batch)]  # the chunks are gone
        assert db.session.scalars(sa.select(BatchItem)).all() == []
        assert numbers() == [1, 2, 3, 4, 5]

    def test_a_zip_with_a_file_for_each(self, event: Event) -> None:
        batch = made(begin(event, form=BatchForm.ZIP, is_archival=True))
        with ZipFile(BytesIO(content(batch))) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [
                f"{number:04} {surname} Санджи Эрдниевич.pdf"
                for number, surname in enumerate(SURNAMES, start=1)
            ]
            for name in archive.namelist():
                one = archive.read(name)
                [text] = pages(one)
                assert name.split()[1] in text
                assert len(one) <= 60_000
                assert "/OutputIntents" in PdfReader(BytesIO(one)).root_object
                assert "/Lang" in PdfReader(BytesIO(one)).root_object

    def test_papers_that_are_taken_to_pieces_promise_no_tags(self, event: Event) -> None:
        batch = made(begin(event, form=BatchForm.ZIP))
        with ZipFile(BytesIO(content(batch))) as archive:
            for name in archive.namelist():
                one = PdfReader(BytesIO(archive.read(name)))
                assert "/StructTreeRoot" not in one.root_object
                metadata = one.root_object.get("/Metadata")
                assert metadata is None or b"pdfuaid" not in metadata.get_object().get_data()

    def test_names_of_files_hold_nothing_a_disk_refuses(self) -> None:
        taken: set[str] = set()
        name = batch_files.name_of(2026, 17, 'ООО «Степь» / "Юг": a\\b', taken=taken)
        assert name == "0017 ООО «Степь»  Юг ab.pdf"
        assert batch_files.name_of(2026, 18, "", taken=taken) == "0018.pdf"
        again = batch_files.name_of(2027, 18, "", taken=taken)
        assert again == "0018-2027.pdf"

    def test_the_look_is_frozen_once(self, event: Event) -> None:
        made(begin(event))
        came(event.slots[0], "Яковлев")
        made(begin(event))
        look = db.session.scalars(sa.select(CertificateLook)).one()
        assert Look.from_json(look.content) == STANDARD[PARTICIPANT]
        assert {one.look_id for one in db.session.scalars(sa.select(Certificate))} == {look.id}

    def test_letters_go_to_each_once(self, event: Event) -> None:
        batch = made(begin(event, tells_holders=True))
        assert db.session.query(Notification).count() == 5
        with transaction():
            batches.delete_file(batch)
        batches.print_again(batch)
        made(batch)
        actions.tell_holders(event)
        assert db.session.query(Notification).count() == 5

    def test_the_worker_makes_them_the_oldest_first(self, event: Event) -> None:
        first, second = begin(event), begin(event, DIPLOMA)
        db.session.commit()
        batch_work.work_on_batches()
        assert [one.status for one in (first, second)] == [BatchStatus.DONE] * 2
        issued = db.session.scalars(sa.select(Certificate).order_by(Certificate.number)).all()
        assert [one.kind for one in issued] == [PARTICIPANT] * 5 + [DIPLOMA] * 5

    @pytest.mark.figures
    def test_queries_do_not_grow_with_the_chunk(
        self, app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(certificates, "certificates", lambda papers, **_: b"%PDF")
        counts = []
        for number in (2, 2, 20):  # with the first the signing key is published
            monkeypatch.setattr(batch_files, "CHUNK", number)
            for place in range(25):
                came(event.slots[0], f"Очиров{'абвгдежзиклмнопрстуфхцчшщ'[place]}")
            batch = begin(event, tells_holders=True)
            db.session.commit()
            db.session.expire_all()
            with counted_queries(app) as statements:
                assert batch_work.claim(batch.id, "me")
                batch_work.make_chunk(batch.id, "me")
            counts.append(len(statements))
            batch.done = batch.total
        assert counts[1] == counts[2] <= 18, statements


class TestWhom:
    def test_nobody_is_a_sentence(self) -> None:
        with pytest.raises(RuleBroken, match="Выдавать некому"):
            begin(make_event(in_days_=-1))

    def test_each_kind_once_for_a_person(self, event: Event) -> None:
        made(begin(event))
        made(begin(event, DIPLOMA))
        [first, *_rest] = batch_queries.due_ids(event, THANKS)
        registration = db.session.get_one(Registration, first)
        for kind in (PARTICIPANT, DIPLOMA):
            paper = valid_certificate_of(registration, kind)
            assert paper
            assert paper.kind is kind
            with pytest.raises(RuleBroken, match="Выдавать некому"):
                begin(event, kind)

    def test_a_diploma_tells_the_result_of_each(self, event: Event) -> None:
        ids = batch_queries.due_ids(event, DIPLOMA)[:2]
        asked: list[batches.Asked] = [(ids[0], "", "I место"), (ids[1], "", "II место")]
        made(batches.begin(event, DIPLOMA, STANDARD[DIPLOMA], asked))
        results = db.session.scalars(sa.select(Certificate.result).order_by(Certificate.number))
        assert list(results) == ["I место", "II место"]

    def test_thanks_go_to_typed_names(self, event: Event) -> None:
        names = ["Манджиева Ольга Борисовна", "ООО «Степь»", "Коллектив школы № 4"]
        asked: list[batches.Asked] = [(None, name, "") for name in names]
        batch = made(batches.begin(event, THANKS, STANDARD[THANKS], asked))
        papers = db.session.scalars(sa.select(Certificate).order_by(Certificate.number)).all()
        assert [one.holder for one in papers] == names
        assert [one.holder_in_short for one in papers] == ["Ольга Борисовна М.", *names[1:]]
        assert not any(one.is_nameless for one in papers)
        assert [name in text for name, text in zip(names, pages(content(batch)), strict=True)]
        again = made(batches.begin(event, THANKS, STANDARD[THANKS], asked))
        assert (again.status, again.done, again.file_size) == (BatchStatus.DONE, 3, None)
        assert len(numbers()) == 3  # nobody is thanked twice

    def test_hours_need_hours(self, event: Event) -> None:
        with pytest.raises(RuleBroken, match="сколько в нём часов"):
            begin(event, HOURS)
        event.hours = 16
        made(begin(event, HOURS))
        assert set(db.session.scalars(sa.select(Certificate.hours))) == {16}

    def test_two_clerks_who_ask_at_the_same_second(self, event: Event) -> None:
        first, second = begin(event), begin(event)
        made(first)
        made(second)
        assert numbers() == [1, 2, 3, 4, 5]
        assert (second.status, second.done, second.file_size) == (BatchStatus.DONE, 5, None)

    def test_who_changes_meanwhile_is_passed_over(self, event: Event) -> None:
        batch = begin(event)
        ids = batch_queries.due_ids(event, PARTICIPANT)
        absent, gone = (db.session.get_one(Registration, id_) for id_ in ids[1:3])
        mark(absent, Presence.ABSENT)
        erasing.erase(gone.person, reason=ErasureReason.REQUEST, done_by="")
        made(batch)
        assert (batch.status, batch.done) == (BatchStatus.DONE, 5)
        assert len(pages(content(batch))) == 3
        assert numbers() == [1, 2, 3]


class TestStopped:
    def test_a_killed_worker_leaves_whole_chunks_and_another_goes_on(self, event: Event) -> None:
        batch = begin(event)
        db.session.commit()
        with batch_work.in_a_request():
            assert batch_work.claim(batch.id, "killed")
            assert batch_work.make_chunk(batch.id, "killed")
        made(batch)
        assert batch.done == 2  # the claim holds for a minute
        batch.claimed_until = clock.now() - timedelta(seconds=1)
        made(batch)
        assert (batch.status, numbers()) == (BatchStatus.DONE, [1, 2, 3, 4, 5])
        assert len(pages(content(batch))) == 5
        with batch_work.in_a_request(), pytest.raises(batch_work.ClaimLost):
            batch_work.make_chunk(batch.id, "killed")  # it was only asleep

    def test_a_worker_that_is_told_to_stop_ends_after_the_chunk(
        self, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = begin(event)
        monkeypatch.setattr(jobs, "is_stopping", lambda: True)
        made(batch)
        assert (batch.status, batch.done, batch.claimed_until) == (BatchStatus.RUNNING, 2, None)
        monkeypatch.undo()
        made(batch)
        assert batch.status is BatchStatus.DONE

    def test_a_cancelled_batch_keeps_what_is_made_and_can_go_on(
        self, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = begin(event)
        monkeypatch.setattr(jobs, "is_stopping", lambda: True)
        made(batch)
        monkeypatch.setattr(jobs, "is_stopping", lambda: False)
        batches.cancel(batch)
        made(batch)
        assert (batch.status, batch.done, numbers()) == (BatchStatus.CANCELLED, 2, [1, 2])
        assert len(pages(content(batch))) == 2
        with transaction():
            batches.delete_file(batch)
        assert kept() == []
        batches.print_again(batch)
        made(batch)
        assert (batch.status, len(pages(content(batch)))) == (BatchStatus.CANCELLED, 2)
        batches.go_on(batch)
        made(batch)
        assert (batch.status, numbers()) == (BatchStatus.DONE, [1, 2, 3, 4, 5])
        assert len(pages(content(batch))) == 5
        with pytest.raises(RuleBroken, match="уже завершён"):
            batches.cancel(batch)

    def test_cancelled_before_it_began(self, event: Event) -> None:
        batch = begin(event)
        batches.cancel(batch)
        made(batch)
        assert (batch.status, batch.done, numbers()) == (BatchStatus.CANCELLED, 0, [])

    def test_a_full_disk_numbers_nothing_without_paper(
        self, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = begin(event)
        sync, written = os.fsync, []

        def full(handle: int) -> None:
            written.append(handle)
            if len(written) > 2:  # the file of the first chunk, and its folder
                raise OSError(errno.ENOSPC, "full")
            sync(handle)

        monkeypatch.setattr(os, "fsync", full)
        made(batch)
        assert (batch.status, batch.done) == (BatchStatus.FAILED, 2)
        assert "кончилось место" in batch.error
        assert numbers() == [1, 2]
        assert db.session.scalars(sa.select(CertificateBook.last_number)).one() == 2
        assert all(not one.name.startswith(files.UNFINISHED) for one in files.folder().iterdir())
        monkeypatch.undo()
        batches.go_on(batch)
        made(batch)
        assert (batch.status, batch.error, numbers()) == (BatchStatus.DONE, "", [1, 2, 3, 4, 5])
        assert len(pages(content(batch))) == 5

    def test_a_printer_that_breaks_is_told_and_numbers_nothing(
        self, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: object, **_how: object) -> NoReturn:
            raise ZeroDivisionError

        monkeypatch.setattr(certificates, "certificates", broken)
        batch = made(begin(event))
        assert (batch.status, numbers()) == (BatchStatus.FAILED, [])
        assert "нажмите «Продолжить»" in batch.error

    def test_a_chunk_that_is_lost_is_printed_again(
        self, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = begin(event)
        monkeypatch.setattr(jobs, "is_stopping", lambda: True)
        made(batch)
        monkeypatch.undo()
        batch_files.delete_all(batch)
        made(batch)
        assert [text for text in pages(content(batch)) if "Авяшев" in text]
        assert len(pages(content(batch))) == 5


class TestKept:
    def test_after_a_month_the_file_goes_and_can_be_printed_again(self, event: Event) -> None:
        batch = made(begin(event))
        batch.finished_at = clock.now() - timedelta(days=29)
        db.session.commit()
        assert batches.forget_old() == 0
        batch.finished_at = clock.now() - timedelta(days=31)
        db.session.commit()
        assert batches.forget_old() == 1
        assert (kept(), batch.file_size) == ([], None)
        [wrong, *_rest] = db.session.scalars(sa.select(Certificate).order_by(Certificate.number))
        actions.revoke(wrong, reason="Опечатка")
        batches.print_again(batch)
        made(batch)
        assert batch.status is BatchStatus.DONE
        texts = pages(content(batch))
        assert len(texts) == 4
        assert f"№ 2/{clock.today().year}" in texts[0]
        assert numbers() == [1, 2, 3, 4, 5]

    def test_the_file_goes_with_the_data_of_somebody_in_it(self, event: Event) -> None:
        batch, other = made(begin(event)), make_event(in_days_=-1)
        stranger = came(other.slots[0])
        kept_one = made(begin(other))
        [first, *_rest] = db.session.scalars(sa.select(Certificate).order_by(Certificate.id))
        assert first.registration
        with transaction():
            erasing.erase(first.registration.person, reason=ErasureReason.REQUEST, done_by="")
            assert len(kept()) == 2  # until it is certain
        assert kept() == [batch_files.finished(kept_one)]
        assert not batch_files.is_there(batch)
        assert stranger.person.last_name
        batches.print_again(batch)
        made(batch)
        texts = pages(content(batch))
        assert len(texts) == 4
        assert not any("Авяшев" in text for text in texts)

    def test_names_that_were_thanked_go_after_three_years(self, event: Event) -> None:
        from app.privacy.retention import anonymize_expired

        name = "Манджиева Ольга Борисовна"
        made(batches.begin(event, THANKS, STANDARD[THANKS], [(None, name, "")]))
        paper = db.session.scalars(sa.select(Certificate)).one()
        assert anonymize_expired()["thanks"] == 0
        paper.held_until = clock.now() - timedelta(days=3 * 366)
        db.session.commit()
        assert anonymize_expired()["thanks"] == 1
        db.session.refresh(paper)
        assert paper.holder == "Ольга Борисовна М."
        assert paper.is_nameless
        assert paper.signature == ""  # by it each guess of the name could be checked
        assert anonymize_expired()["thanks"] == 0

    def test_thanks_that_were_replaced_are_not_replaced_again(self, event: Event) -> None:
        asked: list[batches.Asked] = [(None, "Манджиева Ольга Борисовна", "")]
        made(batches.begin(event, THANKS, STANDARD[THANKS], asked))
        first = db.session.scalars(sa.select(Certificate)).one()
        second = actions.replace(first, note="Потеряно")
        actions.replace(second, note="Опечатка")
        with pytest.raises(RuleBroken, match="уже есть"):
            actions.issue_again(first)


def test_in_short_is_for_people_alone(event: Event) -> None:
    from app.certificates.issued.numbers import typed_in_short

    for name, short in {
        "Очир-Горяева Ия": "Ия О.",
        "Иванов И. И.": "И. И. И.",
        "Манджиева О.Б.": "О.Б. М.",
        "О. Б. Манджиева": "О. Б. М.",
        "Ольга Борисовна Манджиева": "Ольга Борисовна М.",
        "МАНДЖИЕВА ОЛЬГА БОРИСОВНА": "ОЛЬГА БОРИСОВНА М.",
        "БАДМАЕВ САНДЖИ": "САНДЖИ Б.",
        "ООО Рубин": "ООО Рубин",
        "МБОУ СОШ": "МБОУ СОШ",
        "Совет ветеранов": "Совет ветеранов",
        "ФГБОУ ВО КалмГУ": "ФГБОУ ВО КалмГУ",
        "Манджиева": "Манджиева",
    }.items():
        assert typed_in_short(name) == short
