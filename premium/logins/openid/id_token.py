"""Judge an identity token (OpenID Connect Core 1.0, 3.1.3.7): RS256 alone, whatever its header says."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MAX_CHARACTERS = 8192
LEEWAY_SECONDS = 60
"""Between the provider's clock and ours."""
MAX_AGE_SECONDS = 600
"""Since its issue: a token of this login is seconds old."""
_ALGORITHM = "RS256"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is at a provider, as its signed word says."""

    subject: str
    email: str | None
    """In lower case; None where the provider has not verified one."""


class Refused(Exception):
    """The token proves nothing.

    `rule` names the first rule that fails, and tells nothing of its content.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def identity_of(
    token: object, key_of: Callable[[str], RSAPublicKey | None], *, issuer: str, audience: str, nonce: str, now: float
) -> Identity:
    """Return who a token is of; Refused where any rule fails.

    `key_of` gives the issuer's key of an id; `now` is in Unix seconds.
    """
    if not isinstance(token, str) or len(token) > MAX_CHARACTERS or not token.isascii():
        raise Refused("form")
    key = key_of(_key_id(token))
    if key is None:
        raise Refused("key")
    try:
        options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
        claims = jwt.decode(token, key, algorithms=[_ALGORITHM], options=options)  # type: ignore[arg-type] # of bools
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise Refused("signature") from None
    _judge(claims, issuer=issuer, audience=audience, nonce=nonce, now=now)
    return Identity(subject=claims["sub"], email=_email(claims))


def _key_id(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Refused("form") from None
    kid = header.get("kid")
    if header.get("alg") != _ALGORITHM or "crit" in header:
        raise Refused("algorithm")
    if not isinstance(kid, str) or len(kid) > 200:
        raise Refused("key")
    return kid


def _judge(claims: Mapping[str, Any], *, issuer: str, audience: str, nonce: str, now: float) -> None:
    if claims.get("iss") != issuer:
        raise Refused("issuer")
    if claims.get("aud") not in (audience, [audience]) or claims.get("azp", audience) != audience:
        raise Refused("audience")
    issued, ends = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
    if issued is None or ends is None or now >= ends + LEEWAY_SECONDS:
        raise Refused("expiry")
    if issued > now + LEEWAY_SECONDS or issued < now - MAX_AGE_SECONDS - LEEWAY_SECONDS:
        raise Refused("issue")
    shown = claims.get("nonce")
    if not isinstance(shown, str) or not hmac.compare_digest(shown.encode(), nonce.encode()):
        raise Refused("nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isascii() or "\x00" in subject:
        raise Refused("subject")


def _seconds(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else None


def _email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    return email.lower() if _EMAIL.fullmatch(email) and email.isprintable() and len(email) <= 320 else None
