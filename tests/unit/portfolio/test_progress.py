"""Each chain is told as it comes, and a stream that fails or hangs costs a refresh nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from premium.chains.fanout import read_all
from premium.chains.model import Balance, ChainReading, Keys, Outcome, Searches
from premium.errors import UpstreamUnavailable
from premium.portfolio.model import ChainState, Holding, Snapshot, Status
from premium.portfolio.onchain import progress as module
from premium.portfolio.onchain.progress import Progress
from premium.portfolio.valuation.summary import MOST_CHANGES, news
from premium.prices.model import Quality, Quote

pytestmark = pytest.mark.unit
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def reading(chain: str, units: int) -> ChainReading:
    row = Balance(key=f"{chain}:0xa", symbol="A", decimals=2, category="token", wallet="w", units=units)
    return ChainReading(
        chain=chain, block=7, block_hash="0x", block_time=NOW, read_at=NOW, balances=(row,), unreadable=()
    )


class Adapter:
    def __init__(self, chain: str, seconds: float, units: int | None) -> None:
        self.chain, self.seconds, self.units = chain, seconds, units

    async def read(self, wallets: Mapping[str, Any], searched: Searches, keys: Keys) -> Outcome:  # noqa: ARG002 - a reader's
        await asyncio.sleep(self.seconds)
        if self.units is None:
            raise UpstreamUnavailable("the node does not answer")
        return reading(self.chain, self.units)


def test_chains_are_told_in_the_order_in_which_they_come() -> None:
    told, job, cursor = list[Mapping[str, Any]](), uuid4(), uuid4()
    adapters: Any = {
        "slow": Adapter("slow", 0.2, 500),
        "quick": Adapter("quick", 0.0, 300),
        "dead": Adapter("dead", 0.1, None),
    }

    async def run() -> Mapping[str, Outcome]:
        progress = Progress(told.append, job, cursor, {"quick:0xa": Decimal("1.5")})
        found = await read_all(adapters, {name: {"w": frozenset()} for name in adapters}, on_read=progress.came)
        await progress.end()
        return found

    assert set(asyncio.run(run())) == set(adapters)
    assert [(each["data"]["chain"], each["data"]["status"], each["data"]["usd"]) for each in told] == [
        ("quick", "fresh", "4.5"), ("dead", "stale", None), ("slow", "fresh", "0"),
    ]  # fmt: skip
    assert {(each["type"], each["data"]["jobId"], each["data"]["cursor"]) for each in told} == {
        ("progress", str(job), str(cursor)),
    }  # fmt: skip


def test_a_stream_that_fails_or_hangs_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.05)

    def fails(_: Mapping[str, Any]) -> None:
        raise ConnectionError

    async def run() -> float:
        broken = Progress(fails, uuid4(), None, {})
        broken.came("one", reading("one", 1))
        await broken.end()
        hanging = Progress(lambda _: time.sleep(0.5), uuid4(), None, {})
        hanging.came("one", "dead")
        began = time.monotonic()
        await hanging.end()
        return time.monotonic() - began

    assert asyncio.run(run()) < 0.4


def holding(name: str, units: int) -> Holding:
    quote = Quote(price=None, quality=Quality.UNKNOWN)
    return Holding(
        key=f"e:{name}", symbol=name, decimals=0, category="token", units={"w": units}, quote=quote, as_of=NOW
    )


def snapshot(**units: int) -> Snapshot:
    rows, state = tuple(holding(*each) for each in units.items()), ChainState(status=Status.FRESH, as_of=NOW)
    return Snapshot(job_id=uuid4(), timestamp=NOW, holdings=rows, chains={"e": state})


def test_a_snapshots_message_has_its_cursor_and_what_changed() -> None:
    before, after = snapshot(a=1, b=2), snapshot(a=1, b=5)
    told = news(before, after)
    assert (told["cursor"], told["snapshotId"]) == (str(after.job_id), str(after.job_id))
    assert [(row["asset"], row["unitsBefore"], row["unitsAfter"]) for row in told["changes"]] == [("e:b", "2", "5")]
    many = news(None, snapshot(**{f"x{n}": 1 for n in range(MOST_CHANGES + 7)}))
    assert (len(many["changes"]), many["changesLeftOut"]) == (MOST_CHANGES, 7)
