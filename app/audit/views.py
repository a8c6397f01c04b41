"""The audit log, for the ministry and for the admins of an organization."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.audit import queries
from app.audit.detail_wording import detail_words
from app.audit.wording import action_words, actor_words, place_words, thing_words
from app.base.words.text import whole
from app.organizations.models import Role
from app.permissions import authorize, can, reach
from app.web.pages import page, page_asked

bp = Blueprint("audit", __name__)
T = TypeVar("T")


@bp.get("/administration/audit")
@login_required
def index() -> ResponseReturnValue:
    """What is not understood in the address filters nothing."""
    authorize("audit.see")
    everything = can("site.administer")
    within = None if everything else [one.id for one in reach(Role.ADMIN)]
    wanted = queries.Selection(
        within=within,
        organization_id=asked("organization", known_id),
        user_id=asked("user", known_id),
        action=(request.args.get("action") or "").replace("\0", "")[:60],
        day=asked("day", day_of),
    )
    said: dict[str, Any] = {
        "organization": wanted.organization_id,
        "user": wanted.user_id,
        "action": wanted.action or None,
        "day": wanted.day.isoformat() if wanted.day else None,
    }
    number = page_asked()
    actions = [(code, action_words(code)) for code in queries.actions_in(within)]
    return page(
        "audit/index.html",
        found=queries.entries(wanted, number=number),
        wanted=wanted,
        organizations=queries.organizations_in(within),
        people=queries.people_in(within),
        actions=sorted(actions, key=lambda one: one[1]),
        is_narrow=any(said.values()),
        page_url=lambda number: url_for(".index", **said, page=number),
        action_words=action_words,
        actor_words=actor_words,
        place_words=place_words,
        thing_words=thing_words,
        detail_words=detail_words,
    )


def asked(name: str, read: Callable[[str], T]) -> T | None:
    try:
        return read(request.args.get(name, ""))
    except ValueError:
        return None


def known_id(text: str) -> int:
    return whole(text)


def day_of(text: str) -> date:
    day = date.fromisoformat(text)
    if not 2000 <= day.year <= 2100:
        raise ValueError
    return day
