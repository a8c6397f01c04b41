"""What the QR code of a certificate says, and whether its signature is right: a value, read
and checked without the database.

    https://site/verify/ABCDEFGHJKLM#1234567890…

The digits are payload and signature as one number: digits take the least room in a QR code.
They stand in the fragment, which browsers never send: the name stays out of every log.
Papers are read for decades: what FORMAT 1 says and how never changes (test_signing.py).
"""

import enum
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from app.base.codes import as_code, in_groups
from app.base.signing_keys import ID_BYTES, is_signed
from app.base.words.dense_text import decoded, encoded
from app.certificates.kinds import CertificateKind

FORMAT = 1
SIGNATURE_BYTES = 64
MOST_DIGITS = 2000
PURPOSE = b"orientir certificate\0"  # a signature for this is good for nothing else
FIRST_DAY = date(2020, 1, 1)
FIRST_YEAR = 2000
KINDS = {
    1: CertificateKind.PARTICIPANT,
    2: CertificateKind.DIPLOMA,
    3: CertificateKind.THANKS,
    4: CertificateKind.HOURS,
}
NUMBER_OF = {kind: number for number, kind in KINDS.items()}
# How much is kept of each text, in letters and in bytes: the rest is on the paper itself.
MOST = {"organization": 40, "event": 48, "holder": 30, "result": 24}
# The words before the name itself: «Бюджетное … учреждение Республики Калмыкия «…»».
LEGAL_FORM = re.compile(r"^(?:[А-ЯЁ]{2,}(?: [А-ЯЁ]{2,})*|[^«»]*учреждение[^«»]*) (?=«)")
TEXT = re.compile(r"/verify/([^/#?]{1,40})(?:#([0-9]*))?$")


@dataclass(frozen=True)
class Said:
    """What is signed, beside the code."""

    kind: CertificateKind
    number: int
    year: int
    issued_on: date
    hours: int
    organization: str
    event: str
    holder: str
    result: str

    @property
    def full_number(self) -> str:
        return f"{self.number}/{self.year}"

    def to_bytes(self, key_id: str) -> bytes:
        return b"".join(
            (
                bytes([FORMAT << 4 | NUMBER_OF[self.kind]]),
                bytes.fromhex(key_id),
                bytes([self.year - FIRST_YEAR]),
                (self.issued_on - FIRST_DAY).days.to_bytes(2, "big"),
                in_sevens(self.number),
                in_sevens(self.hours),
                *(encoded(cut(getattr(self, field), most)) for field, most in MOST.items()),
            )
        )

    @classmethod
    def from_bytes(cls, payload: bytes) -> tuple[str, Self]:
        """The id of the key, and what is said. ValueError when it is no payload."""
        if len(payload) < ID_BYTES + 4 or payload[0] >> 4 != FORMAT:
            raise ValueError("No payload of a format that is known.")
        kind = KINDS.get(payload[0] & 15)
        if kind is None:
            raise ValueError("No kind of certificates that is known.")
        key_id = payload[1 : ID_BYTES + 1].hex()
        year, *day = payload[ID_BYTES + 1 : ID_BYTES + 4]
        number, place = from_sevens(payload, ID_BYTES + 4)
        hours, place = from_sevens(payload, place)
        texts = {}
        for field in MOST:
            texts[field], place = decoded(payload, place)
        if place != len(payload):
            raise ValueError("Something stands after the end.")
        issued_on = FIRST_DAY + timedelta(int.from_bytes(bytes(day), "big"))
        return key_id, cls(kind, number, FIRST_YEAR + year, issued_on, hours, **texts)


class Answer(enum.StrEnum):
    RIGHT = "right"
    WRONG = "wrong"  # somebody changed a letter
    UNKNOWN_KEY = "unknown-key"
    UNSIGNED = "unsigned"  # a paper from before there were signatures
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Verdict:
    answer: Answer
    code: str = ""
    key_id: str = ""
    said: Said | None = None

    @property
    def code_in_groups(self) -> str:
        return in_groups(self.code, 4)


def short_name(organization: str) -> str:
    """What stands in quotation marks after its legal form, if it has such a name."""
    name = LEGAL_FORM.sub("", organization)
    return name[1 : name.rindex("»")] if name.startswith("«") and "»" in name else name


def cut(text: str, most: int) -> str:
    """To so many letters; to fewer of those that take several bytes."""
    text = " ".join(text.split())
    kept = min(len(text), most)
    while True:
        shown = text if kept == len(text) else text[: max(0, kept - 1)].rstrip() + "…"
        if len(encoded(shown)) <= most + 1:
            return shown
        kept -= 1


def in_sevens(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def from_sevens(content: bytes, place: int) -> tuple[int, int]:
    number = 0
    for step, byte in enumerate(content[place : place + 5]):
        number |= (byte & 127) << 7 * step
        if byte < 128:
            return number, place + step + 1
    raise ValueError("The number has no end.")


def message(code: str, payload: bytes) -> bytes:
    """What the signature is made over."""
    return PURPOSE + code.encode() + b"\0" + payload


def as_digits(payload: bytes, signature: bytes = b"") -> str:
    """The first byte is never zero, so the number has all of them."""
    return str(int.from_bytes(payload + signature, "big"))


def check(text: str, keys: dict[str, bytes]) -> Verdict:
    """The text of a QR code, as a phone or a scanner gave it. ``keys``: public keys by id."""
    found = TEXT.search("".join(text.split()))
    if not found:
        return Verdict(Answer.UNREADABLE)
    code, digits = str(as_code(found[1])), found[2] or ""
    if not digits:
        return Verdict(Answer.UNSIGNED, code)
    if len(digits) > MOST_DIGITS or digits.startswith("0"):
        return Verdict(Answer.UNREADABLE, code)
    number = int(digits)
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    payload, signature = content[:-SIGNATURE_BYTES], content[-SIGNATURE_BYTES:]
    try:
        key_id, said = Said.from_bytes(payload)
    except (ValueError, OverflowError):
        return Verdict(Answer.UNREADABLE, code)
    if key_id not in keys:
        return Verdict(Answer.UNKNOWN_KEY, code, key_id)
    if not is_signed(message(code, payload), signature, keys[key_id]):
        return Verdict(Answer.WRONG, code, key_id)
    return Verdict(Answer.RIGHT, code, key_id, said)
