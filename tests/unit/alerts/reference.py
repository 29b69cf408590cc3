"""The matcher said slowly: every rule against every event, each series sorted by the events' own times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from premium.alerts.language.catalogue import SERIES, field
from premium.alerts.language.evaluation import all_hold, disarms, holds
from premium.alerts.language.rule import Rule
from premium.alerts.language.values import seconds
from premium.alerts.matcher.levels.past import WINDOW

Event = Mapping[str, Any]
Fired = set[tuple[str, int]]
"""Ids of rules, and numbers of events in order of arrival."""


def stateless(rules: Iterable[Rule], events: list[Event]) -> set[tuple[int, str]]:
    """(place of the event, id of the rule) for every pair that holds."""
    return {(at, rule.id) for at, event in enumerate(events) for rule in rules if holds(rule, event)}


def series_of(event: Event) -> tuple[Any, ...] | None:
    kind = event.get("kind")
    if kind not in SERIES:
        return None
    declared = [field(kind, name) for name in SERIES[kind]]
    return (kind, *(one.type.reader(event.get(name)) for one, name in zip(declared, SERIES[kind], strict=True) if one))


def order_of(event: Event, number: int) -> tuple[Any, ...]:
    name = str(event.get("event_id"))
    return seconds(event.get("timestamp")), len(name), name, number


def fired_by(rule: Rule, events: Mapping[int, Event]) -> set[int]:
    """Which of these events, by number, fire the rule, without its cooldown: each series in order."""
    if not rule.edge:
        return {number for number, event in events.items() if holds(rule, event)}
    found, state = set[int](), dict[Any, tuple[Event | None, bool]]()
    for number, event in sorted(events.items(), key=lambda one: order_of(one[1], one[0])):
        if event.get("kind") != rule.kind:
            continue
        key = series_of(event)
        before, is_disarmed = state.get(key, (None, False))
        begins = all_hold(rule.conditions, event) and not (before is not None and all_hold(rule.conditions, before))
        if begins and not (rule.hysteresis is not None and is_disarmed):
            found.add(number)
        verdict = disarms(rule, event)
        state[key] = event, is_disarmed if verdict is None else verdict
    return found


def cooled(rule: Rule, candidates: set[int], events: Mapping[int, Event]) -> set[int]:
    """Those of the candidates that lie a cooldown behind the last one that fired."""
    if not rule.cooldown:
        return candidates
    found, last = set[int](), None
    for number in sorted(candidates, key=lambda one: order_of(events[one], one)):
        time = seconds(events[number].get("timestamp"))
        if last is None or time - last >= rule.cooldown:
            found.add(number)
            last = time
    return found


def in_order(rules: Iterable[Rule], events: Mapping[int, Event]) -> Fired:
    """What rules fire on all of these events, whenever they came."""
    return {(rule.id, number) for rule in rules for number in cooled(rule, fired_by(rule, events), events)}


class Reference:
    """Rules that come and go, and events as they come, of which those that are too late move no level."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.standing: Fired = set()
        self._kept: dict[int, Event] = {}
        self._number = 0

    def put(self, rule: Rule) -> None:
        self.forget(rule.id)
        self.rules[rule.id] = rule

    def forget(self, rule_id: str) -> None:
        self.rules.pop(rule_id, None)
        self.standing = {one for one in self.standing if one[0] != rule_id}

    def match(self, event: Event) -> None:
        number, self._number = self._number, self._number + 1
        kept = {**self._kept, number: event}
        late = self._is_late(event)
        for rule in self.rules.values():
            if not rule.edge:
                self.standing |= {(rule.id, number)} if holds(rule, event) else set()
            elif not late:
                was, now = fired_by(rule, self._kept), fired_by(rule, kept)
                self.standing -= {(rule.id, one) for one in was - now}
                self.standing |= {(rule.id, one) for one in now - was}
        # Transfers tell no level: theirs are remembered only while some rule asks for their edges.
        keeps = event.get("kind") != "transfer" or any(r.edge and r.kind == "transfer" for r in self.rules.values())
        if not late and keeps and series_of(event) is not None:
            self._kept = kept

    def _is_late(self, event: Event) -> bool:
        times = [seconds(one.get("timestamp")) for one in self._kept.values() if series_of(one) == series_of(event)]
        return bool(times) and seconds(event.get("timestamp")) < max(times) - WINDOW
