"""A door: an event that goes on, its staff, and a phone that sends marks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Flask

from app.base import clock
from app.base.db import db
from app.events.models import Event
from app.organizations.models import Role
from tests.browser import Browser, Page
from tests.factories import make_event, make_member


def event_today(**given: Any) -> Event:
    return make_event(**{"in_days_": 0, **given})


def door_of(app: Flask, event: Event, role: Role = Role.DOOR) -> Browser:
    return Browser(app.test_client()).log_in(make_member(event.organization, role))


@dataclass
class Phone:
    """Sends marks as the page does; ``clock_is_off``: by so much is its clock fast."""

    browser: Browser
    event: Event
    clock_is_off: timedelta = timedelta()
    device: str = field(default_factory=lambda: str(uuid4()))

    def mark(self, *, ago: timedelta = timedelta(), **given: Any) -> dict[str, Any]:
        at = clock.now() - ago + self.clock_is_off
        return {"uuid": str(uuid4()), "at": written(at), **given}

    def send(self, *marks: dict[str, Any], status: int = 200) -> list[dict[str, Any]]:
        answer = self.post(
            {
                "device": self.device,
                "now": written(clock.now() + self.clock_is_off),
                "marks": list(marks),
            }
        )
        assert answer.status == status, answer.html
        found: list[dict[str, Any]] = (answer.response.get_json() or {}).get("outcomes", [])
        return found

    def post(self, content: object) -> Page:
        address = f"/manage/events/{self.event.slug}/check-in/marks"
        db.session.commit()
        db.session.expire_all()
        answer = Page(self.browser.client.post(address, json=content))
        db.session.expire_all()
        return answer

    def scan(self, code: str, **given: Any) -> dict[str, Any]:
        [outcome] = self.send(self.mark(code=code, **given))
        return outcome


def written(moment: datetime) -> str:
    """As JavaScript writes it."""
    return f"{moment.isoformat(timespec='milliseconds')}Z"
