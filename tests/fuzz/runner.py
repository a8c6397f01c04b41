"""Requests made by chance, at every address, as everybody: which ones the site fails at.

What a batch of requests has changed is undone before the next, so the scene stays full of
things to stumble over.
"""

import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flask import Flask, g, got_request_exception, url_for
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.routing import BuildError, Rule, ValidationError
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.base.config import ROOT
from app.base.db import db
from app.organizations.models import Role
from tests.browser import Browser, Page, filled_in
from tests.databases import undone
from tests.factories import make_member, make_person
from tests.fuzz import values
from tests.test_access import Scene, build

BATCH = 250
READ_BY_CODE = re.compile(r"(?:args|form|values)(?:\.get|\.getlist)?[(\[]\s*\"([\w-]+)\"")
PAPER = re.compile(r"poster|ticket|list|pdf|papers|slips|sheet|sign|tent|badges|certificate|blank"
                   r"|forms|preview|export|batches|standard|xlsx|register|print")  # fmt: skip
PAPER_SHARE = 0.1  # of the addresses that draw papers, which takes a hundred times as long
SCENERY = {"static"}


@dataclass
class Failure:
    """A request that was answered with 5xx, as somebody repeats it."""

    actor: str
    method: str
    url: str
    sent: str
    status: int
    trace: str

    @property
    def cause(self) -> str:
        return (self.trace.strip().splitlines() or [f"{self.status} without an exception"])[-1]

    def __str__(self) -> str:
        asked = f"{self.status} {self.method} {self.url[:300]} as {self.actor}"
        return f"{asked}\n{self.sent}\n{self.trace}"


@dataclass
class Fuzzing:
    """A run: its chances, the names of fields it knows, and what it found."""

    app: Flask
    seed: int
    only: Sequence[str] = ()
    number: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    forms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.names = sorted(names_read_by_the_code())
        self.traces: list[str] = []
        self.find_rules()

    def find_rules(self) -> None:
        self.rules = [
            rule
            for rule in self.app.url_map.iter_rules()
            if rule.endpoint not in SCENERY and (not self.only or rule.endpoint in self.only)
        ]

    def run(self, requests: int) -> None:
        def note(_app: Flask, exception: BaseException, **_: Any) -> None:
            self.traces.append("".join(traceback.format_exception(exception)[-6:]))

        with got_request_exception.connected_to(note, self.app):
            while self.number < requests:
                with undone(self.app):
                    self.run_batch(min(BATCH, requests - self.number))

    def run_batch(self, requests: int) -> None:
        scene = build()
        actors = clients(self.app, scene)
        if not self.forms:
            self.collect_forms(scene, actors["insider"])
        for _ in range(requests):
            self.number += 1
            actor = self.random.choice(list(actors))
            if not self.ask(scene, actor, actors[actor]):
                return  # the page of a failure has let go of the session, and so of the scene

    def collect_forms(self, scene: Scene, client: FlaskClient) -> None:
        """What the forms of each page send as they stand."""
        for rule in self.rules:
            self.forms[rule.endpoint] = []
            if "GET" not in (rule.methods or ()) or PAPER.search(rule.endpoint):
                continue
            with self.app.test_request_context():
                url = scene_address(scene, rule) or url_for("events.index")
            for form in Page(client.get(url, follow_redirects=True)).soup.select("form"):
                sent = dict(filled_in(form))
                files = {
                    str(control["name"]): values.FILES for control in form.select("[type=file]")
                }
                self.forms[rule.endpoint].append({**sent, **files})
                self.names = sorted({*self.names, *sent})

    def ask(self, scene: Scene, actor: str, client: FlaskClient) -> bool:
        """Make one request; whether it was answered otherwise than with 5xx."""
        rule = self.random.choice(self.rules)
        if PAPER.search(rule.endpoint) and self.random.random() > PAPER_SHARE:
            rule = self.random.choice(self.rules)
        methods = sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        method = self.random.choice(["POST", *methods] if "POST" in methods else methods)
        with self.app.test_request_context():
            url = self.address(scene, rule)
        sent = self.body(rule) if method == "POST" else {}
        query = self.fields(self.random.randrange(4)) if self.random.random() < 0.6 else {}
        before = len(self.traces)
        response = send(client, method, url, query, sent, self.headers())
        status = response.status_code
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status >= 500:
            trace = self.traces[-1] if len(self.traces) > before else ""
            asked = f"query {query!r:.1500}\nsent {sent!r:.3000}"
            self.failures.append(Failure(actor, method, url, asked, status, trace))
        return status < 500

    def address(self, scene: Scene, rule: Rule) -> str:
        usual = scene_address(scene, rule)
        if usual and self.random.random() < 0.8:
            return usual
        given: dict[str, Any] = {name: values.word(self.random) or "x" for name in rule.arguments}
        with suppress(BuildError, ValidationError, ValueError):
            return url_for(rule.endpoint, **given)
        return usual or "/" + values.word(self.random).lstrip("/\\")

    def body(self, rule: Rule) -> dict[str, Any]:
        """A form of the page with some fields changed, one by chance, or JSON."""
        if self.random.random() < (0.6 if "phone" in rule.endpoint else 0.03):
            return {"json": values.json_text(self.random, self.names)}
        forms = self.forms.get(rule.endpoint) or [{}]
        sent = dict(self.random.choice(forms))
        if sent and self.random.random() < 0.9:
            for name in self.random.sample(
                sorted(sent), min(len(sent), self.random.randrange(1, 5))
            ):
                sent[name] = self.changed(sent[name])
        if not sent or self.random.random() < 0.3:
            sent |= self.fields(self.random.randrange(1, 8))
        return {name: self.settled(given) for name, given in sent.items()}

    def changed(self, given: Any) -> Any:
        if given is values.FILES:
            return given
        several = [values.value(self.random) for _ in range(self.random.randrange(1, 4))]
        return self.random.choice((several[0], several[0], several, None))

    def settled(self, given: Any) -> Any:
        return values.file(self.random) if given is values.FILES else given

    def fields(self, number: int) -> dict[str, str]:
        return {
            name: values.value(self.random) for name in self.random.choices(self.names, k=number)
        }

    def headers(self) -> dict[str, str]:
        if self.random.random() < 0.8:
            return {}
        target = self.random.choice(("section#signup-panel", "div#x-panel", "#", "a#" + "x" * 900))
        return {"HX-Request": "true", "HX-Target": target,
                "Accept-Language": self.random.choice(("xx;q=²", "*", "ru,en;q=9" * 99)),
                "Range": self.random.choice(("bytes=²-", "bytes=9-1", "items=0-")),
                "If-None-Match": '"' + "x" * 99}  # fmt: skip


def send(
    client: FlaskClient, method: str, url: str, query: dict[str, str], sent: dict[str, Any],
    headers: dict[str, str],
) -> TestResponse:  # fmt: skip
    vars(g).clear()
    db.session.expire_all()
    asked = {name: text[:1500].encode(errors="surrogatepass") for name, text in query.items()}
    if "json" in sent and len(sent) == 1:
        body: dict[str, Any] = {"data": sent["json"], "content_type": "application/json"}
    else:
        body = {"data": MultiDict(list(flat(sent)))} if sent else {}
    response = client.open(url, method=method, query_string=asked, headers=headers, **body)
    response.close()
    return response


def flat(sent: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, given in sent.items():
        for single in given if isinstance(given, list) else [given]:
            if isinstance(single, FileStorage):
                yield name, (single.stream, single.filename or "")
            elif single is not None:
                yield name, single.encode(errors="surrogatepass").decode(errors="replace")


def clients(app: Flask, scene: Scene) -> dict[str, FlaskClient]:
    """A browser for each kind of visitor, and one for whoever reaches most."""
    insider = make_member(scene.event.organization, Role.ADMIN)
    make_person(user=insider, school="СОШ № 4")
    users: dict[str, User | None] = {**scene.users, "insider": insider}
    found = {}
    for actor, user in users.items():
        browser = Browser(app.test_client())
        found[actor] = (browser.log_in(user) if user else browser).client
    db.session.commit()
    return found


def scene_address(scene: Scene, rule: Rule) -> str:
    with suppress(BuildError, KeyError):
        return scene.address(rule.endpoint)
    return ""


def names_read_by_the_code() -> set[str]:
    """The names of fields and arguments that the views ask for one by one."""
    sources = (file.read_text() for file in (ROOT / "app").rglob("*.py"))
    return {name for source in sources for name in READ_BY_CODE.findall(source)}
