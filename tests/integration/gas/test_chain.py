"""What the follower puts where handlers read it: from a real chain, through the real cache."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from local.evm import Evm
from local.redis import Redis as RedisService
from premium.bootstrap import Platform
from premium.chains.registry import Registry
from premium.gas.store.history import GasHistory
from premium.gas.store.turn import Turn
from premium.gas.tips.header import header_of
from premium.gas.work.chain import FollowedChain
from premium.neighbours import open_client
from premium.storage.cache import Cache
from tests.factories import op_stack
from tests.fixtures.lying_node import LyingNode, refuses, says
from tests.integration.gas.conftest import FEES, chain_of, pay, to_the_rule

pytestmark = pytest.mark.integration
GWEI = 10**9


class Told:
    """Reads a chain until it is up to date; `document` is what handlers find."""

    def __init__(self, platform: Platform, history: GasHistory) -> None:
        self._platform, self._history = platform, history

    def run(self, *urls: str, **fields: Any) -> dict[str, Any]:
        return asyncio.run(self._run(chain_of(*urls, **fields)))

    def followed(self, url: str) -> FollowedChain:
        """A chain that is not read yet."""
        self._platform.chains = Registry({"local": chain_of(url)})
        market, cache = self._platform.market(httpx.AsyncClient()), Cache(self._platform.redis(3), "gas")
        return FollowedChain(market, "local", self._history, cache, self._platform.clock)

    async def _run(self, chain: Any) -> dict[str, Any]:
        self._platform.chains = Registry({"local": chain})
        cache = Cache(self._platform.redis(3), "gas")
        async with open_client() as client:
            followed = FollowedChain(self._platform.market(client), "local", self._history, cache, self._platform.clock)
            while await followed.turn():
                pass
            await followed.tell()
        found: dict[str, Any] = cache.get("local")
        return found


@pytest.fixture
def told(platform: Platform, history: GasHistory) -> Told:
    return Told(platform, history)


def filled(evm: Evm, count: int) -> None:
    for place in range(count):
        evm.call("evm_setAutomine", False)
        pay(evm, (1 + place % 3) * GWEI)
        evm.call("evm_mine")
        evm.call("evm_setAutomine", True)


def test_a_new_chain_has_the_nodes_word(evm: Evm, told: Told) -> None:
    found = told.run(evm.url)
    assert (found["basis"], found["exact"], found["model"]) == ("node", True, "eip1559")
    assert found["speeds"][0]["inclusion"] == []
    node = int(evm.call("eth_maxPriorityFeePerGas"), 16)
    assert int(found["speeds"][0]["tip"]) == max(node, 1)


def test_twenty_blocks_later_chances_are_told(evm: Evm, told: Told) -> None:
    filled(evm, 40)
    found = told.run(evm.url)
    assert found["basis"] == "receipts"
    assert [speed["name"] for speed in found["speeds"]] == ["slow", "standard", "fast", "instant"]
    (now,) = (each for each in found["speeds"][3]["inclusion"] if each["blocks"] == 1)
    assert now["n"] >= 39
    assert 0 <= now["low"] <= now["probability"] <= now["high"] <= 1


def test_the_next_base_fee_is_the_nodes_to_the_wei(evm: Evm, told: Told) -> None:
    for _ in range(3):
        filled(evm, 1)
        found = told.run(evm.url)
        evm.call("evm_mine")
        assert found["next_base_fee"] == str(
            int(evm.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        )
        assert [found["bounds"][0][end] for end in ("min", "max")] == [found["next_base_fee"]] * 2


def test_a_summary_of_zeros_is_the_nodes_word(evm: Evm, told: Told, lying_nodes: Callable[[str], LyingNode]) -> None:
    rollup = lying_nodes(evm.url)
    rollup.lies.append(refuses("eth_getBlockReceipts", -32601, "no such method"))
    rollup.lies.append(says("eth_feeHistory", lambda found, _: found | {"reward": [["0x0"] * 10]}))
    rollup.lies.append(says("eth_maxPriorityFeePerGas", lambda _, __: hex(7 * GWEI)))
    filled(evm, 30)
    found = told.run(rollup.url)
    assert found["basis"] == "node"
    assert {speed["tip"] for speed in found["speeds"]} == {str(7 * GWEI)}


def test_a_model_that_only_its_node_knows(evm: Evm, told: Told) -> None:
    found = told.run(evm.url, fees={"model": "node"})
    assert (found["exact"], found["bounds"], found["blob"]) == (False, [], None)
    head = evm.call("eth_getBlockByNumber", "latest", False)
    assert found["next_base_fee"] == str(int(head["baseFeePerGas"], 16))


def test_layer_ones_prices_are_the_predeploys(evm: Evm, told: Told) -> None:
    op_stack.build(evm, op_stack.DataFee(7_310_000_017, 3_000_000_001, 5_227, 1_014_213))
    to_the_rule(evm)
    found = told.run(evm.url, fees=FEES | {"model": "op_stack"})
    assert found["l1"] == {
        "base_fee": "7310000017", "blob_base_fee": "3000000001", "base_fee_scalar": "5227",
        "blob_base_fee_scalar": "1014213", "operator_constant": "0", "operator_per_million": "0",
    }  # fmt: skip


def test_predictions_are_told_and_kept_once_a_minute(evm: Evm, told: Told, history: GasHistory) -> None:
    filled(evm, 45)
    found = told.run(evm.url)
    told.run(evm.url)
    rows = found["predictions"]
    assert [row["horizon"] for row in rows] == [1, 3, 10, 25]
    assert (rows[0]["point"], rows[0]["confidence"], rows[0]["model"]) == (found["next_base_fee"], 1.0, "exact")
    for row, bound in zip(rows, found["bounds"], strict=True):
        low, high = int(bound["min"]), int(bound["max"])
        assert low <= int(row["p95"][0]) <= int(row["p80"][0]) <= int(row["point"]) <= int(row["p80"][1]) <= high
    assert rows[1]["backtest"]["n"] > 15
    with history._timeseries.transaction() as connection:
        kept = connection.execute(
            'SELECT "timestamp", count(*) AS n, count(DISTINCT horizon) AS horizons FROM gas_predictions GROUP BY 1'
        ).fetchall()
    assert {(row["n"], row["horizons"]) for row in kept} == {(4, 4)}


@pytest.mark.parametrize(("cover80", "n", "told_"), [(0.5, 500, "30.0"), (1.0, 500, "20.0"), (0.5, 499, None)])
def test_a_band_that_does_not_hold_is_measured(
    told: Told, capsys: pytest.CaptureFixture[str], cover80: float, n: int, told_: str | None
) -> None:
    rows = [{"model": "exact", "backtest": {"cover80": 1.0, "n": 9_000}},
            {"model": "ar1", "backtest": {"cover80": cover80, "n": n}}]  # fmt: skip
    told.followed("http://127.0.0.1:1")._tell_calibration(rows)
    out = capsys.readouterr().out
    assert ("GasCalibration" in out) == (told_ is not None)
    assert told_ is None or f'"GasCalibration":[{told_}' in out


@pytest.mark.parametrize(
    ("late", "ago", "wait"),
    [((), 0.5, 0.5), ((0.9, 0.7, 1.6), 0.5, 0.5 + 0.65), ((0.7,), 2.0, 0.3), ((9.0,), 0.5, 0.5 + 1), ((), 30.0, 0.3)],
)
def test_a_chain_is_looked_at_when_its_blocks_use_to_come(
    evm: Evm, told: Told, late: tuple[float, ...], ago: float, wait: float
) -> None:
    """A block states whole seconds, and comes some time after them: asked for at once it is not there yet."""
    chain = told.followed(evm.url)
    now = chain._clock.now()
    chain._clock = type("Still", (), {"now": lambda _: now})()
    chain._late.extend(late)
    head = header_of(evm.call("eth_getBlockByNumber", "latest", False))
    chain.follower.newest = head._replace(timestamp=now.timestamp() - ago)  # type: ignore[arg-type] # between seconds
    assert chain._wait() == pytest.approx(wait)


@pytest.fixture
def turns(redis_server: RedisService, platform: Platform) -> Callable[[str], Turn]:
    return lambda owner: Turn(platform.redis(3), owner)


def test_one_process_at_a_time_follows(turns: Callable[[str], Turn], platform: Platform) -> None:
    one, other = turns("one"), turns("other")
    assert (one.claim(), other.claim(), one.claim()) == (True, False, True)
    other.release()
    assert not other.claim(), "nobody gives another's turn back"
    one.release()
    assert other.claim()
    assert 0 < platform.redis(3).ttl("gas:follower") <= 10
