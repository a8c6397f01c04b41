"""Pictures of an organization's certificates: sent one by one, shown to those who design."""

from io import BytesIO

from flask import Blueprint, jsonify, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.certificates.design import pictures
from app.certificates.design import queries as design_queries
from app.certificates.designer.picture_forms import PictureForm
from app.permissions import organization_for
from app.web import uploads
from app.web.pages import found_or_404, private
from app.web.security import limiter

bp = Blueprint("design_pictures", __name__)
bp.url_value_preprocessor(uploads.take_large_files)
ROOM = "/manage/organization/<string:slug>/certificates/pictures"


@bp.post(ROOM)
@login_required
@limiter.limit("120 per hour")
def add(slug: str) -> ResponseReturnValue:
    """For the script of the designer: the form sends its files by itself as well."""
    organization = organization_for("design.manage", slug)
    form = PictureForm()
    wrong = "" if form.validate_on_submit() else " ".join(map(str, form.errors.values()))
    if wrong := wrong or form.wrong:
        return jsonify(sentence=wrong), 422
    try:
        made = pictures.made_of(
            form.file.data, pictures.Use(form.use.data), cuts_paper=form.cut.data
        )
    except RuleBroken as broken:
        return jsonify(sentence=str(broken)), 422
    with transaction():
        picture = pictures.stored(organization, made)
    shown = url_for(".show", slug=slug, picture_id=picture.id)
    return jsonify(id=picture.id, url=shown)


@bp.get(f"{ROOM}/<int:picture_id>")
@login_required
def show(slug: str, picture_id: int) -> ResponseReturnValue:
    """A signature is nothing for strangers, nor for proxies to keep."""
    picture = found_or_404(
        design_queries.picture_in(organization_for("design.manage", slug), picture_id)
    )
    response = send_file(BytesIO(picture.content), picture.content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return private(response)
