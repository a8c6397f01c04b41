"""Pictures of an organization for its certificates: taken in, kept once, swept away unused."""

import enum
import hashlib
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.base import clock
from app.files import image_use
from app.web import uploads
from app.base.db import db, insert_unless_there
from app.certificates.issued.batch_models import PaperBatch
from app.certificates.design.models import CertificateDesign, CertificateLook, Picture
from app.certificates.design.looks import Look
from app.certificates.issued.models import Certificate
from app.web.errors import RuleBroken
from app.events.models import Event
from app.organizations.models import Organization

MOST_MEGABYTES = uploads.MOST // 1024 // 1024
# A picture sent with a form that was never saved.
FORGOTTEN_AFTER = timedelta(days=2)


class Use(enum.StrEnum):
    """What a picture is for; how large it is on paper decides how many pixels are kept."""

    EMBLEM = "emblem"
    BACKGROUND = "background"
    SIGNATURE = "signature"
    SEAL = "seal"

    @property
    def is_ink(self) -> bool:
        return self in (Use.SIGNATURE, Use.SEAL)


def made_of(file: FileStorage, use: Use, *, cuts_paper: bool) -> image_use.Made:
    """The picture in this file, small and harmless; RuleBroken with a sentence when it cannot
    be used. Takes up to two seconds: done outside a transaction. ``cuts_paper``: white
    around a signature or a seal becomes clear."""
    if uploads.is_too_large(file.stream):
        raise RuleBroken(
            _(
                "The file is larger than %(most)s MB. Make the picture smaller, 3500 pixels "
                "along the longer side are enough, and choose it again.",
                most=MOST_MEGABYTES,
            )
        )
    content = file.read()
    if not content:
        raise RuleBroken(_("The file is empty. Choose it again."))
    return image_use.made_small(content, on_paper(use), cuts_paper=cuts_paper)


def on_paper(use: Use) -> image_use.Use:
    """At 300 dots to the inch."""
    return {
        Use.EMBLEM: image_use.Use((472, 472)),  # 40 mm
        Use.BACKGROUND: image_use.Use((3508, 2480), keeps_alpha=False, most=600 * 1024),  # A4
        Use.SIGNATURE: image_use.Use((709, 295), is_ink=True),  # 60 × 25 mm
        Use.SEAL: image_use.Use((531, 531), is_ink=True),  # 45 mm
    }[use]


def stored(organization: Organization, made: image_use.Made) -> Picture:
    """Once for an organization, however often it is sent."""
    sha256 = hashlib.sha256(made.content).hexdigest()
    values = {
        "organization_id": organization.id,
        "sha256": sha256,
        "content_type": made.content_type,
        "width": made.width,
        "height": made.height,
        "content": made.content,
        "made_at": clock.now(),
    }
    unique = [Picture.organization_id, Picture.sha256]
    return insert_unless_there(Picture, values, unique=unique) or already(organization, sha256)


def already(organization: Organization, sha256: str) -> Picture:
    query = sa.select(Picture).filter_by(organization_id=organization.id, sha256=sha256)
    found = db.session.scalars(query).one()
    found.made_at = clock.now()  # wanted again: not forgotten
    db.session.flush()
    return found


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
