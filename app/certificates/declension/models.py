"""Names in the cases of Russian, where a person corrected what the library made of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.db import Model
from app.certificates.kinds import NameCase
from app.people.models import Person


class NameForm(Model):
    """How the name of a person is declined, as a hand corrected it: «Очировой Баирте».

    Only for the name it was written for (``full_name``): a changed name is declined anew.
    Goes with the person's data.
    """

    __table_args__ = (sa.UniqueConstraint("person_id", "case"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    case: Mapped[NameCase]
    full_name: Mapped[str] = mapped_column(sa.String(320))  # in the nominative
    form: Mapped[str] = mapped_column(sa.String(320))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship()
