"""Make tokens as the free platform does, for trying a stage."""

from __future__ import annotations

import time
from collections.abc import Mapping

import jwt


def signed(secret: Mapping[str, str], key: str, subject: str, *, tier: str, lifetime: int) -> str:
    """Return a JWT of a subject, as a stage checks it.

    Claims: `sub`, `email`, `tier`, `iat`, `exp`, and `iss`, `aud` where the secret names them.
    `secret` is the stage's entry `Jwt`; `key` signs; `lifetime` is in seconds.
    """
    now = int(time.time())
    claims = {
        "sub": subject,
        "email": f"{subject}@example.org",
        "tier": tier,
        "iat": now,
        "exp": now + lifetime,
        "iss": secret.get("issuer"),
        "aud": secret.get("audience"),
    }
    given = {name: value for name, value in claims.items() if value}
    return jwt.encode(given, key, algorithm=secret["algorithm"])
