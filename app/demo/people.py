"""Invented people, met again from one event to the next."""

from datetime import date, timedelta
from random import Random

from app.base import clock
from app.base.words.text import slug
from app.demo.names import SCHOOLS, name
from app.events.models import Event
from app.organizations.models import Organization, OrganizationKind
from app.people.actions import Details, guest_person
from app.people.consents.actions import agree
from app.people.models import Category, ConsentChannel, ConsentKind, Person

NEWCOMERS = 0.55  # of those who sign up; the others have been to something before
FAR_SCHOOLS = 0.3  # pupils whose school is not in the region's file
WORKPLACES = ("Центр занятости", "Отдел образования", "Дворец детского творчества", "")
# Where pupils come from to events outside the capital, by the OKTMO of the event.
NEARBY = {
    "85605000": ("Городовиковская СОШ № 1", "Казачий кадетский корпус", "Яшалтинская СОШ"),
    "85615000": ("Лаганская СОШ № 4", "Комсомольская гимназия"),
}
WEIGHTS = {Category.PARENT: 0.2, Category.SPECIALIST: 0.4}  # against 1 for the others


class Crowd:
    """Everybody met so far, by category."""

    def __init__(self, rng: Random, organizations: list[Organization]) -> None:
        self.rng = rng
        self.number = 0
        self.met: dict[Category, list[Person]] = {category: [] for category in Category}
        self.schools, self.colleges = (
            [one.short_name for one in organizations if one.kind is kind]
            for kind in (OrganizationKind.SCHOOL, OrganizationKind.COLLEGE)
        )

    def somebody(self, event: Event) -> Person:
        """Somebody the event is for: met before, or new."""
        welcome = [Category(code) for code in event.audience] or [Category.PUPIL]
        [category] = self.rng.choices(welcome, [WEIGHTS.get(one, 1) for one in welcome])
        known = self.met[category]
        if known and self.rng.random() > NEWCOMERS:
            for person in self.rng.sample(known, min(8, len(known))):
                if category is not Category.PUPIL or self.suits(person, event):
                    return person
        return self.newcomer(category, event)

    def suits(self, person: Person, event: Event) -> bool:
        lowest, highest = event.grade_from or 1, event.grade_to or 11
        return person.grade is not None and lowest <= person.grade <= highest

    def newcomer(self, category: Category, event: Event) -> Person:
        self.number += 1
        called = name(self.rng)
        grade = None
        if category is Category.PUPIL:
            grade = self.rng.randint(event.grade_from or 6, event.grade_to or 11)
        person = guest_person(
            Details(
                last_name=called.last,
                first_name=called.first,
                patronymic=called.patronymic,
                birth_date=self.birthday(category, grade),
                category=category,
                grade=grade,
                class_letter=self.rng.choice("АБВГ") if grade else "",
                school=self.school(category, event),
                phone=f"+7 9{self.rng.randint(27, 61)} 000-{self.number:04}",
                email=f"{slug(called.first)}.{slug(called.last)}.{self.number}@people.demo.test",
            )
        )
        channel = ConsentChannel.GUARDIAN_LINK if person.is_minor else ConsentChannel.GUEST_FORM
        agree(person, ConsentKind.PERSONAL_DATA, channel=channel)
        if self.rng.random() < 0.6:
            agree(person, ConsentKind.PHOTO, channel=channel)
        self.met[category].append(person)
        return person

    def birthday(self, category: Category, grade: int | None) -> date | None:
        """Pupils turn seven in the year of the first grade; adults need not say."""
        if category is Category.COLLEGE_STUDENT:
            grade = self.rng.randint(10, 13)
        if grade is None:
            return None
        first = date(clock.school_year(clock.today()) - grade + 1 - 7, 1, 1)
        return first + timedelta(days=self.rng.randrange(365))

    def school(self, category: Category, event: Event) -> str:
        if category in (Category.PARENT, Category.ADULT):
            return ""
        if category is Category.COLLEGE_STUDENT:
            return self.rng.choice(self.colleges)
        if category is Category.SPECIALIST:
            return self.rng.choice(WORKPLACES)
        place = event.municipality.oktmo if event.municipality else ""
        if nearby := NEARBY.get(place):
            return self.rng.choice(nearby)
        return self.rng.choice(SCHOOLS if self.rng.random() < FAR_SCHOOLS else self.schools)
