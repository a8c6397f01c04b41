"""The words of an act of erasure: kept with it as they were, in Russian whoever reads."""

from collections.abc import Collection, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.people.models import Person
from app.privacy.models import ErasureReason
from app.registrations.models import Registration

REASONS = {
    ErasureReason.REQUEST: _l("the request of the person or of their guardian"),
    ErasureReason.WITHDRAWAL: _l("the agreement to the processing was withdrawn"),
    ErasureReason.RETENTION: _l("the period of keeping is over"),
}
# What the log extract calls the rows that were changed: table → what was done to them.
ROWS = {
    "person": _l("persons: names, dates and contacts wiped, joined to a random number"),
    "registration": _l("registrations: e-mail, phone, answers and link of the ticket wiped"),
    "cancelled": _l("… of them cancelled, for events to come"),
    "certificate": _l("certificates: the holder shortened to the first name and an initial"),
    "consent": _l("agreements: who gave them wiped"),
    "consent_request": _l("requests to guardians: name and address wiped"),
    "guardianship": _l("guardianships and guardians’ contacts: deleted"),
    "invitation": _l("invitations: deleted"),
    "name_form": _l("corrected forms of the name: deleted"),
    "notification": _l("letters: deleted"),
    "imported_row": _l("rows of class lists: deleted"),
    "merge": _l("notes on merged persons: deleted"),
    "device": _l("log-ins on devices: deleted"),
    "user": _l("accounts: deleted"),
}


def categories(
    whole: Sequence[Person], registrations: Collection[Registration], *, has_account: bool
) -> list[str]:
    """Which categories of data there were."""
    with force_locale("ru"):
        there = {
            _("last name, first name, patronymic"): True,
            _("date or year of birth"): any(p.birth_date or p.birth_year for p in whole),
            _("letter of the class, the school as typed"): any(
                p.class_letter or p.school_name for p in whole
            ),
            _("e-mail address"): any(
                [*(one.email for one in whole), *(one.email for one in registrations)]
            ),
            _("phone number"): any(
                [*(one.phone for one in whole), *(one.phone for one in registrations)]
            ),
            _("answers to the organizers’ questions"): any(one.answers for one in registrations),
            _("names and contacts of guardians, invitations, letters"): True,
            _("the account: name, e-mail or login, password in an irreversible form, devices"): (
                has_account
            ),
        }
        return [words for words, is_there in there.items() if is_there]


def kept() -> list[str]:
    """What stays, and why."""
    with force_locale("ru"):
        return [str(words) for words in KEPT]


KEPT = (
    _l(
        "Registrations and marks of attendance, without a name: the plan’s counts (152-FZ, "
        "art. 6 part 1 item 9: statistics of depersonalized data)."
    ),
    _l(
        "The number of a certificate with the first name and the initial of the last name: "
        "so that a paper that was issued can be verified."
    ),
    _l(
        "That an agreement was given: its text, time and channel, without the name of who gave "
        "it: the operator has to prove it (152-FZ, art. 9 part 3)."
    ),
    _l("Entries of the audit log, with numbers and without names: three years."),
    _l("The act of erasure, without a name: three years (Roskomnadzor’s order № 179, item 8)."),
)
