"""A rule as the matcher holds it, parsed from what a user wrote."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from premium.alerts.language import catalogue, values
from premium.alerts.language.catalogue import FieldType
from premium.money import MAX_DIGITS

OPERATORS = ("gt", "gte", "lt", "lte", "eq")
MAX_CONDITIONS = 10
MAX_TEXT = 256
MAX_COOLDOWN = 31 * 24 * 3600
_IDENTITY_KEYS = ("id", "rule_id", "user_id", "name", "actions")
_KNOWN_KEYS = frozenset((*_IDENTITY_KEYS, "type", "conditions", "enabled", "cooldown_seconds", "trigger", "hysteresis"))


class RuleError(ValueError):
    """A rule is wrong in one field; `field` is a path such as `conditions[1].operator`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Condition(NamedTuple):
    """One condition, `field operator value`.

    `read` turns the event's raw value into what `value` compares with, or None.
    """

    field: str
    operator: str
    value: Decimal | str
    read: Callable[[object], Any]


@dataclass(frozen=True, slots=True, weakref_slot=False)
class Rule:
    """A rule, which fires when all its conditions hold.

    `edge`: it fires on the event that makes them hold, not while they go on holding. `hysteresis` (units of the field):
    after firing, the level must come back past its threshold by this much to re-arm.
    `cooldown` in seconds of event time: within it the rule fires once.
    """

    id: str
    kind: str
    conditions: tuple[Condition, ...]
    edge: bool
    cooldown: int = 0
    hysteresis: Decimal | None = None


def names_series(rule: Rule) -> bool:
    """Return whether the rule says which asset, chain or protocol it is about."""
    name = catalogue.SERIES[rule.kind][-1]
    return any(one.field == name and one.operator == "eq" and isinstance(one.value, str) for one in rule.conditions)


def parse(raw: Mapping[str, Any], *, strict: bool = True) -> Rule | None:
    """Parse a rule from its JSON form; return None where it is disabled.

    RuleError names what is wrong. strict: fields must be in the catalogue, and only known keys may appear (the API);
    otherwise a field is whatever the events carry (the offline command).
    """
    if strict and not raw.keys() <= _KNOWN_KEYS:
        raise RuleError(next(key for key in raw if key not in _KNOWN_KEYS), "unknown key")
    identity = raw.get("rule_id", raw.get("id"))
    if not isinstance(identity, str) or not identity:
        raise RuleError("id", "a string that is not empty is required")
    kind = _kind(raw.get("type"))
    conditions = _conditions(raw.get("conditions"), kind, strict=strict)
    rule = Rule(
        id=identity, kind=kind, conditions=conditions, edge=_edge(raw.get("trigger"), kind, conditions),
        cooldown=_cooldown(raw.get("cooldown_seconds")), hysteresis=_hysteresis(raw.get("hysteresis")),
    )  # fmt: skip
    enabled = raw.get("enabled", True)
    if not isinstance(enabled, bool):
        raise RuleError("enabled", "must be true or false")
    return rule if enabled else None


def _kind(raw: object) -> str:
    kind = catalogue.KIND_OF_RULE.get(raw) if isinstance(raw, str) else None
    if kind is None:
        raise RuleError("type", f"must be one of {', '.join(catalogue.KIND_OF_RULE)}")
    return kind


def _conditions(raw: object, kind: str, *, strict: bool) -> tuple[Condition, ...]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_CONDITIONS:
        raise RuleError("conditions", f"a list of 1 to {MAX_CONDITIONS} conditions is required")
    return tuple([_condition(one, kind, index, strict=strict) for index, one in enumerate(raw)])


def _condition(raw: object, kind: str, index: int, *, strict: bool) -> Condition:
    # An exact type first: to ask whether a million dictionaries are mappings takes longer than to read them.
    if type(raw) is not dict and not isinstance(raw, Mapping):
        raise RuleError(f"conditions[{index}]", "must be an object with field, operator and value")
    name, operator, value = raw.get("field"), raw.get("operator"), raw.get("value")
    if not isinstance(name, str) or not 0 < len(name) <= MAX_TEXT:
        raise RuleError(f"conditions[{index}].field", "the name of an event field is required")
    if operator not in OPERATORS:
        raise RuleError(f"conditions[{index}].operator", f"must be one of {', '.join(OPERATORS)}")
    found = _form_of(kind, name, str(operator))
    if not found.declared and strict:
        raise RuleError(f"conditions[{index}].field", f"{name!r} is not a field of {kind} events")
    if not found.fits:
        reason = f"{operator} does not fit a field of type {found.type}: use eq"
        raise RuleError(f"conditions[{index}].operator", reason)
    return Condition(found.field, found.operator, _operand(value, found, index), found.read)


class _ConditionForm(NamedTuple):
    """A condition without its value; `type` is None where the value tells it."""

    field: str
    operator: str
    declared: bool
    fits: bool
    type: FieldType | None
    read: Callable[[object], Any]


@lru_cache(maxsize=1024)
def _form_of(kind: str, name: str, operator: str) -> _ConditionForm:
    declared = catalogue.field(kind, name)
    of_type = declared.type if declared else (FieldType.NUMBER if operator != "eq" else None)
    fits = of_type is None or operator == "eq" or of_type.ordered
    read: Callable[[object], Any] = either if of_type is None else of_type.reader
    return _ConditionForm(sys.intern(name), sys.intern(operator), declared is not None, fits, of_type, read)


def _operand(raw: object, form: _ConditionForm, index: int) -> Decimal | str:
    value: Decimal | str | None = form.read(raw)
    if value is None or (isinstance(value, str) and len(value) > MAX_TEXT):
        wanted = "a number or a string" if form.type is None else f"a {form.type} value"
        raise RuleError(f"conditions[{index}].value", f"must be {wanted}, not {str(raw)[:40]!r}")
    if isinstance(value, Decimal) and not _bounded(value):
        raise RuleError(f"conditions[{index}].value", f"must have at most {MAX_DIGITS} digits")
    return value


def _bounded(value: Decimal) -> bool:
    if abs(value.adjusted()) > MAX_DIGITS:
        return False
    return len(str(value)) <= MAX_DIGITS or len(value.as_tuple().digits) <= MAX_DIGITS


def either(raw: object) -> Decimal | str | None:
    """Read a field that the catalogue does not know, as a number if possible.

    Else it is a text.
    """
    value = values.number(raw)
    return values.text(raw) if value is None else value


def _edge(raw: object, kind: str, conditions: tuple[Condition, ...]) -> bool:
    if raw is not None and raw not in ("edge", "level"):
        raise RuleError("trigger", "must be edge or level")
    if raw is None:
        return any(_is_gauge(kind, condition) for condition in conditions)
    return raw == "edge"


def _is_gauge(kind: str, condition: Condition) -> bool:
    declared = catalogue.field(kind, condition.field)
    return declared is not None and declared.gauge


def _cooldown(raw: object) -> int:
    value = 0 if raw is None else raw
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COOLDOWN:
        raise RuleError("cooldown_seconds", f"must be a whole number of seconds from 0 to {MAX_COOLDOWN}")
    return value


def _hysteresis(raw: object) -> Decimal | None:
    if raw is None:
        return None
    value = values.number(raw)
    if value is None or value < 0 or not _bounded(value):
        raise RuleError("hysteresis", f"must be a number of at most {MAX_DIGITS} digits that is not negative")
    return value or None
