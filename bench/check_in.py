"""A crowd at the door: each ticket is scanned once, one mark a request."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.base import clock
from app.base.db import db, transaction
from app.organizations.models import Organization
from app.people.actions import Details, described
from app.people.models import Person
from app.registrations.models import Channel, Registration, Status
from bench.client import CONNECTIONS, Connection
from bench.scene import add_event

SLUG = "door"
TICKETS = 8000
SHARE = TICKETS // CONNECTIONS
MILLION = 1_000_000  # client.drive counts each connection's rounds from its own million


@dataclass(frozen=True)
class Marks:
    """The journey of one mark. The first of a connection also fetches the token."""

    codes: tuple[str, ...]
    cookie: str
    tokens: dict[int, str]

    def __call__(self, connection: Connection, number: int) -> None:
        if id(connection) not in self.tokens:
            connection.cookies["orientir"] = self.cookie
            found = connection.ask(f"/manage/events/{SLUG}/check-in/changes.json")
            assert found.status == 200, f"{found.status} instead of the token"
            self.tokens[id(connection)] = json.loads(found.body)["token"]
        place, round_ = divmod(number, MILLION)
        assert round_ <= SHARE, "out of tickets"
        now = f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
        code = self.codes[(place - 1) * SHARE + round_ - 1]
        mark = {"uuid": str(uuid4()), "code": code, "at": now, "presence": "present"}
        answer = connection.ask(
            f"/manage/events/{SLUG}/check-in/marks",
            json.dumps({"device": f"phone-{place}", "now": now, "marks": [mark]}).encode(),
            kind="application/json",
            token=self.tokens[id(connection)],
        )
        assert answer.status == 200, f"{answer.status} after a mark"
        outcome = json.loads(answer.body)["outcomes"][0]["outcome"]
        assert outcome == "marked", outcome


def journey(app: Flask, client: FlaskClient) -> Marks:
    with app.app_context():
        with transaction():
            codes = build()
        db.session.remove()
    client.get("/")
    cookie = client.get_cookie("orientir")
    assert cookie is not None
    return Marks(codes, cookie.value, {})


def build() -> tuple[str, ...]:
    """An event that goes on now, with as many people."""
    college = db.session.scalars(sa.select(Organization).filter_by(slug="eptk")).one()
    event = add_event(college, SLUG, 0, capacity=TICKETS, slots=1)
    [slot] = event.slots
    slot.starts_at, slot.ends_at = clock.now(), clock.now() + timedelta(hours=2)
    event.starts_at, event.ends_at = slot.starts_at, slot.ends_at
    slot.seats_taken = TICKETS
    people = [
        described(Person(), Details("Очиров", "Санджи", "Баатрович", grade=9, class_letter="А"))
        for _number in range(TICKETS)
    ]
    db.session.add_all(people)
    db.session.flush()
    rows = [
        Registration(event_id=event.id, slot_id=slot.id, person_id=person.id,
                     status=Status.CONFIRMED, channel=Channel.STAFF)
        for person in people
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return tuple(row.code for row in rows)
