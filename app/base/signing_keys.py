"""The Ed25519 key of this installation: it signs papers that outlive the site.

SIGNING_KEY (32 bytes in base64) or the file SIGNING_KEY_FILE, made once when a key is first
needed. Several machines share one key, or each has its own: papers name the key they need.
"""

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from flask import current_app

EXTENSION = "orientir-signing-key"
KEY_BYTES = 32
ID_BYTES = 4  # enough to tell a dozen keys apart; the signature proves the rest


class KeyUnusable(Exception):
    """There is no key to sign with, and why: for the log and the administrator."""


def private_key() -> Ed25519PrivateKey:
    """Read once for each process."""
    key: Ed25519PrivateKey | None = current_app.extensions.get(EXTENSION)
    if key is None:
        given = str(current_app.config["SIGNING_KEY"])
        file = Path(str(current_app.config["SIGNING_KEY_FILE"]))
        key = key_from_seed(given) if given else kept_key(file)
        current_app.extensions[EXTENSION] = key
    return key


def key_from_seed(given: str) -> Ed25519PrivateKey:
    try:
        seed = base64.b64decode(given.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        seed = b""
    if len(seed) != KEY_BYTES:
        raise KeyUnusable("SIGNING_KEY must be 32 bytes in base64: openssl rand -base64 32")
    return Ed25519PrivateKey.from_private_bytes(seed)


def kept_key(file: Path) -> Ed25519PrivateKey:
    """From the file; made now if there is none. Of several who make one at once, one wins and
    all use its key: the file appears whole or not at all."""
    try:
        if not file.exists():
            make_key(file)
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnusable(f"{file}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file}: not an Ed25519 key")
    return key


def make_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    content = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    try:
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        os.link(fresh, file)  # refuses when another was faster, unlike a rename
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id_of(public: bytes) -> str:
    """The beginning of its SHA-256: «3f9a01c2»."""
    return hashlib.sha256(public).digest()[:ID_BYTES].hex()


def is_signed(message: bytes, signature: bytes, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def pem_of(public: bytes) -> str:
    """What openssl and others read."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def public_from_pem(content: bytes) -> bytes:
    """ValueError when it is no public Ed25519 key."""
    key = load_pem_public_key(content)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
