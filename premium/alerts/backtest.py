"""Rules and events from JSON lines: what would have fired, as the service would have fired it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from premium.alerts.matcher import Matcher
from premium.alerts.rule import Rule, RuleError, parse

BATCH = 10_000
MAX_LINE = 1_000_000


class LineError(ValueError):
    """A line that cannot be used: its number (from 1), its field where one is to blame, and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


class Firing(NamedTuple):
    """One rule fired by one event."""

    rule_id: str
    event_id: str


def read_rules(lines: Iterable[str]) -> Iterator[Rule]:
    """The enabled rules of a file, in its order; LineError on the first that is wrong or whose id was there before."""
    seen: dict[str, int] = {}
    for number, raw in _objects(lines):
        try:
            rule = parse(raw, strict=False)
        except RuleError as error:
            raise LineError(number, str(error)) from None
        identity = str(raw.get("rule_id", raw.get("id")))
        if identity in seen:
            raise LineError(number, f"id: {identity!r} is on line {seen[identity]} already")
        seen[identity] = number
        if rule is not None:
            yield rule


def read_events(lines: Iterable[str], unreadable: list[LineError]) -> Iterator[Mapping[str, Any]]:
    """The events of a file, in its order; what cannot be read is put into `unreadable` and passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = _object(number, line)
            _event_id(number, event)
        except LineError as error:
            unreadable.append(error)
        else:
            yield event


def backtest(matcher: Matcher, events: Iterable[Mapping[str, Any]], *, once: bool) -> Iterator[list[Firing]]:
    """Firings batch by batch, in the order of the events and then of the rules; `once`: an event id counts once."""
    seen: set[str] = set()
    fresh = (event for event in events if not once or _is_new(event, seen))
    while batch := list(islice(fresh, BATCH)):
        places, slots = matcher.match(batch)
        ids = [str(event.get("event_id", event.get("id"))) for event in batch]
        order = np.lexsort((matcher.index.ranks[slots], places))
        names = matcher.ids(slots[order]).tolist()
        yield [Firing(name, ids[at]) for name, at in zip(names, places[order].tolist(), strict=True)]


def _is_new(event: Mapping[str, Any], seen: set[str]) -> bool:
    identity = str(event.get("event_id", event.get("id")))
    if identity in seen:
        return False
    seen.add(identity)
    return True


def _event_id(number: int, event: Mapping[str, Any]) -> None:
    identity = event.get("event_id", event.get("id"))
    if not isinstance(identity, str) or not identity:
        raise LineError(number, "event_id: a string that is not empty is required")
    if not isinstance(event.get("kind"), str):
        raise LineError(number, "kind: must be transfer, price, gas or protocol")


def _objects(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _object(number, line)


def _object(number: int, line: str) -> Mapping[str, Any]:
    if len(line) > MAX_LINE:
        raise LineError(number, f"longer than {MAX_LINE} characters")
    try:
        # Decimal, because a float would round 0.1 before it is compared; NaN and Infinity have no value.
        value = json.loads(line, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise LineError(number, f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise LineError(number, "must be a JSON object")
    return value
