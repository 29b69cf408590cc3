"""Tokens that are refused, each for its own reason, and those that are not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from premium.accounts.credentials.tokens import TokenVerifier
from premium.config import ConfigurationError
from premium.errors import Unauthenticated
from premium.tiers import Tier

pytestmark = pytest.mark.unit
KEY = "k" * 32
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def pem(key: Any) -> str:
    return str(
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


class Vault:
    """A secret that may rotate; counts how often it is read anew."""

    def __init__(self, **fields: str) -> None:
        self.fields: dict[str, str] = {"algorithm": "HS256", "key": KEY, **fields}
        self.rotated: dict[str, str] | None = None
        self.renewals = 0

    def read(self, _: str) -> Mapping[str, str]:
        return self.fields

    def renew(self, _: str) -> Mapping[str, str]:
        self.renewals += 1
        self.fields = self.rotated or self.fields
        return self.fields


def verifier(**fields: str) -> TokenVerifier:
    return TokenVerifier(Vault(**fields), "arn")


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {"sub": "user_123", "email": "a@b.c", "tier": "pro", "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in whole.items() if value is not ...}


def signed(key: Any = KEY, algorithm: str = "HS256", headers: dict[str, Any] | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def by_hand(header: dict[str, Any], payload: object, key: bytes = KEY.encode()) -> str:
    content = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(payload).encode())}"
    return f"{content}.{b64(hmac.digest(key, content.encode(), hashlib.sha256))}"


def test_a_good_token_says_who() -> None:
    found = verifier().verify(signed(roles=["admin", "god", 7]))
    assert (found.subject, found.email, found.tier, found.roles) == ("user_123", "a@b.c", Tier.PRO, {"admin"})


@pytest.mark.parametrize(
    "changes", [{"tier": "god"}, {"tier": ...}, {"tier": 5}, {"tier": ["pro"]}, {"roles": "admin"}]
)
def test_what_is_not_known_gives_nothing(changes: dict[str, Any]) -> None:
    found = verifier().verify(signed(**changes))
    assert found.roles == frozenset()
    assert found.tier is (Tier.PRO if "roles" in changes else None)


@pytest.mark.parametrize(("shift", "accepted"), [(-30, True), (-90, False), (-3600, False)])
def test_expiry_with_a_minute_of_skew(shift: int, accepted: bool) -> None:
    token = signed(exp=int(time.time()) + shift, iat=int(time.time()) - 7200)
    if accepted:
        verifier().verify(token)
    else:
        with pytest.raises(Unauthenticated, match="expired"):
            verifier().verify(token)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": ...},
        {"exp": "soon"},
        {"exp": None},
        {"exp": float("inf")},
        {"iat": int(time.time()) + 3600},
        {"iat": "yesterday"},
        {"nbf": int(time.time()) + 3600},
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
        {"sub": "a\x00b"},
        {"sub": "a\nb"},
        {"sub": "s" * 256},
    ],
)
def test_claims_that_cannot_be_believed(changes: dict[str, Any]) -> None:
    whole = claims(**changes)
    with pytest.raises(Unauthenticated):
        verifier().verify(by_hand({"alg": "HS256", "typ": "JWT"}, whole))


def none_token(algorithm: str) -> str:
    return f"{b64(json.dumps({'alg': algorithm}).encode())}.{b64(json.dumps(claims()).encode())}."


@pytest.mark.parametrize(
    "token",
    [
        none_token("none"),
        none_token("None"),
        none_token("NONE"),
        none_token("HS256"),
        signed("x" * 32),
        signed("k" * 64, "HS512"),
        signed(RSA, "RS256"),
        signed(EC, "ES256"),
        signed()[:-2],
        signed() + "A",
        signed().rsplit(".", 1)[0] + ".",
        "." + signed(),
        signed() + ".x",
        by_hand({"alg": "HS256", "crit": ["exp2"], "exp2": 1}, claims()),
        by_hand({"alg": ["HS256"]}, claims()),
        by_hand({"alg": None}, claims()),
        by_hand({"alg": "HS256"}, [1]),
        by_hand({"alg": "HS256"}, "text"),
        by_hand({"alg": "HS256", "jwk": {"kty": "oct", "k": b64(b"x" * 32)}}, claims(), b"x" * 32),
        by_hand({"alg": "HS256", "kid": "../../dev/null"}, claims(), b""),
        "",
        " ",
        "a",
        "..",
        "a.b.c",
        "é.é.é",
        "\u202e.\ud800.\x00",
        "e" * 8193,
        signed(padding="p" * 8192),
    ],
)
def test_a_token_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(token)


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")])
def test_a_public_key_verifies_and_is_no_hmac_secret(key: Any, algorithm: str) -> None:
    public = pem(key)
    mine = verifier(algorithm=algorithm, key=public)
    assert mine.verify(signed(key, algorithm)).subject == "user_123"
    for confused in (by_hand({"alg": "HS256"}, claims(), public.encode()), none_token("none"), signed()):
        with pytest.raises(Unauthenticated):
            mine.verify(confused)


def test_issuer_and_audience_where_they_are_configured() -> None:
    mine = verifier(issuer="https://free.example", audience="premium")
    assert mine.verify(signed(iss="https://free.example", aud=["premium", "other"])).subject == "user_123"
    for wrong in (
        {"iss": "https://free.example"},
        {"aud": "premium"},
        {"iss": "https://evil.example", "aud": "premium"},
        {"iss": "https://free.example", "aud": "other"},
        {"iss": ["https://free.example"], "aud": "premium"},
    ):
        with pytest.raises(Unauthenticated):
            mine.verify(signed_by_hand(wrong))
    assert verifier().verify(signed(iss="anyone", aud="anything")).subject == "user_123"


def signed_by_hand(changes: dict[str, Any]) -> str:
    return by_hand({"alg": "HS256"}, claims(**changes))


def test_a_rotated_key_is_known_at_once_and_forgeries_cause_one_read() -> None:
    vault = Vault()
    vault.rotated = {"algorithm": "HS256", "key": "n" * 32}
    mine = TokenVerifier(vault, "arn")
    assert mine.verify(signed("n" * 32)).subject == "user_123"
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            mine.verify(signed("f" * 32))
    assert vault.renewals == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"algorithm": "none"},
        {"algorithm": ""},
        {"key": "short"},
        {"key": pem(RSA)},
        {"algorithm": "RS256"},
        {"algorithm": "RS256", "key": "k" * 64},
    ],
)
def test_a_secret_that_protects_nothing_is_no_secret(fields: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        verifier(**fields).verify(signed())
