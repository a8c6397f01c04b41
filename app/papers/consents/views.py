"""Consents on paper: forms to be signed, and the entering of what was signed."""

from collections.abc import Collection, Sequence

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from app.base import clock
from app.base.db import transaction
from app.base.rules import RuleBroken
from app.papers.consents.forms import PaperConsentsForm, PaperWithdrawalForm, kind_of
from app.papers.consents.sheets import blank as blank_form
from app.papers.consents.sheets import for_class
from app.people.classes.queries import pupil_in, pupils_of
from app.people.consents.queries import in_force
from app.people.models import ConsentKind, Person, SchoolClass
from app.people.queries import consents_of
from app.permissions import authorize, event_for
from app.registrations.consents import on_paper as paper_consents
from app.registrations.desk.forms import numbers
from app.registrations.queries import coming_of
from app.web.pages import PDF, download, found_or_404, get_or_404, page

bp = Blueprint("consent_papers", __name__)
MOST_NAMED = 5


def own_class(class_id: int) -> SchoolClass:
    class_ = get_or_404(SchoolClass, class_id)
    authorize("class.see", class_)
    return class_


def paper(content: bytes, name: str) -> Response:
    return download(content, PDF, f"{name}.pdf")


# POST as well: the ticks of the class page then stay out of addresses. It only prints.
@bp.route("/school/classes/<int:class_id>/consents.pdf", methods=["GET", "POST"])
@login_required
def forms(class_id: int) -> ResponseReturnValue:
    """Forms for the ticked pupils, else for all who have not agreed."""
    class_ = own_class(class_id)
    kind = kind_of(request.values.get("kind"))
    pupils, ticked = pupils_of(class_), numbers(request.values)
    given = consents_of(pupils)
    wanted = [one for one in pupils if one.id in ticked] or [
        one for one in pupils if kind not in given[one.id]
    ]
    if not wanted:
        flash(_("Nobody in this class lacks this consent: there is nothing to print."), "info")
        return redirect(url_for(".enter", class_id=class_id), 303)
    return paper(for_class(class_, wanted, kind), f"{_('Consents')} {class_.title}")


@bp.get("/manage/events/<string:slug>/papers/consent.pdf")
@login_required
def blank(slug: str) -> ResponseReturnValue:
    """For those who come without signing up."""
    event = event_for("event.check_in", slug)
    name = f"{_('Consent')} — {event.title[:80]}"
    return paper(blank_form(event, kind_of(request.args.get("kind"))), name)


@bp.route("/school/classes/<int:class_id>/paper-consents", methods=["GET", "POST"])
@login_required
def enter(class_id: int) -> ResponseReturnValue:
    """The ticks of the class page come by POST too, without a number: they only fill it in."""
    class_ = own_class(class_id)
    pupils, ticked = pupils_of(class_), numbers(request.values)
    sent = "number" in request.form
    form = PaperConsentsForm() if sent else PaperConsentsForm(formdata=None)
    if sent and form.validate():
        chosen = [one for one in pupils if one.id in ticked]
        try:
            with transaction():
                entered = entered_now(class_, chosen, form)
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            tell(entered)
            return redirect(url_for(".enter", class_id=class_id), 303)
    if not sent:
        form.date.data = clock.today()
        form.kind.data = kind_of(request.values.get("kind")).value
    return page(
        "papers/consents/enter.html",
        status=422 if sent else 200,
        form=form,
        class_=class_,
        pupils=pupils,
        ticked=ticked,
        consents=consents_of(pupils),
        texts={kind: in_force(kind) for kind in ConsentKind},
    )


def entered_now(
    class_: SchoolClass, chosen: Sequence[Person], form: PaperConsentsForm
) -> paper_consents.Entered:
    if not chosen:
        raise RuleBroken(_("Tick the pupils whose papers you have in your hands."))
    return paper_consents.enter(
        class_,
        chosen,
        kind_of(form.kind.data),
        number=form.number.data or "",
        signed_on=form.date.data,
        by=current_user,
        version=form.version.data,
    )


def tell(entered: paper_consents.Entered) -> None:
    if count := len(entered.people):
        said = [ngettext("%(num)s consent is entered", "%(num)s consents are entered", count)]
        first, last = entered.numbers[0], entered.numbers[-1]
        said.append(f": № {first}." if first == last else f": № {first} – {last}.")
        if entered.confirmed:
            held = ngettext(
                "%(num)s seat held is confirmed.",
                "%(num)s seats held are confirmed.",
                entered.confirmed,
            )
            said.append(f" {held}")
        flash("".join(said), "success")
    if entered.had_one:
        flash(_("Had one already: %(names)s.", names=named(entered.had_one)), "info")
    if entered.withdrawn:
        flash(
            _(
                "Not entered, for the consent was withdrawn after the date of the paper: "
                "%(names)s.",
                names=named(entered.withdrawn),
            ),
            "warning",
        )


def named(people: Collection[Person]) -> str:
    """The first few by name: messages travel in a small cookie."""
    first = ", ".join(one.full_name for one in list(people)[:MOST_NAMED])
    more = len(people) - MOST_NAMED
    if more <= 0:
        return first
    return f"{first} " + ngettext("and %(num)s more", "and %(num)s more", more)


@bp.route(
    "/school/classes/<int:class_id>/paper-consents/<int:person_id>/withdraw",
    methods=["GET", "POST"],
)
@login_required
def withdraw(class_id: int, person_id: int) -> ResponseReturnValue:
    """A parent brought a signed withdrawal. Says first what follows."""
    class_ = own_class(class_id)
    person = found_or_404(pupil_in(class_, person_id))
    kind = kind_of(request.args.get("kind"))
    form = PaperWithdrawalForm()
    if form.validate_on_submit():
        try:
            with transaction():
                cancelled = paper_consents.withdraw(
                    class_, person, kind, by_name=form.name.data or ""
                )
        except RuleBroken as broken:
            form.form_errors.append(str(broken))
        else:
            flash(withdrawn_words(person, len(cancelled)), "success")
            return redirect(url_for(".enter", class_id=class_id), 303)
    return page(
        "papers/consents/withdraw.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        class_=class_,
        person=person,
        kind=kind,
        in_force=kind in consents_of([person])[person.id],
        coming=coming_of(person) if kind is ConsentKind.PERSONAL_DATA else [],
    )


def withdrawn_words(person: Person, cancelled: int) -> str:
    said: str = _("The withdrawal is entered: %(name)s.", name=person.full_name)
    if not cancelled:
        return said
    return f"{said} " + ngettext(
        "%(num)s registration is cancelled.", "%(num)s registrations are cancelled.", cancelled
    )
