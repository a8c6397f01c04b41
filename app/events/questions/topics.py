"""What no organizer may ask: the house keeps none of it, whoever wants to know."""

import re
from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.base.rules import RuleBroken

# Words of a question, and what they ask for. «Паспорт проекта» is nobody's document.
TOPICS = {
    r"\b(?:снилс|snils|инн\b|загранпаспорт|passport)"
    r"|\bпаспорт(?!\w*\s+(?:проект|издели|объект|безопасн|кабинет))"
    r"|свидетельств\w*\s+о\s+рожд": _l("documents of a person: СНИЛС, passport, ИНН"),
    r"домашн\w*\s+адрес|адрес\w*\s+(?:\w+\s+)?(?:прожив|регистрац|пропис|жительств)"
    r"|\bпрописк|мест\w*\s+(?:прожив|жительств)"
    r"|\bгде\s+(?:вы|ты|он|она|реб[её]нок)\s+жив": _l("home address"),
    r"национальност|этническ|вероисповедан|религи\w*\s+принадл|ваша\s+вера": _l(
        "nationality and faith"
    ),
    r"диагноз|заболеван|хроническ|инвалидност|групп\w*\s+здоровья|медицинск\w*\s+справк": _l(
        "health"
    ),
}
PATTERNS = {re.compile(words, re.IGNORECASE): topic for words, topic in TOPICS.items()}


def refuse_forbidden(texts: Iterable[str]) -> None:
    """Raises RuleBroken naming what is asked for that may not be."""
    whole = " \n ".join(texts)
    for words, topic in PATTERNS.items():
        if words.search(whole):
            raise RuleBroken(
                _(
                    "This is never asked here: %(topic)s. Ask for what the event needs instead: "
                    "“Do you need an entrance without steps?”",
                    topic=topic,
                )
            )
