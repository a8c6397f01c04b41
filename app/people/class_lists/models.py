"""Class lists that were sent in, row by row; persons merged; the acts of erasing."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.base import clock
from app.base.db import Model
from app.organizations.models import Organization
from app.people.models import Person, SchoolClass


class ImportState(enum.StrEnum):
    MAPPING = "mapping"  # no header was known: the columns are to be named by hand
    PREVIEW = "preview"
    APPLYING = "applying"  # the worker is at it
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class ListImport(Model):
    """A class list sent in by a teacher: first looked at, then applied, and undone if wrong."""

    school_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    class_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("school_class.id", ondelete="SET NULL")
    )  # sent in on the page of this class
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    filename: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[ImportState]
    # Only while the columns are being named: the sheets without what is never kept.
    tables: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    left_out: Mapped[list[str]] = mapped_column(default=list)  # headings of unknown columns
    forbidden: Mapped[list[str]] = mapped_column(default=list)  # headings of dropped columns
    notes: Mapped[list[str]] = mapped_column(default=list)
    total: Mapped[int] = mapped_column(default=0)  # rows to apply or undo
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    school: Mapped[Organization] = relationship()
    school_class: Mapped[SchoolClass | None] = relationship()
    made_by: Mapped[User | None] = relationship()

    @property
    def is_working(self) -> bool:
        return self.state in (ImportState.APPLYING, ImportState.UNDOING)


class Outcome(enum.StrEnum):
    """What a row is, compared with what the school keeps."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"


class ImportedRow(Model):
    """A row of a class list, and what became of it. Forgotten after 30 days."""

    __table_args__ = (sa.Index("ix_imported_row_order", "import_id", "id"),)

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("list_import.id", ondelete="CASCADE"))
    number: Mapped[int]  # in the file, as the teacher sees it
    sheet: Mapped[str] = mapped_column(sa.String(100), default="")
    facts: Mapped[dict[str, Any]]  # of class_lists.interpret.ListRow
    outcome: Mapped[Outcome]
    reason: Mapped[str] = mapped_column(sa.String(500), default="")  # why refused, what changes
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # to be put back when undone
    is_done: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person | None] = relationship()
