"""Where a guardian answers the letter; where consents are seen and taken back."""

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.base.db import transaction
from app.base.rules import RuleBroken
from app.notifications.held import note_answer
from app.people.models import ConsentKind, Person
from app.people.queries import children_of, consents_of, person_of, words_in_force
from app.registrations.consents import actions as consents
from app.registrations.consents.forms import AnswerForm, WithdrawForm
from app.registrations.guardians.requests import request_of
from app.registrations.models import ConsentRequest
from app.registrations.queries import coming_of
from app.web.pages import found_or_404, page, private

bp = Blueprint("consents", __name__)


@bp.route("/consents/<string:token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """What the guardian is asked to agree to. Opening it changes nothing: programs that look
    through mail open links, but press nothing."""
    asked = found_or_404(request_of(token))
    form = AnswerForm(name=asked.name)
    if form.is_submitted() and (form.says_no or form.validate()):
        try:
            with transaction():
                note_answer(asked.email)
                if form.says_no:
                    consents.refuse(asked)
                else:
                    consents.give(asked, name=form.name.data, photo=form.photo.data)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            return redirect(url_for(".answer", token=token), 303)
    return answer_page(asked, token, form)


def answer_page(asked: ConsentRequest, token: str, form: AnswerForm) -> Response:
    person = asked.registration.person
    return private(
        page(
            "registrations/consents/answer.html",
            status=422 if form.is_submitted() else 200,
            asked=asked,
            token=token,
            form=form,
            person=person,
            registration=asked.registration,
            event=asked.registration.event,
            slot=asked.registration.slot,
            consents=consents_of([person])[person.id],
            words=words_in_force(ConsentKind.PERSONAL_DATA),
            photo_words=words_in_force(ConsentKind.PHOTO),
        )
    )


@bp.route("/consents/<string:token>/withdraw", methods=["GET", "POST"])
def withdraw_by_link(token: str) -> ResponseReturnValue:
    """As easy as giving: by the same letter. What follows is said before."""
    asked = found_or_404(request_of(token))
    if asked.answer is None:
        abort(404)
    return withdrawal(asked.registration.person, url_for(".answer", token=token), asked.name)


@bp.get("/me/consents")
@login_required
def mine() -> ResponseReturnValue:
    people = own_circle()
    return page("registrations/consents/index.html", people=people, consents=consents_of(people))


@bp.route("/me/consents/<int:person_id>/withdraw", methods=["GET", "POST"])
@login_required
def withdraw(person_id: int) -> ResponseReturnValue:
    person = next((one for one in own_circle() if one.id == person_id), None) or abort(404)
    return withdrawal(person, url_for(".mine"), current_user.display_name)


def own_circle() -> list[Person]:
    """The visitor and their children."""
    me = person_of(current_user)
    return [*([me] if me else []), *children_of(current_user)]


def withdrawal(person: Person, back: str, by_name: str) -> ResponseReturnValue:
    """Asks first: which registrations end, what is erased and when."""
    kind = ConsentKind.PHOTO if request.args.get("kind") == "photo" else ConsentKind.PERSONAL_DATA
    form = WithdrawForm()
    if form.validate_on_submit():
        try:
            with transaction():
                cancelled = consents.withdraw(person, kind, by_name=by_name)
        except RuleBroken as broken:
            flash(str(broken), "error")
        else:
            flash(withdrawn_words(kind, len(cancelled)), "success")
        return redirect(back, 303)
    return private(
        page(
            "registrations/consents/withdraw.html",
            form=form,
            person=person,
            kind=kind,
            in_force=kind in consents_of([person])[person.id],
            coming=coming_of(person) if kind is ConsentKind.PERSONAL_DATA else [],
            back=back,
        )
    )


def withdrawn_words(kind: ConsentKind, cancelled: int) -> str:
    if kind is ConsentKind.PHOTO:
        return _("Withdrawn. Nobody may publish photos any more.")
    ended = ngettext(
        "%(num)s registration is cancelled.", "%(num)s registrations are cancelled.", cancelled
    )
    return _("Withdrawn.") + f" {ended} " + _("The data is erased within 30 days.")
