"""Bad nodes before handlers: named, waited for, left for another, and never an old figure as a new one.

The real follower reads a real chain, behind nodes that hang, stop, lag, lie or are of another chain.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from handlers.gas import handler
from local.evm import Evm
from premium.bootstrap import Platform
from premium.execution.residence import Residence
from premium.gas.service import FOLLOWED
from premium.gas.store.history import GasHistory
from premium.gas.work.resident import serve
from premium.storage.cache import Cache
from tests.factories.http import Answer, ask, verdict
from tests.fixtures.lying_node import LyingNode, says
from tests.integration.gas.conftest import FEES, chain_of, on_chain, pay
from tests.integration.gas.test_resident import comes
from tests.integration.portfolio.servers import hanging

pytestmark = pytest.mark.integration
GWEI = 10**9
NOBODY = "http://127.0.0.1:1"
Nodes = Callable[[str], LyingNode]


@pytest.fixture
def variables(variables: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return variables | {"CHAINS_FILE": str(tmp_path / "chains.json"), "EVENT_SOURCES": "local"}


@pytest.fixture
def over(platform: Platform, tmp_path: Path) -> Callable[..., Any]:
    """`over(*urls)`: the resident follows the chain through these nodes while the block runs."""

    def wrote(*urls: str) -> None:
        include = {"name", "title", "chain_id", "native", "rpc", "block_seconds"}
        entry = chain_of(*urls).model_dump(mode="json", include=include) | {"fees": FEES, "max_head_age_seconds": 60}
        (tmp_path / "chains.json").write_text(json.dumps({"active": ["local"], "chains": [entry]}))

    @contextmanager
    def following(*urls: str) -> Iterator[Residence]:
        wrote(*urls)
        residence = Residence(platform, owner="one")
        thread = threading.Thread(target=lambda: asyncio.run(serve(residence)))
        thread.start()
        try:
            yield residence
        finally:
            residence.stop.ask()
            thread.join(20)

    return following


def told(platform: Platform) -> dict[str, Any]:
    found: dict[str, Any] | None = Cache(platform.redis(3), "gas").get("local")
    return found or {}


def height(platform: Platform) -> int:
    found = told(platform)
    return int(found["block"]["number"]) if found else -1


def newest(evm: Evm) -> int:
    return int(evm.call("eth_blockNumber"), 16)


def grows(evm: Evm, platform: Platform, seconds: float = 30) -> int:
    """One more block, of this time, until it is told; its height."""
    last = int(evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    # Where a test before was undone, the chain's time goes on from there.
    evm.call("evm_setNextBlockTimestamp", max(int(time.time()), last + 1))
    following = newest(evm) + 1
    pay(evm, GWEI)
    comes(lambda: height(platform) == following, seconds)
    return following


def said(caplog: pytest.LogCaptureFixture, message: str) -> list[Any]:
    return [record for record in caplog.records if record.message == message]


def estimate() -> Answer:
    return ask(handler, "GET", "/v1/gas/estimate", by=verdict(), query={"chain": "local"})


def is_as_on_chain(evm: Evm, platform: Platform) -> None:
    kept = GasHistory(platform.timeseries).newest("local", 1_000)
    assert [row.number for row in kept] == list(range(kept[0].number, newest(evm) + 1)), "no hole, nothing twice"
    assert [f"0x{row.hash.hex()}" for row in kept] == on_chain(evm, [row.number for row in kept])


def frozen(evm: Evm) -> Any:
    """A node whose newest block stays what it is now."""
    number, head = newest(evm), evm.call("eth_getBlockByNumber", "latest", False)

    def lags(block: Any, call: Mapping[str, Any]) -> Any:
        asked = call["params"][0]
        if asked == "latest":
            return head
        return block if int(asked, 16) <= number else None

    return says("eth_getBlockByNumber", lags)


@pytest.mark.parametrize("first", ["hanging", "dead", "of another chain"])
def test_a_node_that_gives_nothing_is_left_for_the_other(  # noqa: PLR0917 - fixtures
    first: str, evm: Evm, platform: Platform, over: Any, lying_nodes: Nodes, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = lying_nodes(evm.url)
    stranger.lies.append(says("eth_chainId", lambda *_: "0x539"))
    with hanging() as silent:
        bad = {"hanging": silent.url, "dead": NOBODY, "of another chain": stranger.url}[first]
        with over(bad, evm.url):
            grows(evm, platform)
            grows(evm, platform, 10)
    assert any("rpc:local:0" in record.error for record in said(caplog, "another endpoint is asked"))
    is_as_on_chain(evm, platform)


def test_a_node_that_stopped_is_left_for_the_other(
    evm: Evm, platform: Platform, over: Any, lying_nodes: Nodes, caplog: pytest.LogCaptureFixture
) -> None:
    """It answers, and never has a new block: nothing fails, and its figures grow old."""
    stopped = lying_nodes(evm.url)
    with over(stopped.url, evm.url):
        grows(evm, platform)
        stopped.lies.append(frozen(evm))
        grows(evm, platform, 50)
    is_as_on_chain(evm, platform)
    (record, *_) = said(caplog, "an endpoint's newest block is old; another is asked")
    assert record.endpoint == "rpc:local:0"


def test_a_node_behind_is_left_for_the_other_and_nothing_goes_back(
    evm: Evm, platform: Platform, over: Any, lying_nodes: Nodes
) -> None:
    late = lying_nodes(evm.url)
    with over(late.url, evm.url):
        grows(evm, platform)
        before = frozen(evm)
        reached = grows(evm, platform)
        late.lies.append(before)
        assert [grows(evm, platform) for _ in range(4)] == [reached + more for more in (1, 2, 3, 4)]
    is_as_on_chain(evm, platform)


def test_figures_of_a_node_that_stopped_are_said_to_be_old_and_then_are_none(
    evm: Evm, platform: Platform, over: Any, lying_nodes: Nodes
) -> None:
    stopped = lying_nodes(evm.url)
    with over(stopped.url):
        comes(lambda: height(platform) >= 0)
        grows(evm, platform)
        fresh = estimate()
        assert (fresh.status, fresh.data["stale"]) == (200, False), fresh.text
        stopped.lies.append(frozen(evm))
        at = told(platform)["block"]["timestamp"]
        comes(lambda: time.time() - at > 17, 30)
        old = estimate()
        assert (old.status, old.data["stale"], old.data["block"]["number"]) == (
            200,
            True,
            fresh.data["block"]["number"],
        )
        assert old.data["ageSeconds"] >= 16
        # Two minutes old, as it would be told then: the follower goes on to say the block's own time.
        found = told(platform)
        Cache(platform.redis(3), "gas").set(
            "local", found | {"block": found["block"] | {"timestamp": at - 121}}, ttl_seconds=60
        )
        none = estimate()
        assert (none.status, none.error["code"]) == (503, "UPSTREAM_UNAVAILABLE")
        comes(lambda: told(platform)["block"]["timestamp"] == at, 10)
        stopped.lies.clear()
        grows(evm, platform)
        assert estimate().data["stale"] is False
    assert Cache(platform.redis(3), "gas").get(FOLLOWED) == ["local"]


def test_base_fees_that_cannot_be_are_never_told(evm: Evm, platform: Platform, over: Any, lying_nodes: Nodes) -> None:
    liar, refused = lying_nodes(evm.url), list[int]()
    with over(liar.url):
        reached = grows(evm, platform)

        def dear(block: Any, _: Mapping[str, Any]) -> Any:
            if not block or int(block["number"], 16) <= reached:
                return block
            refused.append(1)
            return block | {"baseFeePerGas": hex(10**15)}

        liar.lies.append(says("eth_getBlockByNumber", dear))
        pay(evm, GWEI)
        comes(lambda: len(refused) > 6, 40)
        assert height(platform) == reached
        liar.lies.clear()
        comes(lambda: height(platform) == newest(evm), 40)
    is_as_on_chain(evm, platform)
