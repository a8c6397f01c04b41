"""The look of what is issued, kept as it was on that day."""

import sqlalchemy as sa

from app.base import clock
from app.base.db import db, insert_unless_there
from app.certificates.design.looks import Look
from app.certificates.design.models import CertificateLook


def frozen(look: Look) -> CertificateLook:
    """The row of this look, made when there is none: for what is issued with it."""
    values = {"sha256": look.sha256, "content": look.to_json(), "made_at": clock.now()}
    made = insert_unless_there(CertificateLook, values, unique=[CertificateLook.sha256])
    if made:
        return made
    return db.session.scalars(sa.select(CertificateLook).filter_by(sha256=look.sha256)).one()
