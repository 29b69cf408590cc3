"""Messages of EIP-4361 are read to the byte, and what is wrong is named by line and field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.siwe.instants import instant
from premium.siwe.message import MAX_BYTES, Malformed, compose, parse
from tests.unit.accounts.messages import ADDRESS, fields

pytestmark = pytest.mark.unit
TEXT = f"""https://app.example:8443 wants you to sign in with your Ethereum account:
{ADDRESS}

I accept the terms: https://app.example/terms

URI: https://app.example:8443/login
Version: 1
Chain ID: 10
Nonce: aBcDeF0123456789
Issued At: 2025-10-17T10:00:00.5Z
Expiration Time: 2025-10-17T10:05:00Z
Not Before: 2025-10-17T09:59:00+02:00
Request ID: r-1
Resources:
- https://app.example/terms
- ipfs://Qme7ss3ARVgxv6rXqVPiikMJ8u2NLgmgszg13pYrDKEoiu"""
BARE = TEXT.replace("\nI accept the terms: https://app.example/terms\n", "\n").split("\nExpiration")[0]


def refusal(text: str) -> tuple[str, int]:
    with pytest.raises(Malformed) as caught:
        parse(text)
    assert str(caught.value).startswith(f"line {caught.value.line}: " if caught.value.line else caught.value.field)
    return caught.value.field, caught.value.line


def test_every_field_is_read_as_it_stands() -> None:
    assert parse(TEXT).fields() == {
        "scheme": "https",
        "domain": "app.example:8443",
        "address": ADDRESS,
        "statement": "I accept the terms: https://app.example/terms",
        "uri": "https://app.example:8443/login",
        "version": "1",
        "chainId": 10,
        "nonce": "aBcDeF0123456789",
        "issuedAt": "2025-10-17T10:00:00.5Z",
        "expirationTime": "2025-10-17T10:05:00Z",
        "notBefore": "2025-10-17T09:59:00+02:00",
        "requestId": "r-1",
        "resources": [
            "https://app.example/terms", "ipfs://Qme7ss3ARVgxv6rXqVPiikMJ8u2NLgmgszg13pYrDKEoiu",
        ],
    }  # fmt: skip
    bare = parse(BARE).fields()
    assert not {"statement", "expirationTime", "notBefore", "requestId", "resources"} & bare.keys()


@settings(deadline=None, max_examples=60)
@given(fields())
def test_a_text_is_composed_as_it_is_read(given_fields: dict[str, Any]) -> None:
    message = compose(given_fields)
    assert parse(message.text()) == message
    assert message.fields() == given_fields


@settings(deadline=None, max_examples=60)
@given(fields(), st.data())
def test_a_changed_byte_is_refused_or_read_as_another_message(
    given_fields: dict[str, Any], data: st.DataObject
) -> None:
    text = compose(given_fields).text()
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.one_of(st.just(""), st.characters(max_codepoint=0x2FF)))
    changed = text[:at] + put + text[at + 1 :]
    try:
        read = parse(changed)
    except Malformed:
        return
    assert read.text() == changed
    assert (read == parse(text)) == (changed == text)


@pytest.mark.parametrize(
    ("old", "new", "field", "line"),
    [
        ("https://app.example:8443 wants", "app.example/x wants", "domain", 1),
        ("https://app.example:8443 wants", " wants", "domain", 1),
        ("https://app.example:8443 wants", "1ttps://app.example:8443 wants", "scheme", 1),
        ("https://app.example:8443 wants", "https://app.example:x wants", "domain", 1),
        ("https://app.example:8443 wants", "https://[::1 wants", "domain", 1),
        ("https://app.example:8443 wants", "https://[1:2:3] wants", "domain", 1),
        ("https://app.example:8443 wants", "https://ap\u0440.example wants", "domain", 1),
        ("your Ethereum account:", "your Ethereum account: ", "domain", 1),
        ("your Ethereum account:", "your ethereum account:", "domain", 1),
        (ADDRESS, ADDRESS.lower(), "address", 2),
        (ADDRESS, ADDRESS[:2] + ADDRESS[2:].upper(), "address", 2),
        (ADDRESS, ADDRESS[:-1], "address", 2),
        (ADDRESS, ADDRESS.replace("0x", "0X"), "address", 2),
        ("\n\nI accept", "\nI accept", "statement", 3),
        ("I accept the", 'I "accept" the', "statement", 4),
        ("I accept the", "I 100% accept the", "statement", 4),
        ("I accept the", "I accépt the", "statement", 4),
        ("terms\n\nURI", "terms\nURI", "statement", 5),
        ("URI: https", "URI:https", "uri", 6),
        ("URI: https://app.example:8443/login", "URI: //app.example", "uri", 6),
        ("URI: https://app.example:8443/login", "URI: https://app.example/a b", "uri", 6),
        ("URI: https://app.example:8443/login", "URI: https://app.example/%zz", "uri", 6),
        ("Version: 1", "Version: 01", "version", 7),
        ("Chain ID: 10", "Chain ID: -1", "chainId", 8),
        ("Chain ID: 10", "Chain ID: 1\u0660", "chainId", 8),
        ("Chain ID: 10", "Chain Id: 10", "chainId", 8),
        ("Nonce: aBcDeF0123456789", "Nonce: aBcDeF0", "nonce", 9),
        ("Nonce: aBcDeF0123456789", "Nonce: aBcDeF0-123456789", "nonce", 9),
        ("Issued At: 2025-10-17T10:00:00.5Z", "Issued At: 2025-10-17 10:00:00.5Z", "issuedAt", 10),
        ("Issued At: 2025-10-17T10:00:00.5Z", "Issued At: 2025-10-17T10:00:00", "issuedAt", 10),
        ("Issued At: 2025-10-17T10:00:00.5Z", "Issued At: 2025-02-29T10:00:00Z", "issuedAt", 10),
        ("Issued At: 2025-10-17T10:00:00.5Z", "Issued At: 2025-10-17T24:00:00Z", "issuedAt", 10),
        ("Issued At: 2025-10-17T10:00:00.5Z", "Issued At: 2025-10-17T10:00:60Z", "issuedAt", 10),
        ("Expiration Time: 2025-10-17T10:05:00Z", "Expiration Time: ", "expirationTime", 11),
        ("Not Before: 2025-10-17T09:59:00+02:00", "Not Before: 2025-10-17T09:59:00+24:00", "notBefore", 12),
        ("Request ID: r-1", "Request ID: r/1", "requestId", 13),
        ("Resources:\n", "Resources: \n", "message", 14),
        ("- https://app.example/terms", "https://app.example/terms", "resources", 15),
        ("- ipfs:", "- :", "resources", 16),
        ("Request ID: r-1\n", "Request ID: r-1\r\n", "message", 13),
        ("Version: 1\nChain ID: 10", "Chain ID: 10\nVersion: 1", "version", 7),
        ("\nNot Before", "\nURI: https://evil.example\nNot Before", "uri", 12),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, field: str, line: int) -> None:
    assert TEXT.count(old) >= 1
    assert refusal(TEXT.replace(old, new, 1)) == (field, line)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "domain"),
        (TEXT + "\n", "message"),
        (TEXT + "\x00", "message"),
        (TEXT.replace("\n", "\r\n"), "message"),
        (TEXT.replace("accept", "acc\ud800pt"), "message"),
        (TEXT.replace("I accept the terms", "I" * MAX_BYTES), "message"),
        ("\n".join(TEXT.split("\n")[:9]), "issuedAt"),
    ],
)
def test_texts_that_are_no_message(text: str, field: str) -> None:
    assert refusal(text)[0] == field


def test_the_size_is_that_of_the_text_to_the_byte() -> None:
    pad = MAX_BYTES - len(TEXT)
    assert parse(TEXT.replace("I accept", "I" * (pad + 1) + " accept", 1).replace("II", "I", 1))
    assert refusal(TEXT.replace("I accept", "I" * (pad + 2) + " accept", 1)) == ("message", 0)


def test_a_statement_is_never_read_as_a_field() -> None:
    sly = "URI: https://evil.example"
    assert parse(TEXT.replace("I accept the terms: https://app.example/terms", sly)).fields()["statement"] == sly
    with pytest.raises(Malformed):
        compose({**parse(TEXT).fields(), "statement": "x\n\nURI: https://evil.example"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"chainId": "?"}, "chainId"), ({"chainId": True}, "chainId"), ({"version": 1}, "version"),
        ({"statement": ""}, "statement"), ({"resources": "x"}, "resources"), ({"resources": [1]}, "resources"),
        ({"domain": None}, "domain"), ({"chain_id": 1}, "chain_id"), ({"issuedAt": 5}, "issuedAt"),
    ],
)  # fmt: skip
def test_fields_of_another_form_are_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as caught:
        compose({**parse(TEXT).fields(), **change})
    assert (caught.value.field, caught.value.line) == (field, 0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", "0"), ("1970-01-01t00:00:00z", "0"), ("1970-01-01T01:00:00+01:00", "0"),
        ("1969-12-31T23:59:59.25Z", "-0.75"), ("2016-12-31T23:59:60Z", "1483228800"),
        ("2017-01-01T01:59:60+02:00", "1483228800"), ("2000-02-29T00:00:00Z", "951782400"),
        ("0000-01-01T00:00:00Z", "-62167219200"),
        ("2025-10-17T10:00:00.1234567890123456789Z", "1760695200.1234567890123456789"),
    ],
)  # fmt: skip
def test_times_are_exact(text: str, seconds: str) -> None:
    assert instant(text) == Decimal(seconds)
