"""A draft before it is kept: its conditions against the event catalogue, its actions against their channels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from premium.alerts.language.templates import template_problem
from premium.alerts.model import Action, Draft, Trigger
from premium.alerts.rule import Rule, RuleError, parse
from premium.errors import InvalidInput
from premium.notifications.destinations import problem


def checked(draft: Draft, *, loopback: bool) -> Rule:
    """The rule as the matcher will hold it; InvalidInput names the field of the first that is wrong."""
    try:
        rule = parse(raw(UUID(int=0), draft) | {"enabled": True})
    except RuleError as error:
        raise _invalid(re.sub(r"\[(\d+)\]", r".\1", error.field), error.reason) from None
    _check_actions(draft.actions, draft.type, loopback=loopback)
    if rule is None:
        raise _invalid("conditions", "make no rule")
    return rule


def raw(rule_id: UUID, draft: Draft) -> dict[str, Any]:
    """What `rule.parse` reads, of a draft or a row: the part of a rule that the matcher knows."""
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
    """As the matcher triggers it, where the owner left that open."""
    rule = parse(raw(UUID(int=0), draft) | {"enabled": True}, strict=False)
    return "edge" if rule is not None and rule.edge else "level"


def _check_actions(actions: Sequence[Action], rule_type: str, *, loopback: bool) -> None:
    for place, action in enumerate(actions):
        if action.destination is not None and (wrong := problem(action.type, action.destination, loopback=loopback)):
            raise _invalid(f"actions.{place}.destination", wrong)
        if action.template is not None and (wrong := template_problem(action.template, rule_type)):
            raise _invalid(f"actions.{place}.template", wrong)


def _invalid(field: str, reason: str) -> InvalidInput:
    return InvalidInput(f"{field}: {reason}", details={field: reason})
