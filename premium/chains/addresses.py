"""Addresses and asset keys: checked and normalised.

EVM addresses are checksummed (EIP-55), those of Solana are 32 bytes in Base58 whose letters keep their cases.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from premium.chains.solana import address as solana

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_CHAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

NATIVE = "0x" + "0" * 40
"""Stands for a chain's native coin in asset keys, as price sources write it."""


def keccak256(data: bytes) -> bytes:
    """Return the hash by the original Keccak, not SHA3-256."""
    from Crypto.Hash import keccak  # noqa: PLC0415 - 30 ms that a function which checks no address need not spend

    return keccak.new(digest_bits=256, data=data).digest()


@lru_cache(maxsize=32_768)  # the same tokens are asked for every holder: it was a sixth of stating a portfolio
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


def created(sender: str, nonce: int) -> str:
    """Return the address of what an account creates with this nonce, in lower case.

    By CREATE; Yellow Paper, section 7: the hash of the RLP of both.
    """
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8)
    counted = number if len(number) == 1 and number[0] < 0x80 else bytes([0x80 + len(number)]) + number
    body = b"\x94" + bytes.fromhex(sender[2:]) + counted
    return f"0x{keccak256(bytes([0xC0 + len(body)]) + body)[12:].hex()}"


Address = Annotated[str, AfterValidator(checksum)]
"""A pydantic field that holds the checksummed form."""


def token_address(address: str) -> str:
    """Return the normal form of a token's address, by EVM chains or by Solana.

    ValueError for what is neither.
    """
    return address if is_solana(address) else checksum(address)


def is_solana(address: str) -> bool:
    """Say whether a text is an address of Solana."""
    try:
        return not address.startswith(("0x", "0X")) and bool(solana.decoded(address))
    except ValueError:
        return False


TokenAddress = Annotated[str, AfterValidator(token_address)]
"""A pydantic field that holds the normal form."""


def asset_key(chain: str, address: str = NATIVE) -> str:
    """Return `ethereum:0xa0b8…` in lower case, or `solana:EPjF…` as it is.

    The native coin has the zero address on every chain.
    """
    name = chain.strip().lower()
    if not _CHAIN.fullmatch(name):
        raise ValueError(f"not a chain's short name: {chain[:40]!r}")
    return f"{name}:{in_key(token_address(address.strip()))}"


def in_key(address: str) -> str:
    """Return an address as keys write it: in small letters, but Solana's."""
    return address if is_solana(address) else address.lower()


def split_key(key: str) -> tuple[str, str]:
    """Return chain and normal address of an asset key.

    ValueError for what `asset_key` did not write.
    """
    chain, _, address = key.partition(":")
    if asset_key(chain, address) != key:
        raise ValueError(f"not an asset key: {key[:100]!r}")
    return chain, token_address(address)
