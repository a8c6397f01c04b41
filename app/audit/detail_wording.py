"""What the details of an entry say: a table of words for their names, and for coded values."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.organizations.kinds import TITLES
from app.sweeps.actions import SWEEPS
from app.web.filters import day, time

# Every name that is given to record() stands here; a test reads the sources and looks. Of
# what is erased daily the names are the kinds of app.sweeps, which have titles of their own.
DETAILS = {
    "account": _l("account №"),
    "act": _l("act"),
    "before": _l("the class before, №"),
    "by": _l("how"),
    "changed": _l("changed"),
    "child_id": _l("child №"),
    "confirmed": _l("seats confirmed"),
    "consent": _l("agreements"),
    "copied_from": _l("made like event №"),
    "days": _l("days before, to confirm"),
    "events": _l("events"),
    "first": _l("the first address of the account"),
    "guardian": _l("account of the guardian №"),
    "guardianship": _l("guardianships"),
    "hours": _l("hours before, to remind"),
    "invitation": _l("invitations"),
    "kind": _l("kind"),
    "left": _l("registrations left where they were"),
    "merged": _l("cards merged before"),
    "name": _l("name"),
    "new": _l("new"),
    "new_kind": _l("new kind"),
    "new_name": _l("new name"),
    "new_short_name": _l("new short name"),
    "now": _l("the class now, №"),
    "number": _l("how many"),
    "old_kind": _l("old kind"),
    "old_name": _l("old name"),
    "old_short_name": _l("old short name"),
    "other": _l("the other card №"),
    "paper": _l("paper"),
    "people": _l("people"),
    "reason": _l("reason"),
    "refused": _l("not taken"),
    "registration": _l("registrations"),
    "role": _l("role"),
    "rows": _l("rows"),
    "same": _l("known already"),
    "shared": _l("somebody else’s computer"),
    "teacher_id": _l("account of the teacher №"),
    "undone_by": _l("undone by account №"),
    "version": _l("version"),
    "when": _l("when"),
}
# Under the same name another thing, by the action.
OF_ACTION = {("person.erased", "act"): _l("act of erasure №")}
# What an organization says about itself, by its columns.
COLUMNS: dict[Any, Any] = {
    "about": _l("description"),
    "address": _l("address"),
    "email": _l("e-mail"),
    "kind": _l("kind"),
    "municipality_id": _l("district or city"),
    "name": _l("name"),
    "phone": _l("phone"),
    "short_name": _l("short name"),
    "signatory_name": _l("who signs certificates"),
    "signatory_post": _l("their post"),
    "site": _l("site"),
}

WAYS: dict[Any, Any] = {
    "code": _l("by a code"),
    "confirmation": _l("by confirming the address"),
    "door": _l("by the link and PIN of a door"),
    "link": _l("by a link from a letter"),
    "password": _l("by the password"),
}
# What the details say that have few values.
VALUES: dict[str, dict[Any, Any]] = {
    "act": {
        "approve": _l("accepted"),
        "cancel": _l("cancelled"),
        "confirm": _l("given a seat"),
        "decline": _l("declined"),
        "present": _l("marked as present"),
        "restore": _l("restored"),
        "undo": _l("decision taken back"),
    },
    "by": WAYS,
    "changed": COLUMNS,
    "kind": {
        "approval": _l("by applications"),
        "diploma": _l("diplomas"),
        "draw": _l("by lot"),
        "first_come": _l("in the order of signing up"),
        "hours": _l("certificates of hours"),
        "kept": _l("seats kept for some"),
        "participant": _l("certificates of participation"),
        "per_school": _l("a limit for each school"),
        "personal_data": _l("processing of personal data"),
        "photo": _l("photos and videos"),
        "thanks": _l("letters of thanks"),
    },
    "new_kind": TITLES,
    "old_kind": TITLES,
    "reason": {
        "request": _l("asked for by the person or a guardian"),
        "retention": _l("the period of keeping is over"),
        "withdrawal": _l("the agreement was withdrawn"),
    },
    "role": {
        "admin": _l("administrator"),
        "door": _l("at the door"),
        "expert": _l("expert"),
        "organizer": _l("organizer"),
        "teacher": _l("teacher"),
        "viewer": _l("observer"),
    },
}
# Files that were taken away, by their names without the ending.
PAPERS: dict[Any, Any] = {
    "application": _l("list of the application"),
    "badges": _l("badges"),
    "certificates": _l("certificates"),
    "contacts": _l("table with contacts"),
    "group": _l("list by groups"),
    "list": _l("attendance list"),
    "own": _l("list of one’s own columns"),
    "protocol": _l("protocol"),
    "register": _l("register of certificates"),
    "registration": _l("registration list"),
    "sheet": _l("sheet of a course"),
    "turnout": _l("list of those who came"),
    "trip-application": _l("trip: application"),
    "trip-data_consents": _l("trip: agreements to the processing of data"),
    "trip-folder": _l("trip: the whole folder"),
    "trip-instruction": _l("trip: instruction"),
    "trip-list": _l("trip: list"),
    "trip-missing": _l("trip: whose agreement is missing"),
    "trip-order": _l("trip: order"),
    "trip-photo_consents": _l("trip: agreements to photos"),
    "trip-seats": _l("trip: seats in the bus"),
}
ENDINGS = {"pdf": "PDF", "xlsx": "Excel"}


def detail_words(details: dict[str, Any], action: str = "") -> str:
    """«how many: 24, paper: attendance list, PDF». What became of what is told by the
    event's history."""
    return ", ".join(
        f"{name_words(name, action)}: {value_words(name, value, action)}"
        for name, value in details.items()
        if not isinstance(value, dict)
    )


def name_words(name: str, action: str = "") -> str:
    """A name that nobody gives any more as it is."""
    known = OF_ACTION.get((action, name)) or DETAILS.get(name) or kind_of_sweep(name)
    return str(known or name)


def kind_of_sweep(kind: Any) -> Any:
    """What the sweeps call these rows: «letters sent or given up»."""
    titles = (sweep.parts[kind].title for sweep in SWEEPS.values() if kind in sweep.parts)
    return next(titles, None)


def value_words(name: str, value: Any, action: str = "") -> str:
    """Codes in words, moments as people write them; everything else as it is."""
    if isinstance(value, list):
        return ", ".join(value_words(name, item, action) for item in value) or "—"
    if value is None or isinstance(value, bool):
        return {None: "—", True: str(_("yes")), False: str(_("no"))}[value]
    if name == "kind" and action.startswith("sweep."):
        return str(kind_of_sweep(value) or value)
    special: dict[str, Callable[[Any], str]] = {"when": moment_words, "paper": paper_words}
    if name in special:
        return special[name](value)
    return str(VALUES.get(name, {}).get(value, value))


def moment_words(value: str) -> str:
    with suppress(ValueError):
        moment = datetime.fromisoformat(value)
        return f"{day(moment)}, {time(moment)}"
    return value


def paper_words(value: str) -> str:
    """«badges.pdf» → «badges, PDF»"""
    stem, _dot, ending = value.rpartition(".")
    if stem not in PAPERS:
        return value
    return f"{PAPERS[stem]}, {ENDINGS.get(ending, ending)}"
