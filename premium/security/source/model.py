"""Sources as a compiler understood them, and what is found in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from premium.security.source.tree import Lines, Node, kind, walk

Category = Literal[
    "reentrancy", "access_control", "arithmetic", "unchecked_low_level_calls", "denial_of_service", "bad_randomness",
    "front_running", "time_manipulation", "short_addresses", "other",
]  # fmt: skip
MAX_LINES = 5


class Fault(NamedTuple):
    """One fault of a source."""

    category: Category
    severity: Literal["low", "medium", "high"]
    confidence: Literal["low", "medium", "high"]
    check: str
    """Which rule found it."""
    file: str
    lines: tuple[int, ...]
    """The statements at fault, five at most."""
    scope: tuple[int, int]
    """First and last line of the function."""
    contract: str
    function: str
    """Name, empty for what has none."""


class Unit:
    """All files of one compilation."""

    def __init__(self, output: Mapping[str, Any], texts: Mapping[str, str], version: tuple[int, int, int]) -> None:
        """Take the compiler's answer and the sources that it read."""
        self.keeps_views = version >= (0, 5, 0)
        """Whether a view of another contract can change nothing: older compilers trust its word."""
        self.nodes: dict[Any, Node] = {}
        self.states: dict[int, Node] = {}
        """State variables by id."""
        self.files: dict[int, str] = {}
        self.lines = {path: Lines(text) for path, text in texts.items()}
        self.contracts: list[Node] = []
        for path, made in output.get("sources", {}).items():
            self.files[int(made["id"])] = path
            for node in walk(made.get("ast") or {"nodeType": "SourceUnit"}):
                if "id" in node:
                    self.nodes[node["id"]] = node
                if kind(node) == "ContractDefinition":
                    self.contracts.append(node)
                elif kind(node) == "VariableDeclaration" and node.get("stateVariable"):
                    self.states[node["id"]] = node
        self._holder = {part["id"]: one for one in self.contracts for part in one.get("nodes") or ()}

    def file_of(self, node: Node) -> str:
        """Return the path in which a node stands."""
        return self.files[int(str(node["src"]).rsplit(":", 1)[1])]

    def holder(self, part: Node) -> Node | None:
        """Return the contract in whose text a function or modifier stands."""
        return self._holder.get(part["id"])

    def is_library(self, part: Node) -> bool:
        """Tell whether a function is a library's."""
        return (self.holder(part) or {}).get("contractKind") == "library"

    def line_of_contracts(self, contract: Node) -> list[Node]:
        """Return a contract and what it inherits, the most derived first."""
        return [self.nodes[each] for each in contract.get("linearizedBaseContracts") or () if each in self.nodes]

    def functions(self, contract: Node) -> Iterator[Node]:
        """Yield the functions that a contract has, inherited ones that nothing overrides too."""
        seen: set[str] = set()
        for one in self.line_of_contracts(contract):
            for part in one.get("nodes") or ():
                if kind(part) == "FunctionDefinition" and (signed := signature(part)) not in seen:
                    seen.add(signed)
                    yield part

    def modifiers(self, contract: Node) -> Iterator[Node]:
        """Yield the modifiers that a contract has, used or not."""
        for one in self.line_of_contracts(contract):
            yield from (part for part in one.get("nodes") or () if kind(part) == "ModifierDefinition")

    def modifier(self, contract: Node, invoked: Node) -> Node | None:
        """Return the modifier that runs; None for a base's constructor."""
        name = (invoked.get("modifierName") or {}).get("name")
        for one in self.line_of_contracts(contract):
            for part in one.get("nodes") or ():
                if kind(part) == "ModifierDefinition" and part["name"] == name:
                    return part
        return None

    def called(self, contract: Node, callee: Node) -> Node | None:
        """Return the function that an identifier calls."""
        found = self.nodes.get(callee.get("referencedDeclaration"))
        return self.virtual(contract, found, None) if kind(found) == "FunctionDefinition" and found else None

    def virtual(self, contract: Node, found: Node, callee: Node | None) -> Node:
        """Return what overrides a function in a contract, or itself."""
        if callee is not None or self.is_library(found):
            return found
        wanted = signature(found)
        return next((each for each in self.functions(contract) if signature(each) == wanted), found)

    def is_inside(self, found: Node, callee: Node) -> bool:
        """Tell whether a member is a function of this very program."""
        if self.is_library(found):
            return found.get("visibility") in ("internal", "private") or _is_name(callee["expression"])
        return _is_name(callee["expression"])


def _is_name(node: Node) -> bool:
    """Tell whether an expression is the name of a contract or `super`."""
    return kind(node) == "Identifier" and str((node.get("typeDescriptions") or {}).get("typeString", "")).startswith(
        "type("
    )


def signature(function: Node) -> str:
    """Return name and types of a function."""
    parameters = (function.get("parameters") or {}).get("parameters") or ()
    types = ",".join(str((each.get("typeDescriptions") or {}).get("typeString")) for each in parameters)
    made = "constructor" if is_constructor(function) else function.get("kind") or ""
    return f"{made} {function.get('name')}({types})"


def is_constructor(function: Node) -> bool:
    """Tell whether a function is a constructor, of either spelling."""
    return function.get("kind") == "constructor" or bool(function.get("isConstructor"))


def is_open(function: Node) -> bool:
    """Tell whether anyone can call a function by a transaction."""
    return function.get("visibility") in ("public", "external") and bool(function.get("implemented", True))


def changes_state(function: Node) -> bool:
    """Tell whether a function may change anything."""
    return function.get("stateMutability") not in ("view", "pure")
