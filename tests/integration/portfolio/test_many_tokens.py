"""Ten thousand tokens of one wallet: all are read, none is left out in silence."""

from __future__ import annotations

import asyncio
import json

import pytest

from benchmarks.portfolio.node import FIRST_CHAIN_ID, answer
from premium.chains import registry
from premium.chains.evm import EvmAdapter
from premium.chains.model import ChainReading
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.neighbours import open_client
from tests.integration.portfolio.servers import serving
from tests.unit.portfolio.test_aggregate import case, held, one, price
from tests.unit.portfolio.test_aggregate import read as reading_of

pytestmark = pytest.mark.integration
TOKENS, WALLET = 10_000, "0x" + "12" * 20


def test_ten_thousand_tokens_are_read_whole() -> None:
    tokens = [{"address": f"0x{n:040x}", "symbol": f"T{n}", "decimals": 18} for n in range(1, TOKENS + 1)]

    def respond(_: str, body: bytes) -> tuple[int, bytes]:
        calls = json.loads(body)
        made = [{"jsonrpc": "2.0", "id": call["id"], "result": answer(call, FIRST_CHAIN_ID)} for call in calls]
        return 200, json.dumps(made).encode()

    async def read(url: str) -> ChainReading:
        entry = {"name": "many", "title": "x", "chain_id": FIRST_CHAIN_ID, "rpc": [url], "tokens": tokens,
                 "native": {"symbol": "ETH", "decimals": 18}, "multicall": "0x" + "ca" * 20}  # fmt: skip
        chain = registry.parse('{"chains": []}', json.dumps({"chains": [entry]}))["many"]
        async with open_client() as client:
            # On a busy machine a server in this process takes long for what a node answers at once.
            return await EvmAdapter(Rpc(chain, client, deadline=60), SystemClock(), deadline=60).read(
                {WALLET: frozenset()}
            )

    with serving(respond) as node:
        reading = asyncio.run(read(node.url))
        asked = len(node.asked)
    assert (len(reading.balances), reading.unreadable) == (TOKENS + 1, ())
    assert {row.units for row in reading.balances} == {1}
    assert asked < TOKENS // 20


def test_ten_thousand_holdings_are_added_up() -> None:
    names = [f"t{number}" for number in range(TOKENS)]
    found = one(case(reading_of(*(held(name, 2) for name in names)), prices=[price(name, "0.5") for name in names]))
    assert (found["total_value_usd"], len(found["holdings"])) == (str(TOKENS), TOKENS)
