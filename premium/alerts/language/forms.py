"""Rules read from database rows, a million at a time.

Most rules differ from others in their values alone. Their form (fields, operators, and so how each value is read and
when the rule fires) is worked out once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from premium.alerts.language.rule import Condition, Rule, parse

MAX_FORMS = 10_000
_USUAL = 60
"""Characters of a value, or places of a number, up to which the fast way reads it."""
_read_json = json.JSONDecoder(parse_float=Decimal).decode  # loads would make a decoder for each rule


class RuleText(NamedTuple):
    """A row of `alert_rules`; `conditions` as JSON text."""

    id: str
    type: str
    conditions: str
    cooldown_seconds: int
    trigger: str | None
    hysteresis: Decimal | None


@dataclass(frozen=True, slots=True)
class _Form:
    """What rules of one form share: `parts` are field, operator and reader of each condition."""

    kind: str
    edge: bool
    parts: tuple[tuple[str, str, Callable[[object], Any]], ...]


class RuleForms:
    """Reads rules, and remembers their forms."""

    def __init__(self) -> None:
        self._forms: dict[tuple[object, ...], _Form] = {}

    def rule(self, row: RuleText) -> Rule | None:
        """Return the rule of a row as `parse` reads it.

        RuleError: this release cannot read it.
        """
        conditions = _read_json(row.conditions)
        key = (row.type, row.trigger, *[(each["field"], each["operator"]) for each in conditions])
        form = self._forms.get(key)
        if form is not None:
            read = self._conditions(form, conditions)
            if read is not None:
                return Rule(row.id, form.kind, read, form.edge, row.cooldown_seconds, row.hysteresis or None)
        rule = parse(row._asdict() | {"conditions": conditions})
        if rule is not None and len(self._forms) < MAX_FORMS:
            parts = tuple((each.field, each.operator, each.read) for each in rule.conditions)
            self._forms[key] = _Form(rule.kind, rule.edge, parts)
        return rule

    def _conditions(self, form: _Form, conditions: list[dict[str, Any]]) -> tuple[Condition, ...] | None:
        """Return the conditions of a rule of a known form.

        None where a value needs the slow way.
        """
        found = []
        for (field, operator, read), raw in zip(form.parts, conditions, strict=True):
            value = read(raw["value"])
            # Unusual values are left to the slow way, which says what is wrong with them.
            if (
                value is None
                or len(str(raw["value"])) > _USUAL
                or (isinstance(value, Decimal) and abs(value.adjusted()) > _USUAL)
            ):
                return None
            found.append(Condition(field, operator, value, read))
        return tuple(found)
