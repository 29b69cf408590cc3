"""Traps of older compilers: pointers without a place, and data that may be short."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from premium.security.source.model import Fault
from premium.security.source.scene import Laid, Rule, Scene
from premium.security.source.tree import Node, bare, has, is_sender, kind, member, typed, walk


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield faults that newer compilers refuse or check."""
    if scene.version >= (0, 5, 0):
        return
    for laid in (*scene.makers, *scene.entries, *scene.idle):
        for owner in laid.owners():
            for statement in _placeless(owner):
                yield scene.fault(Rule("other", "pointer-without-place", "high", "high"), [statement], owner)
    for laid in scene.changing:
        if _is_short(laid):
            yield scene.fault(Rule("short_addresses", "short-data", "low", "low"), [laid.node], laid.node)


def _placeless(owner: Node) -> Iterator[Node]:
    """A pointer to storage that nothing was given points to the first slot."""
    for node in walk(owner):
        if kind(node) != "VariableDeclarationStatement" or node.get("initialValue"):
            continue
        for made in node.get("declarations") or ():
            if made and "_storage" in str((made.get("typeDescriptions") or {}).get("typeIdentifier")):
                yield node


def _is_short(laid: Laid) -> bool:
    """It moves a number of units to an address, both arguments in this order, and asks nothing of the data's length."""
    given: list[Node] = (laid.node.get("parameters") or {}).get("parameters") or []
    types = [typed(each) for each in given]
    if types[:1] != ["address"] or types[-1:] != ["uint256"]:
        return False
    if has(laid.node, lambda each: member(each, "msg", "data")):
        return False
    own = any(_takes(each.target, is_sender) for each in laid.of("write"))
    first = given[0]["id"]
    theirs = any(
        _takes(each.target, lambda key: (bare(key) or {}).get("referencedDeclaration") == first)
        for each in laid.of("write")
    )
    return own and theirs


def _takes(target: Node | None, test: Callable[[Node], object]) -> bool:
    target = bare(target)
    return kind(target) == "IndexAccess" and target is not None and bool(test(target.get("indexExpression")))
