"""API keys: how they are made, recognised and hashed."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from dataclasses import dataclass

_ALPHABET = string.ascii_letters + string.digits
_FORM = re.compile(r"pdk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Key:
    """A new key: shown once, and kept as its prefix and hash."""

    prefix: str
    text: str


def generate() -> Key:
    """Return a key of 256 random bits behind a prefix that may be shown."""
    prefix = "pdk_" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return Key(prefix, f"{prefix}_{secrets.token_urlsafe(32)}")


def is_key(text: str) -> bool:
    """Tell whether a text has the form of a key."""
    return _FORM.fullmatch(text) is not None


def key_hash(key: str) -> bytes:
    """Return the SHA-256 of a key.

    A key has 256 random bits, so neither salt nor stretching adds anything.
    """
    return hashlib.sha256(key.encode()).digest()
