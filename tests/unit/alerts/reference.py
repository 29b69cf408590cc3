"""The matcher said slowly: every rule against every event, state as plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from premium.alerts.language.catalogue import SERIES, field
from premium.alerts.language.evaluation import all_hold, holds, relaxed
from premium.alerts.language.rule import Rule
from premium.alerts.language.values import seconds
from premium.alerts.matcher.levels.past import WINDOW

Event = Mapping[str, Any]


def stateless(rules: Iterable[Rule], events: list[Event]) -> set[tuple[int, str]]:
    """(place of the event, id of the rule) for every pair that holds."""
    return {(at, rule.id) for at, event in enumerate(events) for rule in rules if holds(rule, event)}


class Reference:
    """Edge, lateness, hysteresis and cooldown, one event at a time."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self._seen: dict[tuple[Any, ...], list[tuple[float, Event]]] = {}
        self._disarmed: set[tuple[str, tuple[Any, ...]]] = set()
        self._fired: dict[str, list[float]] = {}

    def put(self, rule: Rule) -> None:
        self.forget(rule.id)
        self.rules[rule.id] = rule

    def forget(self, rule_id: str) -> None:
        self.rules.pop(rule_id, None)
        self._fired.pop(rule_id, None)
        self._disarmed = {one for one in self._disarmed if one[0] != rule_id}

    def match(self, event: Event, order: Mapping[str, int]) -> list[str]:
        kind = event.get("kind")
        if kind not in SERIES:
            return []
        # Transfers tell no level: theirs are remembered only while some rule asks for their edges.
        if kind == "transfer" and not any(rule.edge and rule.kind == kind for rule in self.rules.values()):
            fired = [rule.id for rule in self.rules.values() if holds(rule, event)]
            return self._cooled(fired, seconds(event.get("timestamp")), order)
        key = (kind, *(self._key(kind, event, name) for name in SERIES[kind]))
        seen, time = self._seen.setdefault(key, []), seconds(event.get("timestamp"))
        late = bool(seen) and time < max(one[0] for one in seen) - WINDOW
        before = max((one for one in seen if one[0] <= time), key=lambda one: one[0], default=None)
        for one in seen:  # the later arrival among equals
            if before is not None and one[0] == before[0]:
                before = one
        fired = [rule.id for rule in self.rules.values() if self._fires(rule, key, event, before, late=late)]
        if not late:
            seen.append((time, event))
        return self._cooled(fired, time, order)

    def _cooled(self, fired: list[str], time: float, order: Mapping[str, int]) -> list[str]:
        return [one for one in sorted(fired, key=lambda name: order[name]) if self._warm(self.rules[one], time)]

    @staticmethod
    def _key(kind: str, event: Event, name: str) -> object:
        declared = field(kind, name)
        assert declared is not None
        return declared.type.reader(event.get(name))

    def _fires(
        self, rule: Rule, key: tuple[Any, ...], event: Event, before: tuple[float, Event] | None, *, late: bool
    ) -> bool:
        now = holds(rule, event)
        if not rule.edge:
            return now
        if rule.kind != event.get("kind") or late:
            return False
        was = before is not None and all_hold(rule.conditions, before[1])
        begins = now and not was
        return begins if rule.hysteresis is None else self._armed(rule, key, event) and begins

    def _armed(self, rule: Rule, key: tuple[Any, ...], event: Event) -> bool:
        """At the event's own time; memory is of the newest that decides, the others are asked of the series."""
        time, state = seconds(event.get("timestamp")), (rule.id, key)
        seen = sorted(self._seen[key], key=lambda one: one[0])
        if any(self._decides(rule, one) is not None for when, one in seen if when > time):
            older = [self._decides(rule, one) for when, one in seen if when <= time]
            return next((verdict for verdict in reversed(older) if verdict is not None), "armed") == "armed"
        armed, now = state not in self._disarmed, self._decides(rule, event)
        if now is not None:
            self._disarmed = self._disarmed - {state} if now == "armed" else self._disarmed | {state}
        return armed

    @staticmethod
    def _decides(rule: Rule, event: Event) -> str | None:
        if all_hold(rule.conditions, event):
            return "disarmed"
        texts = [one for one in rule.conditions if isinstance(one.value, str)]
        return "armed" if all_hold(tuple(texts), event) and not all_hold(relaxed(rule), event) else None

    def _warm(self, rule: Rule, time: float) -> bool:
        if not rule.cooldown:
            return True
        known = self._fired.setdefault(rule.id, [])
        if any(abs(time - fired) < rule.cooldown for fired in known):
            return False
        newest = max([*known, time])
        self._fired[rule.id] = [fired for fired in (*known, time) if fired >= newest - WINDOW - rule.cooldown]
        return True
