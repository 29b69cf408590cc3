"""Reads of one block: whatever nodes do meanwhile, the answer is that block's, or there is none."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import combinations, count
from typing import Any

import pytest

from local import ports
from local.evm import Evm
from local.market import Market
from local.redis import Redis
from premium.chains.addresses import checksum
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain, ChainReading
from premium.chains.reading.spoilers import Spoilers
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from tests.integration.portfolio.conftest import Read
from tests.integration.portfolio.servers import Respond, forwarding, hanging, serving
from tests.integration.portfolio.test_evm import BURNS_ALL_GAS, NEEDS_A_MILLION_GAS, put, units, wrong_chain

pytestmark = pytest.mark.integration

Answers = list[dict[str, Any]]


def changed(evm: Evm, change: Callable[[Answers, Answers], object]) -> Respond:
    """Passes on, and lets `change(calls, answers)` alter the answers or give others."""
    pass_on = forwarding(evm.url)

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        if not body:
            return 400, b""  # who asked was gone before it had asked
        status, answer = pass_on(path, body)
        answers = json.loads(answer)
        given = change(json.loads(body), answers)
        return status, given if isinstance(given, bytes) else json.dumps(answers).encode()

    return respond


def refusing(calls: Answers, answers: Answers) -> None:
    """A node from before EIP-1898."""
    for call, answer in zip(calls, answers, strict=True):
        if any(isinstance(each, dict) and "blockHash" in each for each in call["params"][1:]):
            answer.pop("result", None)
            answer["error"] = {"code": -32602, "message": "invalid argument 1: cannot unmarshal object"}


def test_a_node_that_knows_no_hashes_is_asked_by_number(evm: Evm, read: Read) -> None:
    expected = units(read())
    with serving(changed(evm, refusing)) as proxy:
        reading = read(rpc=[proxy.url])
        asked = [call["params"][1] for call in proxy.calls() if call["method"] == "eth_call"]
    assert units(reading) == expected
    assert asked[-1] == hex(reading.block)


@pytest.mark.parametrize("by_hash", [True, False])
def test_a_reorganisation_between_any_two_requests_never_mixes_blocks(
    evm: Evm, market: Market, read: Read, by_hash: bool
) -> None:
    """The last block is replaced by one in which the wallet paid, after each request in turn."""
    evm.call("anvil_impersonateAccount", market.wallet)
    held = dict[str, int]()

    def note() -> str:
        block = evm.call("eth_getBlockByNumber", "latest", False)["hash"]
        held[block] = int(evm.call("eth_getBalance", market.wallet, "latest"), 16)
        return str(block)

    for turn in range(6):
        evm.call("evm_mine")
        seen, before = count(), note()

        def change(calls: Answers, answers: Answers, turn: int = turn, seen: Iterator[int] = seen) -> None:
            if not by_hash:
                refusing(calls, answers)
            if next(seen) == turn:
                payment = {"from": market.wallet, "to": market.owner, "value": hex(10**15)}
                evm.call("anvil_reorg", 1, [[payment, 0]])

        with serving(changed(evm, change)) as proxy:
            reading = read(rpc=[proxy.url], discovery=None)
        now = note()
        assert units(reading)["ETH"] == held[reading.block_hash], turn
        assert reading.block_hash == (before if len(proxy.asked) <= turn + 1 else now), turn


def test_a_chain_that_is_reorganised_again_and_again_is_not_read(evm: Evm, read: Read) -> None:
    def change(calls: Answers, answers: Answers) -> None:
        for call, answer in zip(calls, answers, strict=True):
            if call["method"] == "eth_getBlockByNumber" and call["params"][0] != "latest":
                answer["result"]["hash"] = "0x" + "ee" * 32

    with serving(changed(evm, change)) as proxy, pytest.raises(UpstreamUnavailable, match="was replaced while"):
        read(rpc=[proxy.url], discovery=None)


def test_without_multicall_one_call_that_deploys_nothing_reads_all(evm: Evm, read: Read) -> None:
    with serving(forwarding(evm.url)) as proxy:
        reading = read(rpc=[proxy.url], multicall=None)
        calls = [call for call in proxy.calls() if call["method"] == "eth_call"]
    assert units(reading) == units(read())
    assert calls
    assert all("to" not in call["params"][0] for call in calls)


def test_a_node_that_runs_no_such_code_is_asked_one_by_one(evm: Evm, read: Read) -> None:
    def change(calls: Answers, answers: Answers) -> None:
        for call, answer in zip(calls, answers, strict=True):
            if call["method"] == "eth_call" and "to" not in call["params"][0]:
                answer.pop("result", None)
                answer["error"] = {"code": -32000, "message": "contract creation is not possible here"}

    with serving(changed(evm, change)) as proxy:
        assert units(read(rpc=[proxy.url], multicall=None)) == units(read())


@pytest.fixture
def read_with(chain: Callable[..., Chain], market: Market) -> Callable[..., ChainReading]:
    """Reads the market's wallet and the given tokens with spoilers that are remembered."""

    def run(tokens: list[str], spoilers: Spoilers, **fields: Any) -> ChainReading:
        async def story() -> ChainReading:
            async with open_client() as client:
                adapter = EvmAdapter(Rpc(chain(**fields), client), SystemClock(), spoilers=spoilers)
                return await adapter.read({market.wallet: frozenset(tokens)})

        return asyncio.run(story())

    return run


def test_a_spoiler_is_remembered_by_all_processes_and_asked_alone(
    evm: Evm, redis_server: Redis, read_with: Callable[..., ChainReading]
) -> None:
    import redis  # noqa: PLC0415 - of this test alone

    burner, needy = put(evm, BURNS_ALL_GAS, NEEDS_A_MILLION_GAS)
    store = redis.Redis.from_url(redis_server.url, db=3)
    first = read_with([burner, needy], Spoilers("local", store))
    assert asyncio.run(Spoilers("local", store).known()) == {burner}
    with serving(forwarding(evm.url)) as proxy:
        second = read_with([burner, needy], Spoilers("local", store), rpc=[proxy.url])
        called = [call["params"][0]["data"] for call in proxy.calls() if call["method"] == "eth_call"]
    words = {data[at : at + 64] for data in called if data.startswith("0x82ad56cb") for at in range(10, len(data), 64)}
    assert needy[2:].lower().zfill(64) in words
    assert burner[2:].lower().zfill(64) not in words
    assert (first.balances, first.unreadable) == (second.balances, second.unreadable)


def test_a_mirrored_coin_counts_once_and_an_absent_one_never(evm: Evm, market: Market, read: Read) -> None:
    native = {"symbol": "ETH", "decimals": 18}
    mirrored = read(native={**native, "mirrored_by": market.governance})
    assert set(units(mirrored)) == {"ETH", "USDL", "LPTS"}
    for multicall in (market.chains_file(evm.url)["chains"][0]["multicall"], None):
        assert set(units(read(native={**native, "absent": True}, multicall=multicall))) == {"LGOV", "USDL", "LPTS"}


def behind(calls: Answers, answers: Answers) -> None:
    """Has not heard of the newest block, and says an older one is."""
    for call, answer in zip(calls, answers, strict=True):
        if any(isinstance(each, dict) and "blockHash" in each for each in call["params"]):
            answer.pop("result", None)
            answer["error"] = {"code": -32001, "message": "header not found"}
        elif call["method"] == "eth_getBlockByNumber" and call["params"][0] != "latest":
            answer["result"] = None


def truncated_word(_: Answers, answers: Answers) -> None:
    for answer in answers:
        if isinstance(answer.get("result"), str) and len(answer["result"]) > 100:
            answer["result"] = answer["result"][: len(answer["result"]) // 2 & ~1]


def slow(evm: Evm) -> Respond:
    """Takes its time, and says what is right."""
    pass_on = forwarding(evm.url)

    def respond(path: str, body: bytes) -> tuple[int, bytes]:
        time.sleep(0.2)
        return pass_on(path, body) if body else (400, b"")

    return respond


def faults(evm: Evm, stack: ExitStack) -> dict[str, str]:
    """Addresses of nodes, each with one fault."""
    half: Respond = changed(evm, lambda _, answers: json.dumps(answers[: len(answers) // 2]).encode())
    reordered = changed(evm, lambda _, answers: json.dumps(answers[::-1]).encode())
    cut = changed(evm, lambda _, answers: json.dumps(answers).encode()[:-20])
    swapped = {
        "wrong chain": wrong_chain(evm), "truncated": cut, "truncated word": changed(evm, truncated_word),
        "half a batch": half, "reordered": reordered, "behind": changed(evm, behind), "busy": lambda *_: (429, b""),
        "error": lambda *_: (500, b""), "slow": slow(evm)}  # fmt: skip
    made = {name: stack.enter_context(serving(respond)).url for name, respond in swapped.items()}
    return made | {"dead": f"http://127.0.0.1:{ports.free()}", "hanging": stack.enter_context(hanging()).url}


def test_faults_alone_and_in_pairs_leave_the_right_answer_or_none(
    evm: Evm, market: Market, chain: Callable[..., Chain]
) -> None:
    """One node with a fault, two with one each, and a good one behind them: never another total."""
    wallet = {market.wallet: frozenset({market.governance})}
    right = {
        name: _held(evm, market.wallet, token) for name, token in [("USDL", market.usd), ("LGOV", market.governance)]
    }
    right["ETH"] = int(evm.call("eth_getBalance", market.wallet, "latest"), 16)

    places = asyncio.Semaphore(8)
    """More at once, and the local servers are slower than a share of the deadline."""

    async def one(urls: list[str], seconds: float) -> dict[str, int] | str:
        async with places, open_client() as client:
            try:
                rpc = Rpc(chain(rpc=urls, discovery=None), client, deadline=seconds)
                return units(await EvmAdapter(rpc, SystemClock(), deadline=seconds).read(wallet))
            except UpstreamUnavailable as error:
                return error.message

    async def all_of(cases: list[list[str]], nodes: dict[str, str]) -> list[dict[str, int] | str]:
        return await asyncio.gather(
            *(one([nodes[n] for n in names], 5 if sound & set(names) else 1) for names in cases)
        )

    sound = {"good", "reordered", "slow"}
    with ExitStack() as stack:
        bad = faults(evm, stack)
        pairs = [list(pair) for pair in combinations(bad, 2)]
        cases = [[name] for name in bad] + pairs + [[*pair, "good"] for pair in pairs]
        found = asyncio.run(all_of(cases, bad | {"good": evm.url}))
    for names, answer in zip(cases, found, strict=True):
        assert answer == right or (isinstance(answer, str) and not sound & set(names)), (names, answer)
    assert any(isinstance(answer, str) for answer in found), "a node that fails alone gives no answer"


@pytest.mark.parametrize("turn", [1, 2])
def test_a_reorganisation_beside_each_other_fault_never_mixes_blocks(
    evm: Evm, market: Market, chain: Callable[..., Chain], turn: int
) -> None:
    """The block is replaced after a request of the first node; the second has a fault of its own."""
    evm.call("anvil_impersonateAccount", market.wallet)
    held = dict[str, int]()

    def note() -> None:
        block = evm.call("eth_getBlockByNumber", "latest", False)["hash"]
        held[block] = int(evm.call("eth_getBalance", market.wallet, "latest"), 16)

    async def read(urls: list[str]) -> ChainReading | str:
        async with open_client() as client:
            rpc = Rpc(chain(rpc=urls, discovery=None), client, deadline=5)
            try:
                return await EvmAdapter(rpc, SystemClock(), deadline=5).read({market.wallet: frozenset()})
            except UpstreamUnavailable as error:
                return error.message

    with ExitStack() as stack:
        for name, url in faults(evm, stack).items():
            evm.call("evm_mine")
            note()
            seen = count()

            def change(_: Answers, __: Answers, seen: Iterator[int] = seen) -> None:
                if next(seen) == turn:
                    payment = {"from": market.wallet, "to": market.owner, "value": hex(10**15)}
                    evm.call("anvil_reorg", 1, [[payment, 0]])

            replacing = stack.enter_context(serving(changed(evm, change))).url
            reading = asyncio.run(read([replacing, url]))
            note()
            if not isinstance(reading, str):
                assert units(reading)["ETH"] == held[reading.block_hash], name


def _held(evm: Evm, wallet: str, token: str) -> int:
    data = "0x70a08231" + wallet[2:].lower().zfill(64)
    return int(evm.call("eth_call", {"to": checksum(token), "data": data}, "latest"), 16)
