"""Chance and time taken from the block."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from premium.security.source.model import Fault
from premium.security.source.scene import Laid, Rule, Scene
from premium.security.source.tree import Node, bare, has, kind, member, named, walk

_BLOCK = ("number", "difficulty", "prevrandao", "coinbase", "gaslimit", "basefee")
_QUARTER = 900
"""Seconds that a block's producer, or chance, may shift what a deadline means."""
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800, "years": 31536000}


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield draws from the block, and questions that a shifted clock answers otherwise."""
    for laid in (*scene.makers, *scene.entries, *scene.idle):
        for owner in laid.owners():
            yield from _drawn(scene, laid, owner)
        yield from _timed(scene, laid)


def is_time(node: Node) -> bool:
    """Tell whether an expression is the block's time."""
    return member(node, "block", "timestamp") or named(node, "now")


def _is_block(node: Node) -> bool:
    if member(node, "block", *_BLOCK):
        return True
    callee = node.get("expression") if kind(node) == "FunctionCall" else None
    return named(callee, "blockhash") or member(callee, "block", "blockhash")


def _is_hash(node: Node) -> bool:
    callee = node.get("expression") if kind(node) == "FunctionCall" else None
    if named(callee, "blockhash") or member(callee, "block", "blockhash"):
        return True
    return named(callee, "keccak256", "sha3", "sha256", "ripemd160")


def _is_modulo(node: Node) -> bool:
    return kind(node) == "BinaryOperation" and node["operator"] == "%"


def _drawn(scene: Scene, laid: Laid, owner: Node) -> Iterator[Fault | None]:
    for statement in _statements(owner):
        for node in walk(statement):
            if not (_is_hash(node) or _is_modulo(node)):
                continue
            inside = node["leftExpression"] if _is_modulo(node) else node
            if _comes(inside, laid, _is_block):
                yield scene.fault(
                    Rule("bad_randomness", "block-draw", "medium", "high", in_libraries=True), [statement], owner
                )
                break
            if _comes(inside, laid, is_time) and (_is_modulo(node) or _is_drawn(statement)):
                yield scene.fault(
                    Rule("time_manipulation", "time-draw", "medium", "medium", in_libraries=True), [statement], owner
                )
                break


def _is_drawn(statement: Node) -> bool:
    """A hash of the time is made a number: an id that is a hash is none."""
    return has(
        statement,
        lambda each: kind(each) == "FunctionCall" and each.get("kind") == "typeConversion" and has(each, _is_hash),
    ) or has(statement, _is_modulo)


def _statements(owner: Node) -> Iterator[Node]:
    """The statements of a function, of others the parts that come before their bodies."""
    for node in walk(owner.get("body") or owner):
        what = kind(node)
        if what in ("ExpressionStatement", "VariableDeclarationStatement", "Return"):
            yield node
        elif what in ("IfStatement", "WhileStatement", "ForStatement") and node.get("condition"):
            yield node["condition"]


def _comes(node: Node | None, laid: Laid, test: Callable[[Node], bool], depth: int = 0) -> bool:
    """A value is made of the block's, directly, by a local variable or by one that is kept."""
    if node is None or depth > 5:
        return False
    for each in walk(node):
        if test(each):
            return True
        if kind(each) != "Identifier":
            continue
        declared = each.get("referencedDeclaration")
        if declared in laid.flow.aliases and _comes(laid.flow.aliases[declared], laid, test, depth + 1):
            return True
        state = laid.flow.unit.states.get(declared)
        if state is not None and state.get("value") and _comes(state["value"], laid, test, depth + 1):
            return True
    return False


def _timed(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    for step in laid.of("check"):
        if _shifts(step.node, laid):
            yield scene.fault(
                Rule("time_manipulation", "short-time", "low", "medium"), [step.home], step.owner or laid.node
            )
    for owner in laid.owners():
        for node in walk(owner):
            if kind(node) == "Return" and _shifts(node.get("expression"), laid):
                yield scene.fault(Rule("time_manipulation", "short-time", "low", "medium"), [node], owner)


def _shifts(condition: Node | None, laid: Laid) -> bool:
    """It asks for one very moment, a date in the code, or minutes."""
    for part in walk(condition) if condition else ():
        if kind(part) != "BinaryOperation" or part["operator"] not in ("<", "<=", ">", ">=", "==", "!="):
            continue
        sides = (part["leftExpression"], part["rightExpression"])
        if not any(_is_now(each, laid) for each in sides):
            continue
        if part["operator"] in ("==", "!="):
            return True
        if any(_is_written(each) for each in sides) or any(_is_short(each, laid) for each in sides):
            return True
    return False


def _is_now(side: Node | None, laid: Laid, depth: int = 0) -> bool:
    """It is the time, moved by a while at most: what is drawn from it is no time."""
    side = bare(side)
    if side is None or depth > 5:
        return False
    if is_time(side):
        return True
    if kind(side) == "Identifier" and side.get("referencedDeclaration") in laid.flow.aliases:
        return _is_now(laid.flow.aliases[side["referencedDeclaration"]], laid, depth + 1)
    if kind(side) == "BinaryOperation" and side["operator"] in ("+", "-"):
        return _is_now(side["leftExpression"], laid, depth + 1) or _is_now(side["rightExpression"], laid, depth + 1)
    return False


def _is_written(side: Node) -> bool:
    side = bare(side) or side
    if kind(side) == "Literal":
        return str(side.get("value", "")).isdigit() and int(side["value"]) > 10**9
    return False


def _is_short(side: Node, laid: Laid) -> bool:
    fixed = [_fixed(each, laid) for each in walk(side)]
    lengths = [_seconds(each) for each in fixed if each is not None and each.get("subdenomination")]
    return bool(lengths) and max(lengths) <= _QUARTER


def _fixed(node: Node, laid: Laid) -> Node | None:
    """A number in the code, or the one that a constant stands for."""
    if kind(node) == "Identifier":
        state = laid.flow.unit.states.get(node.get("referencedDeclaration"))
        node = bare(state.get("value")) or node if state is not None and state.get("constant") else node
    return node if kind(node) == "Literal" else None


def _seconds(literal: Node) -> int:
    value = str(literal.get("value", ""))
    return int(value) * _UNITS.get(literal["subdenomination"], 10**9) if value.isdigit() else 10**9
