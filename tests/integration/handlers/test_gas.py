"""The route of gas from the token to the node: cached figures, asks, and what is refused."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from handlers.gas import handler
from local.evm import CHAIN_ID, Evm
from premium.asks.answers import answer_asks
from premium.asks.line import DATABASE, Line
from premium.bootstrap import Platform
from premium.chains.model import Chain
from premium.chains.registry import Registry
from premium.execution.residence import Stop
from premium.gas.fees.op_stack import DataFee
from premium.gas.operations import OPERATIONS
from premium.gas.service import FOLLOWED, LINE
from premium.gas.work.desk import NODE_INTERFACE, Desk
from premium.storage.cache import Cache
from tests.factories import op_stack
from tests.factories.contracts import BUILDS, ROOT, compile_sources
from tests.factories.contracts.deployment import calldata, send
from tests.factories.http import Answer
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
GWEI = 10**9
SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
OTHER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
L1 = {"base_fee": "7310000017", "blob_base_fee": "3000000001", "base_fee_scalar": "5227",
      "blob_base_fee_scalar": "1014213", "operator_constant": "7", "operator_per_million": "3000000"}  # fmt: skip


def chain(name: str, url: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "title": name, "chain_id": CHAIN_ID, "native": {"symbol": "ETH", "decimals": 18},
            "rpc": [url], **fields}  # fmt: skip


@pytest.fixture
def variables(variables: dict[str, str], evm: Evm, tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "chains.json"
    path.write_text(json.dumps({"chains": [chain("local", evm.url)]}))
    return variables | {"CHAINS_FILE": str(path)}


def only(at: Platform, evm: Evm, name: str, model: str) -> None:
    """Let the platform know one chain, the test's own under another name and model."""
    at.chains = Registry({name: Chain.model_validate(chain(name, evm.url, fees={"model": model}))})


@pytest.fixture
def token(at: Platform, sign: Sign) -> str:
    return sign(sub="user_of_gas")


@pytest.fixture
def desk(at: Platform) -> Iterator[None]:
    """The resident's desk on its line."""
    with answering(at):
        yield


@contextmanager
def answering(at: Platform) -> Iterator[None]:
    """Answer asks as the resident does."""
    stop = Stop()
    line = Line(at.redis(DATABASE), LINE)
    thread = threading.Thread(target=answer_asks, args=(line, Desk(at).answer, stop), kwargs={"threads": 1})
    thread.start()
    while not at.redis(DATABASE).exists(f"asks:{LINE}:serves"):
        time.sleep(0.01)
    yield
    stop.ask()
    thread.join()


def prediction(horizon: int) -> dict[str, Any]:
    backtest = {"n": 400, "mape": 0.05, "within10": 0.86, "cover80": 0.8, "cover95": 0.95, "best_baseline": "ar1",
                "best_baseline_mape": 0.06}  # fmt: skip
    return {"horizon": horizon, "at": 1_796_089_042.5, "optimal_time": 1_796_089_042.5, "point": str(11 * GWEI),
            "p80": [str(10 * GWEI), str(12 * GWEI)], "p95": [str(9 * GWEI), str(13 * GWEI)], "confidence": 0.86,
            "model": "log_ridge", "model_version": "1", "backtest": backtest}  # fmt: skip


def told(at: Platform, name: str = "local", *, age: float = 1, **fields: Any) -> dict[str, Any]:
    """Put a chain's figures where the follower puts them."""
    now = at.clock.now().timestamp()
    speed = {"max_fee": str(14 * GWEI), "tip": str(2 * GWEI),
             "inclusion": [{"blocks": 1, "probability": 0.95, "low": 0.9, "high": 0.97, "n": 400}]}  # fmt: skip
    found = {
        "chain": name, "model": "eip1559", "exact": True, "basis": "receipts",
        "block": {"number": 7, "hash": "0x" + "ab" * 32, "timestamp": now - age, "base_fee": str(10 * GWEI)},
        "next_base_fee": str(11 * GWEI),
        "speeds": [{"name": each, **speed} for each in ("slow", "standard", "fast", "instant")],
        "bounds": [{"blocks": 1, "min": str(11 * GWEI), "max": str(11 * GWEI)}], "blob": None, "l1": None,
        "price": {"usd": "3000", "quality": "good"},
        "operations": {each: [OPERATIONS[each].gas, "typical"] for each in OPERATIONS},
        "confidences": [{"confidence": each, "max_fee": str(14 * GWEI), "tip": str(2 * GWEI), "price": str(13 * GWEI)}
                        for each in (99, 95, 90, 80, 70)],
        "predictions": [prediction(1), prediction(3)],
        "transactions": 180, "seconds": 12, "checked_at": now - age, "only_busy": False, "symbol": "ETH",
        "decimals": 18, "chain_id": 1,
    } | fields  # fmt: skip
    cache = Cache(at.redis(3), "gas")
    cache.set(name, found, ttl_seconds=60)
    cache.set(FOLLOWED, ["local", "base"], ttl_seconds=60)
    return found


def asked(token: str, **query: str) -> Answer:
    return through(handler, "GET", "/v1/gas/estimate", token=token, query=query)


def test_all_that_is_known_is_told(at: Platform, token: str) -> None:
    told(at, blob={"excess": "5", "base_fee": "1", "next_base_fee": "2", "fork": "bpo2"})
    found = asked(token, chain="local")
    assert found.status == 200, found.text
    data = found.data
    assert set(data) == {
        "chain", "block", "nextBaseFee", "exact", "model", "basis", "speeds", "bounds", "blob", "l1", "cost",
        "ageSeconds", "stale", "historyGap",
    }  # fmt: skip
    assert data["nextBaseFee"] == str(11 * GWEI)
    assert data["blob"] == {"excessBlobGas": "5", "baseFee": "1", "nextBaseFee": "2", "fork": "bpo2"}
    assert [cost["operation"] for cost in data["cost"]] == list(OPERATIONS)
    native = 21_000 * 13 * GWEI
    assert data["cost"][0] == {
        "operation": "native_transfer", "gas": 21_000, "gasBasis": "typical", "native": str(native),
        "usd": "0.819", "priceQuality": "good",
    }  # fmt: skip
    assert (data["stale"], data["ageSeconds"] <= 3) == (False, True)


def test_a_gap_of_history_is_marked(at: Platform, token: str) -> None:
    told(at)
    assert [found(token, chain="local").data["historyGap"] for found in (asked, predicted)] == [False, False]
    told(at, gap=True)
    assert [found(token, chain="local").data["historyGap"] for found in (asked, predicted)] == [True, True]


def test_a_gas_limit_and_an_operation_are_priced_alone(at: Platform, token: str) -> None:
    told(at)
    (cost,) = asked(token, chain="local", gasLimit="100000").data["cost"]
    assert (cost["operation"], cost["gas"], cost["gasBasis"]) == (None, 100_000, "given")
    (cost,) = asked(token, chain="local", operation="swap_v3").data["cost"]
    assert cost["operation"] == "swap_v3"


def test_without_a_price_there_are_no_dollars(at: Platform, token: str) -> None:
    told(at, price={"usd": None, "quality": "unavailable"})
    cost = asked(token, chain="local").data["cost"][0]
    assert (cost["usd"], cost["priceQuality"]) == (None, "unavailable")


def test_layer_ones_part_and_the_operators_are_in_the_cost(at: Platform, token: str) -> None:
    told(at, "base", l1=L1, model="op_stack")
    data = asked(token, chain="base", operation="native_transfer").data
    operator = 7 + 3_000_000 * 21_000 // 10**6
    assert data["l1"]["operatorFee"] == str(operator)
    assert int(data["cost"][0]["native"]) == 21_000 * 13 * GWEI + int(data["l1"]["fee"]) + operator
    assert int(data["l1"]["fee"]) > 0


def test_the_shape_of_block_prices(at: Platform, token: str) -> None:
    told(at)
    data = asked(token, chain="local", format="blockprices").data
    assert (data["unit"], data["currentBlockNumber"], data["maxPrice"]) == ("gwei", 7, 14.0)
    (block,) = data["blockPrices"]
    assert (block["blockNumber"], block["baseFeePerGas"], block["estimatedTransactionCount"]) == (8, 11.0, 180)
    assert [each["confidence"] for each in block["estimatedPrices"]] == [99, 95, 90, 80, 70]
    assert block["estimatedPrices"][0] == {
        "confidence": 99, "price": 13.0, "maxPriorityFeePerGas": 2.0, "maxFeePerGas": 14.0,
    }  # fmt: skip


def test_an_old_block_is_stale_and_then_no_answer(at: Platform, token: str) -> None:
    told(at, age=60)
    data = asked(token, chain="local").data
    assert (data["stale"], 60 <= data["ageSeconds"] <= 62) == (True, True)
    told(at, age=121)
    found = asked(token, chain="local")
    assert (found.status, found.error["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    told(at, age=1_000, only_busy=True, checked_at=at.clock.now().timestamp())
    assert asked(token, chain="local").data["stale"] is False, "blocks come only when needed"


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"chain": "moon"}, 404, "no chain is called"),
        ({"chain": "bitcoin"}, 422, "it follows local, base"),
        ({"chain": "polygon"}, 422, "does not follow the fees of polygon; it follows local, base"),
        ({"chain": "base"}, 503, "try again"),
        ({"chain": "local", "gasLimit": "0"}, 400, "gasLimit"),
        ({"chain": "local", "gasLimit": str(2**63 + 1)}, 400, "gasLimit"),
        ({"chain": "local", "operation": "teleport"}, 400, "operation"),
        ({"chain": "local", "to": "0x12"}, 400, "to"),
        ({"chain": "local", "to": SOMEBODY, "data": "0xabc"}, 400, "data"),
        ({"chain": "local", "to": SOMEBODY, "value": "-1"}, 400, "value"),
        ({"chain": "local", "to": SOMEBODY, "value": str(2**256)}, 400, "value"),
        ({"chain": "local", "data": "0xab"}, 400, "to"),
        ({"chain": "local", "operation": "swap_v2", "gasLimit": "5"}, 400, "gasLimit"),
        ({"chain": "local", "format": "xml"}, 400, "format"),
        ({}, 400, "chain"),
    ],
)
def test_what_is_refused_says_why(at: Platform, token: str, query: dict[str, str], status: int, words: str) -> None:
    told(at)
    found = asked(token, **query)
    assert (found.status, words in found.error["message"]) == (status, True), found.text


def test_a_calls_gas_is_asked_of_the_node(at: Platform, token: str, desk: None) -> None:
    told(at)
    (cost,) = asked(token, chain="local", to=OTHER, value="1", **{"from": SOMEBODY}).data["cost"]
    assert (cost["operation"], cost["gas"], cost["gasBasis"]) == (None, 21_000, "node")


def test_a_call_that_would_fail_says_so(at: Platform, token: str, desk: None, evm: Evm) -> None:
    told(at)
    evm.call("anvil_setCode", OTHER, "0x60006000fd")
    found = asked(token, chain="local", to=OTHER)
    assert (found.status, "would not run" in found.error["message"]) == (422, True)


def test_without_a_resident_a_call_is_no_answer(at: Platform, token: str) -> None:
    told(at)
    assert asked(token, chain="local", to=OTHER).status == 503


def test_a_calls_part_of_layer_one_is_the_oracles(at: Platform, token: str, desk: None, evm: Evm) -> None:
    op_stack.build(evm, DataFee(*(int(value) for value in list(L1.values())[:4])))
    only(at, evm, "rollup", "op_stack")
    told(at, "rollup", l1=L1, model="op_stack")
    data = asked(token, chain="rollup", to=OTHER, data="0xde26c4a1" + "ab" * 300).data
    assert (data["l1"]["basis"], data["l1"]["operatorFee"]) == ("oracle", "0")
    assert int(data["l1"]["fee"]) > 0
    assert int(data["cost"][0]["native"]) == data["cost"][0]["gas"] * 13 * GWEI + int(data["l1"]["fee"])


@pytest.fixture(scope="module")
def orbit() -> bytes:
    """The code of a contract that reckons as NodeInterface's documentation says, but for the compression."""
    source = (ROOT / "tests" / "factories" / "orbit" / "orbit.sol").read_text()
    (made,) = compile_sources({"orbit.sol": source}, {"optimized": BUILDS["optimized"]})
    return made.runtime


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("size", [0, 4, 500])
def test_arbitrums_part_of_layer_one_is_within_its_gas(
    at: Platform, token: str, evm: Evm, orbit: bytes, size: int
) -> None:
    """A contract in NodeInterface's place proves form and arithmetic, and no figure of a real node."""
    price = 20 * GWEI
    evm.call("anvil_setCode", NODE_INTERFACE, f"0x{orbit.hex()}")
    send(evm, NODE_INTERFACE, calldata("tell(uint256)", price))
    only(at, evm, "orbit", "arbitrum")
    told(at, "orbit", model="arbitrum", exact=False)
    data = asked(token, chain="orbit", to=OTHER, data="0x" + "ab" * size).data
    # 140 bytes and the data, 16 units each, a tenth more; in whole gas at the base fee of the newest block.
    base = int(evm.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    cost = (140 + size) * 16 * price
    assert 0 <= cost * 11 // 10 - int(data["l1"]["fee"]) < base
    assert (data["l1"]["operatorFee"], data["l1"]["basis"]) == ("0", "within_gas")
    assert int(data["cost"][0]["native"]) == data["cost"][0]["gas"] * 13 * GWEI


def test_a_chain_without_nodeinterface_tells_no_part_of_layer_one(
    at: Platform, token: str, desk: None, evm: Evm
) -> None:
    only(at, evm, "orbit", "arbitrum")
    told(at, "orbit", model="arbitrum", exact=False)
    found = asked(token, chain="orbit", to=OTHER, data="0xabcd")
    assert (found.status, found.error["code"]) == (503, "UPSTREAM_UNAVAILABLE")


def predicted(token: str, **query: str) -> Answer:
    return through(handler, "GET", "/v1/gas/predictions", token=token, query=query)


def test_predictions_say_how_well_they_did(at: Platform, token: str) -> None:
    told(at)
    data = predicted(token, chain="local").data
    assert (data["chain"], data["block"], data["baseFee"], data["stale"]) == ("local", 7, str(10 * GWEI), False)
    assert [row["horizon"] for row in data["predictions"]] == ["1", "3"]
    assert data["predictions"][1]["backtest"]["bestBaselineMape"] == 0.06
    assert data["predictions"][1]["at"].startswith("2026-12-01T")
    assert [row["horizon"] for row in predicted(token, chain="local", horizon="3").data["predictions"]] == ["3"]


@pytest.mark.parametrize(
    ("fields", "query", "expected"),
    [
        ({"model": "node"}, {}, (422, "only its node knows")),
        ({"predictions": []}, {}, (422, "too few blocks")),
        ({}, {"horizon": "25"}, (422, "there is 1, 3")),
        ({}, {"horizon": "2"}, (400, "horizon")),
        ({"block": {"number": 7, "hash": "0x", "timestamp": 1, "base_fee": "1"}}, {}, (503, "its node is behind")),
    ],
)
def test_predictions_that_cannot_be_say_why(
    at: Platform, token: str, fields: dict[str, Any], query: dict[str, str], expected: tuple[int, str]
) -> None:
    told(at, **fields)
    found = predicted(token, chain="local", **query)
    status, words = expected
    assert (found.status, words in found.error["message"]) == (status, True), found.text


def test_who_may_ask(at: Platform, sign: Sign) -> None:
    told(at)
    assert asked(sign(sub="user_of_starter", tier="starter"), chain="local").status == 403
    assert predicted(sign(sub="user_of_starter", tier="starter"), chain="local").status == 403
