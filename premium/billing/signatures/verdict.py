"""Say what a look at a signature found, and compare digests in constant time."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

BLANKS = " \t\r\n\f\v"
"""A secret of these alone is none: it would sign for everybody."""


class Refused(Exception):
    """A webhook is not its provider's: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What a header says: when its body was signed, and the signatures that it offers."""

    timestamp: int
    signatures: tuple[str, ...]


def check_signatures(message: bytes, signatures: Iterable[str], secrets: Iterable[str]) -> None:
    """Raise Refused unless one of the signatures is the message's under one of the secrets."""
    offered = tuple(signatures)
    keys = [key for secret in secrets if (key := _key(secret))]
    if not keys:
        raise Refused("no_secret", "no secret is given that could have signed")
    if not any(_is_among(hmac.new(key, message, sha256).hexdigest(), offered) for key in keys):
        raise Refused("signature_mismatch", "no signature is the body's under any of the secrets")


def _key(secret: str) -> bytes:
    try:
        return secret.encode() if secret.strip(BLANKS) else b""
    except UnicodeEncodeError:  # half a character
        return b""


def _is_among(digest: str, offered: Iterable[str]) -> bool:
    """Tell whether a digest was offered, in time that tells nothing of it.

    What is not ASCII ends the search: both libraries stop there.
    """
    for signature in offered:
        if not signature.isascii():
            return False
        if hmac.compare_digest(digest, signature):
            return True
    return False


def is_over(tolerance: Fraction | None) -> bool:
    """Tell whether a tolerance bounds anything: none and 0 bound nothing, as in the libraries."""
    return tolerance is not None and tolerance != 0
