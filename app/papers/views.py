"""Papers of an event, tickets, certificates and their verification."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.audit.actions import record, record_now
from app.base.codes import as_code
from app.base.db import transaction
from app.certificates.batches import queries as batch_queries
from app.certificates.batches.actions import AT_ONCE
from app.certificates.issued import actions, queries, signing
from app.certificates.issued.forms import CodeForm
from app.certificates.issued.models import Certificate
from app.certificates.kind_words import KINDS, kind_of
from app.certificates.printing import document as certificates
from app.events.models import Event, Slot
from app.papers.hall import posters
from app.papers.lists import pdf as list_papers
from app.papers.lists import spreadsheet as list_tables
from app.papers.lists.choices import ListPaper, usual
from app.permissions import event_for
from app.registrations.models import Registration
from app.registrations.queries import registration_by_code
from app.web.pages import PDF, XLSX, download, found_or_404, page, page_asked, paged
from app.web.security import limiter

bp = Blueprint("documents", __name__)
ON_A_PAGE = 50
MOST_AT_ONCE = 500  # certificates that are numbered while one waits for them
EACH_MINUTE = "60 per minute"  # papers cost the server more than pages


# The organizer's papers


@bp.get("/manage/events/<string:slug>/papers")
@login_required
def papers(slug: str) -> ResponseReturnValue:
    """What can be printed, and the certificates that were issued."""
    event = event_for("event.print", slug)
    turnout = queries.turnout_by_slot(event)
    number = page_asked()
    issued = paged(queries.certificates_by_name(event), number=number, size=ON_A_PAGE)
    return page(
        "papers/index.html",
        event=event,
        turnout=turnout,
        signed_up=sum(one.signed_up for one in turnout.values()),
        came=sum(one.came for one in turnout.values()),
        due=queries.due_count(event),
        letters=queries.letters_to_send(event),
        issued=issued,
        present=queries.still_present(issued.items),
        kinds=KINDS,
        batches=batch_queries.batches_of(event),
        at_once=AT_ONCE,
        replaced=queries.replaced(issued.items),
        valid_again=queries.valid_again(issued.items),
        page_url=lambda number: url_for(".papers", slug=slug, page=number),
    )


@bp.get("/manage/events/<string:slug>/papers/list.pdf")
@login_required
def attendance_lists(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    note_list(event, "list.pdf")
    return download(attendance_list_of(event, held(event)), PDF, list_name(event, "pdf"))


@bp.get("/manage/events/<string:slug>/papers/list.xlsx")
@login_required
def spreadsheet(slug: str) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    note_list(event, "list.xlsx")
    content = list_tables.table_with_contacts(event, event.slots)
    return download(content, XLSX, list_name(event, "xlsx"))


@bp.get("/manage/events/<string:slug>/papers/list-<int:slot_id>.pdf")
@login_required
def attendance_list(slug: str, slot_id: int) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    slot = slot_of(event, slot_id)
    note_list(event, "list.pdf")
    return download(attendance_list_of(event, [slot]), PDF, list_name(event, "pdf"))


@bp.get("/manage/events/<string:slug>/papers/list-<int:slot_id>.xlsx")
@login_required
def slot_spreadsheet(slug: str, slot_id: int) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    slot = slot_of(event, slot_id)
    note_list(event, "list.xlsx")
    content = list_tables.table_with_contacts(event, [slot])
    return download(content, XLSX, list_name(event, "xlsx"))


def attendance_list_of(event: Event, slots: Sequence[Slot]) -> bytes:
    ids = tuple(slot.id for slot in slots)
    return list_papers.pdf(event, usual(ListPaper.REGISTRATION, ids))


def held(event: Event) -> list[Slot]:
    """Nobody signs on the list of a time that was called off."""
    return event.slots_held or event.slots


def note_list(event: Event, paper: str) -> None:
    record_now("persons.exported", event, organization_id=event.organization_id, paper=paper)


def slot_of(event: Event, slot_id: int) -> Slot:
    return found_or_404(next((slot for slot in event.slots if slot.id == slot_id), None))


def list_name(event: Event, ending: str) -> str:
    return f"{_('Attendance list')} — {event.title[:80]}.{ending}"


# Certificates


@bp.route("/manage/events/<string:slug>/papers/certificates.pdf", methods=["GET", "POST"])
@login_required
def all_certificates(slug: str) -> ResponseReturnValue:
    """Of all participants who came: those without a number get one now, so that nobody is
    left out. Very many are for a batch. Looking alone (GET) numbers nobody."""
    event = event_for("event.print", slug)
    due = queries.due_count(event)
    if due and request.method != "POST":
        flash(_("Not everybody has a certificate yet. Press the button, and they are numbered."))
        return redirect(url_for(".papers", slug=slug), 303)
    if due > MOST_AT_ONCE:
        flash(_("So many certificates are made in the background: issue them here."))
        return redirect(url_for("batches.new", slug=slug), 303)
    with transaction():
        if due and (issued := actions.issue_due(event)):
            certificates.kept(issued)  # no number without its paper, which waits on the shelf
        found = found_or_404(queries.valid_certificates(event) or None)
        noted = {"organization_id": event.organization_id, "number": len(found)}
        record("certificates.printed", event, **noted)
    name = f"{_('Certificates')} — {event.title[:80]}.pdf"
    return download(certificates.kept(found), PDF, name)


@bp.route(
    "/manage/events/<string:slug>/papers/certificate-<int:registration_id>.pdf",
    methods=["GET", "POST"],
)
@login_required
def one_certificate(slug: str, registration_id: int) -> ResponseReturnValue:
    event = event_for("event.print", slug)
    registration = found_or_404(queries.registration_in(event, registration_id))
    return certificate_of(registration, unnumbered=url_for(".papers", slug=slug))


def certificate_of(registration: Registration, *, unnumbered: str) -> ResponseReturnValue:
    """The paper of one who came, numbered when the button is first pressed (who only looks is
    sent to the button); else 404. Without a name, when the data is erased, there is none to
    print."""
    if registration.person.anonymized_at:
        abort(404)
    certificate = queries.valid_certificate_of(registration)
    if certificate is None or not queries.has_come(registration):
        if request.method != "POST" and queries.has_come(registration):
            return redirect(unnumbered, 303)
        with transaction():
            certificate = found_or_404(actions.issue(registration))
            certificates.kept([certificate])  # no number without its paper
    return as_file(certificate)


def as_file(certificate: Certificate) -> Response:
    title = KINDS[certificate.kind]
    name = f"{title} {certificate.full_number.replace('/', '-')}.pdf"
    return download(certificates.kept([certificate]), PDF, name)


# One's own


@bp.get("/registrations/<string:code>/ticket.pdf")
@limiter.limit(EACH_MINUTE)
def ticket(code: str) -> ResponseReturnValue:
    """For whoever has the secret code: the link is the key."""
    registration = found_or_404(registration_by_code(code))
    name = f"{_('Ticket')} — {registration.event.title[:80]}.pdf"
    return download(certificates.ticket(registration), PDF, name)


@bp.route("/registrations/<string:code>/certificate.pdf", methods=["GET", "POST"])
@limiter.limit(EACH_MINUTE)
def certificate_of_ticket(code: str) -> ResponseReturnValue:
    """Of participation; of another kind (``?kind=diploma``) once it was issued."""
    registration = found_or_404(registration_by_code(code))
    kind = kind_of(request.args.get("kind"))
    if kind is queries.PARTICIPANT:
        here = url_for("registrations.show", code=registration.code)
        return certificate_of(registration, unnumbered=here)
    paper = found_or_404(queries.valid_certificate_of(registration, kind))
    if paper.is_nameless or not queries.has_come(registration):
        abort(404)
    return as_file(paper)


@bp.get("/me/certificates")
@login_required
def my_certificates() -> ResponseReturnValue:
    return page(
        "certificates/mine/certificates.html",
        earned=queries.earned_by(current_user),
        kinds=KINDS,
        participant=queries.PARTICIPANT,
    )


# For anybody


@bp.get("/events/<string:slug>/poster.pdf")
@limiter.limit(EACH_MINUTE)
def poster(slug: str) -> ResponseReturnValue:
    """For the stand in the school corridor."""
    event = event_for("event.see", slug)
    return download(posters.poster(event), PDF, f"{_('Poster')} — {event.title[:80]}.pdf")


# Is it genuine?


@bp.get("/verify")
def verify_form() -> ResponseReturnValue:
    asked = "code" in request.args
    form = CodeForm(request.args if asked else None)
    if asked and form.validate():
        return redirect(url_for(".verify", code=form.code.data), 303)
    return page("certificates/verifying/form.html", status=422 if asked else 200, form=form)


@bp.get("/verify/<string:code>")
@limiter.limit("60 per minute")
@limiter.limit(
    "10 per minute",  # guessing stops here; a school shares one address and may mistype
    deduct_when=lambda response: response.status_code == 404,
    error_message=lambda: _(
        "Too many codes that do not exist were asked for from your address. Wait a minute, "
        "then check the code: twelve letters and digits under the QR code."
    ),
)
def verify(code: str) -> ResponseReturnValue:
    """What was issued, or that it is not valid any more, or that it never was."""
    code = as_code(code)
    certificate: Certificate | None = queries.certificate_by_code(code)
    answer = page(
        "certificates/verifying/show.html",
        status=200 if certificate else 404,
        certificate=certificate,
        came=certificate is not None and queries.stands(certificate),
        replacement=queries.replacement_of(certificate) if certificate else None,
        form=CodeForm(None, data={"code": code}),
        code=code,
        published=signing.published(),
        payload=signing.payload_digits(certificate) if certificate else "",
        kinds=KINDS,
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
