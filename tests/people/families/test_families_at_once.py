"""Several at the same moment: one is let in, and no child is left without a guardian."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.people.families.children import add_child, become_guardian, stop
from app.people.families.invitations import OWN_ACCOUNT, accept, invite, join, make_codes
from app.people.families.queries import invitation_by
from app.people.models import Guardianship, Invitation, InvitationPurpose, Person
from tests.factories import make_user
from tests.people.families.family import details, make_guardian

pytestmark = pytest.mark.slow
AT_ONCE = 8


def succeeded(app: Flask, act: Callable[[int], object], *, times: int = AT_ONCE) -> int:
    """How many of those who did it at the same moment were let."""
    start = Barrier(times)

    def one(number: int) -> bool:
        with app.app_context():
            start.wait(timeout=60)
            try:
                with transaction():
                    act(number)
            except RuleBroken:
                return False
            return True

    with ThreadPoolExecutor(times) as threads:
        return sum(threads.map(one, range(times)))


def user(id_: int) -> User:
    return db.session.get_one(User, id_)


def child() -> Person:
    return db.session.scalars(sa.select(Person)).one()


def count(app: Flask, model: type[Person | Guardianship]) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_button_pressed_eight_times_adds_one_child(shared_app: Flask) -> None:
    with shared_app.app_context(), transaction():
        mother = make_guardian().id
    assert succeeded(shared_app, lambda _: add_child(user(mother), details())) == 1
    assert count(shared_app, Person) == 1


def test_one_code_opens_one_account(shared_app: Flask) -> None:
    with shared_app.app_context(), transaction():
        mother = make_guardian()
        kept = add_child(mother, details())
        code = make_codes([kept], by=mother)[kept.id]
        ids = [make_user(email="", login=f"pupil-{n}").id for n in range(AT_ONCE)]

    def typed(number: int) -> None:
        found = invitation_by(code, OWN_ACCOUNT)
        assert found
        join(found, user(ids[number]))

    assert succeeded(shared_app, typed) == 1


def test_one_invitation_makes_one_guardian(shared_app: Flask) -> None:
    with shared_app.app_context(), transaction():
        mother = make_guardian()
        kept = add_child(mother, details())
        sent = invite(kept, "father@example.org", InvitationPurpose.GUARDIAN, by=mother).id
        ids = [make_guardian().id for _ in range(AT_ONCE)]

    def followed(number: int) -> None:
        accept(db.session.get_one(Invitation, sent), user(ids[number]))

    assert succeeded(shared_app, followed) == 1
    assert count(shared_app, Guardianship) == 2


def test_of_two_who_leave_at_once_one_stays(shared_app: Flask) -> None:
    with shared_app.app_context(), transaction():
        mother, father = make_guardian(), make_guardian()
        become_guardian(add_child(mother, details()), father)
        ids = [mother.id, father.id]
    assert succeeded(shared_app, lambda n: stop(child(), user(ids[n])), times=2) == 1
    assert count(shared_app, Guardianship) == 1
