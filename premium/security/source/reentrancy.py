"""Calls before the books are right: what was read is written after them."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.source.events import Event
from premium.security.source.model import Fault
from premium.security.source.scene import Grade, Laid, Rule, Scene, from_caller
from premium.security.source.tree import Node, is_sender, kind, spend, unconverted, walk


def faults(scene: Scene) -> Iterator[Fault | None]:
    """Yield a fault for each function that can be entered again."""
    for laid in scene.changing:
        for call, severity in _calls(scene, laid):
            if _is_stale(laid, call) and not _is_locked(laid, call):
                yield scene.fault(
                    Rule("reentrancy", "call-before-write", severity, "high"), [call.home], _owner(laid, call)
                )


def _owner(laid: Laid, call: Event) -> Node:
    return laid.node if call.inner else call.owner or laid.node


def _calls(scene: Scene, laid: Laid) -> Iterator[tuple[Event, Grade]]:
    for step in laid.of("call"):
        low = step.value is not None or not (step.target and _is_contract(step.target))
        if low and not _is_fixed(scene, laid, step.target):
            yield step, "high"
        elif not low and _is_foreign(laid, step):
            yield step, "medium"


def _is_contract(target: Node) -> bool:
    return str((target.get("typeDescriptions") or {}).get("typeString", "")).startswith("contract")


def _is_foreign(laid: Laid, step: Event) -> bool:
    """The contract called is the caller's choice."""
    return from_caller(step.target, laid.flow)


def _is_fixed(scene: Scene, laid: Laid, target: Node | None) -> bool:
    """The party called is a constant or was set when the contract was made."""
    target = unconverted(target)
    variable = laid.flow.state_of(target)
    if kind(target) == "Literal":
        return True
    if variable is None or kind(target) != "Identifier" or is_sender(target):
        return False
    return not any(True for _ in scene.writers(variable))


def _is_stale(laid: Laid, call: Event) -> bool:
    """Something read before the call is written after it, in the same function or around it."""
    spend(len(laid.events) // 4)
    at = laid.events.index(call)
    before = {each.variable for each in laid.events[:at] if each.what == "read"}
    return any(
        later.what == "write" and later.variable in before and _is_after(later, call) for later in laid.events[at + 1 :]
    )


def _is_after(later: Event, call: Event) -> bool:
    """The two do not lie in two branches of one question."""
    asked = {id(each.node): each.held for each in call.conditions}
    return all(asked.get(id(each.node), each.held) == each.held for each in later.conditions)


def _is_locked(laid: Laid, call: Event) -> bool:
    """A switch is asked, then set, before the call, and set back behind it."""
    at = laid.events.index(call)
    for number, step in enumerate(laid.events[:at]):
        if step.what != "write" or step.variable is None:
            continue
        asked = any(each.what == "read" and each.variable == step.variable for each in laid.events[:number])
        freed = any(each.what == "write" and each.variable == step.variable for each in laid.events[at + 1 :])
        if asked and freed and _is_switch(laid, step):
            return True
    return False


def _is_switch(laid: Laid, step: Event) -> bool:
    """A plain variable, no mapping, that conditions ask."""
    declared = laid.flow.unit.states[step.variable]  # type: ignore[index] # it was looked for
    plain = str((declared.get("typeDescriptions") or {}).get("typeString"))
    asked = any(
        laid.flow.state_of(each) == step.variable
        for check in laid.of("check")
        for each in walk(check.node)
        if kind(each) == "Identifier"
    )
    return asked and (plain.startswith(("uint", "bool", "enum", "bytes32")))
