"""A visitor for tests: logs in, opens pages, presses buttons, reads the result."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import sqlalchemy as sa
from bs4 import BeautifulSoup
from bs4.element import Tag
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.accounts.models import Device, User
from app.accounts.queries import hashed
from app.base import clock
from app.base.db import db

Value = str | int | Sequence[str] | None


class Page:
    """What came back: ``status``, ``html``, ``path`` after redirects; text by selector."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True) if is_text(response) else ""
        self.path = response.request.path

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    def text(self, selector: str = "body") -> str:
        """The first match's text with blanks folded; empty when nothing matches."""
        found = self.soup.select_one(selector)
        return " ".join(found.get_text(" ").split()) if found else ""

    def texts(self, selector: str) -> list[str]:
        return [" ".join(found.get_text(" ").split()) for found in self.soup.select(selector)]

    def form(self, selector: str = "form[method=post]") -> dict[str, str]:
        """What a form would send as it stands: values typed, ticked and hidden."""
        form = self.soup.select_one(selector)
        assert form is not None, f"no {selector} on {self.path}"
        return dict(filled_in(form))


def is_text(response: TestResponse) -> bool:
    kind = response.mimetype or ""
    return kind.startswith("text/") or kind == "application/json"


def filled_in(form: Tag) -> Iterator[tuple[str, str]]:
    for control in form.select("input[name], select[name], textarea[name]"):
        name = str(control["name"])
        kind = str(control.get("type", ""))
        if control.name == "textarea":
            yield name, control.get_text().removeprefix("\r").removeprefix("\n")
        elif control.name == "select":
            options = control.select("option[selected]") or control.select("option")[:1]
            yield from ((name, str(option.get("value", ""))) for option in options)
        elif kind in ("checkbox", "radio"):
            if control.has_attr("checked"):
                yield name, str(control.get("value", "on"))
        elif kind not in ("submit", "button", "file"):
            yield name, str(control.get("value", ""))


class Browser:
    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def log_in(self, user: User, *, left_open: bool = False) -> "Browser":
        """``left_open``: long ago, and whoever sits there now has to prove that it is them."""
        token = secrets.token_urlsafe(16)
        proved = None if left_open else clock.now()
        db.session.add(Device(user_id=user.id, token_hash=hashed(token), confirmed_at=proved))
        db.session.flush()
        with self.client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return self

    def open(self, url: str, *, panel: str | None = None, follow: bool = True) -> Page:
        """Open a page. With ``panel``, as htmx would when swapping that panel."""
        return self._send("GET", url, panel, {}, follow)

    def submit(
        self,
        url: str,
        *,
        panel: str | None = None,
        follow: bool = True,
        fields: dict[str, str] | None = None,
        **more: Value,
    ) -> Page:
        """Send a form; ``fields`` for names that are no Python identifiers."""
        return self._send("POST", url, panel, {**(fields or {}), **more}, follow)

    def _send(
        self, method: str, url: str, panel: str | None, fields: dict[str, Value], follow: bool
    ) -> Page:
        target = {"HX-Request": "true", "HX-Target": f"section#{panel}"}
        db.session.commit()  # what a request undoes is its own work alone;
        db.session.expire_all()  # a browser knows nothing of the test's objects
        vars(g).clear()  # ... and a request nothing of the one before
        response = self.client.open(
            url,
            method=method,
            data=MultiDict({k: v for k, v in fields.items() if v is not None}),
            headers=target if panel else {},
            follow_redirects=follow,
        )
        db.session.expire_all()
        return Page(response)


@contextmanager
def counted_queries(app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent inside, for asserting how many a page needs."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
