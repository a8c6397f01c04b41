"""Pictures that nothing shows any more are deleted."""

from datetime import timedelta

import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.certificates.design.looks import Look
from app.certificates.design.models import CertificateDesign, CertificateLook, Picture
from app.certificates.issued.batch_models import PaperBatch
from app.certificates.issued.models import Certificate
from app.events.models import Event
from app.organizations.models import Organization

# A picture sent with a form that was never saved.
FORGOTTEN_AFTER = timedelta(days=2)


def forget_unused(organization: Organization) -> int:
    """Delete pictures that no design shows and nothing was issued with. How many."""
    old = sa.select(Picture.id).where(
        Picture.organization_id == organization.id,
        Picture.made_at < clock.now() - FORGOTTEN_AFTER,
    )
    ids = set(db.session.scalars(old))
    if not ids:
        return 0
    ids -= {id_ for look in looks_with(organization) for id_ in look.pictures}
    db.session.execute(sa.delete(Picture).where(Picture.id.in_(ids)))
    return len(ids)


def looks_with(organization: Organization) -> list[Look]:
    """Everything the organization's certificates look like, will, and did."""
    of_designs = sa.select(CertificateDesign.content).where(
        CertificateDesign.organization_id == organization.id
    )
    issued = sa.select(Certificate.look_id).where(
        Certificate.organization_id == organization.id, Certificate.look_id.is_not(None)
    )
    asked = (
        sa.select(PaperBatch.look_id)
        .join(PaperBatch.event)
        .where(Event.organization_id == organization.id)
    )
    of_looks = sa.select(CertificateLook.content).where(
        sa.or_(CertificateLook.id.in_(issued), CertificateLook.id.in_(asked))
    )
    contents = [*db.session.scalars(of_designs), *db.session.scalars(of_looks)]
    return [Look.from_json(content) for content in contents]
