"""A contract's functions laid out, who may call them, and where values come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from premium.security.source.events import Condition, Event
from premium.security.source.flow import Flow
from premium.security.source.model import Category, Fault, Unit, changes_state, is_constructor, is_open
from premium.security.source.tree import (
    Node,
    bare,
    has,
    is_sender,
    kind,
    member,
    spend,
    text_of,
    typed,
    unconverted,
    walk,
)

Grade = Literal["low", "medium", "high"]


class Rule(NamedTuple):
    """What a fault is called, how grave and how sure it is."""

    category: Category
    check: str
    severity: Grade
    confidence: Grade = "medium"
    in_libraries: bool = False


@dataclass
class Laid:
    """One function that a transaction may enter, and what it does."""

    node: Node
    flow: Flow

    @property
    def events(self) -> list[Event]:
        """Return its steps in order."""
        return self.flow.events

    def owners(self) -> list[Node]:
        """Return the functions and modifiers whose text it runs through."""
        found = {id(each.owner): each.owner for each in self.events if each.owner}
        return [self.node, *(each for each in found.values() if each is not self.node)]

    def of(self, *what: str) -> Iterator[Event]:
        """Yield its steps of some kinds."""
        return (each for each in self.events if each.what in what)


class Scene:
    """One contract with all that it inherits."""

    def __init__(self, unit: Unit, contract: Node, version: tuple[int, int, int]) -> None:
        """Lay out every function of a contract."""
        self.unit, self.contract, self.version = unit, contract, version
        every = list(unit.functions(contract))
        self.makers = [self._laid(each) for each in every if is_constructor(each)]
        self.entries = [
            self._laid(each) for each in every if is_open(each) and not is_constructor(each) and each.get("body")
        ]

    @cached_property
    def idle(self) -> list[Laid]:
        """Functions that nothing enters: for whoever inherits them."""
        reached = {each["id"] for laid in (*self.makers, *self.entries) for each in laid.owners()}
        own = (each for each in self.unit.functions(self.contract) if each.get("body") and each["id"] not in reached)
        return [self._laid(each) for each in own]

    @property
    def is_cut(self) -> bool:
        """Whether a function was too large to be walked to its end."""
        return any(each.flow.is_cut for each in (*self.makers, *self.entries))

    def _laid(self, node: Node) -> Laid:
        return Laid(node, Flow(self.unit, self.contract).function(node))

    @cached_property
    def changing(self) -> list[Laid]:
        """Return the entries that may change something."""
        return [each for each in self.entries if changes_state(each.node)]

    @cached_property
    def keepers(self) -> set[int]:
        """Return the state variables with which callers are compared."""
        found: set[int] = set()
        for laid in self.entries:
            for step in laid.of("check"):
                found |= set(self._keepers_in(step.node, laid.flow))
        for modifier in self.unit.modifiers(self.contract):
            for node in walk(modifier):
                for part in parts(node) if kind(node) in ("BinaryOperation", "IndexAccess") else ():
                    other = beside_sender(part)
                    if other is not None and (state := Flow(self.unit, self.contract).state_of(other)) is not None:
                        found.add(state)
        return found

    def _keepers_in(self, condition: Node, flow: Flow) -> Iterator[int]:
        for part in parts(condition):
            other = beside_sender(part)
            if other is not None and (state := flow.state_of(other)) is not None:
                yield state

    def is_guarded(self, step: Event) -> bool:
        """Tell whether a step happens for some callers alone."""
        return any(self.names_caller(each) for each in step.conditions)

    def names_caller(self, condition: Condition) -> bool:
        """Tell whether a condition asks who calls."""
        return any(_asks_caller(part) for part in parts(condition.node))

    def writers(self, variable: int) -> Iterator[tuple[Laid, Event]]:
        """Yield the steps of entries that write a state variable."""
        for laid in self.entries:
            spend(1 + len(laid.events) // 8)
            yield from ((laid, step) for step in laid.of("write") if step.variable == variable)

    def is_callers_to_set(self, variable: int) -> bool:
        """Tell whether any caller may put himself or his argument into a state variable."""
        return any(
            not self.is_guarded(step) and from_caller(_given(step.node), laid.flow)
            for laid, step in self.writers(variable)
        )

    def fault(self, rule: Rule, steps: list[Node], owner: Node) -> Fault | None:
        """Make a fault of statements; None in a library, unless the rule looks there."""
        holder = self.unit.holder(owner)
        if holder is None or (holder.get("contractKind") != "contract" and not rule.in_libraries):
            return None
        file = self.unit.file_of(owner)
        lines = self.unit.lines[file]
        at = sorted({lines.of(each) for each in steps if self.unit.file_of(each) == file})
        name = str(owner.get("name") or "")
        return Fault(
            rule.category, rule.severity, rule.confidence, rule.check, file, tuple(at[:5]), lines.span(owner),
            holder["name"], name,
        )  # fmt: skip


def parts(condition: Node | None) -> list[Node]:
    """Return what a condition joins by && and ||, without negations."""
    found, waiting = [], [condition]
    while waiting:
        one = bare(waiting.pop())
        if one is None:
            continue
        if kind(one) == "BinaryOperation" and one["operator"] in ("&&", "||"):
            waiting += [one["leftExpression"], one["rightExpression"]]
        elif kind(one) == "UnaryOperation" and one["operator"] == "!":
            waiting.append(one["subExpression"])
        else:
            found.append(one)
    return found


def _sides(part: Node) -> list[Node]:
    return [part["leftExpression"], part["rightExpression"]] if kind(part) == "BinaryOperation" else [part]


def is_origin(node: Node | None) -> bool:
    """Tell whether an expression is tx.origin."""
    return member(unconverted(node), "tx", "origin")


def beside_sender(part: Node) -> Node | None:
    """Return what a condition compares the caller with, or asks about him."""
    if kind(part) == "BinaryOperation" and part["operator"] in ("==", "!="):
        left, right = part["leftExpression"], part["rightExpression"]
        if is_sender(left) or is_origin(left):
            return None if is_origin(right) or is_sender(right) else right
        if is_sender(right) or is_origin(right):
            return left
        for side in (left, right):
            if _by_sender(side) and not typed(side).startswith("uint256"):
                return side
            if _by_sender(side) and kind(_other(part, side)) == "Literal":
                return side
    return part if _by_sender(part) and typed(part) == "bool" else None


def _other(part: Node, side: Node) -> Node:
    return part["rightExpression"] if side is part["leftExpression"] else part["leftExpression"]


def _by_sender(node: Node | None) -> bool:
    node = bare(node)
    while kind(node) in ("IndexAccess", "MemberAccess") and node is not None:
        if kind(node) == "IndexAccess" and is_sender(node.get("indexExpression")):
            return True
        node = bare(node["baseExpression"] if kind(node) == "IndexAccess" else node["expression"])
    return False


def _asks_caller(part: Node) -> bool:
    if beside_sender(part) is not None:
        return True
    given = part.get("arguments") or () if kind(part) == "FunctionCall" else ()
    return any(is_sender(each) for each in given)


def _given(node: Node) -> Node | None:
    if kind(node) == "Assignment":
        return node["rightHandSide"]
    if kind(node) == "FunctionCall":
        return (list(node.get("arguments") or ()) or [None])[0]
    return None


def from_caller(node: Node | None, flow: Flow, depth: int = 0) -> bool:
    """Tell whether a value is the caller's choice: an argument, or himself."""
    if node is None or depth > 8:
        return False

    def chosen(each: Node) -> bool:
        if is_sender(each) or member(each, "msg", "data", "sender"):
            return True
        if kind(each) != "Identifier":
            return False
        declared = each.get("referencedDeclaration")
        if declared in flow.aliases:
            return from_caller(flow.aliases[declared], flow, depth + 1)
        return is_argument(each, flow)

    return has(node, chosen)


def is_argument(node: Node, flow: Flow) -> bool:
    """Tell whether an identifier is an argument of the function that was entered."""
    declared = flow.unit.nodes.get(node.get("referencedDeclaration"))
    if kind(declared) != "VariableDeclaration" or declared is None or declared.get("stateVariable"):
        return False
    return declared["id"] in flow.arguments


def same(one: Node | None, other: Node | None) -> bool:
    """Tell whether two expressions read alike."""
    return text_of(one) == text_of(other)
