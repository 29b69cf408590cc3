"""The benchmark's rules and events, made from a seed.

Prices, and the mix that the specification names. However many rules there are, as many lie on each key as when 1.25
million lie on 50,000, and thresholds and values are spread so that an event of any kind fires about ten.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

RULES_A_KEY = 25
START = datetime(2026, 1, 1, tzinfo=UTC)
CHAINS = ("ethereum", "base", "arbitrum", "optimism", "polygon")
_USUAL_GWEI = 100.0

Raw = dict[str, Any]


def price_rules(count: int, seed: int, *, trigger: str = "level") -> list[Raw]:
    """Return rules of one price condition each, RULES_A_KEY an asset.

    Two in five hold for a price uniform in (0, 200).
    """
    pick, assets = random.Random(seed), count // RULES_A_KEY
    made = [
        _rule(f"rule-{number}", "price", ("asset", "eq", f"asset-{number % assets}"), _wide_threshold(pick))
        for number in range(count)
    ]
    return [rule | {"trigger": trigger} for rule in made]


def _wide_threshold(pick: random.Random) -> tuple[str, str, str]:
    if pick.random() < 0.5:
        return "price_usd", "gt", f"{pick.uniform(0, 250):.4f}"
    return "price_usd", "lt", f"{max(0.0001, pick.uniform(-50, 200)):.4f}"


def price_events(count: int, seed: int, rules: int) -> list[Raw]:
    """Prices uniform in (0, 200) of the assets that so many rules are about."""
    pick, assets = random.Random(seed), rules // RULES_A_KEY
    return [_price_event(number, pick, assets) for number in range(count)]


def mixed_rules(count: int, seed: int) -> list[Raw]:
    """Return 60 % price, 20 % two-condition transfer, 10 % gas and 10 % protocol rules.

    20, 20, a fifth of all, and 27 on a key.
    """
    pick, keys = random.Random(seed), _Keys(count)
    makers = (*(_price_rule,) * 6, *(_transfer_rule,) * 2, _gas_rule, _protocol_rule)
    return [makers[number % 10](f"rule-{number}", pick, keys) for number in range(count)]


def mixed_events(count: int, seed: int, rules: int) -> list[Raw]:
    """The same mix of events, about what so many rules are about."""
    pick, keys = random.Random(seed), _Keys(rules)
    makers = (
        *(lambda number: _price_event(number, pick, keys.priced),) * 6,
        *(lambda number: _transfer_event(number, pick, keys.moved),) * 2,
        lambda number: _gas_event(number, pick, keys.gas_rules),
        lambda number: _protocol_event(number, pick, keys.protocols),
    )
    return [makers[number % 10](number) for number in range(count)]


class _Keys:
    """How many keys there are to choose from.

    Assets with prices, assets that move, protocols; gas rules on each chain.
    """

    def __init__(self, rules: int) -> None:
        self.priced = rules * 6 // 10 // 20
        self.moved = rules * 2 // 10 // 20
        self.protocols = rules // 10 // 27
        self.gas_rules = rules // 10 // len(CHAINS)


def _rule(name: str, kind: str, *conditions: tuple[str, str, str]) -> Raw:
    listed = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    return {"id": name, "type": kind, "trigger": "level", "actions": [], "conditions": listed}


def _price_rule(name: str, pick: random.Random, keys: _Keys) -> Raw:
    threshold = ("price_usd", pick.choice(("gt", "lt")), f"{pick.uniform(0, 200):.4f}")
    return _rule(name, "price", ("asset", "eq", f"asset-{pick.randrange(keys.priced)}"), threshold)


def _transfer_rule(name: str, pick: random.Random, keys: _Keys) -> Raw:
    asset, amount = f"asset-{pick.randrange(keys.moved)}", ("amount", "lt", f"{pick.uniform(0, 10):.6f}")
    return _rule(name, "whale", ("asset", "eq", asset), ("amount_usd", "gte", f"{pick.uniform(1e4, 1e6):.2f}"), amount)


def _gas_rule(name: str, pick: random.Random, _: _Keys) -> Raw:
    # Few chains carry many rules: most wait for a rare level, or every block would wake thousands.
    wanted = f"{pick.uniform(_USUAL_GWEI, 2 * _USUAL_GWEI):.6f}"
    return _rule(name, "gas", ("chain", "eq", pick.choice(CHAINS)), ("gas_gwei", "gt", wanted))


def _protocol_rule(name: str, pick: random.Random, keys: _Keys) -> Raw:
    drop = ("tvl_change_pct_24h", "lt", f"{-pick.uniform(1, 60):.3f}")
    return _rule(name, "protocol_risk", ("protocol", "eq", f"protocol-{pick.randrange(keys.protocols)}"), drop)


def _price_event(number: int, pick: random.Random, assets: int) -> Raw:
    return {
        "event_id": f"event-{number}", "kind": "price", "chain": "ethereum", "asset": f"asset-{pick.randrange(assets)}",
        "price_usd": f"{pick.uniform(0, 200):.6f}", "timestamp": _time(number),
    }  # fmt: skip


def _transfer_event(number: int, pick: random.Random, assets: int) -> Raw:
    return {
        "event_id": f"event-{number}", "kind": "transfer", "chain": "ethereum",
        "asset": f"asset-{pick.randrange(assets)}",
        "amount": f"{pick.uniform(0, 5):.6f}", "amount_usd": f"{pick.uniform(3.4e5, 1e6):.2f}",
        "from": f"0x{pick.getrandbits(160):040x}", "to": f"0x{pick.getrandbits(160):040x}", "timestamp": _time(number),
    }  # fmt: skip


def _gas_event(number: int, pick: random.Random, rules: int) -> Raw:
    over = 10 * _USUAL_GWEI / rules
    return {
        "event_id": f"event-{number}", "kind": "gas", "chain": pick.choice(CHAINS),
        "gas_gwei": f"{_USUAL_GWEI + pick.expovariate(1 / over):.9f}", "timestamp": _time(number),
    }  # fmt: skip


def _protocol_event(number: int, pick: random.Random, protocols: int) -> Raw:
    return {
        "event_id": f"event-{number}", "kind": "protocol", "chain": "ethereum",
        "protocol": f"protocol-{pick.randrange(protocols)}",
        "tvl_usd": f"{pick.uniform(1e6, 1e9):.2f}", "tvl_change_pct_24h": f"{pick.uniform(-60, 20):.4f}",
        "timestamp": _time(number),
    }  # fmt: skip


def _time(number: int) -> str:
    # Ten milliseconds apart: within a run the past becomes older than what has to be remembered of it.
    return (START + timedelta(milliseconds=10 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
