"""Hash passwords by argon2id, and judge them in one time for all."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB, PASSES, LANES = 47_104, 2, 1
"""Twice the work of OWASP's least for argon2id (46 MiB, one pass)."""


def hashed(password: str) -> str:
    """Return what is kept of a password: parameters, salt and hash."""
    return _hasher().hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Tell whether a password is the kept one.

    Without a kept one it is compared with a made-up one, which takes as long.
    """
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - a login by password alone needs it

    nobodys = _nobodys()  # made before either, so that the first login of a process tells nothing
    try:
        return _hasher().verify(nobodys if kept is None else kept, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Tell whether a hash was made with less work than today's."""
    return _hasher().check_needs_rehash(kept)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - a login by password alone needs it

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


@cache
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))
