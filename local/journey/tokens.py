"""Issue tokens as the free platform does, with the stage's own key."""

from __future__ import annotations

import time
from pathlib import Path

import jwt

from local.secret_values import jwt_secret


def token(state: Path, subject: str, *, tier: str = "pro", lifetime: int = 3600) -> str:
    """Return a JWT of `sub`, `email`, `tier`, `iat`, `exp`, `iss`, `aud`.

    `state` is the folder of the stage.
    """
    secret = jwt_secret(state)
    now = int(time.time())
    claims = {
        "sub": subject,
        "email": f"{subject}@example.org",
        "tier": tier,
        "iat": now,
        "exp": now + lifetime,
        "iss": secret["issuer"],
        "aud": secret["audience"],
    }
    return jwt.encode(claims, secret["key"], algorithm=secret["algorithm"])
