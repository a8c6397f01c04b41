"""One worker among several; run by test_workers.py.

``python -m tests.notifications.worker DATABASE_URL PORT guarded|naive``
"""

import sys
import time

import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.base.db import db, transaction
from app.notifications import delivery
from app.notifications.models import Notification


def application(url: str, port: int = 0) -> Flask:
    return create_app(
        {
            "SECRET_KEY": "for the workers",
            "SITE_URL": "http://localhost",
            "SQLALCHEMY_DATABASE_URI": url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"timeout": 60}}
            if url.startswith("sqlite")
            else {},
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": port,
            "SMTP_SECURITY": "none",
        }
    )


def take_off_the_guard() -> None:
    """What a careless house would do: look whether it waits, then send (the control)."""

    def claim(id_: int) -> delivery.Claimed | None:
        with transaction():
            row = sa.select(*Notification.__table__.c).where(
                Notification.id == id_, Notification.sent_at.is_(None)
            )
            return db.session.execute(row).one_or_none()

    delivery.claim = claim


def work(url: str, port: int, *, naive: bool) -> None:
    """Deliver until nothing has been due for a moment; print how many were sent."""
    app = application(url, port)
    if naive:
        take_off_the_guard()
    sent = 0
    with app.app_context():
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        sys.stdin.readline()
        for _ in range(5):
            sent += delivery.deliver_waiting()["sent"]
            db.session.remove()
            time.sleep(0.05)
    print(sent, flush=True)  # noqa: T201


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), naive=sys.argv[3] == "naive")
