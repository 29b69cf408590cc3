"""Nodes that lie, lag or refuse: nothing is lost, and nothing is told that the chain does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from local.evm import Evm
from local.market import Market
from premium.alerts.language.event import accepted
from premium.chains.endpoint import Endpoint
from premium.errors import UpstreamUnavailable
from tests.fixtures.lying_node import LyingNode, refuses, says
from tests.integration.alerts.sources import Source, pay, send_token, standing, transfers

pytestmark = pytest.mark.integration
RECEIVER = "0x" + "5e" * 20
NO_RECEIPTS = refuses("eth_getBlockReceipts", -32601, "the method eth_getBlockReceipts does not exist")
TOO_MANY = "query returned more than 10000 results"
Nodes = Callable[[str], LyingNode]
SourceOf = Callable[..., Source]


def removed(logs: Any, _: Mapping[str, Any]) -> Any:
    return [log | {"removed": True} for log in logs]


def nothing(_: Any, __: Mapping[str, Any]) -> Any:
    return []


def all_but_the_last(found: Any, _: Mapping[str, Any]) -> Any:
    return found[:-1]


def shuffled(logs: Any, _: Mapping[str, Any]) -> Any:
    return logs[::-1]


def of_another_block(logs: Any, _: Mapping[str, Any]) -> Any:
    return [log | {"blockHash": "0x" + "ab" * 32} for log in logs]


def without_logs(receipts: Any, _: Mapping[str, Any]) -> Any:
    return [receipt | {"logs": []} for receipt in receipts or []]


class Payments:
    """Each call pays a token twice in one block: logs that the bloom cannot tell apart."""

    def __init__(self, evm: Evm, market: Market) -> None:
        self._evm, self._market = evm, market
        self.made: list[str] = []

    def __call__(self) -> None:
        self._evm.call("evm_setAutomine", False)
        self.made += [send_token(self._evm, self._market, self._market.usd, RECEIVER, 5) for _ in range(2)]
        self._evm.call("evm_mine")
        self._evm.call("evm_setAutomine", True)


@pytest.fixture
def payments(evm: Evm, market: Market) -> Payments:
    return Payments(evm, market)


@pytest.mark.parametrize(
    "lies",
    [
        pytest.param([NO_RECEIPTS, says("eth_getLogs", nothing, times=3)], id="no logs at first"),
        pytest.param([NO_RECEIPTS, says("eth_getLogs", all_but_the_last)], id="the last log is missing"),
        pytest.param([NO_RECEIPTS, says("eth_getLogs", removed)], id="removed"),
        pytest.param([NO_RECEIPTS, says("eth_getLogs", shuffled)], id="out of order"),
        pytest.param([NO_RECEIPTS, says("eth_getLogs", of_another_block)], id="of another block"),
        pytest.param([NO_RECEIPTS, refuses("eth_getLogs", -32005, TOO_MANY)], id="too many logs, -32005"),
        pytest.param([NO_RECEIPTS, refuses("eth_getLogs", -32000, TOO_MANY)], id="too many logs, -32000"),
        pytest.param([says("eth_getBlockReceipts", all_but_the_last)], id="a receipt is missing"),
        pytest.param([says("eth_getBlockReceipts", without_logs, times=4)], id="receipts without logs"),
        pytest.param([says("eth_getBlockReceipts", nothing)], id="no receipts"),
        pytest.param([says("eth_getBlockReceipts", lambda *_: None)], id="receipts not there yet"),
        pytest.param([says("eth_getLogs", nothing)], id="logs are not even asked for"),
    ],
)
def test_one_endpoint_that_gives_wrong_logs_loses_no_transfer(
    lies: list[Any], lying_nodes: Nodes, source_of: SourceOf, evm: Evm, payments: Payments
) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    node.lies = lies
    source.follow(2, payments)
    source.follow(1)
    assert standing(source.sent)[-4:] == payments.made


def test_a_node_that_refuses_every_way_is_named_with_its_limit_and_loses_nothing(
    lying_nodes: Nodes, source_of: SourceOf, evm: Evm, payments: Payments
) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    methods = ("eth_getBlockReceipts", "eth_getLogs", "eth_getTransactionReceipt")
    node.lies = [refuses(method, -32000, TOO_MANY) for method in methods]
    problems = source.follow(2, payments)
    assert all(TOO_MANY in problem and "block " in problem for problem in problems)
    assert len(problems) == 2
    node.lies = []
    source.follow(1)
    assert standing(source.sent)[-4:] == payments.made


def test_an_endpoint_that_lies_is_benched_and_the_other_is_asked(
    lying_nodes: Nodes, source_of: SourceOf, evm: Evm, payments: Payments
) -> None:
    liar, honest = lying_nodes(evm.url), lying_nodes(evm.url)
    source = source_of(liar.url, honest.url)
    source.follow(1)
    liar.lies = [says("eth_getBlockReceipts", without_logs), says("eth_getLogs", nothing),
                 says("eth_getTransactionReceipt", lambda *_: None)]  # fmt: skip
    source.follow(1, payments)
    assert source.benched == ["rpc:local:0"]
    assert standing(source.sent)[-2:] == payments.made


def test_the_pauses_of_the_bench_grow_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    endpoint = Endpoint("http://x", None, clock=lambda: now[0])  # type: ignore[arg-type] # not asked
    assert [endpoint.bench() for _ in range(9)] == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    assert endpoint.is_benched
    now[0] += 601
    now[0] += 601
    assert endpoint.bench() == 5, "it was sound for long"


def only_up_to(height: Callable[[], int]) -> Any:
    """A backend that lags: it has no block above a height."""

    def change(result: Any, call: Mapping[str, Any]) -> Any:
        if call["method"] == "eth_blockNumber":
            return hex(min(int(result, 16), height()))
        return result if int(call["params"][0], 16) <= height() else None

    return change


def test_a_backend_that_lags_behind_its_load_balancer_orphans_nothing(
    lying_nodes: Nodes, source_of: SourceOf, evm: Evm
) -> None:
    """Every other answer comes from a backend that is three blocks behind."""
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    turn = [0]

    def lag(call: Mapping[str, Any], true: dict[str, Any]) -> dict[str, Any] | None:
        turn[0] += 1
        if call["method"] not in ("eth_blockNumber", "eth_getBlockByNumber") or turn[0] % 2:
            return None
        head = int(evm.call("eth_blockNumber"), 16)
        change = only_up_to(lambda: head - 3)
        return {**true, "result": change(true["result"], call)}

    node.lies = [lag]
    paid: list[str] = []
    source.follow(8, lambda: paid.append(pay(evm)))
    node.lies = []
    source.follow(2)
    assert not [event for event in source.sent if "retracts" in event]
    assert standing(source.sent)[-8:] == paid


def test_a_backend_on_a_branch_that_the_other_endpoint_does_not_have_retracts_nothing(
    lying_nodes: Nodes, source_of: SourceOf, evm: Evm
) -> None:
    stray, honest = lying_nodes(evm.url), lying_nodes(evm.url)
    source = source_of(stray.url, honest.url)
    source.follow(1)
    paid = [pay(evm) for _ in range(3)]
    source.follow(1)
    head = int(evm.call("eth_blockNumber"), 16)

    def branch(block: Any, call: Mapping[str, Any]) -> Any:
        number = int(call["params"][0], 16)
        if block is None or number < head - 1:
            return block
        names = {at: "0x" + f"{at:02x}" * 32 for at in (head - 1, head)}
        return block | {"hash": names[number], "parentHash": names.get(number - 1, block["parentHash"]),
                        "transactions": [], "gasUsed": "0x0"}  # fmt: skip

    stray.lies = [says("eth_getBlockByNumber", branch)]
    problems = source.follow(2)
    assert problems
    assert "still has block" in problems[0]
    stray.lies = []
    paid.append(pay(evm))
    source.follow(2)
    assert not [event for event in source.sent if "retracts" in event]
    assert standing(source.sent)[-4:] == paid


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda block, _: block and block | {"number": "0x1"}, id="another height"),
        pytest.param(lambda block, _: block and block | {"parentHash": "0x" + "cd" * 32}, id="no parent"),
        pytest.param(lambda block, _: block and {k: v for k, v in block.items() if k != "hash"}, id="no hash"),
        pytest.param(lambda *_: "nonsense", id="nonsense"),
        pytest.param(lambda block, _: block and block | {"transactions": []}, id="no transactions"),
    ],
)
def test_blocks_that_make_no_sense_wait_and_retract_nothing(
    change: Any, lying_nodes: Nodes, source_of: SourceOf, evm: Evm
) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    told = len(source.sent)
    paid = [pay(evm), pay(evm)]
    node.lies = [says("eth_getBlockByNumber", change)]
    source.follow(2)
    assert len(source.sent) == told
    node.lies = []
    source.follow(1)
    assert standing(source.sent)[-2:] == paid
    assert not [event for event in source.sent if "retracts" in event]


@pytest.mark.parametrize("method", ["eth_blockNumber", "eth_getBlockByNumber", "eth_getBlockReceipts"])
def test_an_error_of_the_node_is_waited_for(method: str, lying_nodes: Nodes, source_of: SourceOf, evm: Evm) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    node.lies = [refuses(method, -32603, "internal error")]
    paid = [pay(evm)]
    source.follow(2)
    node.lies = []
    source.follow(1)
    assert standing(source.sent)[-1:] == paid


def test_a_clock_that_is_ahead_gives_events_of_now(lying_nodes: Nodes, source_of: SourceOf, evm: Evm) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    now = datetime.now(UTC)
    node.lies = [says("eth_getBlockByNumber", lambda block, _: block and block | {
        "timestamp": hex(int(now.timestamp()) + 600)})]  # fmt: skip
    paid = [pay(evm)]
    source.sent.clear()
    source.follow(2)
    assert [event["tx_hash"] for event in transfers(source.sent)] == paid
    assert all(accepted(event, datetime.now(UTC)) for event in source.sent)


def test_transactions_without_a_gas_price_do_not_stop_the_chain(
    lying_nodes: Nodes, source_of: SourceOf, evm: Evm
) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)

    def bare(block: Any, _: Mapping[str, Any]) -> Any:
        for transaction in block["transactions"] if block else []:
            if isinstance(transaction, dict):
                transaction.pop("gasPrice", None)
        return block

    node.lies = [says("eth_getBlockByNumber", bare)]
    paid = [pay(evm)]
    source.follow(1)
    assert standing(source.sent)[-1:] == paid


def test_a_slow_node_is_caught_up_with_page_by_page(lying_nodes: Nodes, source_of: SourceOf, evm: Evm) -> None:
    """What was read is committed although the node fails in the middle of a poll."""
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    source.sent.clear()
    paid = [pay(evm) for _ in range(35)]
    wrong = int(evm.call("eth_blockNumber"), 16) - 9
    node.lies = [
        says("eth_getBlockByNumber", lambda block, call: "nonsense" if call["params"][0] == hex(wrong) else block)
    ]
    source.follow(3)
    node.lies = []
    source.follow(2)
    names = [event["event_id"] for event in source.sent]
    assert len(set(names)) == len(names), "no page is sent twice"
    assert standing(source.sent) == paid


def test_decimals_that_a_node_did_not_say_are_asked_for_again(
    lying_nodes: Nodes, source_of: SourceOf, evm: Evm, market: Market
) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    source.sent.clear()
    failing = [True]

    def busy(call: Mapping[str, Any], true: dict[str, Any]) -> dict[str, Any] | None:
        if call["method"] == "eth_call" and failing[0] and "313ce567" in str(call["params"]):
            return {"jsonrpc": "2.0", "id": true["id"], "error": {"code": -32016, "message": "over rate limit"}}
        return None

    node.lies = [busy]

    def each() -> None:
        send_token(evm, market, market.usd, RECEIVER, 5)

    source.follow(1, each)
    failing[0] = False
    source.follow(3, each)
    priced = ["amount_usd" in event for event in transfers(source.sent)]
    assert priced[-2:] == [True, True]


def test_what_is_not_json_rpc_is_waited_for(source_of: SourceOf, lying_nodes: Nodes, evm: Evm) -> None:
    node = lying_nodes(evm.url)
    source = source_of(node.url)
    source.follow(1)
    node.lies = [lambda *_: {"id": 1}]
    with pytest.raises(UpstreamUnavailable):
        source.poll()
