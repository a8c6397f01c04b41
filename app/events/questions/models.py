"""What an organizer asks of those who sign up."""

import enum
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.db import Model
from app.events.models import Event


class QuestionKind(enum.StrEnum):
    TEXT = "text"
    CHOICE = "choice"  # one of a list
    CHOICES = "choices"  # several of a list
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"


OF_A_LIST = (QuestionKind.CHOICE, QuestionKind.CHOICES)


class Question(Model):
    """One question of the sign-up form. Answers stand in ``Registration.answers`` under the
    question's id, as text, a list of texts, a number, an ISO date or a boolean."""

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(sa.String(300))
    help: Mapped[str] = mapped_column(sa.String(500), default="")
    kind: Mapped[QuestionKind]
    choices: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    required: Mapped[bool] = mapped_column(default=False)
    # Asked only of those who gave one of these answers to an earlier question.
    shown_if_id: Mapped[int | None] = mapped_column(sa.ForeignKey("question.id"))
    shown_if_values: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # Taken off the form, kept for the answers that were given.
    is_retired: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    shown_if: Mapped["Question | None"] = relationship(remote_side="Question.id")

    @property
    def offers(self) -> list[Any]:
        """The answers that can be chosen; none where people write for themselves."""
        if self.kind is QuestionKind.YES_NO:
            return [True, False]
        return list(self.choices) if self.kind in OF_A_LIST else []

    def is_for(self, answers: Mapping[str, Any]) -> bool:
        """Whether it is asked of whoever gave these answers, by the ids of questions."""
        if self.shown_if_id is None:
            return True
        given = answers.get(str(self.shown_if_id))
        return any(one in self.shown_if_values for one in as_list(given))


def as_list(answer: Any) -> list[Any]:
    """One answer, several or none, as a list."""
    if answer is None or answer == "":
        return []
    return answer if isinstance(answer, list) else [answer]
