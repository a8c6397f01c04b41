"""Words in braces stand for what is different in each letter."""

import re

from flask import current_app
from flask_babel import force_locale

from app.accounts.models import User
from app.base.words import braces
from app.events.about.wording import place_of
from app.registrations.models import Registration
from app.web.filters import span

NAME, FULL_NAME = "имя", "фамилия и имя"
EVENT, WHEN, WHERE, TICKET = "мероприятие", "время", "место", "ссылка на билет"
PLACEHOLDERS = (NAME, FULL_NAME, EVENT, WHEN, WHERE, TICKET)
SIGNS = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&-])")
ADDRESS = re.compile(r"(?<![(<\[\w])https?://[^\s<>)\]]*[^\s<>)\].,;:!?]")


def unknown_in(text: str) -> list[str]:
    """What stands in braces and means nothing, each once."""
    return braces.unknown_in(text, PLACEHOLDERS)


def values_of(registration: Registration, teacher: User | None = None) -> dict[str, str]:
    """What the placeholders stand for in this person's letter, or in the teacher's about
    the class."""
    person, slot, event = registration.person, registration.slot, registration.event
    with force_locale(registration.language):
        when = span(slot.starts_at, slot.ends_at)
        where = place_of(event, slot.room) or event.online_url
    names = (person.first_name, " ".join(filter(None, (person.last_name, person.first_name))))
    if teacher:
        names = (teacher.display_name, teacher.display_name)
    return {
        NAME: names[0],
        FULL_NAME: names[1],
        EVENT: event.title,
        WHEN: when,
        WHERE: where,
        TICKET: ticket_of(registration, teacher),
    }


def ticket_of(registration: Registration, teacher: User | None) -> str:
    """The address of the ticket; for a teacher, of the class's page."""
    group = registration.group if teacher else None
    path = f"school/groups/{group.code}" if group else f"registrations/{registration.code}"
    return f"{current_app.config['SITE_URL']}/{path}"


def filled_as_markdown(text: str, values: dict[str, str]) -> str:
    """For the letter in HTML: names and titles mean nothing to Markdown, addresses are links,
    and a new line stays one."""
    plain = {name: SIGNS.sub(r"\\\1", value) for name, value in values.items()}
    plain[TICKET] = values[TICKET]  # an address, also inside [words]({ссылка на билет})
    linked = ADDRESS.sub(r"<\g<0>>", braces.filled(text, plain))
    return re.sub(r"(?<!\n)\n(?!\n)", "  \n", linked)
