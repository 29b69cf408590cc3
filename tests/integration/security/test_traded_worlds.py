"""Tokens traded in pools that a case's world states: accounts and storage as a node dumps them, real bytecode."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import Any

import pytest

from local.evm import Evm
from premium.bootstrap import Platform
from premium.cases import answer
from premium.security.cases.trades import kinds
from tests.factories.contracts import Compiled
from tests.factories.contracts.deployment import calldata, send
from tests.factories.trades import HOLDERS, traded_tokens
from tests.integration.security.test_traded import COIN, Exchange

pytestmark = pytest.mark.integration
OF_BOTH = {
    "Fair": (set(), "clear"),
    "Remembers": (set(), "clear"),
    "Patient": ({"cooldown"}, "clear"),
    "Shut": ({"trading_closed"}, "caution"),
    "Trap": ({"honeypot"}, "malicious"),
    "Dust": ({"honeypot"}, "malicious"),
    "Swallow": ({"honeypot"}, "malicious"),
    "NewcomersOnly": ({"holders_trapped"}, "malicious"),
    "Leech": ({"siphons"}, "malicious"),
}
"""Measured findings and verdicts, alike in both kinds of pool."""
OF_V2 = {"FivePercent": ({"trade_tax"}, "clear"), "RouterFree": ({"trade_tax"}, "clear")}
BESIDE = {"liquidity_thin", "liquidity_removable"}


@cache
def tokens() -> dict[str, Compiled]:
    return {each.name: each for each in traded_tokens() if each.build == "optimized"}


def listed(exchange: Exchange, name: str, dex: str) -> tuple[str, str]:
    """Deploy a token, give four holders some, put up its pool, and mark who the token treats apart."""
    evm, pools = exchange.evm, list[str]()

    def noted(_token: str, pool: str) -> bytes:
        pools.append(pool)
        return calldata("setPool(address)", pool)

    made = tokens()[name]
    if dex == "v2":
        token = exchange.lists(made.creation, noted)
    else:
        token = exchange.lists_in_v3(made.creation, 3000, 10, noted)
    for holder in HOLDERS:
        send(evm, token, calldata("transfer(address,uint256)", holder, 7 * COIN))
    calls = {one["name"] for one in made.abi if one["type"] == "function"}
    if "keep" in calls:
        for holder in HOLDERS[:3]:
            send(evm, token, calldata("keep(address)", holder))
    if "feed" in calls:
        send(evm, token, calldata("feed(address)", HOLDERS[0]))
    return token, pools[0]


def world(evm: Evm, *addresses: str) -> dict[str, Any]:
    """Return some accounts and the block of a node as a case states them."""
    dumped = json.loads(gzip.decompress(bytes.fromhex(evm.call("anvil_dumpState")[2:])))
    head = evm.call("eth_getBlockByNumber", "latest", False)
    accounts = {
        address: {
            "balance": str(int(one["balance"], 0)), "nonce": str(one["nonce"]), "code": one["code"],
            "storage": {slot: str(int(value, 0)) for slot, value in (one.get("storage") or {}).items()},
        }
        for address, one in dumped["accounts"].items()
        if address.lower() in {each.lower() for each in addresses}
    }  # fmt: skip
    return {
        "accounts": accounts,
        "block": {"number": str(int(head["number"], 16)), "timestamp": str(int(head["timestamp"], 16))},
    }


@pytest.mark.parametrize("dex", ["v2", "v3"])
def test_tokens_of_a_world_are_called_what_they_are(platform: Platform, evm: Evm, dex: str) -> None:
    exchange = Exchange(platform, evm)
    wanted = OF_BOTH | (OF_V2 if dex == "v2" else {})
    pools = {name: listed(exchange, name, dex) for name in wanted}
    buy = {"native": str(COIN // 10)}
    cases = []
    for name, (token, pool) in pools.items():
        state = world(evm, token, pool, exchange.wrapped, exchange.me, *HOLDERS)
        case = {"id": name, "kind": "trade", "world": state, "token": token, "pool": pool, "dex": dex, "buy": buy}
        cases.append(case | {"holders": list(HOLDERS)})
    made = {each["id"]: each for each in json.loads(answer(json.dumps(cases), kinds()))}
    for name, (ids, verdict) in wanted.items():
        found = made[name]
        assert "findings" in found, (name, found)
        told = {each["id"] for each in found["findings"] if each["basis"] == "measured"} - BESIDE
        assert (told, found["unknowns"]) == (ids, []), name
        assert found["verdict"] == verdict or (verdict == "clear" and found["verdict"] == "caution"), (name, found)
        assert (found["verdict"] == "malicious") is (verdict == "malicious"), name
    assert made["Patient"]["sells_after"] == {"blocks": "300", "seconds": "3600"}
    assert (made["NewcomersOnly"]["holders"]["tried"], made["NewcomersOnly"]["holders"]["sold"]) == ("4", "1")
