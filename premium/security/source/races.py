"""Who comes first wins: what a pending transaction shows, others can use before it."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.source.events import Event
from premium.security.source.model import Fault
from premium.security.source.scene import Laid, Rule, Scene, from_caller, is_argument, parts
from premium.security.source.tree import Node, bare, has, is_sender, kind, named, typed, unconverted


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield prizes for an answer that is shown, and prizes that change meanwhile."""
    for laid in scene.changing:
        for step in laid.of("send", "call"):
            if step.value is None or not _is_caller(laid, step.target) or scene.is_guarded(step):
                continue
            if _is_answer(laid, step):
                yield scene.fault(
                    Rule("front_running", "shown-answer", "medium", "medium"), [step.node], step.owner or laid.node
                )
            elif (prize := _prize(laid, step)) is not None and _is_first_come(laid, step):
                yield from _raced(scene, laid, step, prize)


def _is_caller(laid: Laid, target: Node | None) -> bool:
    return is_sender(target) and from_caller(unconverted(target), laid.flow)


def _is_answer(laid: Laid, step: Event) -> bool:
    """It is paid for an argument whose hash is a known one, and that nobody had to bind to himself before."""
    for condition in step.conditions:
        for part in parts(condition.node):
            if kind(part) != "BinaryOperation" or part["operator"] not in ("==", "!="):
                continue
            sides = (part["leftExpression"], part["rightExpression"])
            hashed = any(_hashed(side, laid) and not has(side, is_sender) for side in sides)
            if hashed and not any(_is_own(side) for side in sides):
                return True
    return False


def _is_own(side: Node) -> bool:
    """It is kept by caller: he has bound himself before."""
    return has(side, lambda each: kind(each) == "IndexAccess" and is_sender(each.get("indexExpression")))


def _hashed(side: Node, laid: Laid) -> bool:
    side = bare(side) or side
    if kind(side) == "Identifier" and side.get("referencedDeclaration") in laid.flow.aliases:
        side = bare(laid.flow.aliases[side["referencedDeclaration"]]) or side
    return has(
        side,
        lambda each: (
            kind(each) == "FunctionCall"
            and named(each["expression"], "keccak256", "sha3", "sha256")
            and has(each, lambda one: kind(one) == "Identifier" and is_argument(one, laid.flow))
        ),
    )


def _prize(laid: Laid, step: Event) -> int | None:
    """The plain variable that says how much is paid."""
    value = bare(step.value)
    if kind(value) != "Identifier" or not typed(value).startswith("uint"):
        return None
    return laid.flow.state_of(value)


def _is_first_come(laid: Laid, step: Event) -> bool:
    """Afterwards a switch is set that the function asked: one gets it."""
    asked = {
        laid.flow.state_of(each) for condition in step.conditions for part in parts(condition.node)
        for each in ([part] if kind(part) != "BinaryOperation" else [part["leftExpression"], part["rightExpression"]])
    }  # fmt: skip
    return any(each.what == "write" and each.variable in asked for each in laid.events)


def _raced(scene: Scene, laid: Laid, step: Event, prize: int) -> Iterator[Fault | None]:
    writers = [(other, each) for other, each in scene.writers(prize) if other is not laid]
    if not writers:
        return
    yield scene.fault(Rule("front_running", "changing-prize", "medium", "medium"), [step.node], step.owner or laid.node)
    for other, each in writers:
        paid = [
            one.node for one in other.of("send") if one.value is not None and other.flow.state_of(one.value) == prize
        ]
        yield scene.fault(
            Rule("front_running", "changing-prize", "medium", "medium"), [*paid, each.node], each.owner or other.node
        )
