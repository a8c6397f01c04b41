"""The letters of a demonstration, read back from the folder they were written to."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

from flask import current_app

from app.base import clock
from app.web.pages import Paged

REFERENCE = re.compile(r"[0-9a-f]{8,64}")
PER_PAGE = 50


@dataclass(frozen=True)
class DeliveredLetter:
    reference: str
    subject: str
    address: str
    delivered_at: datetime  # UTC, as everywhere
    text: str
    html: str


def delivered_letters(number: int) -> Paged[DeliveredLetter]:
    """One page of the letters in the outbox, the newest first."""
    files = sorted(folder().glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    pages = max(1, -(-len(files) // PER_PAGE))
    number = min(max(1, number), pages)
    first = (number - 1) * PER_PAGE
    shown = [read(file) for file in islice(files, first, first + PER_PAGE)]
    return Paged(shown, number, PER_PAGE, len(files))


def delivered_letter(reference: str) -> DeliveredLetter | None:
    if not REFERENCE.fullmatch(reference):
        return None
    file = folder() / f"{reference}.eml"
    return read(file) if file.is_file() else None


def folder() -> Path:
    return Path(current_app.config["OUTBOX"])


def read(file: Path) -> DeliveredLetter:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    delivered = datetime.fromtimestamp(file.stat().st_mtime, tz=clock.ZONE)
    return DeliveredLetter(
        reference=file.stem,
        subject=str(message["Subject"] or ""),
        address=str(message["To"] or ""),
        delivered_at=clock.from_local(delivered.replace(tzinfo=None)),
        text=part(message, "plain"),
        html=part(message, "html"),
    )


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    return str(found.get_content()) if found else ""
