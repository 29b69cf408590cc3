"""Who may: checks of the caller that are missing, or ask the wrong party."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.source.events import Event
from premium.security.source.model import Fault
from premium.security.source.scene import Grade, Laid, Rule, Scene, beside_sender, from_caller, is_origin, parts
from premium.security.source.tree import Node, bare, has, is_sender, kind, member, named, text_of, typed, unconverted


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield faults of access."""
    for laid in scene.entries:
        yield from _origins(scene, laid)
    for laid in scene.changing:
        yield from _destroyed(scene, laid)
        yield from _delegated(scene, laid)
        yield from _keepers(scene, laid)
        yield from _lengths(scene, laid)
        yield from _paid(scene, laid)
        yield from _made(scene, laid)


def _origins(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    for step in laid.of("check"):
        for part in parts(step.node):
            if kind(part) != "BinaryOperation" or part["operator"] not in ("==", "!="):
                continue
            sides = (part["leftExpression"], part["rightExpression"])
            if any(is_origin(each) for each in sides) and not any(is_sender(each) for each in sides):
                yield scene.fault(
                    Rule("access_control", "tx-origin", "medium", "high"), [step.home], step.owner or laid.node
                )


def _destroyed(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    for step in laid.of("destroy"):
        if not scene.is_guarded(step):
            yield scene.fault(
                Rule("access_control", "open-selfdestruct", "high", "high"), [step.node], step.owner or laid.node
            )


def _delegated(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    for step in laid.of("delegate"):
        if scene.is_guarded(step) or is_self(step.target):
            continue
        chosen = from_caller(step.target, laid.flow)
        variable = laid.flow.state_of(unconverted(step.target))
        passed = has(step.node, lambda each: member(each, "msg", "data"))
        if chosen or (variable is not None and (passed or scene.is_callers_to_set(variable))):
            grade: Grade = "high" if chosen or not passed else "medium"
            yield scene.fault(
                Rule("access_control", "open-delegatecall", grade, "high"), [step.node], step.owner or laid.node
            )


def is_self(node: Node | None) -> bool:
    """Tell whether an expression is the contract's own address."""
    return named(unconverted(node), "this")


def _keepers(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    for step in laid.of("write"):
        if step.variable not in scene.keepers or scene.is_guarded(step) or not _sets(step, laid):
            continue
        if _is_first(laid, step):
            continue
        yield scene.fault(Rule("access_control", "open-owner", "high", "high"), [step.node], step.owner or laid.node)


def _sets(step: Event, laid: Laid) -> bool:
    """Somebody is put in: not the caller's own mark, and nothing taken away."""
    target = bare(step.target) or step.node
    given = step.node.get("rightHandSide") if kind(step.node) == "Assignment" else None
    if kind(step.node) == "UnaryOperation":
        return False
    if kind(target) == "IndexAccess":
        return from_caller(target.get("indexExpression"), laid.flow) and not _is_own(target)
    return from_caller(given, laid.flow)


def _is_own(target: Node) -> bool:
    return is_sender(target.get("indexExpression"))


def _is_first(laid: Laid, step: Event) -> bool:
    """It is done once: a place that must be empty, or a switch that is set with it."""
    written = {each.variable for each in laid.of("write")}
    for condition in step.conditions:
        for part in parts(condition.node):
            sides = [part["leftExpression"], part["rightExpression"]] if kind(part) == "BinaryOperation" else [part]
            if beside_sender(part) is None and any(laid.flow.state_of(each) in written for each in sides):
                return True
    return False


def _lengths(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    """The length of an array is set: with it any slot can be reached."""
    for step in laid.of("write"):
        target = bare(step.target)
        if not member(target, _base(target), "length") or scene.is_guarded(step):
            continue
        if kind(step.node) == "UnaryOperation" and _is_bounded(step, text_of(target)):
            continue
        shrinks = kind(step.node) == "UnaryOperation" and step.node["operator"] == "--"
        given = step.node.get("rightHandSide")
        if shrinks or from_caller(given, laid.flow):
            yield scene.fault(
                Rule("access_control", "array-length", "high", "medium"), [step.node], step.owner or laid.node
            )


def _base(target: Node | None) -> str:
    base = (target or {}).get("expression")
    return str(base.get("name", "")) if base else ""


def _is_bounded(step: Event, length: str) -> bool:
    for condition in step.conditions:
        for part in parts(condition.node):
            if kind(part) != "BinaryOperation":
                continue
            left, right = text_of(part["leftExpression"]), text_of(part["rightExpression"])
            if (part["operator"] in (">", "!=") and left == length) or (part["operator"] == "<" and right == length):
                return True
            if length in (left, right) and not condition.held and part["operator"] == "==":
                return True
    return False


def _paid(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    """Coin leaves for whoever calls.

    All of it without a question, or what an account holds without its account.
    """
    for step in laid.of("send", "call"):
        if step.value is None or not from_caller(step.target, laid.flow) or scene.is_guarded(step):
            continue
        everything = has(step.value, _is_balance)
        if everything and not step.conditions and laid.node.get("stateMutability") != "payable":
            yield scene.fault(
                Rule("access_control", "open-payout", "high", "medium"), [step.node], step.owner or laid.node
            )
        elif not everything and _is_kept(laid, step):
            rule = Rule("access_control", "not-deducted", "high", "medium")
            yield scene.fault(rule, [step.node], step.owner or laid.node)


def _is_kept(laid: Laid, step: Event) -> bool:
    """What an account holds is paid, and the account stays as it was."""
    mapping = _account(laid, step)
    return mapping is not None and all(each.variable != mapping for each in laid.of("write"))


def _is_balance(node: Node) -> bool:
    return kind(node) == "MemberAccess" and node["memberName"] == "balance" and is_self(node["expression"])


def _account(laid: Laid, step: Event) -> int | None:
    """The mapping by caller whose value is paid, as it stands."""
    value = bare(step.value)
    if kind(value) == "Identifier" and value is not None:
        value = bare(laid.flow.aliases.get(value.get("referencedDeclaration"), value))
    if kind(value) != "IndexAccess" or value is None or not is_sender(value.get("indexExpression")):
        return None
    return laid.flow.state_of(value) if typed(value).startswith("uint") else None


def _made(scene: Scene, laid: Laid) -> Iterator[Fault | None]:
    """Yield balances that grow by what the caller says, where nothing is asked, paid or taken for it."""
    if laid.node.get("stateMutability") == "payable" or any(laid.of("call", "send", "delegate", "view")):
        return
    if any(_turn(step) == "-" for step in laid.of("write")):
        return
    for step in laid.of("write"):
        target = bare(step.target)
        if _turn(step) != "+" or kind(target) != "IndexAccess" or target is None or step.variable is None:
            continue
        if not typed(target).startswith("uint") or scene.is_guarded(step) or not _is_of_accounts(target):
            continue
        given = from_caller(step.node.get("rightHandSide"), laid.flow)
        spent = any(_turn(other) == "-" for _, other in scene.writers(step.variable))
        spent = spent or any(
            _turn(other) == "+" and kind(bare(other.target)) == "Identifier" for other in laid.of("write")
        )
        if given and spent and not any(has(each.node, _is_proof) for each in step.conditions):
            rule = Rule("access_control", "open-mint", "high", "medium")
            yield scene.fault(rule, [step.node], step.owner or laid.node)


def _turn(step: Event) -> str | None:
    """Whether a write adds to what stands there or takes from it: as an operator, a sum, or a library's call."""
    node = step.node
    if kind(node) != "Assignment":
        return None
    if node["operator"] in ("+=", "-="):
        return str(node["operator"][0])
    made = bare(node["rightHandSide"])
    old = text_of(node["leftHandSide"])
    if kind(made) == "BinaryOperation" and made is not None and made["operator"] in ("+", "-"):
        sides = (text_of(made["leftExpression"]), text_of(made["rightExpression"]))
        return str(made["operator"]) if old in sides else None
    callee = bare(made.get("expression")) if kind(made) == "FunctionCall" and made is not None else None
    if kind(callee) == "MemberAccess" and callee is not None and text_of(callee["expression"]) == old:
        return {"add": "+", "sub": "-"}.get(str(callee["memberName"]))
    return None


def _is_of_accounts(target: Node) -> bool:
    return typed(target.get("indexExpression")).startswith("address")


def _is_proof(node: Node) -> bool:
    """Whether a condition works something out of data: a signature, a hash, another function's answer."""
    return kind(node) == "FunctionCall" and node.get("kind") == "functionCall"
