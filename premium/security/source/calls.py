"""Low-level calls whose failure goes unseen."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.source.members import leaves, low_call
from premium.security.source.model import Fault
from premium.security.source.scene import Rule, Scene
from premium.security.source.tree import Node, bare, kind, walk

_LOUD = "transfer"
"""It fails with its caller."""


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield calls whose result nothing asks for."""
    for laid in (*scene.makers, *scene.entries, *scene.idle):
        for owner in laid.owners():
            for call in _unseen(owner):
                yield scene.fault(Rule("unchecked_low_level_calls", "unseen-result", "medium", "high"), [call], owner)


def _unseen(owner: Node) -> Iterator[Node]:
    for node in walk(owner):
        what = kind(node)
        if what == "ExpressionStatement" and (member := low_call(node["expression"])):
            if member["memberName"] != _LOUD:
                yield node
        elif what == "VariableDeclarationStatement" and low_call(node.get("initialValue")):
            made = (node.get("declarations") or [None])[0]
            if made is None or not _is_read(owner, made["id"]):
                yield node
        elif what == "ExpressionStatement" and kind(node["expression"]) == "Assignment":
            yield from _assigned(owner, node)
        elif what == "IfStatement" and _is_shrugged(node):
            yield node["condition"]


def _assigned(owner: Node, node: Node) -> Iterator[Node]:
    given = node["expression"]
    if low_call(given["rightHandSide"]) is None:
        return
    target = bare(given["leftHandSide"])
    if kind(target) == "TupleExpression" and target is not None:
        target = (target.get("components") or [None])[0]
    local = kind(target) == "Identifier" and target is not None
    if target is None or (local and not _is_read(owner, target.get("referencedDeclaration"), beside=target["id"])):
        yield node


def _is_read(owner: Node, declared: int | None, *, beside: int = -1) -> bool:
    return any(
        kind(each) == "Identifier" and each.get("referencedDeclaration") == declared and each["id"] != beside
        for each in walk(owner)
    )


def _is_shrugged(node: Node) -> bool:
    """A failure leads nowhere: `if (x.send(…)) {}`."""
    bodies = (node["trueBody"], node.get("falseBody"))
    empty = all(each is None or (kind(each) == "Block" and not each.get("statements")) for each in bodies)
    return empty and low_call(node["condition"]) is not None and not any(leaves(each) for each in bodies)
