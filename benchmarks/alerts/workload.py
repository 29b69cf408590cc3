"""The benchmark's rules and events, from a seed: prices, the mix that the specification names, and their naive cost."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

KEYS = 50_000
START = datetime(2026, 1, 1, tzinfo=UTC)
CHAINS = ("ethereum", "base", "arbitrum", "optimism", "polygon")


def price_rules(count: int, seed: int, *, trigger: str = "level") -> list[dict[str, Any]]:
    """One price condition each, spread over KEYS assets; two in five hold for a price uniform in (0, 200)."""
    pick = random.Random(seed)
    return [
        {
            "id": f"rule-{number}", "type": "price", "trigger": trigger, "actions": [],
            "conditions": [
                {"field": "asset", "operator": "eq", "value": f"asset-{number % KEYS}"}, _price_condition(pick),
            ],
        }
        for number in range(count)
    ]  # fmt: skip


def _price_condition(pick: random.Random) -> dict[str, Any]:
    above = pick.random() < 0.5
    threshold = pick.uniform(0, 250) if above else max(0.0001, pick.uniform(-50, 200))
    return {"field": "price_usd", "operator": "gt" if above else "lt", "value": f"{threshold:.4f}"}


def price_events(count: int, seed: int, *, step: float = 100.0) -> list[dict[str, Any]]:
    """Prices of random assets around 100 with a relative spread of `step` percent, seconds apart."""
    pick = random.Random(seed)
    return [
        {
            "event_id": f"event-{number}", "kind": "price", "chain": "ethereum",
            "asset": f"asset-{pick.randrange(KEYS)}",
            "price_usd": f"{100 + pick.uniform(-step, step):.6f}", "timestamp": _time(number),
        }
        for number in range(count)
    ]  # fmt: skip


def mixed_rules(count: int, seed: int) -> list[dict[str, Any]]:
    """60 % price, 20 % two-condition transfer, 10 % gas, 10 % protocol."""
    pick = random.Random(seed)
    makers = (*(_price_rule,) * 6, *(_transfer_rule,) * 2, _gas_rule, _protocol_rule)
    return [makers[number % 10](f"rule-{number}", pick) for number in range(count)]


def mixed_events(count: int, seed: int) -> list[dict[str, Any]]:
    """The same mix; each event meets about ten rules."""
    pick = random.Random(seed)
    makers = (*(_price_event,) * 6, *(_transfer_event,) * 2, _gas_event, _protocol_event)
    return [makers[number % 10](number, pick) for number in range(count)]


def _rule(name: str, kind: str, *conditions: tuple[str, str, str]) -> dict[str, Any]:
    listed = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    return {"id": name, "type": kind, "trigger": "level", "actions": [], "conditions": listed}


def _price_rule(name: str, pick: random.Random) -> dict[str, Any]:
    threshold = ("price_usd", pick.choice(("gt", "lt")), f"{pick.uniform(0, 200):.4f}")
    return _rule(name, "price", ("asset", "eq", f"asset-{pick.randrange(KEYS)}"), threshold)


def _transfer_rule(name: str, pick: random.Random) -> dict[str, Any]:
    asset, amount = f"asset-{pick.randrange(KEYS)}", ("amount", "lt", f"{pick.uniform(0, 10):.6f}")
    return _rule(name, "whale", ("asset", "eq", asset), ("amount_usd", "gte", f"{pick.uniform(1e4, 1e6):.2f}"), amount)


def _gas_rule(name: str, pick: random.Random) -> dict[str, Any]:
    # Few chains carry many rules: most wait for a rare level, or every block would wake thousands.
    return _rule(
        name, "gas", ("chain", "eq", pick.choice(CHAINS)), ("gas_gwei", "gt", f"{500 - pick.random() ** 2:.6f}")
    )


def _protocol_rule(name: str, pick: random.Random) -> dict[str, Any]:
    protocol, drop = f"protocol-{pick.randrange(5000)}", ("tvl_change_pct_24h", "lt", f"{-pick.uniform(1, 60):.3f}")
    return _rule(name, "protocol_risk", ("protocol", "eq", protocol), drop)


def _price_event(number: int, pick: random.Random) -> dict[str, Any]:
    return {
        "event_id": f"event-{number}", "kind": "price", "chain": "ethereum", "asset": f"asset-{pick.randrange(KEYS)}",
        "price_usd": f"{pick.uniform(0, 200):.6f}", "timestamp": _time(number),
    }  # fmt: skip


def _transfer_event(number: int, pick: random.Random) -> dict[str, Any]:
    return {
        "event_id": f"event-{number}", "kind": "transfer", "chain": "ethereum",
        "asset": f"asset-{pick.randrange(KEYS)}",
        "amount": f"{pick.uniform(0, 10):.6f}", "amount_usd": f"{pick.uniform(1e5, 1e6):.2f}",
        "from": f"0x{pick.getrandbits(160):040x}", "to": f"0x{pick.getrandbits(160):040x}", "timestamp": _time(number),
    }  # fmt: skip


def _gas_event(number: int, pick: random.Random) -> dict[str, Any]:
    return {
        "event_id": f"event-{number}", "kind": "gas", "chain": pick.choice(CHAINS),
        "gas_gwei": f"{pick.uniform(1, 499.00001):.9f}", "timestamp": _time(number),
    }  # fmt: skip


def _protocol_event(number: int, pick: random.Random) -> dict[str, Any]:
    return {
        "event_id": f"event-{number}", "kind": "protocol", "chain": "ethereum",
        "protocol": f"protocol-{pick.randrange(5000)}",
        "tvl_usd": f"{pick.uniform(1e6, 1e9):.2f}", "tvl_change_pct_24h": f"{pick.uniform(-60, 20):.4f}",
        "timestamp": _time(number),
    }  # fmt: skip


def _time(number: int) -> str:
    return (START + timedelta(milliseconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
