"""What one party, or too many entries, can bring to a stop."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.source.events import Event
from premium.security.source.model import Fault
from premium.security.source.scene import Laid, Rule, Scene
from premium.security.source.tree import Node, bare, has, is_sender, kind, member, typed, unconverted, walk

_MANY = 100


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield calls on which all others wait, and loops that anyone can make too long."""
    for laid in scene.changing:
        seen: set[int] = set()
        held: list[Node] = []
        for step in laid.of("send", "call"):
            if _must_succeed(laid, step) and _is_hostage(scene, laid, step) and step.node["id"] not in seen:
                seen.add(step.node["id"])
                held += step.loops
                yield scene.fault(
                    Rule("denial_of_service", "hostage-call", "medium", "medium"), [step.node], step.owner or laid.node
                )
        for step in laid.of("loop"):
            if (at := _endless(scene, laid, step)) is not None and at not in held:
                yield scene.fault(
                    Rule("denial_of_service", "growing-loop", "medium", "medium"), [at], step.owner or laid.node
                )
        for step in laid.of("write"):
            if _wipes(scene, step) and not scene.is_guarded(step):
                yield scene.fault(
                    Rule("denial_of_service", "growing-wipe", "medium", "medium"), [step.node], step.owner or laid.node
                )


def _must_succeed(laid: Laid, step: Event) -> bool:
    """A failure of the call ends the function."""
    if kind(step.node) == "FunctionCall" and step.what == "send" and _name(step.node) == "transfer":
        return True
    return any(each.target is not None and has(each.node, lambda one: one is step.node) for each in laid.of("check"))


def _name(call: Node) -> str:
    callee = call["expression"]
    return str(callee.get("memberName", "")) if kind(callee) == "MemberAccess" else ""


def _is_hostage(scene: Scene, laid: Laid, step: Event) -> bool:
    """It pays another than the caller, whom it remembers from an earlier call."""
    target = unconverted(step.target)
    if target is None or is_sender(target):
        return False
    variable = laid.flow.state_of(target) if kind(target) != "Identifier" else _held(scene, laid, target)
    if variable is None:
        return False
    if step.loops:
        return True
    plain = kind(target) == "Identifier" or (kind(target) == "MemberAccess" and "[" not in typed(target))
    later = laid.events[laid.events.index(step) + 1 :]
    replaced = any(each.what == "write" and each.variable == variable for each in later)
    return plain and replaced and scene.is_callers_to_set(variable)


def _held(scene: Scene, laid: Laid, target: Node) -> int | None:
    declared = target.get("referencedDeclaration")
    if declared in scene.unit.states:
        return int(declared)
    given = laid.flow.aliases.get(declared)
    return laid.flow.state_of(given)


def _grows(scene: Scene, variable: int) -> bool:
    """Anyone can add to it."""
    return any(
        not scene.is_guarded(step) and (kind(step.node) == "FunctionCall" or _longer(step))
        for _, step in scene.writers(variable)
    )


def _longer(step: Event) -> bool:
    target = bare(step.target)
    if kind(target) == "MemberAccess" and target is not None and target["memberName"] == "length":
        return True
    return kind(target) == "IndexAccess"


def _endless(scene: Scene, laid: Laid, step: Event) -> Node | None:
    """A loop over what anyone lengthens, or that lengthens it, with a write or a call each time round."""
    loop = step.node
    body = [each for each in laid.events if loop in each.loops]
    if not any(each.what in ("write", "send", "call") for each in body):
        return None
    bounds = [
        variable
        for each in walk(loop.get("condition") or loop)
        if (member(each, _of(each), "length") or kind(each) == "Identifier")
        and (variable := laid.flow.state_of(each)) is not None
    ]
    if any(_grows(scene, each) for each in bounds) and _is_array(scene, bounds):
        return loop
    pushes = any(
        each.what == "write"
        and each.variable is not None
        and kind(each.node) == "FunctionCall"
        and not scene.is_guarded(each)
        for each in body
    ) and any(_is_many(each) for each in walk(loop.get("condition") or loop))
    return loop if pushes else None


def _of(node: Node) -> str:
    base = node.get("expression") if kind(node) == "MemberAccess" else None
    return str(base.get("name", "")) if base else ""


def _is_array(scene: Scene, variables: list[int]) -> bool:
    return any("[]" in typed(scene.unit.states[each]) for each in variables)


def _wipes(scene: Scene, step: Event) -> bool:
    """A whole array that anyone lengthens is emptied at once."""
    if step.variable is None or not typed(scene.unit.states[step.variable]).endswith("[]"):
        return False
    target, node = bare(step.target), step.node
    whole = kind(target) == "Identifier"
    emptied = kind(node) == "UnaryOperation" and node["operator"] == "delete"
    renewed = kind(node) == "Assignment" and has(node["rightHandSide"], lambda each: kind(each) == "NewExpression")
    return whole and (emptied or renewed) and _grows(scene, step.variable)


def _is_many(node: Node) -> bool:
    """A number in the code so large that a block may not hold as many writes."""
    return kind(node) == "Literal" and str(node.get("value", "")).isdigit() and int(node["value"]) >= _MANY
