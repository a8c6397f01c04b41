"""Codes and links that tests follow, and the time that passes meanwhile."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.notifications.models import Notification
from app.people.actions import Details
from app.people.models import Guardianship, Person
from tests.factories import make_person, make_user

CHILD: dict[str, Any] = {
    "last_name": "Бадмаев",
    "first_name": "Санджи",
    "patronymic": "Эрдниевич",
    "birth_date": date(2014, 3, 17),
    "grade": 6,
    "school": "СОШ № 4",
}
TYPED = {**CHILD, "birth_date": "2014-03-17", "grade": "6"}


def details(**given: Any) -> Details:
    return Details(**{**CHILD, **given})


def make_guardian(name: str = "Анна Ивановна", **given: Any) -> User:
    """A parent whose address is confirmed."""
    return make_user(name, email_confirmed_at=clock.now(), **given)


def make_child(**given: Any) -> Person:
    return make_person(**{**CHILD, **given})


def make_parent_with_person(**given: Any) -> tuple[User, Person]:
    """A grown-up who has told who they are."""
    user = make_guardian()
    person = make_person(
        "Бадмаева", "Анна", "Ивановна", grade=None, birth_date=date(1985, 5, 5), user=user, **given
    )
    return user, person


def guardians(child: Person) -> set[int | None]:
    query = sa.select(Guardianship.user_id).where(Guardianship.child_id == child.id)
    return set(db.session.scalars(query))


def later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    moment = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: moment)


def letters(template: str) -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template=template)))


def noted(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).filter_by(action=action)))
