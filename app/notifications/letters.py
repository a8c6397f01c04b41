"""From a notification to a letter: words from a text template, the HTML made around them.

``templates/mail/…/<template>.txt`` begins with «Subject: …». Its paragraphs become the
HTML too (``<template>.html`` beside it if there is one, else ``layout.html``):

- a paragraph whose last line is an address becomes a button, named by the line before;
- lines «Name: value», two or more, become a table of facts.

So nothing is said twice, and the two cannot tell different stories.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from jinja2 import TemplateNotFound, UndefinedError

from app.accounts.mailboxes import proof_of
from app.base.config import ROOT
from app.base.mail import Letter
from app.base.words.text import clean

ADDRESS = re.compile(r"https?://\S+")
FACT = re.compile(r"([^:]{1,30}): (.+)")


@dataclass(frozen=True)
class Block:
    """A piece of a letter: ``text``, ``facts`` (names and values) or ``button``."""

    kind: str
    lines: list[str]
    url: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def subject_of(template: str, context: dict[str, Any]) -> str:
    """What a letter that went was called, in the language now spoken; its secrets are forgotten.
    Empty where its template wants more than is kept."""
    words = {"link": "", **in_words(context), "from_letter": "", "_": gettext}
    try:
        text = current_app.jinja_env.get_template(place_of(f"{template}.txt")).render(words)
    except (TemplateNotFound, UndefinedError):
        return ""
    return clean(text.strip().partition("\n")[0].removeprefix("Subject:"))[:200]


def letter_of(
    *, address: str, template: str, language: str, reference: str, context: dict[str, Any]
) -> Letter:
    """Render a notification in its own language, without a request."""
    jinja = current_app.jinja_env
    words = in_words(context) | {"from_letter": f"?mail={proof_of(address)}"}
    with force_locale(language):
        # Plain text wants gettext as it is: the one of the templates escapes for HTML.
        text = jinja.get_template(place_of(f"{template}.txt")).render({**words, "_": gettext})
        head, _newline, body = text.strip().partition("\n")
        subject = clean(head.removeprefix("Subject:"))[:200]
        html = jinja.select_template([place_of(f"{template}.html"), "mail/layout.html"])
        blocks = [block_of(part) for part in re.split(r"\n{2,}", body.strip())]
        rendered = html.render(
            {**words, "subject": subject, "blocks": blocks, "language": language}
        )
    return Letter(
        address=address,
        subject=subject,
        text=re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n",
        html=rendered,
        reference=reference,
    )


@cache
def places() -> dict[str, str]:
    """Map each file of a letter to its place; the folders are there for the eye alone."""
    templates = ROOT / "templates"
    files = (file for file in (templates / "mail").rglob("*") if file.is_file())
    return {file.name: str(file.relative_to(templates)) for file in files}


def place_of(file: str) -> str:
    return places().get(file, f"mail/{file}")


def in_words(context: dict[str, Any]) -> dict[str, Any]:
    """Moments as moments; texts on one line, so that none can pretend to be two."""
    words: dict[str, Any] = {"site_url": current_app.config["SITE_URL"]}
    for name, value in context.items():
        if isinstance(value, str):
            moment = name.endswith("_at") and value
            words[name] = datetime.fromisoformat(value) if moment else clean(value)
        elif name == "schedule":  # beginnings and ends
            words[name] = [[datetime.fromisoformat(at) for at in one] for one in value]
        else:
            words[name] = value
    return words


def block_of(paragraph: str) -> Block:
    lines = [line.strip() for line in paragraph.splitlines()]
    if ADDRESS.fullmatch(lines[-1]) and len(lines) > 1:
        return Block("button", lines[:-1], url=lines[-1])
    facts = [FACT.fullmatch(line) for line in lines]
    if len(lines) > 1 and all(facts):
        return Block("facts", [], facts=tuple((f[1], f[2]) for f in facts if f))
    return Block("text", lines)
