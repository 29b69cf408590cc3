"""Take values out of a message by name, of the kind that is expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_MOST = (1 << 256) - 1
Members = Mapping[str, Any]


class Unfit(ValueError):
    """A value that is not of the kind that its place asks for."""


def is_address(value: object) -> bool:
    """Tell whether a value is an address in lower case."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def number(of: Members, name: str) -> int:
    """Return a whole number of 256 bits."""
    value = of.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
        return value
    raise Unfit(name)


def address(of: Members, name: str) -> str:
    """Return an address in lower case."""
    value = of.get(name)
    if isinstance(value, str) and _ADDRESS.fullmatch(value):
        return value
    raise Unfit(name)


def data(of: Members, name: str) -> bytes:
    """Return bytes."""
    value = of.get(name)
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and re.fullmatch(r"0x(?:[0-9a-fA-F]{2})*", value):
        return bytes.fromhex(value[2:])
    raise Unfit(name)


def truth(of: Members, name: str) -> bool:
    """Return true or false."""
    value = of.get(name)
    if isinstance(value, bool):
        return value
    raise Unfit(name)


def members(of: Members, name: str) -> Members:
    """Return a struct."""
    value = of.get(name)
    if isinstance(value, Mapping):
        return value
    raise Unfit(name)


def listed(of: Members, name: str) -> list[Members]:
    """Return a list of structs."""
    value = of.get(name)
    if isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
        return value
    raise Unfit(name)


def word_address(word: int) -> str:
    """Return the address in the low bits of a number."""
    return f"0x{word & (1 << 160) - 1:040x}"
