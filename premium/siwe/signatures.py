"""Tell which address signed a text, by the personal message of EIP-191."""

from __future__ import annotations

import re

from premium.chains.addresses import checksum, keccak256

SIGNATURE_BYTES = 65
_HEX = re.compile(r"0x(?:[0-9A-Fa-f]{2})*")
_RECOVERY = {0: 0, 1: 1, 27: 0, 28: 1}


class WrongSignature(ValueError):
    """A signature that no key makes, or not of this text; the message says why."""


def read_signature(text: str) -> bytes:
    """Return the bytes of a hexadecimal signature; WrongSignature for another form."""
    if not _HEX.fullmatch(text):
        raise WrongSignature("is not 0x and an even number of hexadecimal digits")
    return bytes.fromhex(text[2:])


def personal_hash(text: str) -> bytes:
    """Return the hash that a wallet signs for a text."""
    data = text.encode()
    return keccak256(b"\x19Ethereum Signed Message:\n%d%b" % (len(data), data))


def signer(digest: bytes, signature: bytes) -> str:
    """Return the checksummed address whose key made a signature of 65 bytes: r, s, v.

    WrongSignature for another length, a v other than 0, 1, 27, 28, and for r and s outside 1 … n-1. A high s is taken:
    its twin opens nothing twice, as the nonce of the text is spent.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise WrongSignature(f"has {len(signature)} bytes, not {SIGNATURE_BYTES}")
    if signature[64] not in _RECOVERY:
        raise WrongSignature(f"has the v {signature[64]}, not 0, 1, 27 or 28")
    from btclib_libsecp256k1.recovery import recover  # noqa: PLC0415 - a library that logins alone need

    try:
        key = recover(digest, signature[:64], _RECOVERY[signature[64]], compressed=False)
    except ValueError:
        raise WrongSignature("is of no key: r or s is out of range, or on no point of the curve") from None
    return checksum(f"0x{keccak256(key[1:])[12:].hex()}")
