"""What statements and calls are, and what ends a function."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.source.tree import Node, bare, kind, named, typed

LOW = frozenset({"call", "delegatecall", "callcode", "staticcall", "send", "transfer"})


def returns(node: Node) -> bool:
    """Tell whether a statement goes back to who called."""
    return kind(node) == "Return"


def is_view(node: Node | None) -> bool:
    """Tell whether a function says that it changes nothing."""
    return (node or {}).get("stateMutability") in ("view", "pure")


def is_pointer(node: Node) -> bool:
    """Tell whether an expression points into storage."""
    return "_storage" in str((node.get("typeDescriptions") or {}).get("typeIdentifier"))


def operands(node: Node) -> Iterator[Node]:
    """Yield what an expression is made of."""
    for name in (
        "expression",
        "baseExpression",
        "indexExpression",
        "subExpression",
        "startExpression",
        "endExpression",
    ):
        if node.get(name):
            yield node[name]
    yield from (each for each in node.get("components") or () if each)
    yield from (each for each in node.get("options") or () if each)


def unwrapped(node: Node | None) -> tuple[Node | None, Node | None]:
    """Return what is called behind `.value(…)`, `.gas(…)` and `{value: …}`, and the value."""
    value = None
    for _ in range(6):
        node = bare(node)
        if kind(node) == "FunctionCallOptions" and node is not None:
            for name, each in zip(node.get("names") or (), node.get("options") or (), strict=False):
                value = each if name == "value" else value
            node = node["expression"]
        elif kind(node) == "FunctionCall" and node is not None and _is_option(node["expression"]):
            given = node.get("arguments") or ()
            if node["expression"]["memberName"] == "value" and given:
                value = given[0]
            node = node["expression"]["expression"]
        else:
            break
    return node, value


def _is_option(node: Node) -> bool:
    return (
        kind(node) == "MemberAccess"
        and node["memberName"] in ("value", "gas")
        and "function" in typed(node["expression"])
    )


def is_low(callee: Node) -> bool:
    """Tell whether a member is one of an address: call, send and their kin."""
    base = typed(callee["expression"])
    return callee["memberName"] in LOW and (
        base.startswith("address") or (base.startswith("contract") and not callee.get("referencedDeclaration"))
    )


def low_call(node: Node | None) -> Node | None:
    """Return the member of a low-level call; None for another expression."""
    node = bare(node)
    if kind(node) != "FunctionCall" or node is None:
        return None
    callee, _ = unwrapped(node["expression"])
    return callee if kind(callee) == "MemberAccess" and callee is not None and is_low(callee) else None


def leaves(node: Node | None) -> bool:
    """Tell whether a statement ends the function: it throws, reverts or returns."""
    what = kind(node)
    if node is None:
        return False
    if what in ("Block", "UncheckedBlock"):
        return any(leaves(each) for each in node.get("statements") or ())
    if what in ("Throw", "Return", "RevertStatement"):
        return True
    if what == "IfStatement":
        return leaves(node["trueBody"]) and leaves(node.get("falseBody"))
    call = node.get("expression") if what == "ExpressionStatement" else None
    return kind(call) == "FunctionCall" and call is not None and named(call["expression"], "revert")
