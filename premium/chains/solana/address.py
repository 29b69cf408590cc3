"""Addresses of Solana: 32 bytes in Base58.

Half of all 32 bytes are points of the curve, which a key pair may own; the others belong to programs.
"""

from __future__ import annotations

from hashlib import sha256

from premium.chains import base58

BYTES = 32
_MARK = b"ProgramDerivedAddress"


def decoded(address: str) -> bytes:
    """Return the bytes of an address; ValueError for what is none."""
    key = base58.decode(address)
    if len(key) != BYTES:
        raise ValueError(f"an address of Solana has {BYTES} bytes, this one {len(key)}")
    return key


def encoded(key: bytes) -> str:
    """Return the address of 32 bytes."""
    return base58.encode(key)


def is_on_curve(key: bytes) -> bool:
    """Say whether a key pair may own the address; others are programs'."""
    from Crypto.Signature import eddsa  # noqa: PLC0415 - 30 ms that a function which checks no address need not spend

    try:
        eddsa.import_public_key(key)
    except ValueError:
        return False
    return True


def derived(program: str, *seeds: bytes) -> str:
    """Return the address that a program derives from seeds: the first one off the curve."""
    owner = decoded(program)
    for bump in range(255, -1, -1):
        key = sha256(b"".join(seeds) + bytes([bump]) + owner + _MARK).digest()
        if not is_on_curve(key):
            return encoded(key)
    raise ValueError("no address can be derived from these seeds")
