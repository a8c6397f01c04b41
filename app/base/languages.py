"""Translations for templates, looked up quickly: one page asks for fifty of them and more.

Flask-Babel finds the translations of the request anew for each text. Here every text is
translated once in each language and kept; only plurals and variables are worked out anew.
"""

from collections import defaultdict
from typing import Any

from babel import Locale
from flask import Flask
from flask_babel import get_locale, get_translations
from markupsafe import Markup

_kept: dict[Locale | None, dict[str, Markup]] = defaultdict(dict)
_catalogues: dict[Locale | None, Any] = {}


def gettext(text: str, **variables: Any) -> str:
    """The text in the visitor's language; variables are escaped."""
    kept = _kept[get_locale()]
    translated = kept.get(text)
    if translated is None:
        translated = kept[text] = Markup(get_translations().ugettext(text))  # noqa: S704 - our words
    return translated % variables if "%" in translated else translated


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The form that suits the number, which is ``%(num)s`` in it."""
    locale = get_locale()
    if locale not in _catalogues:
        _catalogues[locale] = get_translations()
    translated = Markup(_catalogues[locale].ungettext(singular, plural, num))  # noqa: S704 - ours
    return translated % {"num": num, **variables}


def init_app(app: Flask) -> None:
    """After Flask-Babel: its functions for templates are replaced."""
    app.jinja_env.globals.update({"_": gettext, "gettext": gettext, "ngettext": ngettext})
