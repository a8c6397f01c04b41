"""Papers beside plain WeasyPrint on the same data: lists, certificates, batches.

Plain means: the same rows in one HTML table (templates/plain_list.html, as this project printed
them before), the same certificate laid out anew for each person.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.base.db import db, transaction
from app.certificates.batches import actions as batches
from app.certificates.design.queries import look_for
from app.certificates.issued.batch_models import BatchForm, PaperBatch
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind
from app.certificates.printing import document as certificates
from app.certificates.printing.composition import addresses_of, composed, plainly
from app.events.models import Event
from app.press import html as pdf
from app.registrations.models import Registration
from bench.report import say, seconds

PLAIN = 30  # certificates laid out alone: enough to tell what one costs
ROOT = Path(__file__).parent


def measure(app: Flask, client: FlaskClient) -> None:
    print("Papers, beside plain WeasyPrint on the same data")
    for slug, bound in (("full-house", "≤ 3 s"), ("small-group", "≤ 0.4 s")):
        measure_list(app, client, slug, bound)
    measure_certificates(app)


def forget_papers(app: Flask) -> None:
    shutil.rmtree(app.config["PAPERS_FOLDER"], ignore_errors=True)


def measure_list(app: Flask, client: FlaskClient, slug: str, bound: str) -> None:
    path = f"/manage/events/{slug}/papers/list.pdf"
    client.get(path)  # warm: fonts, style, the forms of rows
    forget_papers(app)
    begun = time.perf_counter()
    answer = client.get(path)
    took = time.perf_counter() - begun
    assert answer.status_code == 200, answer.status_code
    with app.test_request_context():
        number, plain = plain_list(app, slug)
    size = len(answer.data) / 1024
    about = f"{bound}; plain {plain:.2f} s = {plain / took:.1f} ×; {size:.0f} KB"
    say(f"list of {number}, PDF/UA", f"{took:.2f} s", about)
    again = seconds(lambda: client.get(path))
    say("  the same again", f"{1000 * again:.0f} ms", "≤ 20 ms")


def plain_list(app: Flask, slug: str) -> tuple[int, float]:
    """How many rows, and the seconds that WeasyPrint takes for them."""
    event = db.session.scalars(sa.select(Event).filter_by(slug=slug)).one()
    query = sa.select(Registration).filter_by(event_id=event.id)
    people = [one.person for one in db.session.scalars(query)]
    template = app.jinja_env.from_string((ROOT / "templates/plain_list.html").read_text())
    begun = time.perf_counter()
    with pdf.press_lock, pdf.without_collecting():
        text = template.render(event=event, people=people)
        pdf.laid_out(text, None).write_pdf(pdf_variant="pdf/ua-1")
    return len(people), time.perf_counter() - begun


def measure_certificates(app: Flask) -> None:
    with app.test_request_context():
        event = db.session.scalars(sa.select(Event).filter_by(slug="full-house")).one()
        thousand = 1000
        took, _memory, size = batch(app, event, thousand)
        plain = plain_certificate(db.session.scalars(sa.select(Certificate)).first())
        say(
            f"{thousand:,} certificates, numbered, signed",
            f"{took:.1f} s",
            f"≤ 5 s; {took:.1f} ms each, plain, alone: {1000 * plain:.0f} ms; "
            f"{size / 1024:.1f} KB each",
        )
        thanks = 10_000
        took, memory, size = batch(app, event, thanks, CertificateKind.THANKS)
        say(f"{thanks:,} letters of thanks in a batch", f"{took:.1f} s", "≤ 50 s")
        say("  memory of the worker", f"{memory:.0f} MB", "≤ 400 MB")


def batch_of(event: Event, number: int, kind: Any = CertificateKind.PARTICIPANT) -> int:
    """A batch of so many, waiting for a worker; its id."""
    if kind is CertificateKind.PARTICIPANT:
        query = sa.select(Registration.id).filter_by(event_id=event.id)
        issued = sa.select(Certificate.registration_id).where(
            Certificate.registration_id.is_not(None)
        )
        ids = db.session.scalars(query.where(Registration.id.not_in(issued)).limit(number))
        asked: list[Any] = [(id_, "", "") for id_ in ids]
    else:
        asked = [(None, f"Манджиева Ольга Борисовна {letters(n)}", "") for n in range(number)]
    with transaction():
        made = batches.begin(
            event, kind, look_for(event.organization, kind), asked,
            form=BatchForm.PDF, is_archival=False, tells_holders=False, by=None,
        )  # fmt: skip
    return made.id


def letters(number: int) -> str:
    """A number as a word."""
    return "".join(chr(ord("а") + int(digit)) for digit in str(number)).capitalize()


def batch(
    app: Flask, event: Event, number: int, kind: Any = CertificateKind.PARTICIPANT
) -> tuple[float, float, float]:
    """Seconds, megabytes at most, bytes of a paper: made by a worker of its own."""
    id_ = batch_of(event, number, kind)
    took, memory = work(app)
    made = db.session.get_one(PaperBatch, id_, populate_existing=True)
    assert made.done == made.total == number, (made.status, made.done, made.error)
    return took, memory, (made.file_size or 0) / number


def work(app: Flask) -> tuple[float, float]:
    """A process that makes what waits: its seconds, start included, and its memory."""
    command = [sys.executable, "-m", "bench.paper_worker"]
    settings = ("SQLALCHEMY_DATABASE_URI", "FILES_FOLDER", "PAPERS_FOLDER")
    said = subprocess.run(
        [*command, *(str(app.config[name]) for name in settings)],
        cwd=ROOT.parent, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return float(said[-2]), float(said[-1])


def plain_certificate(paper: Certificate | None) -> float:
    """Seconds for one, when each is laid out alone in a document of many."""
    assert paper
    look = certificates.look_of(paper)
    words = certificates.words_of(paper, look)
    begun = time.perf_counter()
    for _ in range(PLAIN):
        plainly(composed(look, words, addresses_of(look.pictures)))
    return (time.perf_counter() - begun) / PLAIN
