"""Templates of a rule's texts: `{{field}}` becomes the event's value.

Nothing else happens in a template. A value goes in as plain text of one line, rounded as a person reads it (the exact
one is in the event); each channel escapes the whole text for its own medium.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from premium.alerts.language.catalogue import ABOUT, FIELDS, KIND_OF_RULE
from premium.alerts.language.readable import readable
from premium.alerts.language.values import number
from premium.plaintext import MAX_TEXT, line

MAX_TEMPLATE = 2_000

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}")
_ABOUT = frozenset({"rule_name", "rule_type", "alert_id", "kind", "timestamp"})
_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "whale": "{{rule_name}}: {{amount}} {{asset}} ({{amount_usd}}) moved on {{chain}}",
        "price": "{{rule_name}}: {{asset}} is at {{price_usd}}",
        "gas": "{{rule_name}}: gas on {{chain}} is at {{gas_gwei}} gwei",
        "protocol_risk": "{{rule_name}}: {{protocol}} on {{chain}}, {{risk_kind}} of severity {{severity}}",
    }
)
_UNPRICED = "{{rule_name}}: {{amount}} {{asset}} moved on {{chain}} (its price is not known)"
_UNSCALED = "{{rule_name}}: {{amount_base_units}} base units of {{asset}} moved on {{chain}} (decimals not known)"
_RETRACTED = "Retracted: the chain took back the event {{event_id}} behind this alert of {{rule_name}}"

WITHDRAWN = "Retracted: by what came later, {{rule_name}} did not begin to hold with the event {{event_id}}"
"""The text of an alert that was none, by events that came late or were taken back."""


def template_problem(template: str, rule_type: str) -> str | None:
    """Say what a user must change in a template; None if nothing."""
    if len(template) > MAX_TEMPLATE:
        return f"longer than {MAX_TEMPLATE} characters"
    kind = KIND_OF_RULE[rule_type]
    known = _ABOUT | FIELDS[kind].keys() | ABOUT[kind]
    unknown = sorted(set(_PLACEHOLDER.findall(template)) - known)
    if unknown:
        return f"{unknown[0]!r} is not a field of {kind} events"
    rest = _PLACEHOLDER.sub("", template)
    return "a placeholder is written {{field}}" if "{{" in rest or "}}" in rest else None


def text_of(
    template: str | None,
    event: Mapping[str, Any],
    *,
    rule_name: str,
    rule_type: str,
    alert_id: object,
    retracted: bool = False,
) -> str:
    """Fill a template with an event's values; the rule's type has a default."""
    about = {"rule_name": rule_name, "rule_type": rule_type, "alert_id": str(alert_id)}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        text = line(about[name] if name in about else readable(event, name))
        # `${{price_usd}}` was the way to write dollars before values brought their sign.
        doubled = text.startswith("$") and match.string[: match.start()].endswith("$")
        return text[1:] if doubled else text

    chosen = _RETRACTED if retracted else template or _default(rule_type, event)
    return _PLACEHOLDER.sub(value, chosen)[:MAX_TEXT]


def _default(rule_type: str, event: Mapping[str, Any]) -> str:
    """Return the default text; a transfer's says what is unknown of its asset."""
    if rule_type != "whale" or number(event.get("amount_base_units")) is None:
        return _DEFAULTS[rule_type]
    if number(event.get("amount")) is None:
        return _UNSCALED
    return _UNPRICED if number(event.get("amount_usd")) is None else _DEFAULTS[rule_type]
