"""Codes by the clock: the published vectors, one step of tolerance, none twice; secrets sealed for their user."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.accounts.credentials.codes import (
    address_of,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    step_of,
)
from premium.ciphers import keys_of, opened, sealed
from premium.config import ConfigurationError

pytestmark = pytest.mark.unit

RFC = b"12345678901234567890"
"""RFC 6238, appendix B, of SHA-1; the last six of its eight digits."""
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


@pytest.mark.parametrize(("at", "code"), VECTORS.items())
def test_the_published_codes(at: int, code: str) -> None:
    assert step_of(RFC, code, at=at, after=None) == at // 30
    for off in (-60, 60):
        assert step_of(RFC, code, at=at + off, after=None) is None
    for off in (-30, 30):
        assert step_of(RFC, code, at=at + off, after=None) == at // 30
    assert step_of(RFC, code, at=at, after=at // 30) is None, "none counts twice"
    assert step_of(RFC, code, at=at, after=at // 30 - 1) == at // 30


@given(st.text(max_size=12))
def test_what_is_no_code_is_none(text: str) -> None:
    assert text in VECTORS.values() or step_of(RFC, text, at=10**9, after=None) is None
    assert len(text) == 11 or recovery_hash(text) is None


def test_an_authenticator_reads_the_secret_and_the_name() -> None:
    parts = urlsplit(address_of(RFC, "ada@example.org"))
    asked = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert asked["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert (asked["digits"], asked["period"], asked["algorithm"]) == (["6"], ["30"], ["SHA1"])


def test_a_sealed_secret_opens_for_its_user_by_either_key() -> None:
    one, other, secret = uuid4(), uuid4(), new_secret()
    old, new = keys_of({"value": "old"}), keys_of({"value": "new", "previous": "old"})
    kept = sealed(old, one.bytes, secret)
    assert opened(old, one.bytes, kept) == (secret, False)
    assert opened(new, one.bytes, kept) == (secret, True)
    assert opened(new, one.bytes, sealed(new, one.bytes, secret)) == (secret, False)
    for keys, user in ((new, other), (keys_of({"value": "new"}), one)):
        with pytest.raises(ConfigurationError, match="do not open"):
            opened(keys, user.bytes, kept)
    assert sealed(old, one.bytes, secret) != kept, "never the same twice"


def test_recovery_codes_differ_and_are_read_in_any_case() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert recovery_hash(f" {codes[0].upper()} ") == recovery_hash(codes[0])
