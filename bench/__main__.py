"""``make bench``: the figures, each beside the floor or the bound it is held to."""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from app.base.db import db, transaction
from bench import check_in, class_lists, groups, papers, scene
from bench.client import Connection, Page, Speed, drive
from bench.report import say, seconds
from bench.servers import megabytes, serving
from tests.browser import Browser, counted_queries

QUIET = {
    "RATELIMIT_ENABLED": "0",
    "REDIS_URL": "",
    "SMTP_HOST": "",
    "DEMO": "0",
    "UNLIMITED_NETWORKS": "127.0.0.0/8",  # all come from here
}
FONTS = [
    f"/static/vendor/fonts/golos-text-{subset}-{weight}-normal.woff2"
    for subset in ("cyrillic", "latin")
    for weight in (400, 700)
]


def speed_line(what: str, speed: Speed, floor: Speed | None = None, bound: str = "") -> None:
    ratio = f", {speed.per_second / floor.per_second:.0%} of bare Flask" if floor else ""
    say(what, f"{speed.per_second:.0f}/s", f"p95 {speed.p95:.0f} ms{ratio}  {bound}")
    for wrong in sorted(set(speed.wrong))[:3]:
        say("", "WRONG", wrong)


@dataclass(frozen=True)
class SignUp:
    """The journey of a guest: the form, the post, the page that names the letter."""

    slug: str

    def __call__(self, connection: Connection, number: int) -> None:
        connection.cookies.clear()
        path = f"/events/{self.slug}/sign-up"
        form = connection.ask(path).body.decode()
        slots = re.findall(r'name="slot"[^>]*?value="(\d+)"', form)
        fields = {name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', form) for name in HIDDEN}
        data = {name: found.group(1) for name, found in fields.items() if found}
        data |= {
            "slot": slots[number % len(slots)],
            "last_name": f"Очиров{letters(number)}",
            "first_name": "Санджи",
            "birth_date": f"2011-03-{1 + number % 28:02}",
            "grade": "9",
            "guardian_email": f"mother{number}@bench.test",  # asked by mail: the longer way
            "school": "СОШ № 18",
            "email": f"p{number}@bench.test",
            "consent-personal-data": "y",
        }
        answer = connection.ask(path, urlencode(data).encode())
        assert answer.status == 303, f"{answer.status} after the post"
        sent = connection.ask(answer.headers["location"])
        assert sent.status == 200, f"{sent.status} instead of the page after it"
        assert data["email"].encode() in sent.body, "nothing about the letter"


HIDDEN = ("csrf_token", "form_key")


def letters(number: int) -> str:
    """A number in letters: names have no digits."""
    return "".join(chr(ord("а") + int(digit)) for digit in str(number))


def measure_pages(url: str) -> None:
    environment = {**QUIET, "DATABASE_URL": url}
    print("Pages for visitors, 8 connections, 2 workers")
    with serving("bench.bare:app") as (port, _):
        bare_event = drive(port, Page("/event"))
        bare_catalogue = drive(port, Page("/catalogue"))
    speed_line("bare Flask, a comparable event page", bare_event)
    speed_line("bare Flask, a comparable catalogue", bare_catalogue)
    with serving("wsgi:app", environment=environment) as (port, process):
        for path in ("/events/popular", "/events", "/events/popular/sign-up"):
            drive(port, Page(path), seconds=1)  # warm
        speed_line("event page", drive(port, Page("/events/popular")), bare_event, "≥ 40 %")
        speed_line("catalogue of 200", drive(port, Page("/events")), bare_catalogue, "≥ 40 %")
        print("Sign-ups of guests: form, post, ticket")
        signups = drive(port, SignUp("popular"), seconds=6)
        speed_line("complete sign-ups", signups, None, "≥ 60/s")
        say("memory of the web processes", f"{megabytes(process):.0f} MB", "with the worker ≤ 300")
        weigh(port)


def weigh(port: int) -> None:
    """Everything a first visit to the event page brings over the wire."""
    connection = Connection(port)
    html = connection.ask("/events/popular", gzip=True)
    text = Connection(port).ask("/events/popular").body.decode()
    files = re.findall(
        r'<(?:link rel="(?:icon|stylesheet)"|script|img)[^>]*(?:href|src)="(/static/[^"]+)"', text
    )
    sizes = {path: len(connection.ask(path, gzip=True).body) for path in [*files, *FONTS]}
    total = len(html.body) + sum(sizes.values())
    say("first view of the event page", f"{total / 1024:.0f} KB", "≤ 100 KB")
    for path, size in {"the page itself": len(html.body), **sizes}.items():
        say("", f"{size / 1024:.1f} KB", path.partition("?")[0])


def compare_servers() -> None:
    """Why granian: the same application behind both (run with `make bench SERVERS=1`)."""
    for server in ("granian", "gunicorn"):
        with serving("bench.bare:app", server=server) as (port, _):
            speed_line(f"bare Flask behind {server}", drive(port, Page("/event")))


def measure_papers(app: Flask) -> None:
    print("The organizer's desk, an event of 1,000 people")
    client = organizer(app)
    desk = "/manage/events/full-house"

    def fetch(path: str) -> Callable[[], None]:
        def get() -> None:
            answer = client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"

        return get

    say(
        "table of registrations",
        f"{1000 * seconds(fetch(f'{desk}/registrations')):.0f} ms",
        "≤ 80 ms",
    )
    say("list as XLSX", f"{seconds(fetch(f'{desk}/papers/list.xlsx')):.2f} s", "≤ 0.2 s")
    papers.measure(app, client)


def measure_door(app: Flask, url: str) -> None:
    print("Marks at the door, one a request, 8 phones, 2 workers")
    marks = check_in.journey(app, organizer(app))
    with serving("wsgi:app", environment={**QUIET, "DATABASE_URL": url}) as (port, _):
        speed = drive(port, marks, seconds=5)
    speed_line("marks", speed, None, "≥ 200/s")


def organizer(app: Flask) -> FlaskClient:
    from app.accounts.queries import user_by_email

    with app.app_context():
        user = user_by_email("boss@bench.test")
        assert user is not None
        with transaction():
            return Browser(app.test_client()).log_in(user).client


def measure_queries(app: Flask) -> None:
    print("Database queries of a request")
    client = app.test_client()
    for path, bound in (("/events/popular", 5), ("/events", 5), ("/", 8)):
        with counted_queries(app) as queries:
            client.get(path)
        say(path, str(len(queries)), f"≤ {bound}")


def main() -> None:
    if os.environ.get("SERVERS"):
        compare_servers()
        return
    with scene.database() as url:
        app = scene.application(url)
        print(f"Python {sys.version.split()[0]}, {url.partition(':')[0]}, {os.cpu_count()} cores")
        scene.build(app)
        measure_queries(app)
        only = os.environ.get("ONLY")
        if only in (None, "pages"):
            measure_pages(url)
        if only in (None, "papers"):
            measure_papers(app)
        if only in (None, "school"):
            class_lists.measure(app)
            groups.measure(app)
        if only in (None, "door"):
            measure_door(app, url)
        with app.app_context():
            db.engine.dispose()


if __name__ == "__main__":
    main()
