"""Persons who take part in events; the texts they agreed to."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.accounts.models import User
from app.db import Model
from app.organizations.models import Organization


class Category(enum.StrEnum):
    PUPIL = "pupil"
    COLLEGE_STUDENT = "college_student"
    PARENT = "parent"
    TEACHER = "teacher"
    SPECIALIST = "specialist"
    ADULT = "adult"


class Person(Model):
    """Somebody who takes part. Not every person has an account or a patronymic.

    Never kept: СНИЛС, passport, home address, photo, nationality, diagnosis.
    """

    last_name: Mapped[str] = mapped_column(sa.String(100))
    first_name: Mapped[str] = mapped_column(sa.String(100))
    patronymic: Mapped[str] = mapped_column(sa.String(100), default="")
    birth_date: Mapped[date | None]  # adults need not say
    category: Mapped[Category]
    school_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    school_name: Mapped[str] = mapped_column(sa.String(200), default="")  # as typed
    # The year of grade 1: the grade follows from it, nobody is moved up by hand.
    first_year: Mapped[int | None]
    class_letter: Mapped[str] = mapped_column(sa.String(3), default="")
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), unique=True
    )
    # For guests: one row for the same name, birth date and e-mail, however fast they click.
    guest_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    # Name and birth date, as compared when looking for the same person in an event.
    identity: Mapped[str] = mapped_column(sa.String(64), index=True)
    search_name: Mapped[str] = mapped_column(sa.String(400))
    sort_key: Mapped[str] = mapped_column(sa.String(1000), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User | None] = relationship()
    school: Mapped[Organization | None] = relationship()

    @property
    def full_name(self) -> str:
        """«Бадмаев Санджи Эрдниевич», as papers show it."""
        return " ".join(filter(None, (self.last_name, self.first_name, self.patronymic)))

    @property
    def given_names(self) -> str:
        return " ".join(filter(None, (self.first_name, self.patronymic)))

    @property
    def school_title(self) -> str:
        return self.school.short_name if self.school else self.school_name

    @property
    def grade(self) -> int | None:
        """1–11 in this school year; None for those who have left or never went."""
        if self.first_year is None:
            return None
        grade = clock.school_year(clock.today()) - self.first_year + 1
        return grade if 1 <= grade <= 11 else None

    @property
    def class_title(self) -> str:
        """«9А», «9», or nothing."""
        return f"{self.grade}{self.class_letter}" if self.grade else ""


class ConsentKind(enum.StrEnum):
    PERSONAL_DATA = "personal_data"
    PHOTO = "photo"


class ConsentText(Model):
    """A version of a text people agree to (152-ФЗ art. 9). Never changed: a new version
    is a new row; the hash proves which words were agreed to."""

    __table_args__ = (sa.UniqueConstraint("kind", "version"),)

    kind: Mapped[ConsentKind]
    version: Mapped[int]
    body: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Consent(Model):
    """A person (or who answers for them) agreed to a text."""

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_text.id"))
    channel: Mapped[str] = mapped_column(sa.String(20))  # guest_form | own_account | staff
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    text: Mapped[ConsentText] = relationship()
