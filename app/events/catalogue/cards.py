"""Cards of events as HTML: the same card is drawn once, whoever looks at it."""

from functools import lru_cache

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

from app.events.about.wording import audience
from app.events.kinds import KINDS
from app.events.queries import Card


def event_card(card: Card) -> Markup:
    """The card as HTML, in the visitor's language.

    It is kept by all that stands on it, so a change of anything draws a new one.
    """
    return _drawn(card, card.signup, str(get_locale()))


@lru_cache(maxsize=2000)
def _drawn(card: Card, state: str, _language: str) -> Markup:
    template = current_app.jinja_env.get_template("events/catalogue/_card.html")
    html = template.render(
        card=card,
        state=state,
        kind=KINDS[card.kind_code].title,
        audience=audience(card.audience, card.grade_from, card.grade_to),
    )
    return Markup(html)  # noqa: S704 - rendered with autoescape on the line above
