"""EVM addresses and asset keys: checked, checksummed (EIP-55) and normalised."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_CHAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

NATIVE = "0x" + "0" * 40
"""Stands for a chain's native coin in asset keys, as price sources write it."""


def keccak256(data: bytes) -> bytes:
    """Return the hash by the original Keccak, not SHA3-256."""
    from Crypto.Hash import keccak  # noqa: PLC0415 - 30 ms that a function which checks no address need not spend

    return keccak.new(digest_bits=256, data=data).digest()


def checksum(address: str) -> str:
    """Return the EIP-55 form of an address.

    ValueError for what is no address or mixes cases against the checksum (a typing error).
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError("an address is 0x and 40 hexadecimal digits")
    body = address[2:].lower()
    digest = keccak256(body.encode()).hex()
    checked = "0x" + "".join(c.upper() if int(n, 16) >= 8 else c for c, n in zip(body, digest, strict=False))
    mixed = address[2:] not in (body, body.upper())
    if mixed and address != checked:
        raise ValueError("the address's checksum (EIP-55) is wrong: a letter was mistyped")
    return checked


Address = Annotated[str, AfterValidator(checksum)]
"""A pydantic field that holds the checksummed form."""


def asset_key(chain: str, address: str = NATIVE) -> str:
    """Return `ethereum:0xa0b8…` in lower case; the native coin has the zero address."""
    name = chain.strip().lower()
    if not _CHAIN.fullmatch(name):
        raise ValueError(f"not a chain's short name: {chain[:40]!r}")
    return f"{name}:{checksum(address.strip()).lower()}"


def split_key(key: str) -> tuple[str, str]:
    """Return chain and checksummed address of an asset key.

    ValueError for what `asset_key` did not write.
    """
    chain, _, address = key.partition(":")
    if asset_key(chain, address) != key:
        raise ValueError(f"not an asset key: {key[:100]!r}")
    return chain, checksum(address)
