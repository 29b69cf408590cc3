"""Watch a price and a whale, and wait for both alerts in the history.

Nothing is sent to the events queue from here: the pools' prices and the chain's transfers come by themselves.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.errors import LocalError
from local.journey.walk import Walk, must_equal, units

_SECONDS = 60
_SENDER = "0x" + "d1" * 20
_RECEIVER = "0x" + "d2" * 20


@dataclass(frozen=True)
class Fired:
    """An alert of the history, and what was to be told."""

    asset: str
    message: str
    event: Mapping[str, Any]


def price(walk: Walk) -> Fired:
    """Make the documents' first rule, and wait until the market's price fires it."""
    rule = _rule(walk, "ETH breaks out", "price", ("asset", "eq", "ETH"), ("price_usd", "gt", "1000.5"))
    alert = _alert(walk, rule)
    must_equal("the price that fired", Decimal(alert["event"]["price_usd"]) > Decimal("1000.5"), True)
    return _fired(rule, alert)


def whale(walk: Walk, amount: str = "12.5") -> Fired:
    """Send coins and wait for the alert of a rule in units."""
    rule = _rule(walk, "Whale", "whale", ("asset", "eq", "local:ETH"), ("amount", "gte", "10"), ("from", "eq", _SENDER))
    walk.evm.call("anvil_setBalance", _SENDER, hex(units("1000")))
    walk.evm.call("anvil_impersonateAccount", _SENDER)
    for sent in ("9.99", amount):
        walk.evm.call("eth_sendTransaction", {"from": _SENDER, "to": _RECEIVER, "value": hex(units(sent))})
    alert = _alert(walk, rule)
    event = alert["event"]
    must_equal("the amount", (event["amount"], event["symbol"]), (amount, "ETH"))
    must_equal("the base units", event["amount_base_units"], str(units(amount)))
    return _fired(rule, alert)


def _rule(walk: Walk, name: str, kind: str, *conditions: tuple[str, str, str]) -> Mapping[str, Any]:
    named = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    rule: Mapping[str, Any] = walk.api.post("/v1/alerts/rules", {"name": name, "type": kind, "conditions": named})
    must_equal(f"what keeps the rule {name} from firing", rule["warnings"], [])
    return rule


def _alert(walk: Walk, rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one alert of a rule; LocalError where none comes."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        alerts = walk.api.get(f"/v1/alerts/history?rule={rule['id']}")
        if alerts:
            must_equal("the number of alerts", len(alerts), 1)
            found: Mapping[str, Any] = alerts[0]
            return found
        time.sleep(0.5)
    raise LocalError(f"The rule {rule['name']} did not fire within {_SECONDS} s.", "See: make logs NAME=workers")


def _fired(rule: Mapping[str, Any], alert: Mapping[str, Any]) -> Fired:
    return Fired(rule["assets"][0]["asset"], alert["message"], alert["event"])
