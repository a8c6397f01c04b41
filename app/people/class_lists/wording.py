"""What a row of a class list changes, in words."""

from collections import Counter

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.people.class_lists.matching import born_on, class_key, read_key, title_of
from app.people.class_lists.models import ImportedRow, Outcome

ADDED = {
    "patronymic": _l("the patronymic is added"),
    "birth_date": _l("the birth date is added"),
    "phone": _l("the phone is added"),
    "email": _l("the e-mail is added"),
    "guardian": _l("a parent is added"),
    "guardian_name": _l("the parent’s name is added"),
    "guardian_phone": _l("the parent’s phone is added"),
    "guardian_email": _l("the parent’s e-mail is added"),
}
ANOTHER = {
    "phone": _l("the phone"),
    "email": _l("the e-mail"),
    "guardian_phone": _l("the parent’s phone"),
    "guardian_email": _l("the parent’s e-mail"),
}
NAMED = 20  # columns


def changes_of(row: ImportedRow) -> list[str]:
    """«класс 8Б → 9А», «добавится отчество: Санджиевич», «телефон родителя: … → …»."""
    if row.outcome is Outcome.REFUSED:
        return []
    words = [change_words(*change) for change in row.facts.get("changes", [])]
    if row.facts.get("stays"):
        words.append(_("edited on the site after the last list: stays so"))
    return words


def change_words(what: str, before: str, after: str) -> str:
    if what == "class":
        before, after = title_of(read_key(before)), title_of(read_key(after))
        return _("class %(before)s → %(after)s", before=before, after=after)
    if before and what in ANOTHER:
        return f"{ANOTHER[what]}: {before} → {after}"
    return f"{ADDED[what]}: {after}"


def class_of_row(row: ImportedRow) -> str:
    key = class_key(row.facts)
    return title_of(key) if key else ""


def born_of_row(row: ImportedRow) -> str:
    born = born_on(row.facts)
    return born.strftime("%d.%m.%Y") if born else str(row.facts["birth_year"] or "")


def load_words(counts: Counter[Outcome]) -> str:
    """What the button says: «Загрузить 25 учеников», or how many are changed."""
    new, changed = counts[Outcome.NEW], counts[Outcome.CHANGED]
    if not changed:
        return ngettext("Load %(num)s pupil", "Load %(num)s pupils", new)
    if not new:
        return ngettext("Change %(num)s pupil", "Change %(num)s pupils", changed)
    return ngettext(
        "Load %(num)s pupil, change %(changed)s",
        "Load %(num)s pupils, change %(changed)s",
        new,
        changed=changed,
    )


def headings(texts: list[str]) -> str:
    """Columns by name: the first of very many, each shortened."""
    shown = ", ".join(text if len(text) <= 60 else f"{text[:59]}…" for text in texts[:NAMED])
    more = len(texts) - NAMED
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(num)s more", "%(shown)s and %(num)s more", more, shown=shown)
