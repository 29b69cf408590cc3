"""A node with the market on it, and readers of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.evm import Evm
from local.market import Market, build
from local.redis import Redis
from premium.chains import registry
from premium.chains.evm import EvmAdapter
from premium.chains.model import Chain, ChainReading
from premium.chains.rpc import Rpc
from premium.clock import SystemClock
from premium.neighbours import open_client
from premium.storage.timeseries import TimeSeries
from tests.fixtures.databases import UrlOf
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.portfolio.world import World, worlds

Read = Callable[..., ChainReading]


@pytest.fixture(scope="session")
def market(evm_session: Evm) -> Market:
    return build(evm_session.url)


@pytest.fixture
def chain(market: Market, evm: Evm) -> Callable[..., Chain]:
    """The market's chain with other fields: `chain(rpc=[...], multicall=None)`."""

    def make(**fields: Any) -> Chain:
        entry = market.chains_file(evm.url)["chains"][0] | fields
        return registry.parse('{"chains": []}', json.dumps({"chains": [entry]}))["local"]

    return make


@pytest.fixture
def read(chain: Callable[..., Chain], market: Market) -> Read:
    """Reads the market's wallet and the given tokens."""

    def run(
        tokens: Iterable[str] = (), *, wallets: Iterable[str] = (), deadline: float = 5.0, **fields: Any
    ) -> ChainReading:
        return asyncio.run(_read(chain(**fields), {w: frozenset(tokens) for w in (market.wallet, *wallets)}, deadline))

    return run


async def _read(chain: Chain, wallets: dict[str, frozenset[str]], deadline: float) -> ChainReading:
    async with open_client() as client:
        return await EvmAdapter(Rpc(chain, client, deadline=deadline), SystemClock(), deadline=deadline).read(wallets)


@pytest.fixture
def world(  # noqa: PLR0917 - all that a stage consists of
    evm: Evm, market: Market, postgres: Databases, redis_server: Redis, add_user: AddUser, tmp_path: Path
) -> Iterator[World]:
    yield from worlds(evm, market, postgres, redis_server, add_user, tmp_path)


@pytest.fixture
def series_url(copy_of: Callable[[str], UrlOf]) -> UrlOf:
    return copy_of("timeseries")


@pytest.fixture
def series(series_url: UrlOf) -> Iterator[TimeSeries]:
    found = TimeSeries(lambda: series_url("premium_worker"))
    yield found
    found.close()


@pytest.fixture
def series_of_user(series_url: UrlOf) -> Iterator[TimeSeries]:
    found = TimeSeries(lambda: series_url("premium_app"))
    yield found
    found.close()
