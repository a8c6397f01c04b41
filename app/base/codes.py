"""Codes that people read from paper and type: nothing in them to confuse."""

import hmac
import secrets
from hashlib import sha256
from typing import Any

from flask import current_app

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# A keyboard left in Russian gives the same shapes.
RUSSIAN_SHAPES = str.maketrans("АВЕКМНРСТУХ", "ABEKMHPCTYX")


def random_code(length: int) -> str:
    """Five bits a letter."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def keyed_hash(text: str) -> str:
    """Hash with this installation's key: addresses and short codes are guessed from a plain
    hash in no time. What is stored was made so: it never changes. 64 hexadecimal digits."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, text.encode(), sha256).hexdigest()


def as_code(typed: Any) -> Any:
    """A code as it is stored: «abcd-efgh jklm» is ABCDEFGHJKLM."""
    if not isinstance(typed, str):
        return typed
    return "".join(sign for sign in typed.upper().translate(RUSSIAN_SHAPES) if sign.isalnum())


def in_groups(code: str, size: int = 5) -> str:
    """«ABCDE-FGHJK», to be read aloud and typed."""
    return "-".join(code[place : place + size] for place in range(0, len(code), size))
