"""A school with a class and its teacher, for the tests of groups."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.accounts.models import User
from app.base.db import db
from app.events.models import Slot
from app.notifications.models import Notification
from app.organizations.models import Membership, Organization, Role
from app.people.models import Person, SchoolClass
from app.registrations.groups.actions import sign_up_class
from app.registrations.groups.queries import members_of
from app.registrations.models import Group
from tests.factories import make_class, make_pupil, make_school, make_user

ANNA = {"name": "Лиджиева Анна Ивановна", "phone": "+7 961 123-45-67"}
OLEG = {"name": "Манджиев Олег", "phone": ""}
LETTERS = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"


@dataclass
class School:
    organization: Organization
    class_: SchoolClass
    teacher: User
    pupils: list[Person]

    def sign_up(self, slot: Slot, pupils: list[Person] | None = None, **given: Any) -> Group:
        return sign_up_class(
            slot,
            self.organization,
            self.class_.title,
            self.pupils if pupils is None else pupils,
            **{"companions": [ANNA], "by": self.teacher, **given},
        )


def make_school_class(number: int = 3, **pupils: Any) -> School:
    """Class 9А of a school with so many pupils: Абаев, Бабаев, Вабаев …"""
    school = make_school()
    teacher = make_user()
    db.session.add(Membership(user_id=teacher.id, organization_id=school.id, role=Role.TEACHER))
    class_ = make_class(school, teacher=teacher)
    made = [
        make_pupil(class_, f"{LETTERS[n % 28]}{'аб' * (1 + n // 28)}аев", **pupils)
        for n in range(number)
    ]
    return School(school, class_, teacher, made)


def statuses(group: Group) -> list[str]:
    db.session.expire_all()
    return [one.status.value for one in members_of(group)]


def letters(template: str) -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template=template)))
