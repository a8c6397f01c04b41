"""One letter: composed, and handed to SMTP or written into the outbox."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from pathlib import Path
from typing import Protocol

from flask import current_app

from app.base import clock

RETRIED_FOR = timedelta(days=3)  # longer than the tries at one letter; a test adds them up


@dataclass(frozen=True)
class Letter:
    """A letter to one address. ``reference`` is the same for each try at sending it:
    it becomes the Message-ID, so a receiver can tell a second copy."""

    address: str
    subject: str
    text: str
    html: str
    reference: str


class Postbox(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand the letter over, or raise OSError / smtplib.SMTPException."""


class WholeSubjects(EmailPolicy):
    """Python's own folding loses the space where a long Russian subject goes to its second
    line («Сварка:первый»), so subjects are folded the older way."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() != "subject":
            text: str = super().fold(name, value)
            return text
        folded = Header(str(value), header_name=name, maxlinelen=76).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "subject":
            octets: bytes = super().fold_binary(name, value)
            return octets
        return self.fold(name, value).encode("ascii")


POLICY = WholeSubjects() + SMTP


def compose(letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = in_ascii(letter.address)
    message["Subject"] = letter.subject
    message["Date"] = clock.to_local(clock.now())
    domain = current_app.config["SITE_URL"].partition("//")[2].partition(":")[0]
    message["Message-ID"] = f"<{letter.reference}@{domain or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def in_ascii(address: str) -> str:
    """«почта.рф» as mail servers know it; an address that cannot be written so is refused."""
    name, _at, domain = address.rpartition("@")
    try:
        return f"{name.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as odd:
        raise smtplib.SMTPNotSupportedError from odd


class Outbox:
    """Letters as files: ``<reference>.eml``; sending one again replaces it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def send(self, letter: Letter) -> None:
        draft = self.folder / f".{letter.reference}.part"
        draft.write_bytes(compose(letter).as_bytes())
        draft.replace(self.folder / f"{letter.reference}.eml")


class Server:
    def __init__(self, connection: smtplib.SMTP) -> None:
        self.connection = connection

    def send(self, letter: Letter) -> None:
        self.connection.send_message(compose(letter))


@contextmanager
def postbox() -> Iterator[Postbox]:
    """Where letters go now: one SMTP connection, or the outbox folder."""
    config = current_app.config
    if not config["SMTP_HOST"]:
        yield Outbox(Path(config["OUTBOX"]))
        return
    secure = ssl.create_default_context()
    address = config["SMTP_HOST"], config["SMTP_PORT"]
    opened: smtplib.SMTP = (
        smtplib.SMTP_SSL(*address, timeout=config["SMTP_TIMEOUT"], context=secure)
        if config["SMTP_SECURITY"] == "tls"
        else smtplib.SMTP(*address, timeout=config["SMTP_TIMEOUT"])
    )
    with opened as connection:
        if config["SMTP_SECURITY"] == "starttls":
            connection.starttls(context=secure)
        if config["SMTP_USER"]:
            connection.login(config["SMTP_USER"], config["SMTP_PASSWORD"])
        yield Server(connection)
