"""Balances from a real node: exact, at one block, whatever single contracts and endpoints do."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from local import ports
from local.evm import Evm
from local.market import Market
from premium.chains.addresses import checksum
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain, ChainReading, Searched
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from tests.integration.portfolio.conftest import Read
from tests.integration.portfolio.servers import Server, forwarding, hanging, serving

pytestmark = pytest.mark.integration

BURNS_ALL_GAS, REVERTS, SAYS_NOTHING, ONE_BYTE = "0x5b600056", "0x60006000fd", "0x00", "0x60016000f3"
RETURNS_A_MEGABYTE = "0x620fffff6000f3"
"""All zeros: credible as nothing held, and too much to be returned in company."""
NEEDS_A_MILLION_GAS = "0x5a620f424011601357600760005260206000f35b60006000fd"
"""Answers 7 where it is given that much, else reverts."""
ALWAYS_MAXIMUM = "0x7f" + "ff" * 32 + "60005260206000f3"
ALWAYS_MKR = "0x7f" + b"MKR".ljust(32, b"\0").hex() + "60005260206000f3"
BAD = (BURNS_ALL_GAS, REVERTS, SAYS_NOTHING, ONE_BYTE, RETURNS_A_MEGABYTE)


def put(evm: Evm, *codes: str) -> list[str]:
    """Contracts of these codes at addresses that sort before and among the market's."""
    addresses = [checksum(f"0x{index + 1:02x}" + "0" * 38) for index in range(len(codes))]
    for address, code in zip(addresses, codes, strict=True):
        evm.call("anvil_setCode", address, code)
    return addresses


def units(reading: ChainReading) -> dict[str, int]:
    return {balance.symbol: balance.units for balance in reading.balances}


def on_chain(evm: Evm, market: Market, token: str) -> int:
    data = "0x70a08231" + market.wallet[2:].lower().zfill(64)
    return int(evm.call("eth_call", {"to": token, "data": data}, "latest"), 16)


def test_native_and_tokens_are_what_the_contracts_say(evm: Evm, market: Market, read: Read) -> None:
    reading = read()
    assert units(reading) == {
        "ETH": int(evm.call("eth_getBalance", market.wallet, "latest"), 16),
        "USDL": on_chain(evm, market, market.usd),
        "LGOV": on_chain(evm, market, market.governance),
        "LPTS": on_chain(evm, market, market.proxy_token),
    }
    assert {b.category for b in reading.balances} == {"native", "stablecoin", "token"}
    assert reading.block == int(evm.call("eth_blockNumber"), 16)


def test_a_wallet_costs_a_handful_of_calls(evm: Evm, read: Read) -> None:
    with serving(forwarding(evm.url)) as proxy:
        reading = read(rpc=[proxy.url])
    assert len(reading.balances) == 4
    assert len(proxy.asked) <= 6


def test_everything_is_read_at_one_block_even_while_the_chain_moves(evm: Evm, market: Market, read: Read) -> None:
    """Between any two requests the wallet loses a coin: the answer is still of the block that was first seen."""
    before = int(evm.call("eth_getBalance", market.wallet, "latest"), 16)
    pass_on = forwarding(evm.url)

    def moving(path: str, body: bytes) -> tuple[int, bytes]:
        answer = pass_on(path, body)
        evm.call("anvil_impersonateAccount", market.wallet)
        evm.call("eth_sendTransaction", {"from": market.wallet, "to": market.owner, "value": hex(10**15)})
        return answer

    with serving(moving) as proxy:
        reading = read(rpc=[proxy.url])
        blocks = {call["params"][1]["blockHash"] for call in proxy.calls() if call["method"] == "eth_call"}
    assert blocks == {reading.block_hash}
    assert units(reading)["ETH"] == before


def test_bad_tokens_are_named_and_harm_no_other(evm: Evm, read: Read) -> None:
    expected = units(read())
    bad = put(evm, *BAD)
    reading = read(bad)
    assert units(reading) == expected
    assert reading.unreadable == tuple(f"local:{address.lower()}" for address in bad[:4])


def test_a_contract_that_burns_all_gas_does_not_starve_the_next(evm: Evm, read: Read) -> None:
    """It leaves a 64th, half a million: the next fails in its company and answers alone."""
    burner, needy = put(evm, BURNS_ALL_GAS, NEEDS_A_MILLION_GAS)
    reading = read([burner, needy])
    assert reading.unreadable == (f"local:{burner.lower()}",)
    assert {b.key: b.units for b in reading.balances}[f"local:{needy.lower()}"] == 7


def test_nonsense_is_read_as_far_as_it_is_credible(evm: Evm, read: Read) -> None:
    tokens = put(evm, ALWAYS_MAXIMUM, ALWAYS_MKR)
    found = {b.key: b for b in read(tokens).balances}
    greedy, early = (found[f"local:{token.lower()}"] for token in tokens)
    assert (greedy.units, greedy.decimals, greedy.symbol) == (2**256 - 1, None, "0x0100…0000")
    assert (early.symbol, early.decimals) == ("MKR", None)


def test_an_account_without_code_is_no_token(read: Read) -> None:
    nobody = checksum("0x" + "12" * 20)
    assert read([nobody]).unreadable == (f"local:{nobody.lower()}",)


@pytest.mark.parametrize("multicall", [None, "0x" + "77" * 20])
def test_without_multicall_the_answer_is_the_same(evm: Evm, read: Read, multicall: str | None) -> None:
    bad = put(evm, *BAD[:4])
    assert units(read(bad, multicall=multicall)) == units(read())


def test_wallets_share_calls(evm: Evm, market: Market, read: Read) -> None:
    with serving(forwarding(evm.url)) as proxy:
        reading = read(rpc=[proxy.url], wallets=[market.owner, *(checksum(f"0x{n:040x}") for n in range(1, 300))])
    assert {b.wallet for b in reading.balances} >= {market.wallet, market.owner}
    assert len(proxy.asked) <= 11, "two of them ask who has the NFTs that logs name"


def test_tokens_are_discovered_from_what_the_wallet_received(evm: Evm, market: Market, read: Read) -> None:
    assert "LGOV" not in units(read(discovery=None))
    assert "LGOV" in units(read())
    assert "LGOV" in units(read([market.governance], discovery=None))


def test_tokens_of_lists_are_read_until_logs_told_all(market: Market, chain: Callable[..., Chain]) -> None:
    listed = chain(listed=[market.governance], discovery=None)
    reading = asyncio.run(read_once(listed, market.wallet, None))
    assert "LGOV" in units(reading)
    searched = chain(listed=[market.governance], discovery={"blocks": 1}, finality_blocks=0)
    head = reading.block
    whole, half = Searched(low=0, high=head), Searched(low=head - 1, high=head)
    assert "LGOV" not in units(asyncio.run(read_once(searched, market.wallet, whole)))
    assert "LGOV" in units(asyncio.run(read_once(searched, market.wallet, half)))


async def read_once(chain: Chain, wallet: str, searched: Searched | None) -> ChainReading:
    async with open_client() as client:
        adapter = EvmAdapter(Rpc(chain, client), SystemClock())
        return await adapter.read({wallet: frozenset()}, {wallet: searched} if searched else {})


def test_a_node_that_refuses_logs_loses_only_the_discovery(evm: Evm, read: Read) -> None:
    pass_on = forwarding(evm.url)

    def refuse(path: str, body: bytes) -> tuple[int, bytes]:
        calls = json.loads(body)
        if any(call["method"] == "eth_getLogs" for call in calls):
            error = {"code": -32000, "message": "range too large"}
            return 200, json.dumps([{"jsonrpc": "2.0", "id": c["id"], "error": error} for c in calls]).encode()
        return pass_on(path, body)

    with serving(refuse) as proxy:
        reading = read(rpc=[proxy.url])
    assert reading.discovery_failed
    assert set(units(reading)) == {"ETH", "USDL"}


def wrong_chain(evm: Evm) -> Callable[[str, bytes], tuple[int, bytes]]:
    pass_on = forwarding(evm.url)

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        status, answer = pass_on(path, body)
        return status, answer.replace(b'"0x7a69"', b'"0x1"')

    return respond


@pytest.mark.parametrize("kind", ["dead", "hanging", "garbage", "busy", "wrong chain", "single answers"])
def test_another_endpoint_takes_over(evm: Evm, read: Read, kind: str) -> None:
    answers: dict[str, Any] = {
        "garbage": lambda *_: (200, b"<html>"),
        "busy": lambda *_: (429, b""),
        "wrong chain": wrong_chain(evm),
        "single answers": lambda *_: (200, b'{"jsonrpc": "2.0", "id": 0, "result": "0x1"}'),
    }
    begun = time.monotonic()
    if kind == "dead":
        reading = read(rpc=[f"http://127.0.0.1:{ports.free()}", evm.url])
    elif kind == "hanging":
        with hanging() as server:
            reading = read(rpc=[server.url, evm.url], deadline=1.5)
            assert len(server.asked) == 1
    else:
        with serving(answers[kind]) as server:
            reading = read(rpc=[server.url, evm.url])
            assert len(server.asked) == 1
    assert len(reading.balances) == 4
    assert time.monotonic() - begun < 2


def test_a_chain_whose_only_endpoint_hangs_fails_within_its_deadline(read: Read) -> None:
    begun = time.monotonic()
    with hanging() as server, pytest.raises(UpstreamUnavailable, match="not read within 1 s"):
        read(rpc=[server.url], deadline=1)
    assert time.monotonic() - begun < 1.5


def test_a_node_that_fell_behind_is_not_believed(evm: Evm, read: Read) -> None:
    evm.call("evm_setTime", int(time.time()) - 7200)
    evm.call("evm_mine")
    assert len(read().balances) == 4
    with pytest.raises(UpstreamUnavailable, match="newest block of local is from"):
        read(max_head_age_seconds=3600)


def test_a_node_that_kept_up_is_asked_instead(evm: Evm, read: Read) -> None:
    """The first endpoint is stuck at a block of the day before yesterday."""
    pass_on = forwarding(evm.url)

    def stuck(path: str, body: bytes) -> tuple[int, bytes]:
        status, answer = pass_on(path, body)
        entries = json.loads(answer)
        for entry in entries:
            if isinstance(entry.get("result"), dict):
                entry["result"]["timestamp"] = hex(int(time.time()) - 172_800)
        return status, json.dumps(entries).encode()

    evm.call("evm_mine")
    with serving(stuck) as proxy:
        reading = read(rpc=[proxy.url, evm.url], max_head_age_seconds=3600)
    assert (len(reading.balances), len(proxy.asked)) == (4, 1)


def test_a_block_that_a_node_gets_a_moment_later_is_waited_for(evm: Evm, read: Read) -> None:
    pass_on, refusals = forwarding(evm.url), iter(range(2))

    def late(path: str, body: bytes) -> tuple[int, bytes]:
        calls = json.loads(body)
        if calls[0]["method"] != "eth_call" or next(refusals, None) is None:
            return pass_on(path, body)
        error = {"code": -32000, "message": "header not found"}
        return 200, json.dumps([{"jsonrpc": "2.0", "id": c["id"], "error": error} for c in calls]).encode()

    with serving(late) as proxy:
        assert len(read(rpc=[proxy.url], discovery=None).balances) == 2


def test_a_node_without_the_pinned_block_is_no_empty_wallet(evm: Evm, read: Read) -> None:
    """A node that answers every call with an error must not look like a wallet whose tokens all fail."""
    pass_on = forwarding(evm.url)

    def lagging(path: str, body: bytes) -> tuple[int, bytes]:
        calls = json.loads(body)
        if calls[0]["method"] != "eth_call":
            return pass_on(path, body)
        error = {"code": -32000, "message": "header not found"}
        return 200, json.dumps([{"jsonrpc": "2.0", "id": c["id"], "error": error} for c in calls]).encode()

    with serving(lagging) as proxy, pytest.raises(UpstreamUnavailable, match="cannot be read at block"):
        read(rpc=[proxy.url])


def test_the_first_request_asks_which_chain_it_is(evm: Evm, read: Read) -> None:
    with serving(forwarding(evm.url)) as proxy:
        read(rpc=[proxy.url])
        _once(proxy, "eth_chainId")


def _once(proxy: Server, method: str) -> None:
    assert [call["method"] for call in proxy.calls()].count(method) == 1
