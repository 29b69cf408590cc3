"""What is encrypted in our own tables: AES-256-GCM under keys made of a stage's secret.

Each value is bound to what it belongs to: moved to another row or column it does not open.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from premium.config import ConfigurationError

_NONCE_BYTES = 12


def sealed(keys: Sequence[bytes], bound_to: bytes, value: bytes) -> bytes:
    """Return a value encrypted by the first key, for what it is bound to."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(keys[0]).encrypt(nonce, value, bound_to)


def opened(keys: Sequence[bytes], bound_to: bytes, kept: bytes) -> tuple[bytes, bool]:
    """Return a value, and whether an earlier key than the first encrypted it.

    ConfigurationError where no key opens it.
    """
    for number, key in enumerate(keys):
        try:
            return AESGCM(key).decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], bound_to), number > 0
        except InvalidTag:
            continue
    raise ConfigurationError("CREDENTIAL_SECRET_ARN: its keys do not open what is stored; put the earlier one back")


def keys_of(secret: Mapping[str, str]) -> list[bytes]:
    """Return the keys of a stage's secret, the newest first."""
    return [hashlib.sha256(secret[name].encode()).digest() for name in ("value", "previous") if secret.get(name)]
