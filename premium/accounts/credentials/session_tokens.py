"""Issue and verify the access tokens of our own sessions.

ES256 under keys that are made from a secret of the stage, so that nobody keeps a key file: `value` signs, `previous`
is believed as long as it stands there. Issuer, audience and algorithm are constants; nothing in a token chooses them.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key

from premium.accounts.credentials.tokens import MAX_TOKEN_CHARACTERS, Claims, SecretReader, refusal
from premium.config import ConfigurationError
from premium.errors import Unauthenticated
from premium.tiers import Tier

ISSUER = "premium-defi"
AUDIENCE = "premium-defi-api"
LEEWAY_SECONDS = 5
"""Between clocks of our own."""
_ALGORITHM = "ES256"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_REQUIRED = ["exp", "iat", "iss", "aud", "sub", "sid"]
_MIN_CHARACTERS = 32
_RENEW_SECONDS = 30.0


class SessionTokens:
    """Sign and verify access tokens by the secret at an ARN."""

    def __init__(self, secrets: SecretReader, arn: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._secrets, self._arn, self._monotonic = secrets, arn, monotonic
        self._renewed_at = float("-inf")

    def issue(
        self,
        *,
        subject: str,
        session_id: UUID,
        tier: Tier,
        roles: Collection[str],
        amr: Sequence[str],
        now: datetime,
        seconds: int,
    ) -> str:
        """Return a token of a session."""
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "sid": str(session_id), "tier": tier.value,
            "roles": sorted(roles), "amr": list(amr), "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=seconds)).timestamp()),
        }  # fmt: skip
        return jwt.encode(claims, signing_key(_value(self._secrets.read(self._arn))), algorithm=_ALGORITHM)

    def verify(self, token: str) -> Claims:
        """Return the claims of a token; Unauthenticated says why not.

        The secret is read again where no key fits, at most once in half a minute.
        """
        try:
            return self._verified(token, self._secrets.read(self._arn))
        except jwt.InvalidSignatureError:
            if self._monotonic() - self._renewed_at < _RENEW_SECONDS:
                raise Unauthenticated("The token is not valid") from None
        except jwt.PyJWTError as error:
            raise refusal(error) from None
        self._renewed_at = self._monotonic()
        try:
            return self._verified(token, self._secrets.renew(self._arn))
        except jwt.PyJWTError as error:
            raise refusal(error) from None

    def _verified(self, token: str, secret: Mapping[str, str]) -> Claims:
        previous = secret.get("previous")
        try:
            return _claims(token, _value(secret))
        except jwt.InvalidSignatureError:
            if not previous:
                raise
        return _claims(token, previous)


def is_ours(token: str) -> bool:
    """Tell whether a token says that we issued it, which nothing but `verify` believes."""
    if len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
        return False
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, RecursionError):
        return False
    return claims.get("iss") == ISSUER


@lru_cache(maxsize=8)
def signing_key(value: str) -> EllipticCurvePrivateKey:
    """Return the key that a secret's value stands for."""
    digest = hmac.digest(value.encode(), b"premium session tokens, P-256", hashlib.sha512)
    return derive_private_key(1 + int.from_bytes(digest) % (_ORDER - 1), SECP256R1())


def _value(secret: Mapping[str, str]) -> str:
    value = secret.get("value", "")
    if len(value) < _MIN_CHARACTERS:
        raise ConfigurationError(f"the secret of sessions has no value of at least {_MIN_CHARACTERS} characters")
    return value


def _claims(token: str, value: str) -> Claims:
    claims: Mapping[str, Any] = jwt.decode(
        token,
        signing_key(value).public_key(),
        algorithms=[_ALGORITHM],
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=LEEWAY_SECONDS,
        options={"require": _REQUIRED},
    )
    try:
        session_id = UUID(claims["sid"])
    except (ValueError, TypeError, AttributeError):
        raise jwt.InvalidTokenError("sid") from None
    issued = datetime.fromtimestamp(claims["iat"], UTC)
    return Claims(
        subject=claims["sub"],
        email=None,
        tier=None,
        roles=frozenset(),
        expires_at=int(claims["exp"]),
        issued_at=issued,
        session_id=session_id,
    )
