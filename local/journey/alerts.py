"""Watch a price and a whale, and wait for both alerts in the history.

Nothing is sent to the events queue from here: the market is moved, and pools and transfers tell of it themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.inbox import Inbox, kept
from local.journey.walk import Walk, must_equal, units
from local.market.node import calldata
from local.patience import wait_for

_SENDER = "0x" + "d1" * 20
_TRADER = "0x" + "d3" * 20
_FOREVER = 2**64
_RECEIVER = "0x" + "d2" * 20


@dataclass(frozen=True)
class Fired:
    """An alert of the history, and what was to be told."""

    asset: str
    message: str
    event: Mapping[str, Any]


def price(walk: Walk) -> Fired:
    """Watch for a price, let the market fall below it and rise above.

    A rule fires when the price crosses: so the fall must have been seen before.
    """
    before = next(Decimal(one["priceUsd"]) for one in walk.api.get("/v1/portfolio/assets") if one["symbol"] == "ETH")
    bound = str((before * Decimal("0.995")).quantize(Decimal("0.01")))
    _sell(walk, units("10"))
    rule = _rule(walk, "ETH breaks out", "price", ("asset", "eq", "ETH"), ("price_usd", "gt", bound))
    _wait_for(lambda: _tried(walk, rule) == ("recent", False), "the fall of the price")
    _buy_back(walk)
    alert = _alert(walk, rule)
    must_equal("that the price has crossed", Decimal(alert["event"]["price_usd"]) > Decimal(bound), True)
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


def _sell(walk: Walk, amount: int) -> None:
    market = walk.market
    walk.evm.call("anvil_setBalance", _TRADER, hex(2 * amount))
    path = [market.weth, market.usd]
    swap = "swapExactETHForTokens(uint256,address[],address,uint256)"
    _send(walk, market.v2_router, calldata(swap, 0, path, _TRADER, _FOREVER), amount)


def _buy_back(walk: Walk) -> None:
    market = walk.market
    data = "0x" + calldata("balanceOf(address)", _TRADER).hex()
    held = int(walk.evm.call("eth_call", {"to": market.usd, "data": data}, "latest"), 16)
    _send(walk, market.usd, calldata("approve(address,uint256)", market.v2_router, held))
    swap = "swapExactTokensForETH(uint256,uint256,address[],address,uint256)"
    _send(walk, market.v2_router, calldata(swap, held, 0, [market.usd, market.weth], _TRADER, _FOREVER))


def _send(walk: Walk, target: str, data: bytes, value: int = 0) -> None:
    walk.evm.call("anvil_impersonateAccount", _TRADER)
    call = {"from": _TRADER, "to": target, "data": "0x" + data.hex(), "value": hex(value), "gas": hex(500_000)}
    sent = walk.evm.call("eth_sendTransaction", call)
    _wait_for(lambda: walk.evm.call("eth_getTransactionReceipt", sent) is not None, "a block with the trade")
    must_equal("the trade's status", walk.evm.call("eth_getTransactionReceipt", sent)["status"], "0x1")


def _tried(walk: Walk, rule: Mapping[str, Any]) -> tuple[str, bool]:
    """Return where the event of a trial is from, and whether it fires the rule."""
    trial = walk.api.post(f"/v1/alerts/rules/{rule['id']}/test", {"deliver": False})
    return trial["eventSource"], trial["matches"]


def _wait_for(done: Callable[[], bool], what: str) -> None:
    wait_for(what, done, remedy="See: make logs NAME=workers", pause=0.5)


def mailed(inbox: Inbox, address: str, messages: Sequence[str]) -> list[str]:
    """Wait until the inbox has caught these texts for an address, and return their titles."""

    def caught() -> list[Mapping[str, Any]]:
        return [one for one in kept(inbox.messages) if one["to"] == address and one["text"] in messages]

    _wait_for(lambda: len(caught()) >= len(messages), f"the mails of {len(messages)} alerts to {address}")
    return [one["title"] for one in caught()]


def _rule(walk: Walk, name: str, kind: str, *conditions: tuple[str, str, str]) -> Mapping[str, Any]:
    named = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    wanted = {"name": name, "type": kind, "conditions": named, "actions": [{"type": "email"}]}
    rule: Mapping[str, Any] = walk.api.post("/v1/alerts/rules", wanted)
    must_equal(f"what keeps the rule {name} from firing", rule["warnings"], [])
    return rule


def _alert(walk: Walk, rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one alert of a rule; LocalError where none comes."""
    path = f"/v1/alerts/history?rule={rule['id']}"
    _wait_for(lambda: bool(walk.api.get(path)), f"an alert of the rule {rule['name']}")
    alerts = walk.api.get(path)
    must_equal("the number of alerts", len(alerts), 1)
    found: Mapping[str, Any] = alerts[0]
    return found


def _fired(rule: Mapping[str, Any], alert: Mapping[str, Any]) -> Fired:
    return Fired(rule["assets"][0]["asset"], alert["message"], alert["event"])
