"""Verify the JWT that is shared with the free platform.

Algorithm and key both come from the secret.

What the token's own header says of algorithm or key is never believed, so neither `none` nor a public key used as an
HMAC secret gets through (RFC 8725, sections 2.1 and 3.1).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import jwt

from premium.config import ConfigurationError
from premium.errors import Unauthenticated
from premium.tiers import Tier

LEEWAY_SECONDS = 60
MAX_TOKEN_CHARACTERS = 8192
OWN_SUBJECT = "own_"
"""Begins the ids of users who came to us first; no token of the free platform may name one."""
ROLES = frozenset({"admin", "support", "compliance", "finance"})

_ALGORITHMS = frozenset({"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384"})
_MIN_HMAC_BYTES = 32
_RENEW_SECONDS = 30.0


class SecretReader(Protocol):
    """Whoever reads secrets: `premium.storage.secrets.Secrets`."""

    def read(self, arn: str, /) -> Mapping[str, str]:
        """Return the secret's fields as last known."""
        ...

    def renew(self, arn: str, /) -> Mapping[str, str]:
        """Return the secret's fields as they are now."""
        ...


@dataclass(frozen=True, kw_only=True)
class Claims:
    """The claims of a verified token."""

    subject: str
    """The free platform's id of the user."""
    email: str | None
    tier: Tier | None
    """None where the token names none that we know."""
    roles: frozenset[str]
    expires_at: int
    """Unix seconds."""
    issued_at: datetime | None = None
    """Orders the tokens of a user; None where the token does not say."""
    session_id: UUID | None = None
    """The session of a token that we issued; None for one of the free platform."""


class TokenVerifier:
    """Verify tokens against a secret that may be rotated.

    The secret is read anew when a signature fails: a rotated key is known at once, yet forged tokens cause at most one
    read in 30 seconds.
    """

    def __init__(self, secrets: SecretReader, arn: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._secrets = secrets
        self._arn = arn
        self._monotonic = monotonic
        self._renewed_at = float("-inf")

    def verify(self, token: str) -> Claims:
        """Return the claims of a token; Unauthenticated says why not."""
        if not token or len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
            raise Unauthenticated("The token is not valid")
        try:
            return _claims(_decode(token, self._secrets.read(self._arn)))
        except jwt.InvalidSignatureError:
            if not self._may_renew():
                raise Unauthenticated("The token is not valid") from None
        except jwt.PyJWTError as error:
            raise refusal(error) from None
        return self._verify_by_renewed(token)

    def _verify_by_renewed(self, token: str) -> Claims:
        try:
            return _claims(_decode(token, self._secrets.renew(self._arn)))
        except jwt.PyJWTError as error:
            raise refusal(error) from None

    def _may_renew(self) -> bool:
        now = self._monotonic()
        if now - self._renewed_at < _RENEW_SECONDS:
            return False
        self._renewed_at = now
        return True


def _decode(token: str, secret: Mapping[str, str]) -> Mapping[str, Any]:
    algorithm, key = _pinned(secret)
    issuer, audience = secret.get("issuer") or None, secret.get("audience") or None
    required = ["exp", "sub", *(["iss"] if issuer else []), *(["aud"] if audience else [])]
    claims: Mapping[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        issuer=issuer,
        audience=audience,
        leeway=LEEWAY_SECONDS,
        options={"require": required, "verify_aud": audience is not None, "verify_iss": issuer is not None},
    )
    return claims


def _pinned(secret: Mapping[str, str]) -> tuple[str, str]:
    algorithm, key = secret.get("algorithm", ""), secret.get("key", "")
    if algorithm not in _ALGORITHMS:
        raise ConfigurationError("the JWT secret's algorithm is none of " + ", ".join(sorted(_ALGORITHMS)))
    if algorithm.startswith("HS") and (len(key.encode()) < _MIN_HMAC_BYTES or "-----BEGIN" in key):
        raise ConfigurationError(
            f"the JWT secret's key must be at least {_MIN_HMAC_BYTES} random bytes for {algorithm}"
        )
    if not algorithm.startswith("HS") and "PUBLIC KEY-----" not in key:
        raise ConfigurationError(f"the JWT secret's key must be a public key in PEM for {algorithm}")
    return algorithm, key


def _claims(claims: Mapping[str, Any]) -> Claims:
    subject, email, tier, roles = claims["sub"], claims.get("email"), claims.get("tier"), claims.get("roles")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise jwt.InvalidTokenError("sub")
    if subject.startswith(OWN_SUBJECT):
        raise jwt.InvalidTokenError("sub")
    return Claims(
        subject=subject,
        email=email if isinstance(email, str) and "@" in email and len(email) <= 320 and email.isprintable() else None,
        tier=Tier(tier) if tier in list(Tier) else None,
        roles=ROLES.intersection(role for role in roles if isinstance(role, str))
        if isinstance(roles, list)
        else frozenset(),
        expires_at=int(claims["exp"]),
        issued_at=_issued(claims.get("iat")),
    )


def _issued(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        raise jwt.InvalidTokenError("iat") from None


def refusal(error: jwt.PyJWTError) -> Unauthenticated:
    """Return what a caller is told of a token that is not valid."""
    if isinstance(error, jwt.ExpiredSignatureError):
        return Unauthenticated("The token has expired")
    return Unauthenticated("The token is not valid")
