"""Writing down who did what."""

from ipaddress import ip_network
from typing import Any

from flask import has_request_context, request
from flask_login import current_user

from app.audit.models import LOGGED_IN, AuditEntry
from app.base.db import Base, db, transaction
from app.base.networks import address_of


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
    knows = in_request and current_user.is_authenticated
    db.session.add(
        AuditEntry(
            action=action,
            object_type=thing.__tablename__ if thing is not None else "",
            object_id=thing.id if thing is not None else None,
            organization_id=organization_id,
            user_id=current_user.id if knows else None,
            address=network_of_request(),
            noted={**details, **({LOGGED_IN: knows} if in_request else {})},
        )
    )


def network_of_request() -> str:
    """Where from: the network, and not the single address, whatever was done."""
    return in_short(request.remote_addr or "") if has_request_context() else ""


def in_short(address: str) -> str:
    """«203.0.113.0/24»: enough to tell two places apart, of a school or a provider."""
    parsed = address_of(address)
    if parsed is None:
        return ""
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))


def record_now(
    action: str, thing: Base | None = None, *, organization_id: int | None = None, **details: Any
) -> None:
    """The same in a transaction of its own: for pages and files that show many people."""
    with transaction():
        record(action, thing, organization_id=organization_id, **details)
