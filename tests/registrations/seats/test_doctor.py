"""flask doctor: the counters against the registrations."""

import sqlalchemy as sa
from flask import Flask

from app.base.db import db
from tests.factories import make_event, make_registration


def test_says_where_a_counter_differs(app: Flask) -> None:
    slot = make_event().slots[0]
    make_registration(slot)
    doctor = app.test_cli_runner()
    assert "agrees" in doctor.invoke(args=["doctor"]).output
    db.session.execute(sa.text("UPDATE slot SET seats_taken = 5"))
    db.session.expire_all()
    answer = doctor.invoke(args=["doctor"])
    assert answer.exit_code == 1
    assert "the counter says 5, registrations hold 1" in answer.output
