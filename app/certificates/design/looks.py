"""What a design of certificates says: layout, texts with placeholders, who signs.

A Look is a value: kept as JSON in a design while it is edited, and as a CertificateLook once
certificates were issued with it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from flask_babel import lazy_gettext as _l

from app.certificates.kinds import CertificateKind, NameCase

MOST_SIGNATORIES = 3
SKY = "#1d6fa5"

# What may stand in the texts of a design, in braces, and what it becomes.
PLACEHOLDERS = {
    "мероприятие": _l("the title of the event, in quotation marks"),
    "вид": _l("the kind of the event: “Professional trial”"),
    "дата": _l("the day or days on which the holder took part"),
    "организация": _l("the full name of the organization"),
    "направления": _l("the professional fields of the event"),
    "часы": _l("academic hours, with the word: “16 hours”"),
    "результат": _l("the result that was written for the holder: “1st place”"),
    "школа": _l("the holder’s school"),
    "класс": _l("the holder’s class"),
}


@dataclass(frozen=True)
class Signatory:
    """Who signs: a line with the post and the name; ids of the pictures of the signature and
    of the seal, where the organization has them printed."""

    name: str = ""
    post: str = ""
    signature: int | None = None
    seal: int | None = None


@dataclass(frozen=True)
class Look:
    """``layout``: a key of layouts.LAYOUTS. ``lead`` stands above the holder's name, ``body``
    below it. Empty texts take no room."""

    layout: str = "classic"
    case: NameCase = NameCase.NOMINATIVE
    heading: str = ""
    subheading: str = ""
    lead: str = ""
    body: str = ""
    accent: str = SKY
    signatories: tuple[Signatory, ...] = field(default=())
    emblem: int | None = None
    background: int | None = None
    is_archival: bool = False  # printed as PDF/A

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        signatories = tuple(Signatory(**one) for one in content.get("signatories", ()))
        known = {name: content[name] for name in cls.__dataclass_fields__ if name in content}
        return cls(**{**known, "case": NameCase(known["case"]), "signatories": signatories})

    @property
    def sha256(self) -> str:
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def pictures(self) -> set[int]:
        """The ids of all pictures it shows."""
        of_people = [each for one in self.signatories for each in (one.signature, one.seal)]
        return {one for one in (self.emblem, self.background, *of_people) if one is not None}


# What an organization's certificates look like until it has a design of its own.
STANDARD: dict[CertificateKind, Look] = {
    CertificateKind.PARTICIPANT: Look(
        heading="Сертификат",
        subheading="участника",
        lead="Настоящий сертификат подтверждает, что",
        body="принял(а) участие в мероприятии\n{мероприятие}\n{вид}, {дата}\n"
        "профессиональная сфера: {направления}",
    ),
    CertificateKind.DIPLOMA: Look(
        layout="honours",
        heading="Диплом",
        lead="Награждается",
        body="{результат}\n{мероприятие}\n{дата}",
    ),
    CertificateKind.THANKS: Look(
        layout="letter",
        case=NameCase.DATIVE,
        heading="Благодарственное письмо",
        lead="Выражаем благодарность",
        body="за помощь в проведении мероприятия {мероприятие}, {дата}",
    ),
    CertificateKind.HOURS: Look(
        layout="reference",
        case=NameCase.DATIVE,
        heading="Справка",
        lead="Дана",
        body="в том, что он(а) принял(а) участие в мероприятии {мероприятие} ({вид}, {дата}) "
        "в объёме {часы}.",
    ),
}


def signed_by(look: Look, *, name: str, post: str) -> Look:
    """The same, signed by the organization's head where the design names nobody."""
    if look.signatories or not (name or post):
        return look
    return replace(look, signatories=(Signatory(name=name, post=post),))
