"""The whole resident on a real chain: history, cache and asks; another takes over where it stops."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.evm import Evm
from premium.asks.line import DATABASE
from premium.asks.service import Asks
from premium.bootstrap import Platform
from premium.config import ConfigurationError
from premium.execution.residence import Residence
from premium.gas.service import FOLLOWED, LINE
from premium.gas.store.history import GasHistory
from premium.gas.work.resident import followed, serve
from premium.storage.cache import Cache
from tests.integration.gas.conftest import FEES, chain_of, pay

pytestmark = pytest.mark.integration


@pytest.fixture
def variables(variables: dict[str, str], evm: Evm, tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "chains.json"
    entry = chain_of(evm.url).model_dump(mode="json", include={"name", "title", "chain_id", "native", "rpc"})
    path.write_text(json.dumps({"active": ["local"], "chains": [entry | {"fees": FEES, "max_head_age_seconds": None}]}))
    return variables | {"CHAINS_FILE": str(path), "EVENT_SOURCES": "local"}


@contextmanager
def running(platform: Platform, owner: str) -> Iterator[Residence]:
    residence = Residence(platform, owner=owner)
    thread = threading.Thread(target=lambda: asyncio.run(serve(residence)))
    thread.start()
    yield residence
    residence.stop.ask()
    thread.join(20)
    assert not thread.is_alive(), "it ends when it is asked to"


def comes(true: Callable[[], object], seconds: float = 20) -> None:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.02)


def height(platform: Platform) -> int:
    found = Cache(platform.redis(3), "gas").get("local")
    return found["block"]["number"] if found else -1


def test_blocks_are_told_as_they_come_and_calls_answered(evm: Evm, platform: Platform) -> None:
    with running(platform, "one") as residence:
        comes(lambda: height(platform) == int(evm.call("eth_blockNumber"), 16))
        assert residence.doing == "follows the fees of local"
        paid = pay(evm, 10**9)
        comes(lambda: evm.call("eth_getTransactionReceipt", paid) is not None)  # mined a moment after it was sent
        newest = int(evm.call("eth_getTransactionReceipt", paid)["blockNumber"], 16)
        comes(lambda: height(platform) == newest, 5)
        kept = GasHistory(platform.timeseries).newest("local", 1)[0]
        assert (kept.number, kept.lowest_taken) == (newest, 10**9)
        assert Cache(platform.redis(3), "gas").get(FOLLOWED) == ["local"]
        call = {"chain": "local", "to": "0x" + "5e" * 20, "data": "0x", "value": "0", "from": None}
        assert Asks.over(platform.redis(DATABASE), LINE, seconds=5).ask(call)["gas"] == 21_000


def test_another_takes_over(evm: Evm, platform: Platform) -> None:
    with running(platform, "one"):
        comes(lambda: platform.redis(3).get("gas:follower") == b"one")
        comes(lambda: height(platform) >= 0)
        with running(platform, "other"):
            assert platform.redis(3).get("gas:follower") == b"one"
    with running(platform, "other"):
        comes(lambda: platform.redis(3).get("gas:follower") == b"other", 15)
        pay(evm, 2 * 10**9)
        comes(lambda: height(platform) == int(evm.call("eth_blockNumber"), 16))


def test_a_chain_without_gas_stops_the_start(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    assert followed(platform) == ("local",)
    monkeypatch.setenv("GAS_CHAINS", "bitcoin")
    fresh = Platform(type(platform.settings).from_environment(os.environ))
    with pytest.raises(ConfigurationError, match="no EVM chain: bitcoin"):
        followed(fresh)
