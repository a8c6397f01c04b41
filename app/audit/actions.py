"""Writing down who did what."""

from typing import Any

from flask import has_request_context, request
from flask_login import current_user

from app.audit.models import AuditEntry
from app.db import Base, db, transaction


def record(
    action: str,
    thing: Base | None = None,
    *,
    organization_id: int | None = None,
    **details: Any,
) -> None:
    """Add an entry in the caller's transaction, with the visitor and their network address
    where there is a request. ``details``: JSON values without names or contacts."""
    in_request = has_request_context()
    db.session.add(
        AuditEntry(
            action=action,
            object_type=thing.__tablename__ if thing is not None else "",
            object_id=thing.id if thing is not None else None,
            organization_id=organization_id,
            user_id=current_user.id if in_request and current_user.is_authenticated else None,
            address=(request.remote_addr or "") if in_request else "",
            details=details,
        )
    )


def record_now(
    action: str, thing: Base | None = None, *, organization_id: int | None = None, **details: Any
) -> None:
    """The same in a transaction of its own: for pages and files that show many people."""
    with transaction():
        record(action, thing, organization_id=organization_id, **details)
