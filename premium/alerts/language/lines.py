"""Rules and events read from JSON lines, with errors by line and field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from premium.alerts.language.earlier import draft_of
from premium.alerts.language.rule import Rule, RuleError, parse
from premium.alerts.language.values import MAX_LENGTH
from premium.errors import InvalidInput

MAX_LINE = 1_000_000
_BOM = b"\xef\xbb\xbf"
_CAMEL = {"ruleId": "rule_id", "cooldownSeconds": "cooldown_seconds"}
"""Names in the API's answers, so that these can be tried as they are."""


class LineError(ValueError):
    """A line cannot be used, for a reason; lines count from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass
class Unreadable:
    """The count of lines passed over, and the first of them."""

    most: int = 10
    count: int = 0
    first: list[LineError] = field(default_factory=list)

    def add(self, error: LineError) -> None:
        """Count a line, and keep its error while there is room."""
        self.count += 1
        if len(self.first) < self.most:
            self.first.append(error)


def read_rules(lines: Iterable[bytes]) -> Iterator[Rule]:
    """Yield the enabled rules of a file in its order.

    LineError on the first that is wrong or whose id was there before.
    """
    seen: dict[str, int] = {}
    for number, line in _filled(lines):
        raw = _object(number, line)
        try:
            rule = parse(_in_present_form(raw), strict=False)
        except (RuleError, InvalidInput) as error:
            raise LineError(number, str(error)) from None
        identity = _identity(raw, "rule_id", "ruleId", "id")
        if identity in seen:
            raise LineError(number, f"id: {identity!r} is on line {seen[identity]} already")
        seen[identity] = number
        if rule is not None:
            yield rule


def read_events(lines: Iterable[bytes], unreadable: Unreadable) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a file in its order.

    Unreadable lines are counted and passed over.
    """
    for number, line in _filled(lines):
        try:
            event = _object(number, line)
            _check(number, event)
        except LineError as error:
            unreadable.add(error)
        else:
            yield event


def event_id(event: Mapping[str, Any]) -> str:
    """Return the id of an event that `read_events` gave."""
    return _identity(event, "event_id", "id")


def _identity(raw: Mapping[str, Any], *names: str) -> str:
    return str(next((raw[name] for name in names if name in raw), None))


def _in_present_form(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a rule as `parse` reads it, from either form of the API."""
    rule = {_CAMEL.get(name, name): value for name, value in raw.items()}
    if "type" in rule or "alert_type" not in rule:
        return rule
    condition = rule.get("condition")
    if not isinstance(condition, dict):
        raise RuleError("condition", "an object with a threshold is required")
    draft = draft_of("", str(rule["alert_type"]), (), condition)
    return rule | {"type": draft.type, "conditions": [dict(one) for one in draft.conditions]}


def _check(number: int, event: Mapping[str, Any]) -> None:
    identity = event.get("event_id", event.get("id"))
    if not isinstance(identity, str) or not identity:
        raise LineError(number, "event_id: a string that is not empty is required")
    if not isinstance(event.get("kind"), str):
        raise LineError(number, "kind: must be transfer, price, gas or protocol")
    if not isinstance(event.get("retracts") or "", str):
        raise LineError(number, "retracts: must be the id of an event")


def _filled(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, 1):
        filled = line.removeprefix(_BOM) if number == 1 else line
        if filled.strip():
            yield number, filled


def _object(number: int, line: bytes) -> Mapping[str, Any]:
    if len(line) > MAX_LINE:
        raise LineError(number, f"longer than {MAX_LINE} bytes")
    try:
        value = json.loads(line.decode(), parse_float=_exact, parse_int=_whole, parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise LineError(number, f"not UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise LineError(number, f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise LineError(number, "must be a JSON object")
    return value


def _exact(digits: str) -> Decimal | None:
    # A float would round 0.1 before it is compared; what nothing can hold has no value, like NaN and Infinity.
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_LENGTH else None
