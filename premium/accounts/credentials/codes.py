"""Codes of a second factor: by the clock (TOTP, RFC 6238), and for its loss.

SHA-1, six digits, steps of 30 s, as every authenticator reads them; one step of tolerance either way.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_SECONDS = 30
DIGITS = 6
ISSUER = "Premium DeFi"
RECOVERY_CODES = 10
_SECRET_BYTES = 20
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters that are taken for others."""
_RECOVERY = re.compile(rf"[{_ALPHABET}]{{5}}-[{_ALPHABET}]{{5}}")
_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> bytes:
    """Return a secret of 160 random bits, as RFC 4226 recommends."""
    return secrets.token_bytes(_SECRET_BYTES)


def address_of(secret: bytes, name: str) -> str:
    """Return the `otpauth://` address that an authenticator reads, as a picture or a link."""
    return _totp(secret).get_provisioning_uri(name, ISSUER)


def step_of(secret: bytes, code: str, *, at: int, after: int | None) -> int | None:
    """Return the step whose code this is, at Unix seconds `at`; None for none.

    Steps up to `after` are used up.
    """
    if not _CODE.fullmatch(code):
        return None
    totp, now = _totp(secret), at // STEP_SECONDS
    for step in (now - 1, now, now + 1):
        is_it = step >= 0 and hmac.compare_digest(totp.generate(step * STEP_SECONDS), code.encode())
        if is_it and (after is None or step > after):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Return codes that each work once, of 49 random bits."""
    return [f"{_word()}-{_word()}" for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> bytes | None:
    """Return the hash by which a recovery code is kept.

    None for a text that is none.
    """
    text = code.strip().lower()
    return hashlib.sha256(text.encode()).digest() if _RECOVERY.fullmatch(text) else None


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what authenticators know


def _word() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))
