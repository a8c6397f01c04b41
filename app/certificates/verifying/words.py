"""The answer to a check of a signature, for the command line."""

import base64
import binascii
import json
from collections.abc import Iterable
from pathlib import Path

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.base.rules import RuleBroken
from app.base.signing_keys import KEY_BYTES, key_id_of, public_from_pem
from app.certificates.issued.signed_text import Answer, Verdict
from app.certificates.kind_words import KINDS
from app.web.filters import day

TITLES = {
    Answer.RIGHT: _l("The signature on the paper is right"),
    Answer.WRONG: _l("The signature does not match"),
    Answer.UNKNOWN_KEY: _l("The signature was made with another key"),
    Answer.UNSIGNED: _l("There is no signature in this QR code"),
    Answer.UNREADABLE: _l("The text of the QR code is not whole"),
}
# What the shell is told.
EXIT_STATUS = {
    Answer.RIGHT: 0,
    Answer.WRONG: 1,
    Answer.UNKNOWN_KEY: 1,
    Answer.UNSIGNED: 2,
    Answer.UNREADABLE: 2,
}


def in_words(verdict: Verdict) -> list[str]:
    lines = [f"{TITLES[verdict.answer]}."]
    if verdict.key_id:
        lines.append(f"{_('Key')}: {verdict.key_id}")
    said = verdict.said
    if said:
        rows = [
            (_("Document"), f"{KINDS[said.kind]} № {said.full_number}"),
            (_("Issued"), day(said.issued_on)),
            (_("Holder"), said.holder),
            (_("Event"), said.event),
            (_("Result"), said.result),
            (_("Academic hours"), str(said.hours or "")),
            (_("Organization"), said.organization),
            (_("Code"), verdict.code_in_groups),
        ]
        lines += [f"{name}: {text}" for name, text in rows if text]
        lines.append(_("Whether it was revoked later only the site knows."))
    return lines


def keys_in(files: Iterable[Path]) -> dict[str, bytes]:
    """Public keys by id, from PEM files and from keys.json as the site gives them."""
    found = {}
    for file in files:
        try:
            content = file.read_bytes()
            keys = (
                from_json(content) if content.lstrip()[:1] == b"{" else [public_from_pem(content)]
            )
        except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
            raise RuleBroken(
                _("%(file)s is no public key: PEM or keys.json is needed.", file=str(file))
            ) from error
        found.update({key_id_of(key): key for key in keys})
    return found


def from_json(content: bytes) -> list[bytes]:
    keys = [base64.b64decode(one["public_key"]) for one in json.loads(content)["keys"]]
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError("not an Ed25519 key")
    return keys
