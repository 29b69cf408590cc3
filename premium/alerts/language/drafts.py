"""Drafts of rules, checked against the event catalogue."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from premium.alerts.language.rule import Rule, RuleError, parse
from premium.alerts.model import Draft, Trigger
from premium.errors import InvalidInput


def rule_of(draft: Draft) -> Rule:
    """Return the draft's rule as the matcher will hold it.

    InvalidInput names the first wrong field.
    """
    try:
        rule = parse(raw(UUID(int=0), draft) | {"enabled": True})
    except RuleError as error:
        raise invalid(re.sub(r"\[(\d+)\]", r".\1", error.field), error.reason) from None
    if rule is None:
        raise invalid("conditions", "make no rule")
    return rule


def raw(rule_id: UUID, draft: Draft) -> dict[str, Any]:
    """Return a draft's or a row's rule in the form that `parse` reads."""
    return {
        "id": str(rule_id),
        "type": draft.type,
        "conditions": [dict(condition) for condition in draft.conditions],
        "enabled": draft.enabled,
        "cooldown_seconds": draft.cooldown_seconds,
        "trigger": draft.trigger,
        "hysteresis": draft.hysteresis,
    }


def trigger_of(draft: Draft) -> Trigger:
    """Return how the matcher triggers a rule: as its owner chose, or by default."""
    rule = parse(raw(UUID(int=0), draft) | {"enabled": True}, strict=False)
    return "edge" if rule is not None and rule.edge else "level"


def invalid(field: str, reason: str) -> InvalidInput:
    """Return the error of one wrong field."""
    return InvalidInput.about(field, reason)
