"""The register of certificates: every number that was given, in order, as a spreadsheet."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased, joinedload

from app.attendance.models import Attendance
from app.base import clock
from app.base.db import db
from app.certificates.issued.batch_models import PaperBatch
from app.certificates.issued.models import Certificate, CertificateBook
from app.certificates.issued.queries import CAME
from app.certificates.kind_words import KINDS
from app.events.models import Event
from app.files.spreadsheets import Cell, workbook
from app.organizations.models import Organization
from app.registrations.models import Registration


def years_of(organization: Organization) -> list[int]:
    """In which it gave numbers, the latest first; this year also without any."""
    query = sa.select(CertificateBook.year).filter_by(organization_id=organization.id)
    return sorted({*db.session.scalars(query), clock.today().year}, reverse=True)


def of_event(event: Event) -> bytes:
    return written(
        [_("Register of certificates"), event.title, event.organization.name],
        Certificate.event_id == event.id,
    )


def of_organization(organization: Organization, year: int) -> bytes:
    """A whole book: numbers run without gaps, so that a missing one would show."""
    return written(
        [_("Register of certificates, %(year)s", year=year), organization.name],
        Certificate.organization_id == organization.id,
        Certificate.year == year,
    )


def written(above: Sequence[str], *conditions: sa.ColumnElement[bool]) -> bytes:
    return workbook(
        _("Register of certificates"),
        [
            ("№", 12), (_("Issued"), 12), (_("Document"), 20), (_("Holder"), 36), (_("Event"), 44),
            (_("Held"), 12), (_("Result"), 22), (_("Hours"), 8), (_("State"), 40),
            (_("Issued in place of"), 14), (_("Note"), 30), (_("Code"), 18), (_("Batch"), 10),
            (_("Issued by"), 26),
        ],
        [row_of(*found) for found in rows(*conditions)],
        above=above,
    )  # fmt: skip


def rows(*conditions: sa.ColumnElement[bool]) -> list[tuple[Any, ...]]:
    """Each certificate, what it replaces, what replaced it, whether the mark says that the
    holder came, and the batch."""
    before, after = aliased(Certificate), aliased(Certificate)
    came = (
        sa.exists()
        .where(
            Attendance.registration_id == Registration.id,
            Registration.id == Certificate.registration_id,
            CAME,
        )
        .correlate(Certificate)
    )
    query = (
        sa.select(Certificate, before, after, came, PaperBatch)
        .outerjoin(before, before.id == Certificate.replaces_id)
        .outerjoin(after, after.replaces_id == Certificate.id)
        .outerjoin(PaperBatch, PaperBatch.id == Certificate.batch_id)
        .where(*conditions)
        .options(joinedload(PaperBatch.made_by))
        .order_by(Certificate.year, Certificate.number, after.id)
    )
    found = {one[0].id: tuple(one) for one in db.session.execute(query)}  # the latest replacement
    return list(found.values())


def row_of(
    paper: Certificate,
    before: Certificate | None,
    after: Certificate | None,
    came: bool,
    batch: PaperBatch | None,
) -> list[Cell]:
    return [
        paper.full_number,
        clock.to_local(paper.issued_at).date(),
        str(KINDS[paper.kind]),
        paper.holder,
        paper.event_title,
        clock.to_local(paper.held_on).date(),
        paper.result,
        paper.hours,
        state_of(paper, after, came=came),
        before.full_number if before else None,
        paper.note,
        paper.code_in_groups,
        batch.id if batch else None,
        batch.made_by.display_name if batch and batch.made_by else None,
    ]


def state_of(paper: Certificate, after: Certificate | None, *, came: bool) -> str:
    if paper.revoked_at:
        words = _("revoked on %(day)s", day=clock.to_local(paper.revoked_at).strftime("%d.%m.%Y"))
        if paper.revoke_reason:
            words += f": {paper.revoke_reason}"
        if after:
            words += "; " + _("replaced by № %(number)s", number=after.full_number)
        return words
    if paper.registration_id and not came:
        return _("not valid: marked as absent")
    return _("valid")
