"""The resident that follows chains' fees, and asks their nodes.

One process at a time follows; others stand by. Whatever happens to one chain is that chain's alone.
"""

from __future__ import annotations

import asyncio

from premium.alerts.service import WatchedChains
from premium.asks.answers import answer_asks
from premium.asks.line import DATABASE, Line
from premium.bootstrap import Platform
from premium.config import ConfigurationError
from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence, pause
from premium.gas.manifest import GasSettings
from premium.gas.service import FOLLOWED, LINE
from premium.gas.store.history import GasHistory
from premium.gas.store.turn import SECONDS, Turn
from premium.gas.work.chain import FollowedChain
from premium.gas.work.desk import Desk
from premium.neighbours import open_client
from premium.observability import logger
from premium.storage.cache import Cache

_UPKEEP_SECONDS = 3_600.0
_TOLD_SECONDS = 300
_SUMMED_SECONDS = 120.0


async def serve(residence: Residence) -> None:
    """Follow the chains and answer asks until asked to stop."""
    platform, stop = residence.platform, residence.stop.event()
    names = followed(platform)
    residence.say(f"follows the fees of {', '.join(names) or 'no chain'}")
    desk = Desk(platform)
    line = Line(platform.redis(DATABASE), LINE)
    turn = _Held(Turn(platform.redis(3), residence.owner))
    async with open_client() as client:
        market, cache = platform.market(client), Cache(platform.redis(3), "gas")
        history = GasHistory(platform.timeseries)
        chains = [FollowedChain(market, name, history, cache, platform.clock) for name in names]
        await asyncio.gather(
            asyncio.to_thread(answer_asks, line, desk.answer, residence.stop, threads=2),
            _keep_turn(turn, cache, names, stop),
            _keep_up(turn, history, platform, stop),
            _sum_up(turn, history, platform, stop),
            *(chain.follow(stop, turn.is_held) for chain in chains),
        )
    turn.release()


def followed(platform: Platform) -> tuple[str, ...]:
    """Return the chains whose fees are followed: those of GAS_CHAINS, or else of EVENT_SOURCES."""
    own = [name.strip() for name in platform.settings.of(GasSettings).gas_chains.split(",") if name.strip()]
    names = tuple(own or sorted(WatchedChains.of(platform).names))
    if wrong := [name for name in names if name not in platform.chains or platform.chains[name].kind != "evm"]:
        raise ConfigurationError(f"GAS_CHAINS names what is no EVM chain: {', '.join(wrong)}")
    return names


class _Held:
    """A turn, and whether it was ours when last asked."""

    def __init__(self, turn: Turn) -> None:
        self._turn, self._is_held = turn, False

    def is_held(self) -> bool:
        return self._is_held

    def claim(self) -> None:
        try:
            self._is_held = self._turn.claim()
        except UpstreamUnavailable as error:
            self._is_held = False
            logger.warning("the follower waits for Redis", error=error.message)

    def release(self) -> None:
        self._turn.release()


async def _keep_turn(turn: _Held, cache: Cache, names: tuple[str, ...], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await asyncio.to_thread(turn.claim)
        await asyncio.to_thread(cache.set, FOLLOWED, list(names), ttl_seconds=_TOLD_SECONDS)
        await pause(stop, SECONDS / 3)


async def _keep_up(turn: _Held, history: GasHistory, platform: Platform, stop: asyncio.Event) -> None:
    """Roll up, and make room for the next days, once an hour."""
    while not stop.is_set():
        if turn.is_held():
            try:
                await asyncio.to_thread(history.keep_up, platform.clock.now())
                await asyncio.to_thread(history.tens.sum_up, platform.clock.now(), far=True)
                await pause(stop, _UPKEEP_SECONDS)
                continue
            except UpstreamUnavailable as error:
                logger.warning("gas history waits for its upkeep", error=error.message)
        await pause(stop, SECONDS / 3)


async def _sum_up(turn: _Held, history: GasHistory, platform: Platform, stop: asyncio.Event) -> None:
    """Sum the newest ten minutes up, every two minutes."""
    while not stop.is_set():
        if turn.is_held():
            try:
                await asyncio.to_thread(history.tens.sum_up, platform.clock.now())
                await pause(stop, _SUMMED_SECONDS)
                continue
            except UpstreamUnavailable as error:
                logger.warning("ten minutes of gas wait to be summed up", error=error.message)
        await pause(stop, SECONDS / 3)
