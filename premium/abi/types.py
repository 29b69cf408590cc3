"""Parse the names of ABI types into trees with their sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

MAX_TEXT, MAX_DEPTH, MAX_NODES = 8192, 32, 512
"""Characters of a type's name, levels of it, and types inside of it."""
WORD = 32
_ELEMENTARY = re.compile(r"([a-z]+)(?:([0-9]{1,3})(?:x([0-9]{1,2}))?)?")
_SUFFIX = re.compile(r"\[(0|[1-9][0-9]{0,9})?\]")
_ALIASES = {
    "uint": "uint256", "int": "int256", "byte": "bytes1", "function": "bytes24", "fixed": "fixed128x18",
    "ufixed": "ufixed128x18",
}  # fmt: skip


class BadType(ValueError):
    """A name that is no ABI type, or one beyond the bounds."""


@dataclass(frozen=True, slots=True)
class AbiType:
    """A type with its sizes and parts.

    `kind` is uint, int, ufixed, fixed, address, bool, bytesN, bytes, string, array or tuple.
    """

    name: str
    kind: str
    size: int = 0
    """Bits of a number, bytes of a `bytesN`."""
    places: int = 0
    """Decimal places of a fixed-point number."""
    item: AbiType | None = None
    length: int | None = None
    """Elements of a fixed array, None for one of any length."""
    parts: tuple[AbiType, ...] = ()
    dynamic: bool = False
    head: int = WORD
    """Bytes in the head: the whole of a static type, an offset's word of a dynamic one."""


@lru_cache(maxsize=4096)
def parse_type(text: str) -> AbiType:
    """Return the type of a name such as `(address,uint8[2])[]`; BadType otherwise."""
    if len(text) > MAX_TEXT:
        raise BadType(f"a type has {MAX_TEXT} characters at most")
    parser = _Parser(text)
    found = parser.type(0)
    if parser.at != len(text):
        raise BadType(f"not an ABI type at character {parser.at + 1}: {text[parser.at : parser.at + 20]!r}")
    return found


def parse_types(texts: Iterable[str]) -> tuple[AbiType, ...]:
    """Return the types of several names."""
    return tuple(parse_type(text) for text in texts)


def tuple_of(parts: tuple[AbiType, ...]) -> AbiType:
    """Return the tuple of these types."""
    dynamic = any(part.dynamic for part in parts)
    head = WORD if dynamic else sum(part.head for part in parts)
    name = f"({','.join(part.name for part in parts)})"
    return AbiType(name, "tuple", parts=parts, dynamic=dynamic, head=head)


def array_of(item: AbiType, length: int | None) -> AbiType:
    """Return the array of a type, of fixed or any length."""
    dynamic = length is None or item.dynamic
    head = WORD if dynamic else item.head * (length or 0)
    name = f"{item.name}[{'' if length is None else length}]"
    return AbiType(name, "array", item=item, length=length, dynamic=dynamic, head=head)


class _Parser:
    """One pass over a name."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.nodes = text, 0, 0

    def type(self, depth: int) -> AbiType:
        found = self._tuple(depth) if self.text[self.at : self.at + 1] == "(" else self._elementary()
        self._count(depth)
        while suffix := _SUFFIX.match(self.text, self.at):
            depth += 1
            self._count(depth)
            self.at = suffix.end()
            found = array_of(found, None if suffix[1] is None else int(suffix[1]))
        return found

    def _count(self, depth: int) -> None:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise BadType(f"a type has {MAX_DEPTH} levels and {MAX_NODES} parts at most")

    def _tuple(self, depth: int) -> AbiType:
        self._count(depth)
        self.at += 1
        parts: list[AbiType] = []
        while self.text[self.at : self.at + 1] != ")":
            if parts:
                self._expect(",")
            parts.append(self.type(depth + 1))
        self.at += 1
        return tuple_of(tuple(parts))

    def _expect(self, sign: str) -> None:
        if self.text[self.at : self.at + 1] != sign:
            raise BadType(f"{sign!r} or ')' is missing at character {self.at + 1}")
        self.at += 1

    def _elementary(self) -> AbiType:
        match = _ELEMENTARY.match(self.text, self.at)
        if match is None:
            raise BadType(f"not an ABI type at character {self.at + 1}: {self.text[self.at : self.at + 20]!r}")
        self.at = match.end()
        return elementary(match[0])


@lru_cache(maxsize=512)
def elementary(name: str) -> AbiType:
    """Return a type without parts; BadType where there is none of this name."""
    name = _ALIASES.get(name, name)
    if name in ("address", "bool"):
        return AbiType(name, name)
    if name in ("bytes", "string"):
        return AbiType(name, name, dynamic=True)
    match = _ELEMENTARY.fullmatch(name)
    if match is not None and match[2] is not None and not match[2].startswith("0"):
        base, size, places = match[1], int(match[2]), match[3]
        if base in ("uint", "int") and places is None and size % 8 == 0 and size <= 256:
            return AbiType(name, base, size)
        if base == "bytes" and places is None and size <= WORD:
            return AbiType(name, "bytesN", size)
        plain = places is not None and str(int(places)) == places and 0 < int(places) <= 80
        if base in ("ufixed", "fixed") and plain and size % 8 == 0 and size <= 256:
            return AbiType(name, base, size, places=int(places))
    raise BadType(f"there is no type {name[:40]!r}")
