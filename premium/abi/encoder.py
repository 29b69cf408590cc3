"""Encode values canonically: heads in order, tails behind them in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

from premium.abi.types import WORD, AbiType

_SCALE = Context(prec=90)


class BadValue(ValueError):
    """A value that its type cannot hold; the message names the type."""


def encode(types: tuple[AbiType, ...], values: Sequence[Any]) -> bytes:
    """Return the encoding of a list of values; BadValue for one that does not fit."""
    if len(types) != len(values):
        raise BadValue(f"{len(types)} values are needed, {len(values)} given")
    heads, tails = [], []
    place = sum(each.head for each in types)
    for each, value in zip(types, values, strict=True):
        body = _encoded(each, value)
        if each.dynamic:
            heads.append(place.to_bytes(WORD))
            tails.append(body)
            place += len(body)
        else:
            heads.append(body)
    return b"".join((*heads, *tails))


def _encoded(of: AbiType, value: Any) -> bytes:
    if of.kind == "tuple":
        return encode(of.parts, _listed(of, value))
    if of.kind == "array":
        return _array(of, _listed(of, value))
    if of.kind in ("bytes", "string"):
        raw = value.encode() if isinstance(value, str) and of.kind == "string" else value
        if not isinstance(raw, bytes | bytearray):
            raise BadValue(f"{of.name}: not bytes")
        return len(raw).to_bytes(WORD) + bytes(raw) + b"\0" * (-len(raw) % WORD)
    return _word(of, value)


def _listed(of: AbiType, value: Any) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    raise BadValue(f"{of.name}: not a list of values")


def _array(of: AbiType, values: Sequence[Any]) -> bytes:
    assert of.item is not None  # noqa: S101 - arrays have an item
    if of.length is not None and of.length != len(values):
        raise BadValue(f"{of.name}: {len(values)} values given")
    body = encode((of.item,) * len(values), values)
    return body if of.length is not None else len(values).to_bytes(WORD) + body


def _word(of: AbiType, value: Any) -> bytes:
    if of.kind == "bytesN":
        if not isinstance(value, bytes | bytearray) or len(value) != of.size:
            raise BadValue(f"{of.name}: not {of.size} bytes")
        return bytes(value).ljust(WORD, b"\0")
    if of.kind == "address":
        if not isinstance(value, str) or len(value) != 42 or not value.startswith("0x"):
            raise BadValue("address: not 0x and 40 digits")
        return bytes.fromhex(value[2:]).rjust(WORD, b"\0")
    if of.kind == "bool":
        if not isinstance(value, bool):
            raise BadValue("bool: neither true nor false")
        return int(value).to_bytes(WORD)
    return _number(of, value)


def _number(of: AbiType, value: Any) -> bytes:
    if of.places and isinstance(value, Decimal):
        scaled = _SCALE.scaleb(value, of.places)
        value = int(scaled) if scaled == scaled.to_integral_value() else None
    signed = of.kind in ("int", "fixed")
    low, high = (-(1 << of.size - 1), (1 << of.size - 1) - 1) if signed else (0, (1 << of.size) - 1)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadValue(f"{of.name}: not in its range")
    return (value % (1 << 256)).to_bytes(WORD)
