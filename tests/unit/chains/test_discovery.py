"""Searches of logs that go on where they stopped, without a gap."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from premium.chains.addresses import checksum
from premium.chains.discovery import search, spans
from premium.chains.model import Chain, Discovery, Searched
from premium.chains.reading.collectibles import TRANSFER
from premium.chains.reading.matches import EVERY
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable

pytestmark = pytest.mark.unit

WALLET, OTHER = checksum("0x" + "a1" * 20), checksum("0x" + "b2" * 20)


def token(number: int) -> str:
    return checksum(f"0x{number:040x}")


class Node:
    """Logs of a chain: one token a block, sent to the wallet and by it in turn; bounded as nodes are."""

    def __init__(self, *, results: int = 10_000, broken_after: int = 10**9, finality: int = 0) -> None:
        fields = {"name": "one", "title": "One", "chain_id": 1, "native": {"symbol": "ETH", "decimals": 18}}
        self.chain = Chain.model_validate(fields | {"finality_blocks": finality})
        self.asked: list[tuple[int, int]] = []
        self._results, self._left = results, broken_after

    async def batch(self, calls: list[Call]) -> list[Any]:
        return [self._answer(call.params[0]) for call in calls]

    def _answer(self, question: dict[str, Any]) -> Any:
        first, last = int(question["fromBlock"], 16), int(question["toBlock"], 16)
        self._left -= 1
        if self._left < 0:
            raise UpstreamUnavailable("gone")
        if last - first + 1 > self._results:
            return RpcError(-32005, "query returned more than so many results")
        self.asked.append((first, last))
        mine = question["topics"][-1]
        place = len(question["topics"]) - 1
        logs = []
        for block in range(first, last + 1):
            topics = [TRANSFER, "0x" + "0" * 64, "0x" + "0" * 64]
            if block % 2 + 1 == place:
                topics[place] = mine[0]
                logs.append({"address": token(block + 1).lower(), "topics": topics})
        return logs


def run(node: Node, before: Searched | None, head: int, **bounds: Any) -> Searched:
    found = asyncio.run(search(cast("Rpc", node), {WALLET: before}, head, Discovery(**bounds), seconds=5))
    return found[WALLET]


def test_a_new_wallet_is_searched_back_to_the_first_block() -> None:
    found = run(Node(), None, 1000, span=30)
    assert (found.low, found.high) == (0, 1000)
    assert found.tokens == {token(number) for number in range(1, 1002)}


def test_a_search_that_is_cut_off_anywhere_goes_on_without_a_gap() -> None:
    whole = {token(number) for number in range(1, 402)}
    for cut in range(1, 30, 3):
        head, found, rounds = 200, cast("Searched | None", None), 0
        while found is None or found.low > 0 or found.high < 400:
            found = run(Node(broken_after=cut + 16, finality=3), found, head, span=25)
            assert found.tokens >= {token(block + 1) for block in range(found.low, found.high + 1)}
            head, rounds = min(400, head + 40), rounds + 1
            assert rounds < 60
        assert found.tokens == whole


def test_what_a_node_refuses_is_asked_in_halves() -> None:
    found = run(Node(results=7), None, 300, span=5000)
    assert (found.low, found.high, len(found.tokens)) == (0, 300, 301)


def test_a_node_that_gives_no_logs_leaves_the_search_where_it_was() -> None:
    before = Searched(low=10, high=90, tokens=frozenset({token(50)}))
    assert run(Node(results=0), before, 100, span=50) == before
    assert run(Node(results=0), None, 100, span=50) == Searched(low=101, high=100)


def test_blocks_that_are_not_final_are_searched_again() -> None:
    node = Node(finality=20)
    run(node, Searched(low=0, high=90), 100, span=1000)
    assert set(node.asked) == {(71, 100)}


def test_a_bound_of_blocks_ends_the_search_there() -> None:
    found = run(Node(), None, 1000, span=30, blocks=100)
    assert (found.low, found.high, len(found.tokens)) == (901, 1000, 100)


def test_wallets_at_the_same_block_share_a_question() -> None:
    node = Node()
    wallets: dict[str, Searched | None] = {WALLET: None, OTHER: None}
    asyncio.run(search(cast("Rpc", node), wallets, 100, Discovery(span=1000), seconds=5))
    assert len(node.asked) == 3


@pytest.mark.parametrize(
    ("first", "last", "span", "expected"),
    [
        (0, 10, 100, [(0, 10)]),
        (0, 10, 5, [(0, 4), (5, 9), (10, 10)]),
        (991, 1000, 4, [(991, 994), (995, 998), (999, 1000)]),
        (0, 0, 1, [(0, 0)]),
        (5, 4, 1, []),
    ],
)
def test_spans_cover_their_blocks_without_gap_or_overlap(
    first: int, last: int, span: int, expected: list[tuple[int, int]]
) -> None:
    assert spans(first, last, span) == expected
    blocks = [b for one, two in reversed(spans(first, last, span, newest=True)) for b in range(one, two + 1)]
    assert blocks == list(range(first, last + 1))


def test_nfts_are_noted_of_contracts_alone_that_keep_positions() -> None:
    manager, stranger = token(0xA1), token(0xA2)
    node = Node()
    entry = {"name": "v4", "title": "V4", "kind": "v4_position", "manager": manager, "sources": ["https://x.test"]}
    fields = {"name": "one", "title": "One", "chain_id": 1, "native": {"symbol": "ETH", "decimals": 18}}
    node.chain = Chain.model_validate(fields | {"protocols": [entry]})

    async def batch(calls: list[Call]) -> list[Any]:
        mine = calls[0].params[0]["topics"][-1][0]
        topics = [TRANSFER, "0x" + "0" * 64, mine, f"0x{7:064x}"]
        received = [{"address": each.lower(), "topics": topics} for each in (manager, stranger)]
        return [received, [], []] * (len(calls) // 3)

    node.batch = batch  # type: ignore[method-assign]
    found = run(node, None, 10)
    assert (found.low, found.high, found.nfts, found.tokens) == (0, 10, {f"{manager}#7"}, frozenset())
    assert found.collectibles == {f"erc721:{stranger}#7"}


def test_more_wallets_than_a_topic_may_name_are_asked_in_turn() -> None:
    node, most = Node(), 0
    wallets: dict[str, Searched | None] = {checksum(f"0x{number:040x}"): None for number in range(1, 2_502)}
    answer = node.batch

    async def batch(calls: list[Call]) -> list[Any]:
        nonlocal most
        most = max(most, *(len(call.params[0]["topics"][-1]) for call in calls))
        return await answer(calls)

    node.batch = batch  # type: ignore[method-assign]
    found = asyncio.run(search(cast("Rpc", node), wallets, 1_000, Discovery(span=500), seconds=5))
    assert most == 1_000
    assert {(each.low, each.high) for each in found.values()} == {(0, 1_000)}
    assert len(node.asked) == 3 * len(spans(0, 1_000, 500)) * 3


def test_all_transfers_of_few_blocks_are_one_question_for_any_number_of_wallets() -> None:
    wallets = [checksum(f"0x{number:040x}") for number in range(1, 2_502)]
    stands = dict.fromkeys(wallets, Searched(low=0, high=90, is_matched=True))
    node = Every(wallets[7], 95)
    found = asyncio.run(search(cast("Rpc", node), stands, 100, Discovery(span=50), seconds=5))
    assert node.calls == 1
    assert {(each.low, each.high) for each in found.values()} == {(0, 100)}
    assert {name: (each.tokens, each.moved) for name, each in found.items() if each.tokens} == {
        wallets[7]: ({token(9)}, 95)
    }
    dense = Every(wallets[7], 95, is_dense=True)
    found = asyncio.run(search(cast("Rpc", dense), stands, 100, Discovery(span=50), seconds=5))
    assert found[wallets[7]].tokens == {token(9)}
    assert found[wallets[2_400]].high == 100
    assert dense.calls == 1 + 3 * 3


class Every(Node):
    """One transfer to a wallet in a block; a dense chain's node refuses everybody's."""

    def __init__(self, wallet: str, block: int, *, is_dense: bool = False) -> None:
        super().__init__()
        self.calls, self._is_dense = 0, is_dense
        topics = [TRANSFER, "0x" + "0" * 64, "0x" + wallet[2:].lower().zfill(64)]
        self._log = {"address": token(9).lower(), "topics": topics, "blockNumber": hex(block)}

    def _answer(self, question: dict[str, Any]) -> Any:
        self.calls += 1
        if question["topics"] == EVERY:
            return RpcError(-32005, "more than 10000 results") if self._is_dense else [self._log]
        is_named = len(question["topics"]) == 3 and self._log["topics"][2] in question["topics"][2]
        return [self._log] if is_named else []
