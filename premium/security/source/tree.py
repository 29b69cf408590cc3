"""A compiler's syntax tree: nodes, their places, and how expressions read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

Node: TypeAlias = Any
"""A node of solc's compact AST, 0.4.12 to newest."""
SENDERS = frozenset({"_msgSender", "msgSender", "_msgSenderERC721A"})
_MAX_DEPTH = 400


class Spent(Exception):
    """A source asks for more steps than it is given."""


_LEFT: ContextVar[list[int] | None] = ContextVar("steps of a source", default=None)


@contextmanager
def bounded(steps: int) -> Iterator[None]:
    """Let what is done inside take so many steps in all, then raise Spent."""
    token = _LEFT.set([steps])
    try:
        yield
    finally:
        _LEFT.reset(token)


def spend(steps: int) -> None:
    """Count steps that are taken; Spent where none are left."""
    left = _LEFT.get()
    if left is not None:
        left[0] -= steps
        if left[0] < 0:
            raise Spent


def kind(node: Node | None) -> str:
    """Return the type of a node; empty where there is none."""
    return str(node["nodeType"]) if node else ""


def children(node: Node) -> Iterator[Node]:
    """Return the nodes below a node, in the order of the source."""
    found: list[Node] = []
    for value in node.values():
        if type(value) is dict and "nodeType" in value:
            found.append(value)
        elif type(value) is list:
            found += [each for each in value if type(each) is dict and "nodeType" in each]
    yield from sorted(found, key=start) if len(found) > 1 else found


def walk(node: Node) -> Iterator[Node]:
    """Return a node and all below it, each before what it holds."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        spend(1)
        yield one
        waiting += reversed(list(children(one)))


def start(node: Node) -> int:
    """Return the byte at which a node begins."""
    return int(str(node.get("src", "0:0:0")).split(":", 1)[0])


def end(node: Node) -> int:
    """Return the byte behind a node."""
    begins, length, _ = str(node.get("src", "0:0:0")).split(":")
    return int(begins) + int(length)


class Lines:
    """Bytes of a source to lines."""

    def __init__(self, text: str) -> None:
        raw = text.encode()
        self._starts = [0, *(at + 1 for at, byte in enumerate(raw) if byte == 0x0A)]

    def of(self, node: Node) -> int:
        """Return the line on which a node begins, from 1."""
        return bisect_right(self._starts, start(node))

    def span(self, node: Node) -> tuple[int, int]:
        """Return the first and the last line of a node."""
        return self.of(node), bisect_right(self._starts, max(start(node), end(node) - 1))


def typed(node: Node | None) -> str:
    """Return the type of an expression or variable as the compiler writes it."""
    found = ((node or {}).get("typeDescriptions") or {}).get("typeString")
    return str(found or "")


def bare(node: Node | None) -> Node | None:
    """Return what stands in brackets of one element."""
    while node and kind(node) == "TupleExpression" and len(node.get("components") or ()) == 1:
        node = node["components"][0]
    return node


def named(node: Node | None, *names: str) -> bool:
    """Tell whether a node is an identifier of these names."""
    return kind(node) == "Identifier" and node is not None and node["name"] in names


def member(node: Node | None, of: str, *names: str) -> bool:
    """Tell whether a node is `of.name`, as `msg.sender`."""
    return (
        kind(node) == "MemberAccess"
        and node is not None
        and node["memberName"] in names
        and named(node["expression"], of)
    )


def is_sender(node: Node | None) -> bool:
    """Tell whether an expression is the caller, bare or converted."""
    node = unconverted(node)
    if member(node, "msg", "sender"):
        return True
    return kind(node) == "FunctionCall" and node is not None and named(node["expression"], *SENDERS)


def unconverted(node: Node | None) -> Node | None:
    """Return what is inside conversions such as `payable(x)`."""
    node = bare(node)
    while kind(node) == "FunctionCall" and node is not None and node.get("kind") == "typeConversion":
        node = bare(node["arguments"][0]) if node.get("arguments") else None
    return node


def has(node: Node | None, test: Any) -> bool:
    """Tell whether an expression holds one that passes a test."""
    return node is not None and any(test(each) for each in walk(node))


def text_of(node: Node | None, depth: int = 0) -> str:
    """Return an expression in one spelling, so that equal ones are equal texts."""
    node = unconverted(node)
    if node is None or depth > _MAX_DEPTH:
        return "?"
    written = _SPELLINGS.get(kind(node))
    return f"{kind(node)}@{node.get('id')}" if written is None else written(node, depth + 1)


def _call_text(node: Node, depth: int) -> str:
    inner = ",".join(text_of(each, depth) for each in node.get("arguments") or ())
    return f"{text_of(node['expression'], depth)}({inner})"


_SPELLINGS: Mapping[str, Callable[[Node, int], str]] = {
    "Identifier": lambda node, _: str(node["name"]),
    "Literal": lambda node, _: f"{node.get('value') or node.get('hexValue')}{node.get('subdenomination') or ''}",
    "MemberAccess": lambda node, depth: f"{text_of(node['expression'], depth)}.{node['memberName']}",
    "IndexAccess": lambda node, depth: (
        f"{text_of(node['baseExpression'], depth)}[{text_of(node.get('indexExpression'), depth)}]"
    ),
    "BinaryOperation": lambda node, depth: (
        f"({text_of(node['leftExpression'], depth)}{node['operator']}{text_of(node['rightExpression'], depth)})"
    ),
    "FunctionCall": _call_text,
}
