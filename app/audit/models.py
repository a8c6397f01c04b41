"""Entries of the audit log: added, never changed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, ORMExecuteState, mapped_column, relationship

from app.accounts.models import User
from app.audit import guard_models
from app.base import clock
from app.base.db import Model, db
from app.organizations.models import Organization

LOGGED_IN = "was_logged_in"  # among the details: says nothing of whose account it was


class AuditEntry(Model):
    """Somebody did something. Seen by the admin of the organization and by the ministry."""

    __table_args__ = (
        sa.Index("ix_audit_entry_organization", "organization_id", "at"),
        sa.Index("ix_audit_entry_user", "user_id", "at"),
        sa.Index("ix_audit_entry_object", "object_type", "object_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"))
    organization_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="SET NULL")
    )
    action: Mapped[str] = mapped_column(sa.String(60))  # «persons.exported»
    object_type: Mapped[str] = mapped_column(sa.String(40), default="")
    object_id: Mapped[int | None]
    # What changed or how many; never names, addresses, phones.
    noted: Mapped[dict[str, Any]] = mapped_column("details", default=dict)
    address: Mapped[str] = mapped_column(sa.String(45), default="")  # of the network

    user: Mapped[User | None] = relationship()
    organization: Mapped[Organization | None] = relationship()

    @hybrid_property
    def details(self) -> dict[str, Any]:
        """What was said of the act, without what the log notes for itself."""
        return {name: value for name, value in self.noted.items() if name != LOGGED_IN}

    @details.inplace.setter
    def _set_details(self, details: dict[str, Any]) -> None:
        self.noted = details

    @details.inplace.expression
    @classmethod
    def _details(cls) -> Any:
        return cls.noted

    @property
    def was_logged_in(self) -> bool | None:
        """Whether an account did it: known also when the account is gone. None: written
        before the log kept it, or nobody's request."""
        said: bool | None = self.noted.get(LOGGED_IN)
        return said


def guard_table(_table: object, connection: sa.Connection, **_given: object) -> None:
    guard_models.put_on(connection)


sa.event.listen(AuditEntry.__table__, "after_create", guard_table)  # the migration does it too


# Said before the database says it: with a line of ours in the traceback.
def refuse(*_: object) -> None:
    raise RuntimeError("Entries of the audit log are only added")


def refuse_statements(statement: ORMExecuteState) -> None:
    """UPDATE and DELETE of many at once; documents.retention goes round the session."""
    changes = statement.is_update or statement.is_delete
    if changes and statement.bind_mapper and statement.bind_mapper.class_ is AuditEntry:
        refuse()


for change in ("before_update", "before_delete"):
    sa.event.listen(AuditEntry, change, refuse)
sa.event.listen(db.session, "do_orm_execute", refuse_statements)
