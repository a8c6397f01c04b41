"""Acts of erasure, for the operator."""

import sqlalchemy as sa
from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.permissions import authorize
from app.privacy.acts import act_of_erasure
from app.privacy.models import ErasureAct
from app.privacy.retention import RETENTION
from app.privacy.words import REASONS
from app.web.pages import PDF, download, get_or_404, page, page_asked, paged

bp = Blueprint("erasures", __name__)
ON_A_PAGE = 50


@bp.get("/administration/erasures")
@login_required
def index() -> ResponseReturnValue:
    authorize("site.administer")
    number = page_asked()
    query = sa.select(ErasureAct).order_by(ErasureAct.id.desc())
    return page(
        "privacy/erasures.html",
        found=paged(query, number=number, size=ON_A_PAGE),
        reasons=REASONS,
        retention=RETENTION,
        page_url=lambda number: url_for(".index", page=number),
    )


@bp.get("/administration/erasures/<int:act_id>.pdf")
@login_required
def act(act_id: int) -> ResponseReturnValue:
    authorize("site.administer")
    found = get_or_404(ErasureAct, act_id)
    return download(act_of_erasure(found), PDF, f"act-{act_id}.pdf")
