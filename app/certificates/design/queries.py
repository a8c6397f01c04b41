"""Reading designs of certificates."""

from collections.abc import Collection

import sqlalchemy as sa

from app.base.db import db
from app.certificates.design.looks import STANDARD, Look, signed_by
from app.certificates.design.models import CertificateDesign, Picture
from app.certificates.kinds import CertificateKind
from app.organizations.models import Organization


def designs_of(
    organization: Organization, kind: CertificateKind | None = None
) -> list[CertificateDesign]:
    """Those offered, the newest first: it is what is used when nobody chooses."""
    query = _of(organization).where(CertificateDesign.archived_at.is_(None))
    if kind:
        query = query.where(CertificateDesign.kind == kind)
    return list(db.session.scalars(query))


def archived_designs_of(organization: Organization) -> list[CertificateDesign]:
    query = _of(organization).where(CertificateDesign.archived_at.is_not(None))
    return list(db.session.scalars(query))


def _of(organization: Organization) -> sa.Select[CertificateDesign]:
    return (
        sa.select(CertificateDesign)
        .where(CertificateDesign.organization_id == organization.id)
        .order_by(CertificateDesign.id.desc())
    )


def design_in(organization: Organization, design_id: int) -> CertificateDesign | None:
    query = sa.select(CertificateDesign).filter_by(id=design_id, organization_id=organization.id)
    return db.session.scalar(query)


def look_for(organization: Organization, kind: CertificateKind) -> Look:
    """What a certificate of this kind looks like when nobody chooses."""
    newest = next(iter(designs_of(organization, kind)), None)
    return look_of(newest) if newest else standard(organization, kind)


def look_of(design: CertificateDesign) -> Look:
    return signed_by_head(Look.from_json(design.content), design.organization)


def standard(organization: Organization, kind: CertificateKind) -> Look:
    return signed_by_head(STANDARD[kind], organization)


def signed_by_head(look: Look, organization: Organization) -> Look:
    """Where the design names nobody."""
    return signed_by(look, name=organization.signatory_name, post=organization.signatory_post)


def picture_in(organization: Organization, picture_id: int) -> Picture | None:
    query = sa.select(Picture).filter_by(id=picture_id, organization_id=organization.id)
    return db.session.scalar(query)


def own_pictures(organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of the ids that are pictures of this organization."""
    query = sa.select(Picture.id).where(
        Picture.organization_id == organization.id, Picture.id.in_(ids)
    )
    return set(db.session.scalars(query)) if ids else set()
