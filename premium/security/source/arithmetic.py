"""Numbers that wrap around: before 0.8, or where checks are switched off."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.source.events import Condition, Event
from premium.security.source.model import Fault
from premium.security.source.scene import Grade, Laid, Rule, Scene, from_caller, parts
from premium.security.source.tree import Node, bare, has, kind, member, text_of, typed, walk

_WRAPS = frozenset({"+", "-", "*", "+=", "-=", "*="})


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield sums, differences and products of a caller's numbers that nothing bounds."""
    for laid in scene.changing:
        seen: set[int] = set()
        for step in laid.events:
            for part in _operations(step):
                if part["id"] in seen or not _is_unchecked(scene, laid, part):
                    continue
                seen.add(part["id"])
                if _is_at_risk(laid, step, part):
                    grade: Grade = "high" if step.what in ("write", "check") else "medium"
                    yield scene.fault(
                        Rule("arithmetic", "wraps", grade, "medium"),
                        [step.home if step.what == "check" else part],
                        _owner(laid, step),
                    )


def _owner(laid: Laid, step: Event) -> Node:
    return step.owner or laid.node


def _operations(step: Event) -> Iterator[Node]:
    """Each operation in a step's statement, once for each of its steps."""
    if step.what not in ("write", "check", "other", "send", "call"):
        return
    for node in walk(step.node):
        what = kind(node)
        if what in ("BinaryOperation", "Assignment") and node["operator"] in _WRAPS and _is_number(node):
            yield node


def _is_number(node: Node) -> bool:
    left = node.get("leftExpression") or node.get("leftHandSide")
    return typed(node).startswith(("uint", "int")) and typed(left).startswith(("uint", "int"))


def _is_unchecked(scene: Scene, laid: Laid, node: Node) -> bool:
    """Old compilers check nothing, newer ones no such block, and Vyper no operation that says so itself."""
    return scene.version < (0, 8, 0) or bool(node.get("unchecked")) or node["id"] in _unchecked(laid)


def _unchecked(laid: Laid) -> set[int]:
    """The nodes inside blocks without checks."""
    return {
        inner["id"]
        for owner in {id(each.owner): each.owner for each in laid.events if each.owner}.values()
        for block in walk(owner)
        if kind(block) == "UncheckedBlock"
        for inner in walk(block)
        if "id" in inner
    }


def _is_at_risk(laid: Laid, step: Event, node: Node) -> bool:
    left = bare(node.get("leftExpression") or node.get("leftHandSide"))
    right = bare(node.get("rightExpression") or node.get("rightHandSide"))
    if left is None or right is None or not _is_chosen(laid, left, right) or _is_next(node, right):
        return False
    operator = str(node["operator"]).rstrip("=")
    conditions = _about(laid, step, node)
    texts = _meanings(laid, left), _meanings(laid, right)
    if operator == "-":
        return not any(_orders(each, texts[1], texts[0]) for each in conditions)
    bounded = any(_bounds(laid, each, texts[0] | texts[1], _result(laid, node)) for each in conditions)
    return not bounded and not (operator == "+" and _is_moved(laid, step, texts[1]))


def _is_next(node: Node, right: Node) -> bool:
    """A step of a few, as to the next place."""
    small = kind(right) == "Literal" and str(right.get("value", "")).isdigit() and int(right["value"]) < 1 << 16
    return small and not right.get("subdenomination") and str(node["operator"]).startswith("+")


def _is_chosen(laid: Laid, left: Node, right: Node) -> bool:
    """The caller chooses one side as a number; coin that came along is bounded by what there is."""
    return any(
        typed(side).startswith(("uint", "int")) and kind(side) != "IndexAccess" and _free(side, laid)
        for side in (left, right)
    )


def _free(side: Node, laid: Laid) -> bool:
    return from_caller(side, laid.flow) and not has(side, lambda each: member(each, "msg", "value"))


def _meanings(laid: Laid, node: Node) -> set[str]:
    """Return how an expression reads, and how what it was given reads."""
    found = {text_of(node)}
    if kind(node) == "Identifier" and (given := laid.flow.aliases.get(node.get("referencedDeclaration"))) is not None:
        found.add(text_of(given))
    return found


def _about(laid: Laid, step: Event, node: Node) -> list[Condition]:
    """What was asked before, and what is asked of the result after it."""
    later = [Condition(each.node, True) for each in laid.of("check")]
    named = _result(laid, node)
    after = [each for each in later if has(each.node, lambda one: text_of(one) in named)]
    return [*step.conditions, *after]


def _result(laid: Laid, node: Node) -> set[str]:
    found = {text_of(node)}
    if kind(node) == "Assignment":
        found.add(text_of(node["leftHandSide"]))
    for declared, given in laid.flow.aliases.items():
        if bare(given) is node:
            found.add(str(laid.flow.unit.nodes[declared]["name"]))
    return found


def _orders(condition: Condition, less: set[str], more: set[str]) -> bool:
    """It is said that one is no more than the other."""
    for part in parts(condition.node):
        if kind(part) != "BinaryOperation":
            continue
        left, right, sign = text_of(part["leftExpression"]), text_of(part["rightExpression"]), part["operator"]
        if left in more and right in less and sign in ((">=", ">") if condition.held else ("<", "<=")):
            return True
        if left in less and right in more and sign in (("<=", "<") if condition.held else (">", ">=")):
            return True
    return False


def _bounds(laid: Laid, condition: Condition, sides: set[str], result: set[str]) -> bool:
    """The result or the chosen side is held against something."""
    for part in parts(condition.node):
        if kind(part) != "BinaryOperation" or part["operator"] not in ("<", "<=", ">", ">=", "=="):
            continue
        left, right = part["leftExpression"], part["rightExpression"]
        texts = {text_of(left), text_of(right)}
        if texts & result and (texts & sides or kind(bare(right)) == "Literal"):
            return True
        if any(
            kind(bare(each)) == "BinaryOperation" and (bare(each) or {})["operator"] == "/" for each in (left, right)
        ):
            return True
        if not texts & result and _is_ceiling(laid, part, sides, held=condition.held):
            return True
    return False


def _is_ceiling(laid: Laid, part: Node, sides: set[str], *, held: bool) -> bool:
    """One side is said to be no more than a number or what an account holds."""
    left, right, sign = part["leftExpression"], part["rightExpression"], part["operator"]
    high, low = (right, left) if sign in ("<", "<=") else (left, right)
    if not held:
        high, low = low, high
    return (
        bool(_within(laid, low) & sides)
        and sign != "=="
        and kind(bare(high)) in ("Literal", "IndexAccess", "Identifier", "MemberAccess")
        and not has(high, lambda each: text_of(each) in sides)
    )


def _is_moved(laid: Laid, step: Event, amount: set[str]) -> bool:
    """What is added was taken from another account before, so that the sum stays."""
    for each in laid.of("write"):
        if each is step:
            return False
        node = each.node
        taken = node.get("rightHandSide") if kind(node) == "Assignment" else None
        if taken is not None and node["operator"] == "-=" and text_of(taken) in amount:
            return any(_orders(one, amount, {text_of(node["leftHandSide"])}) for one in step.conditions)
    return False


def _within(laid: Laid, node: Node) -> set[str]:
    """Return how an expression reads, and what goes into it where it is a product of several."""
    found = _meanings(laid, node)
    given = bare(laid.flow.aliases.get((bare(node) or {}).get("referencedDeclaration")))
    if kind(given) == "BinaryOperation" and given is not None and given["operator"] == "*":
        for side in (given["leftExpression"], given["rightExpression"]):
            found |= _meanings(laid, side)
    return found
