"""Random ABI types and values, for comparisons with other libraries."""

from __future__ import annotations

import random

from premium.abi.types import AbiType, parse_type

_WORDS = ("address", "bool", "bytes", "string", "uint256", "uint8", "int256", "int16", "bytes32", "bytes4", "bytes1")


def random_type(source: random.Random, depth: int = 3) -> str:
    """Return the name of a type with at most some levels."""
    chance = source.random()
    if depth and chance < 0.2:
        return f"{random_type(source, depth - 1)}[]"
    if depth and chance < 0.3:
        return f"{random_type(source, depth - 1)}[{source.randint(1, 3)}]"
    if depth and chance < 0.5:
        return f"({','.join(random_type(source, depth - 1) for _ in range(source.randint(1, 4)))})"
    if chance < 0.6:
        return source.choice(("uint", "int")) + str(8 * source.randint(1, 32))
    if chance < 0.7:
        return f"bytes{source.randint(1, 32)}"
    return source.choice(_WORDS)


def random_value(source: random.Random, of: AbiType) -> object:  # noqa: PLR0911 - a line a kind
    """Return a value of a type, often at its bounds."""
    if of.kind == "tuple":
        return tuple(random_value(source, part) for part in of.parts)
    if of.kind == "array":
        assert of.item is not None
        count = source.randint(0, 4) if of.length is None else of.length
        return tuple(random_value(source, of.item) for _ in range(count))
    if of.kind == "address":
        return f"0x{source.getrandbits(160):040x}"
    if of.kind == "bool":
        return source.random() < 0.5
    if of.kind == "bytesN":
        return source.randbytes(of.size)
    if of.kind == "bytes":
        return source.randbytes(source.choice((0, 1, 31, 32, 33, 70)))
    if of.kind == "string":
        return "".join(source.choice("aZ09 é€😀") for _ in range(source.choice((0, 1, 9, 40))))
    signed = of.kind == "int"
    low, high = (-(1 << of.size - 1), (1 << of.size - 1) - 1) if signed else (0, (1 << of.size) - 1)
    return source.choice((low, high, 0, source.randint(low, high)))


def random_case(source: random.Random) -> tuple[tuple[AbiType, ...], tuple[object, ...]]:
    """Return types and values of one function's arguments."""
    types = tuple(parse_type(random_type(source)) for _ in range(source.randint(0, 5)))
    return types, tuple(random_value(source, of) for of in types)
