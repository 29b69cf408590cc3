"""Base58 as Bitcoin and Solana write it, and its form with a checksum."""

from __future__ import annotations

from hashlib import sha256

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_CHECK_BYTES = 4
LONGEST = 200
"""Letters: no address or key has more, and the time to read them grows with their square."""


def encode(data: bytes) -> str:
    """Return bytes as letters; each leading zero byte is a 1."""
    number, letters = int.from_bytes(data, "big"), ""
    while number:
        number, value = divmod(number, 58)
        letters = _ALPHABET[value] + letters
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + letters


def decode(text: str) -> bytes:
    """Return the bytes of letters; ValueError for what is none."""
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"has 1 to {LONGEST} letters and digits")
    number = 0
    for letter in text:
        if letter not in _VALUES:
            raise ValueError("has a letter or digit that Base58 has not (0, O, I and l are none)")
        number = number * 58 + _VALUES[letter]
    body = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return b"\0" * (len(text) - len(text.lstrip("1"))) + body


def encode_check(data: bytes) -> str:
    """Return bytes as letters, with their checksum."""
    return encode(data + _check(data))


def decode_check(text: str) -> bytes:
    """Return the bytes before a checksum; ValueError where it does not fit."""
    data = decode(text)
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if len(data) <= _CHECK_BYTES or check != _check(body):
        raise ValueError("the checksum is wrong: a letter was mistyped")
    return body


def _check(data: bytes) -> bytes:
    return sha256(sha256(data).digest()).digest()[:_CHECK_BYTES]
