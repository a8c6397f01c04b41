"""Reading class lists that were sent in."""

import sqlalchemy as sa

from app.base.db import db
from app.people.class_lists.models import ImportedRow, ListImport, Outcome

ORDER = [Outcome.REFUSED, Outcome.CHANGED, Outcome.NEW, Outcome.SAME]


def rows_of(import_: ListImport, outcome: Outcome | None = None) -> sa.Select[ImportedRow]:
    """The rows to look at: what was refused and what changes first."""
    place = sa.case({one.value: n for n, one in enumerate(ORDER)}, value=ImportedRow.outcome)
    query = sa.select(ImportedRow).where(ImportedRow.import_id == import_.id)
    if outcome:
        query = query.where(ImportedRow.outcome == outcome)
    return query.order_by(place, ImportedRow.id)


def sheets_of(import_: ListImport) -> int:
    """From how many sheets the rows come."""
    query = sa.select(sa.func.count(sa.distinct(ImportedRow.sheet)))
    return db.session.scalar(query.where(ImportedRow.import_id == import_.id)) or 0
