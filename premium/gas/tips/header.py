"""A block's header as the rules of fees need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Raw = Mapping[str, Any]
"""A block as the node gives it."""
_HASH_BYTES = 32


class Header(NamedTuple):
    """What a header says of fees: wei, gas, and seconds since 1970."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int
    base_fee: int
    gas_used: int
    gas_limit: int
    producer: str
    """Who is paid the tips; in lower case."""
    extra_data: bytes = b""
    blob_gas_used: int | None = None
    excess_blob_gas: int | None = None


def header_of(raw: Raw) -> Header:
    """Read a header.

    ValueError names what makes no sense: a missing field, a hash of another length, more gas used than its limit.
    """
    try:
        found = Header(
            number=_number(raw["number"]), hash=_bytes(raw["hash"]), parent=_bytes(raw["parentHash"]),
            timestamp=_number(raw["timestamp"]), base_fee=_number(raw.get("baseFeePerGas") or "0x0"),
            gas_used=_number(raw["gasUsed"]), gas_limit=_number(raw["gasLimit"]),
            producer=str(raw.get("miner") or "").lower(), extra_data=_bytes(raw.get("extraData") or "0x"),
            blob_gas_used=_optional(raw.get("blobGasUsed")), excess_blob_gas=_optional(raw.get("excessBlobGas")),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the header lacks a field: {error}") from None
    if len(found.hash) != _HASH_BYTES or len(found.parent) != _HASH_BYTES:
        raise ValueError("the header's hash or its parent's has not 32 bytes")
    if found.gas_used > found.gas_limit:
        raise ValueError(f"{found.gas_used} gas are used of a limit of {found.gas_limit}")
    return found


def _number(text: str) -> int:
    found = int(text, 16)
    if found < 0:
        raise ValueError(f"{text} is below zero")
    return found


def _optional(text: str | None) -> int | None:
    return None if text is None else _number(text)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
