"""What the people of an event read while its organization is suspended or closed."""

from collections.abc import Callable

from flask import abort, make_response, render_template
from flask_login import current_user

from app.events.models import Event
from app.events.staff.queries import roles_of
from app.organizations.models import Organization
from app.web.pages import private


def tell_its_people(thing: object, belongs_to_it: Callable[[Organization], bool]) -> None:
    """Whoever works at the event reads why its rooms are shut: else they look for a mistake
    of their own. A stranger hears nothing; the reason is for those who belong to it."""
    if not isinstance(thing, Event) or not thing.organization.is_halted:
        return
    belongs = belongs_to_it(thing.organization)
    if not belongs and thing.id not in roles_of(current_user, of_halted=True):
        return
    html = render_template(
        "organizations/halted.html", event=thing, organization=thing.organization, belongs=belongs
    )
    abort(private(make_response(html, 404)))
