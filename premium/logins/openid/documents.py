"""Read what a provider publishes of itself: its addresses, and its keys.

RFC 7517, OpenID Connect Discovery 1.0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

MAX_KEYS = 20
MIN_BITS, MAX_BITS = 2048, 8192
_ALGORITHM = "RS256"
_LOOPBACK = ("127.0.0.1", "localhost")


class Unreadable(Exception):
    """A provider's answer is not what the protocol says; the message names the part."""


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where a provider is asked."""

    authorization: str
    token: str
    keys: str


def addresses_of(document: bytes, issuer: str) -> Addresses:
    """Return the addresses of a discovery document.

    It must be the issuer's own, and each address encrypted (on this machine alone also plain). Unreadable otherwise.
    """
    found = object_of(document, "discovery")
    if found.get("issuer") != issuer:
        raise Unreadable("discovery: another issuer's")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    authorization, token, keys = (_address(found, name) for name in names)
    return Addresses(authorization=authorization, token=token, keys=keys)


def keys_of(document: bytes) -> dict[str, RSAPublicKey]:
    """Return the keys that verify signatures, by their ids.

    Others are left out: another algorithm, another use, no id, too short or too long. Unreadable for no list of keys.
    """
    listed = object_of(document, "keys").get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise Unreadable(f"keys: not a list of at most {MAX_KEYS}")
    found = {each["kid"]: key for each in listed if isinstance(each, dict) and (key := _key(each)) is not None}
    if not found:
        raise Unreadable("keys: none that verifies RS256")
    return found


def object_of(raw: bytes, what: str) -> dict[str, Any]:
    """Return an answer's JSON object; Unreadable for anything else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable(f"{what}: not JSON") from None
    if not isinstance(found, dict):
        raise Unreadable(f"{what}: not an object")
    return found


def _address(document: Mapping[str, Any], name: str) -> str:
    address = document.get(name)
    if not isinstance(address, str) or len(address) > 500 or not address.isascii():
        raise Unreadable(f"discovery: no {name}")
    try:
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    except ValueError:
        safe = False
    if not safe:
        raise Unreadable(f"discovery: {name} is not encrypted")
    return address


def _key(said: Mapping[str, Any]) -> RSAPublicKey | None:
    is_ours = said.get("kty") == "RSA" and said.get("use", "sig") == "sig" and said.get("alg", _ALGORITHM) == _ALGORITHM
    if not is_ours or not isinstance(said.get("kid"), str) or "d" in said:
        return None
    try:
        key = PyJWK(dict(said), algorithm=_ALGORITHM).key
    except (PyJWTError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and MIN_BITS <= key.key_size <= MAX_BITS else None
