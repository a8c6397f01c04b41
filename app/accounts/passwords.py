"""Passwords: stored as argon2id, compared in the same time for everybody."""

import unicodedata
from typing import TypeGuard

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.accounts.guards.guesses import is_guessed_first, is_made_of, plain, words_in
from app.accounts.models import User

SHORTEST, LONGEST, FEWEST_DIFFERENT = 8, 200, 4
# OWASP's least for argon2id: 19 MiB, so that eight log-ins at once stay under 160 MiB.
hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODYS_HASH = hasher.hash("compared with when there is no such account")


def normal(password: str) -> str:
    """«й» typed as one sign or as two is the same letter."""
    return unicodedata.normalize("NFC", password)


def hash_of(password: str) -> str:
    return hasher.hash(normal(password))


def is_password_of(user: User | None, password: str) -> TypeGuard[User]:
    """Takes equally long whether or not there is such a user with a password."""
    stored = user.password_hash if user else None
    try:
        return hasher.verify(stored or NOBODYS_HASH, normal(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def fits(stored: str, typed: str) -> bool:
    """For other secrets stored like passwords."""
    try:
        return hasher.verify(stored, normal(typed))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(user: User) -> bool:
    """The hash was made with other parameters than today's."""
    return bool(user.password_hash and hasher.check_needs_rehash(user.password_hash))


def weakness(password: str, *known: str) -> str:
    """Why this password is refused and what to do, or nothing. ``known``: what others know of
    its owner, like the address, the login, the name."""
    typed = plain(password)
    refusal = ""
    if len(typed) < SHORTEST:
        refusal = _("Make it longer: at least %(least)s characters.", least=SHORTEST)
    elif len(normal(password)) > LONGEST:
        refusal = _("Shorten it: at most %(most)s characters.", most=LONGEST)
    elif is_made_of(typed, words_in(known)):
        refusal = _("Your address, login or name is known to others. Choose another password.")
    elif len(set(typed)) < FEWEST_DIFFERENT or is_guessed_first(typed):
        refusal = _(
            "This password is among the first that are tried. Take three or four random words."
        )
    return refusal
