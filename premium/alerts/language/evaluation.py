"""The meaning of a rule, plainly evaluated.

The index must agree with it for every event.
"""

from __future__ import annotations

import operator as operators
from decimal import Decimal
from typing import Any

from premium.alerts.language.rule import Condition, Rule
from premium.alerts.language.values import Event, field_of
from premium.money import EXACT

_COMPARE = {"gt": operators.gt, "gte": operators.ge, "lt": operators.lt, "lte": operators.le, "eq": operators.eq}


def holds(rule: Rule, event: Event) -> bool:
    """Return whether the event is of the rule's kind and every condition holds."""
    return event.get("kind") == rule.kind and all_hold(rule.conditions, event)


def all_hold(conditions: tuple[Condition, ...], event: Event) -> bool:
    """Return whether every condition holds; one on a missing or unreadable field does not."""
    return all(condition_holds(condition, event) for condition in conditions)


def condition_holds(condition: Condition, event: Event) -> bool:
    """Return whether one condition holds, by exact comparison."""
    actual = condition.read(field_of(event, condition.field))
    return actual is not None and compare(actual, condition.operator, condition.value)


def compare(actual: Any, operator: str, wanted: Decimal | str) -> bool:
    """Return `actual operator wanted`; values of different types are never equal."""
    if type(actual) is not type(wanted):
        return False
    return bool(_COMPARE[operator](actual, wanted))


def disarms(rule: Rule, event: Event) -> bool | None:
    """Return whether an event disarms a rule with a hysteresis.

    False arms it again, None leaves it as it is.
    """
    if all_hold(rule.conditions, event):
        return True
    about = tuple(condition for condition in rule.conditions if isinstance(condition.value, str))
    return False if all_hold(about, event) and not all_hold(relaxed(rule), event) else None


def relaxed(rule: Rule) -> tuple[Condition, ...]:
    """Return the conditions with each threshold moved by the hysteresis.

    While these hold, a rule that fired is not armed again.
    """
    if rule.hysteresis is None:
        return rule.conditions
    return tuple(_relaxed(condition, rule.hysteresis) for condition in rule.conditions)


def _relaxed(condition: Condition, by: Decimal) -> Condition:
    if condition.operator in ("gt", "gte") and isinstance(condition.value, Decimal):
        return condition._replace(value=EXACT.subtract(condition.value, by))
    if condition.operator in ("lt", "lte") and isinstance(condition.value, Decimal):
        return condition._replace(value=EXACT.add(condition.value, by))
    return condition
