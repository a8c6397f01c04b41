"""Somebody's data is erased in the very moment in which certificates are issued to them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.certificates.batches import actions as batches
from app.certificates.batches import work as batch_work
from app.certificates.issued import actions
from app.certificates.issued.actions import issue_again, issue_due, revoke
from app.certificates.issued.models import Certificate
from app.events.models import Event
from app.files import stored as files
from app.people.models import Person
from app.privacy.erasing import erase
from app.privacy.models import ErasureAct, ErasureReason
from tests.certificates.batches.making import begin
from tests.factories import make_event
from tests.papers.people import came, pages

pytestmark = pytest.mark.slow


@pytest.fixture
def people(shared_app: Flask) -> list[int]:
    with shared_app.app_context(), transaction():
        slot = make_event(in_days_=-1).slots[0]
        return [came(slot, surname).person_id for surname in ("Ункуров", "Бадмаев")]


def issue_all() -> None:
    issue_due(db.session.scalars(sa.select(Event)).one())


def replace_all() -> None:
    for paper in db.session.scalars(sa.select(Certificate).filter_by(replaces_id=None)):
        assert paper.registration
        assert paper.registration.person.full_name is not None  # read before we wait
        issue_again(paper)


def erase_first() -> None:
    person = db.session.scalars(sa.select(Person).order_by(Person.id)).first()
    assert person
    erase(person, reason=ErasureReason.REQUEST, done_by="")


def at_once(app: Flask, first: Callable[[], None], second: Callable[[], None]) -> list[str]:
    """``first`` has done its work and not committed yet when ``second`` begins. What was
    refused."""
    is_done, other = Signal(), Signal()

    def one() -> str:
        with app.app_context(), transaction():
            first()
            is_done.set()
            other.wait(1)  # whoever does not wait for us is done by then
        return ""

    def two() -> str:
        with app.app_context():
            is_done.wait(60)
            try:
                with transaction():
                    second()
            except RuleBroken as broken:
                return str(broken)
            finally:
                other.set()
        return ""

    with ThreadPoolExecutor(2) as threads:
        return [one.result() for one in (threads.submit(one), threads.submit(two))]


def holders(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Certificate.holder).order_by(Certificate.id)))


def test_what_is_issued_while_somebody_is_erased_is_shortened(
    shared_app: Flask, people: list[int]
) -> None:
    at_once(shared_app, issue_all, erase_first)
    assert len(holders(shared_app)) == 2
    assert not any("Ункуров" in one for one in holders(shared_app))


def test_nothing_is_issued_to_somebody_who_is_being_erased(
    shared_app: Flask, people: list[int]
) -> None:
    at_once(shared_app, erase_first, issue_all)
    assert len(holders(shared_app)) == 1
    assert not any("Ункуров" in one for one in holders(shared_app))


def test_nothing_is_replaced_for_somebody_who_is_being_erased(
    shared_app: Flask, people: list[int]
) -> None:
    with shared_app.app_context(), transaction():
        for paper in issue_due(db.session.scalars(sa.select(Event)).one()):
            revoke(paper, reason="")
    refused = at_once(shared_app, erase_first, replace_all)
    assert refused[1]
    assert not any("Ункуров" in one for one in holders(shared_app))


def test_who_replaces_and_who_erases_do_not_wait_for_each_other(
    shared_app: Flask, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hold the registration before they change the certificate."""
    with shared_app.app_context(), transaction():
        issue_all()
    issue_again, is_revoked = actions.issue_again, Signal()

    def slowly(*given: Any, **how: Any) -> Certificate:
        is_revoked.set()
        time.sleep(1)
        return issue_again(*given, **how)

    def replace_first() -> None:
        with shared_app.app_context(), transaction():
            paper = db.session.scalars(sa.select(Certificate).order_by(Certificate.id.desc()))
            actions.replace(paper.first() or Certificate(), note="")

    def erase_meanwhile() -> None:
        with shared_app.app_context():
            is_revoked.wait(60)
            with transaction():
                erase_first()

    monkeypatch.setattr(actions, "issue_again", slowly)
    with ThreadPoolExecutor(2) as threads:
        for one in [threads.submit(replace_first), threads.submit(erase_meanwhile)]:
            one.result()
    assert not any("Ункуров" in one for one in holders(shared_app))


def test_two_who_erase_the_same_write_one_act(shared_app: Flask, people: list[int]) -> None:
    refused = at_once(shared_app, erase_first, erase_first)
    assert refused[1]
    with shared_app.app_context():
        assert len(db.session.scalars(sa.select(ErasureAct)).all()) == 1


def test_a_chunk_is_printed_again_while_somebody_in_it_is_erased(
    shared_app: Flask, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printed with the name before the commit, it would be put there after the files went."""
    with shared_app.app_context():
        with transaction():
            batch = begin(db.session.scalars(sa.select(Event)).one())
        with batch_work.in_a_request():
            batch_work.make(batch.id)
        with transaction():
            batches.delete_file(batch)
        with transaction():
            batches.print_again(batch)
            batch.done = batch.total  # whoever made it died, and its file is lost
        id_ = batch.id
    print_chunk, is_read, is_erased = batch_work.print_chunk, Signal(), Signal()

    def slowly(*given: Any) -> None:
        is_read.set()
        is_erased.wait(1)
        print_chunk(*given)

    def erase_meanwhile() -> None:
        with shared_app.app_context():
            is_read.wait(60)
            with transaction():
                erase_first()
            is_erased.set()

    def make() -> None:
        with shared_app.app_context(), batch_work.in_a_request():
            batch_work.make(id_)

    monkeypatch.setattr(batch_work, "print_chunk", slowly)
    with ThreadPoolExecutor(2) as threads:
        for one in [threads.submit(make), threads.submit(erase_meanwhile)]:
            one.result()
    with shared_app.app_context():
        for name in files.names("batch-"):
            assert "Ункуров" not in "".join(pages(files.path(name).read_bytes()))
