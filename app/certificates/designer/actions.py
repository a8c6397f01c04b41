"""Designs made, changed, put away; looks frozen."""

from flask_babel import gettext as _

from app.base import clock
from app.base.db import db, hold_row
from app.base.rules import RuleBroken
from app.certificates.design.looks import Look
from app.certificates.design.models import CertificateDesign
from app.certificates.design.queries import own_pictures
from app.certificates.designer.unused_pictures import forget_unused
from app.certificates.kinds import CertificateKind
from app.organizations.models import Organization

LONGEST_TITLE = 100


def make(
    organization: Organization, kind: CertificateKind, title: str, look: Look
) -> CertificateDesign:
    refuse_strange_pictures(organization, look)
    design = CertificateDesign(
        organization=organization, kind=kind, title=title, content=look.to_json()
    )
    db.session.add(design)
    db.session.flush()
    forget_unused(organization)
    return design


def change(
    design: CertificateDesign, kind: CertificateKind, title: str, look: Look, *, edited: str
) -> None:
    """``edited``: what version_of() said when the form was opened. What was issued with the
    design keeps the look that it had."""
    hold_row(design)
    if edited != version_of(design):
        raise RuleBroken(
            _(
                "Somebody else has saved this design meanwhile. What you typed is kept here; "
                "look at theirs in another window, then save yours again."
            )
        )
    refuse_strange_pictures(design.organization, look)
    design.kind, design.title, design.content = kind, title, look.to_json()
    design.changed_at = clock.now()
    db.session.flush()
    forget_unused(design.organization)


def version_of(design: CertificateDesign) -> str:
    return design.changed_at.isoformat()


def refuse_strange_pictures(organization: Organization, look: Look) -> None:
    """Signatures and seals of others are nobody's to borrow, whatever a form says."""
    if look.pictures - own_pictures(organization, look.pictures):
        raise RuleBroken(_("One of the pictures is not there any more. Choose it again."))


def copy(design: CertificateDesign) -> CertificateDesign:
    ending = " " + _("(copy)")
    title = design.title[: LONGEST_TITLE - len(ending)] + ending
    return make(design.organization, design.kind, title, Look.from_json(design.content))


def archive(design: CertificateDesign) -> None:
    design.archived_at = design.archived_at or clock.now()
    db.session.flush()


def restore(design: CertificateDesign) -> None:
    design.archived_at = None
    db.session.flush()
