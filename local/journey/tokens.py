"""Issue tokens as the free platform does, with the stage's own key."""

from __future__ import annotations

from pathlib import Path

from cdk_app.account.claims import signed
from local.secret_values import jwt_secret


def token(state: Path, subject: str, *, tier: str = "pro", lifetime: int = 3600) -> str:
    """Return a JWT of `sub`, `email`, `tier`, `iat`, `exp`, `iss`, `aud`.

    `state` is the folder of the stage.
    """
    secret = jwt_secret(state)
    return signed(secret, secret["key"], subject, tier=tier, lifetime=lifetime)
