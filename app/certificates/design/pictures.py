"""Pictures of an organization for its certificates: taken in, kept once, swept away unused."""

import enum
import hashlib

import sqlalchemy as sa
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.base import clock
from app.base.db import db, insert_unless_there
from app.base.rules import RuleBroken
from app.certificates.design.models import Picture
from app.files import image_use
from app.organizations.models import Organization
from app.web import uploads

MOST_MEGABYTES = uploads.MOST // 1024 // 1024


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
