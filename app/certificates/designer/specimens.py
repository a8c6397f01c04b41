"""Invented names to look at a design with: a usual one, a very long one, Kalmyk letters."""

from flask_babel import lazy_gettext as _l

from app.certificates.kinds import NameCase

USUAL = "usual"
TITLES = {
    USUAL: _l("Usual name"),
    "long": _l("Very long name"),
    "kalmyk": _l("Kalmyk letters"),
}
NAMES = {
    USUAL: {
        NameCase.NOMINATIVE: "Манджиева Айса Бадмаевна",
        NameCase.DATIVE: "Манджиевой Айсе Бадмаевне",
        NameCase.ACCUSATIVE: "Манджиеву Айсу Бадмаевну",
    },
    "long": {
        NameCase.NOMINATIVE: "Константинопольская-Преображенская Александра-Виктория Владиславовна",
        NameCase.DATIVE: "Константинопольской-Преображенской Александре-Виктории Владиславовне",
        NameCase.ACCUSATIVE: "Константинопольскую-Преображенскую Александру-Викторию Владиславовну",
    },
    "kalmyk": dict.fromkeys(NameCase, "Үнтәһин Җаңһр Өлзәтин"),
}


def specimen(code: str | None, case: NameCase) -> str:
    return NAMES.get(code or USUAL, NAMES[USUAL])[case]
