"""Types of Vyper in the spelling of Solidity, and what lies inside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

Tree: TypeAlias = Any
"""A node of Vyper's tree, as its compiler writes it in JSON."""
MANY = 100
"""A list with room for fewer is none that anyone makes too long for a block."""


class Kind(NamedTuple):
    """A type, and that of its members by index."""

    text: str
    item: Kind | None = None
    kept: bool = False
    """It is what a place in storage holds: a loop's name for it."""


UNKNOWN = Kind("")
ADDRESS, BOOL, NUMBER, HASH, TEXT = Kind("address"), Kind("bool"), Kind("uint256"), Kind("bytes32"), Kind("bytes")


class Types(NamedTuple):
    """What a module's names of types stand for."""

    structs: Mapping[str, Mapping[str, Tree]]
    """Fields of each structure, as they are written."""
    interfaces: frozenset[str]
    flags: frozenset[str]
    numbers: Mapping[str, int]
    """Constants, for the lengths of lists."""

    def of(self, node: Tree | None) -> Kind:
        """Return the type that an annotation names."""
        if node is None:
            return UNKNOWN
        what = node.get("ast_type")
        if what == "Name":
            return self._named(str(node["id"]))
        if what == "Attribute":
            return self._named(str(node["attr"]))
        if what == "Subscript":
            return self._made(node)
        if what == "Call" and node.get("args"):
            return self.of(node["args"][0])  # public(T), indexed(T), reentrant(T)
        return UNKNOWN

    def field(self, kind: Kind, name: str) -> Kind:
        """Return the type of a structure's field."""
        return self.of(self.structs.get(kind.text.removeprefix("struct "), {}).get(name))

    def _named(self, name: str) -> Kind:
        if name in self.structs:
            return Kind(f"struct {name}")
        if name in self.flags:
            return Kind(f"enum {name}")
        return Kind(f"contract {name}") if name in self.interfaces else Kind(name.lower() if name == "Bytes" else name)

    def _made(self, node: Tree) -> Kind:
        inside = unwrapped(node["slice"])
        parts = inside.get("elements") or [inside]
        base = str(node["value"].get("id", ""))
        if base == "HashMap" and len(parts) == 2:
            key, item = self.of(parts[0]), self.of(parts[1])
            return Kind(f"mapping({key.text} => {item.text})", item)
        if base == "DynArray" and len(parts) == 2:
            item, room = self.of(parts[0]), self._length(parts[1])
            return Kind(f"{item.text}[]" if room >= MANY else f"{item.text}[{room}]", item)
        if base in ("Bytes", "String"):
            return Kind(base.lower())
        item = self.of(node["value"])
        return Kind(f"{item.text}[{self._length(inside)}]", item)

    def _length(self, node: Tree) -> int:
        """Room of a list; one that cannot be told is large."""
        if node.get("ast_type") == "Int":
            return int(node["value"])
        return self.numbers.get(str(node.get("id", "")), MANY)


def unwrapped(node: Tree) -> Tree:
    """Return an index as it is; 0.3 wraps it."""
    return node["value"] if node.get("ast_type") == "Index" else node
