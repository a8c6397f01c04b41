"""Phones and e-mails of pupils and parents, and parents' names, out of the cells."""

import re
from dataclasses import dataclass, field

import email_validator

from app.base.words.text import clean
from app.people.class_lists.sheets.forbidden import looks_forbidden
from app.people.class_lists.sheets.names import guardian_name
from app.web import fields

PHONE = re.compile(r"\+?\d[\d \t\u00a0()‐–—-]{3,22}\d")
EMAIL = re.compile(r"[^\s,;<>()]+@[^\s,;<>()]+")
BETWEEN = re.compile(r"[,;/\n|]+")
LONGEST_PHONE = 30
NOTHING = re.compile(r"[-‐–—. ]*|нет|отсутствует|не указан[ао]?", re.IGNORECASE)


@dataclass(frozen=True)
class ListedGuardian:
    """What the list tells of a parent. ``name`` may be empty when only a phone is given."""

    name: str
    phone: str
    email: str


@dataclass
class Found:
    """``values`` are good ones; ``odd`` when something stood there that is none."""

    values: list[str] = field(default_factory=list)
    odd: bool = False

    @property
    def first(self) -> str:
        return self.values[0] if self.values else ""


def phones(text: str) -> Found:
    if NOTHING.fullmatch(clean(text)):
        return Found()
    good = [] if looks_forbidden(text) else [good_phone(one) for one in PHONE.findall(text)]
    values = [phone for phone in good if phone]
    return Found(values, odd=not values)


def good_phone(text: str) -> str:
    phone = re.sub("[‐–—]", "-", clean(text))
    good = fields.PHONE.fullmatch(phone) and len(phone) <= LONGEST_PHONE
    return phone if good else ""


def emails(text: str) -> Found:
    if NOTHING.fullmatch(clean(text)):
        return Found()
    values = [address for address in EMAIL.findall(text) if good_email(address)]
    return Found(values, odd=not values)


def good_email(address: str) -> bool:
    if len(address) > 254:
        return False
    try:
        email_validator.validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except ValueError:
        return False
    return True


def names(text: str) -> Found:
    """One or several parents in a cell; a phone beside the name is taken out first."""
    text = PHONE.sub(" ", text)
    if not clean(text):
        return Found()
    several = [guardian_name(part) for part in BETWEEN.split(text)]
    if len(several) > 1 and all(" " in name for name in several):
        return Found(several)
    name = guardian_name(text)
    return Found([name] if name else [], odd=not name)
