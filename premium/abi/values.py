"""Show decoded values as plain JSON, and read addresses and hexadecimal of files.

Integers are decimal strings, bytes lower-case hexadecimal, addresses checksummed, tuples and arrays lists; text that is
not UTF-8 is `{"hex": "0x…"}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from premium.abi.types import AbiType
from premium.chains.addresses import checksum

_HEX = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*")
shown_address = lru_cache(maxsize=8192)(checksum)
"""The checksummed form, remembered: a hash costs more than all else of a small call."""


def shown(of: AbiType, value: Any) -> Any:
    """Return a value of a type as JSON."""
    if of.kind == "tuple":
        return [shown(part, each) for part, each in zip(of.parts, value, strict=True)]
    if of.item is not None:
        return [shown(of.item, each) for each in value]
    return _SHOWN.get(of.kind, str)(value)


_SHOWN: Mapping[str, Callable[[Any], Any]] = {
    "address": shown_address,
    "bool": bool,
    "string": lambda value: value if isinstance(value, str) else {"hex": f"0x{value.hex()}"},
    "bytes": lambda value: f"0x{value.hex()}",
    "bytesN": lambda value: f"0x{value.hex()}",
    "fixed": lambda value: f"{value:f}",
    "ufixed": lambda value: f"{value:f}",
}
"""By kind; whole numbers are decimal strings."""


def shown_all(types: Iterable[AbiType], values: Iterable[Any]) -> list[Any]:
    """Return the values of a list of types as JSON."""
    return [shown(of, value) for of, value in zip(types, values, strict=True)]


def bytes_of(text: str) -> bytes:
    """Return the bytes of `0x` and an even number of digits; ValueError otherwise."""
    if not _HEX.fullmatch(text):
        raise ValueError("not 0x and an even number of hexadecimal digits")
    return bytes.fromhex(text[2:])
