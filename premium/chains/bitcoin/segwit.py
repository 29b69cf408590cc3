"""Bech32 and Bech32m (BIP-173, BIP-350), and Bitcoin Cash's form of addresses.

All three write groups of five bits and end with a checksum over a field of 32 elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32, _BECH32M = 1, 0x2BC830A3
_CASH_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_CHECK, _CASH_CHECK = 6, 8
_LONGEST = 90
_LONGEST_CASH = 120


def encode(hrp: str, version: int, program: bytes) -> str:
    """Return the address of a witness program."""
    data = [version, *_regroup(program, 8, 5)]
    constant = _BECH32 if version == 0 else _BECH32M
    check = _polymod([*_expanded(hrp), *data, *[0] * _CHECK]) ^ constant
    return f"{hrp}1{_letters(data)}{_letters([(check >> 5 * (5 - i)) & 31 for i in range(_CHECK)])}"


def decode(text: str) -> tuple[str, int, bytes]:
    """Return prefix, version and program of a witness address.

    ValueError for a wrong checksum, mixed cases, or a program that no version has.
    """
    hrp, data, constant = _read(text)
    if not data:
        raise ValueError("has no version")
    version, program = data[0], _bytes(data[1:])
    if version > 16 or not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        raise ValueError("is no witness program of a known length")
    if version == 1 and len(program) != 32:
        raise ValueError("is no program of Taproot, which has 32 bytes")
    if (version == 0) != (constant == _BECH32):
        raise ValueError("the checksum is that of another version of witnesses")
    return hrp, version, program


def decode_cash(text: str, prefix: str) -> tuple[int, bytes]:
    """Return kind and hash of an address of Bitcoin Cash.

    The kind is 0 for a key's hash, 1 for a script's. The prefix may be left out. ValueError for what is none.
    """
    lower = _one_case(text)
    body = lower.removeprefix(f"{prefix}:")
    if not _CASH_CHECK < len(body) <= _LONGEST_CASH:
        raise ValueError("is no address of Bitcoin Cash")
    data = _values(body)
    if _cash_polymod([*(ord(letter) & 31 for letter in prefix), 0, *data]):
        raise ValueError("the checksum is wrong: a letter was mistyped")
    packed = _bytes(data[:-_CASH_CHECK])
    if len(packed) != 21 or packed[0] not in (0, 8):
        raise ValueError("is an address of Bitcoin Cash of a kind that is not read here")
    return packed[0] >> 3, packed[1:]


def _read(text: str) -> tuple[str, list[int], int]:
    lower = _one_case(text)
    hrp, found, body = lower.rpartition("1")
    if not found or not hrp or len(lower) > _LONGEST or len(body) < _CHECK:
        raise ValueError("is no Bech32")
    data = _values(body)
    constant = _polymod([*_expanded(hrp), *data])
    if constant not in (_BECH32, _BECH32M):
        raise ValueError("the checksum is wrong: a letter was mistyped")
    return hrp, data[:-_CHECK], constant


def _one_case(text: str) -> str:
    if text not in (text.lower(), text.upper()) or not text.isascii():
        raise ValueError("mixes capital and small letters")
    return text.lower()


def _values(body: str) -> list[int]:
    if any(letter not in _VALUES for letter in body):
        raise ValueError("has a letter or digit that Bech32 has not (1, b, i and o are none)")
    return [_VALUES[letter] for letter in body]


def _letters(values: Iterable[int]) -> str:
    return "".join(_ALPHABET[value] for value in values)


def _expanded(hrp: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in hrp), 0, *(ord(letter) & 31 for letter in hrp)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            check ^= term if top >> bit & 1 else 0
    return check


def _cash_polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 35
        check = (check & 0x07FFFFFFFF) << 5 ^ value
        for bit, term in enumerate(_CASH_GENERATOR):
            check ^= term if top >> bit & 1 else 0
    return check ^ 1


def _bytes(values: Sequence[int]) -> bytes:
    rest = len(values) * 5 % 8
    if rest >= 5 or (values and values[-1] & ((1 << rest) - 1)):
        raise ValueError("has bits left over")
    return bytes(_regroup(values, 5, 8)[: len(values) * 5 // 8])


def _regroup(values: Iterable[int], width: int, into: int) -> list[int]:
    """Cut the bits of the values anew; the last group is filled up with zeros."""
    bits = "".join(f"{value:0{width}b}" for value in values)
    return [int(bits[i : i + into].ljust(into, "0"), 2) for i in range(0, len(bits), into)]
