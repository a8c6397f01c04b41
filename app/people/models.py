"""Persons who take part in events; the texts they agreed to."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model
from app.organizations.models import Organization

LAST_GRADE, ADULT_AGE, OWN_SIGN_UP_AGE = 11, 18, 14


def grade_now(first_year: int | None) -> int | None:
    """The grade in this school year of whoever began grade 1 in that one."""
    return None if first_year is None else clock.school_year(clock.today()) - first_year + 1


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Category(enum.StrEnum):
    PUPIL = "pupil"
    COLLEGE_STUDENT = "college_student"
    PARENT = "parent"
    TEACHER = "teacher"
    SPECIALIST = "specialist"
    ADULT = "adult"


def age_of(birth_date: date | None, birth_year: int | None) -> int | None:
    """Full years today; where only the year of birth is known, the fewest it may be."""
    if birth_date:
        return age_on(birth_date, clock.today())
    return clock.today().year - birth_year - 1 if birth_year else None


def is_minor(category: Category, birth_date: date | None, birth_year: int | None) -> bool:
    """Under 18, or a pupil who does not say how old: a guardian agrees for them."""
    age = age_of(birth_date, birth_year)
    return category is Category.PUPIL if age is None else age < ADULT_AGE


def belongs(person: "Person", school_id: int | None) -> bool:
    """Whether the school may deal with them: a typed name alone opens nothing."""
    return person.school_confirmed_at is not None and person.school_id == school_id


def belongs_in_query(person: type["Person"], school_id: int | None) -> sa.ColumnElement[bool]:
    return sa.and_(person.school_id == school_id, person.school_confirmed_at.is_not(None))


class Person(Model):
    """Somebody who takes part. Not every person has an account or a patronymic.

    Never kept: СНИЛС, passport, home address, photo, nationality, diagnosis.
    """

    __table_args__ = (sa.Index("ix_person_school", "school_id", "school_confirmed_at"),)

    last_name: Mapped[str] = mapped_column(sa.String(100))
    first_name: Mapped[str] = mapped_column(sa.String(100))
    patronymic: Mapped[str] = mapped_column(sa.String(100), default="")
    birth_date: Mapped[date | None]  # adults need not say
    birth_year: Mapped[int | None]  # where a class list tells no more
    category: Mapped[Category]
    school_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    school_name: Mapped[str] = mapped_column(sa.String(200), default="")  # as typed
    # Since when they belong there; without it the school is what a form was filled with.
    school_confirmed_at: Mapped[datetime | None]
    # The year of grade 1: the grade follows from it, nobody is moved up by hand.
    first_year: Mapped[int | None]
    class_letter: Mapped[str] = mapped_column(sa.String(3), default="")
    # The class in which a school keeps them; school, year and letter above are then its own.
    class_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school_class.id"), index=True)
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
    # Found to be the same as another: kept, empty of what the other took over.
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    erase_on: Mapped[date | None]  # the consent was withdrawn: 30 days later
    anonymized_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
    school: Mapped[Organization | None] = relationship()
    school_class: Mapped["SchoolClass | None"] = relationship()

    belongs_to_school = hybrid_method(belongs, belongs_in_query)

    is_newcomer = False  # not stored: written down in this request, so nobody has agreed yet

    @property
    def full_name(self) -> str:
        """«Бадмаев Санджи Эрдниевич», as papers show it."""
        if self.anonymized_at:
            return _("Erased")
        return " ".join(filter(None, (self.last_name, self.first_name, self.patronymic)))

    @property
    def given_names(self) -> str:
        return " ".join(filter(None, (self.first_name, self.patronymic)))

    @property
    def first_name_and_initial(self) -> str:
        return f"{self.first_name} {self.last_name[:1]}."

    @property
    def shortened(self) -> str:
        """«Санджи Б., 9А»: for whoever may be somebody else."""
        name = self.first_name_and_initial
        return f"{name}, {self.class_title}" if self.class_title else name

    @property
    def school_title(self) -> str:
        return self.school.short_name if self.school else self.school_name

    @property
    def own_school_id(self) -> int | None:
        """The school that may read of them in its log; none for a typed name."""
        return self.school_id if self.school_confirmed_at else None

    @property
    def grade(self) -> int | None:
        """1–11 in this school year; None for those who have left or never went."""
        grade = grade_now(self.first_year)
        return grade if grade is not None and 1 <= grade <= LAST_GRADE else None

    @property
    def class_title(self) -> str:
        """«9А», «9», or nothing."""
        return f"{self.grade}{self.class_letter}" if self.grade else ""

    @property
    def age(self) -> int | None:
        """Full years today; where only the year of birth is known, the fewest it may be."""
        return age_of(self.birth_date, self.birth_year)

    @property
    def is_minor(self) -> bool:
        return is_minor(self.category, self.birth_date, self.birth_year)


class SchoolClass(Model):
    """A class of a school: its grade follows from the year in which it began."""

    __table_args__ = (sa.UniqueConstraint("school_id", "first_year", "letter"),)

    school_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    first_year: Mapped[int]  # the year of its grade 1
    letter: Mapped[str] = mapped_column(sa.String(3), default="")
    teacher_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    school: Mapped[Organization] = relationship()
    teacher: Mapped[User | None] = relationship()

    @property
    def grade(self) -> int:
        """12 and more: it has left school."""
        return clock.school_year(clock.today()) - self.first_year + 1

    @property
    def has_left(self) -> bool:
        return self.grade > LAST_GRADE

    @property
    def title(self) -> str:
        """«9А»; for a class that has left: «А, выпуск 2025»."""
        if self.has_left:
            return _("graduated in %(year)s", year=self.first_year + LAST_GRADE) + (
                f", {self.letter}" if self.letter else ""
            )
        return f"{self.grade}{self.letter}"


class Guardianship(Model):
    """A parent or other lawful guardian of a child: an account, or what the school wrote down.

    A child has several, an account has several children. Contacts of guardians stand here
    and never with the child.
    """

    __table_args__ = (sa.UniqueConstraint("child_id", "user_id"),)

    child_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(sa.String(300), default="")
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")  # as the school knows it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    child: Mapped[Person] = relationship()
    user: Mapped[User | None] = relationship()

    @property
    def called(self) -> str:
        """The name, and nothing else, that other guardians may read."""
        return (self.user.name if self.user else "") or self.name

    @property
    def address(self) -> str:
        """Where to write to: the account's own address before what the school wrote down."""
        return (self.user.email if self.user else "") or self.email


class InvitationPurpose(enum.StrEnum):
    GUARDIAN = "guardian"  # become a guardian of this child too
    HAND_OVER = "hand_over"  # … instead of the one who invites
    OWN_ACCOUNT = "own_account"  # the person gets, or joins, an account of their own


class Invitation(Model):
    """A code that joins an account with a person, once, until it lapses. Only its hash is kept."""

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[InvitationPurpose]
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254), default="")  # who was written to
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship()
    made_by: Mapped[User | None] = relationship(foreign_keys=[made_by_id])

    @property
    def is_usable(self) -> bool:
        return self.used_at is None and self.expires_at > clock.now()


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


class ConsentChannel(enum.StrEnum):
    """How a consent was given. What staff enter is always paper, never online."""

    OWN_ACCOUNT = "own_account"  # an adult, logged in
    GUEST_FORM = "guest_form"  # an adult, without an account
    GUARDIAN_ACCOUNT = "guardian_account"
    GUARDIAN_LINK = "guardian_link"  # from the letter
    PAPER = "paper"


class Consent(Model):
    """A person, or the guardian who answers for them, agreed to a text."""

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_text.id"))
    channel: Mapped[ConsentChannel]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    given_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    given_by_name: Mapped[str] = mapped_column(sa.String(300), default="")
    given_by_email: Mapped[str] = mapped_column(sa.String(254), default="")
    # Of paper: its number and date, and who entered it.
    paper_number: Mapped[str] = mapped_column(sa.String(30), default="")
    paper_date: Mapped[date | None]
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_name: Mapped[str] = mapped_column(sa.String(300), default="")

    person: Mapped[Person] = relationship()
    text: Mapped[ConsentText] = relationship()

    @property
    def is_in_force(self) -> bool:
        return self.withdrawn_at is None
