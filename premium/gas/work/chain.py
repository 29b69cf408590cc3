"""One followed chain: its blocks are read, and told to handlers."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from premium.chains.addresses import asset_key
from premium.chains.rpc import Call, RpcError
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.execution.residence import pause
from premium.gas.operations import Operations
from premium.gas.series.model import EXACT
from premium.gas.service import fresh_seconds, kept_seconds
from premium.gas.store.history import GasHistory
from premium.gas.work.follower import PAGE, Follower
from premium.gas.work.layer_one import layer_one
from premium.gas.work.node import GasNode
from premium.gas.work.told import Around, Words, needs_words, told
from premium.money import plain
from premium.observability import logger, observe
from premium.prices.market import Market
from premium.prices.model import Quality
from premium.storage.cache import Cache

_LEAST_PAUSE, _MOST_PAUSE, _FAILED_PAUSE = 0.3, 2.0, 30.0
_LATE, _EARLY = 20, 0.05
"""Newest blocks that tell how late a chain's blocks come, and how many seconds sooner to look."""
_PREDICTED_SECONDS = 60.0
_PROMISED, _JUDGED = 0.8, 500
"""What a band promises, and outcomes without which that is not judged."""
_AROUND_SECONDS, _LAG_SECONDS, _FILL_SECONDS, _TOLD_SECONDS, _STUCK_SECONDS = 30.0, 60.0, 30.0, 5.0, 15.0
NO_PRICE: Mapping[str, str | None] = {"usd": None, "quality": str(Quality.UNAVAILABLE)}


class FollowedChain:
    """Follows a chain; its failures end in a pause."""

    def __init__(self, market: Market, name: str, history: GasHistory, cache: Cache, clock: Clock) -> None:
        self._market, self._cache, self._clock = market, cache, clock
        self._predictions = history.predictions
        self.operations = Operations()
        self.follower = Follower(GasNode(market.rpc(name), self.operations), history)
        self._price: Mapping[str, str | None] = NO_PRICE
        self._l1: Mapping[str, str] | None = None
        self._is_started = False
        self._late: deque[float] = deque(maxlen=_LATE)
        self._due = dict.fromkeys(("around", "lag", "fill", "told", "predictions", "stuck"), 0.0)

    async def follow(self, stop: asyncio.Event, is_ours: Callable[[], bool]) -> None:
        """Read the chain until the stop is wanted, whenever it is our turn."""
        failures = 0
        while not stop.is_set():
            if not is_ours():
                self._is_started = False  # whoever followed meanwhile has written more
                await pause(stop, 1.0)
                continue
            read, failed = await self._guarded()
            failures = failures + 1 if failed else 0
            if failures:
                await pause(stop, min(0.5 * 2**failures, _FAILED_PAUSE))
            elif read < PAGE:  # more than a page is read on at once
                await pause(stop, self._wait())

    async def turn(self) -> int:
        """Read what there is, tell it, and fill holes in between.

        Return how many new blocks were read.
        """
        if not self._is_started:
            await self.follower.start()
            self._is_started = True
        read = await self.follower.poll()
        if read == 1 and self.follower.newest is not None:
            self._late.append(self._clock.now().timestamp() - self.follower.newest.timestamp)
        if not read:
            self._leave_stuck()
        if read or self._is_due("told", _TOLD_SECONDS):
            await self.tell()
        if read < PAGE and self.follower.has_hole and self._is_due("fill", 0):
            await self._fill()
        return read

    async def tell(self) -> None:
        """Put what is known of the chain where handlers read it."""
        if self.follower.newest is None:
            return
        if self._is_due("around", _AROUND_SECONDS):
            await self._look_around()
        words = await self._words() if needs_words(self.follower) else Words()
        around = Around(words, self._price, self._l1, self.operations.used())
        document = told(self.follower, around, self._clock.now())
        seconds = kept_seconds(self.follower.seconds)
        await asyncio.to_thread(self._cache.set, self.follower.chain.name, document, ttl_seconds=seconds)
        if document["predictions"] and self._is_due("predictions", _PREDICTED_SECONDS):
            await asyncio.to_thread(self._predictions.add, document, self._clock.now())
            self._tell_calibration(document["predictions"])

    async def _guarded(self) -> tuple[int, bool]:
        """Return how many blocks were read, and whether something failed."""
        try:
            return await self.turn(), False
        except UpstreamUnavailable as error:
            logger.warning("fees wait for a chain", chain=self.follower.chain.name, error=error.message)
            return 0, True
        except Exception:
            # No other chain is to stop for this one: what we did not think of waits, is logged, and is tried again.
            logger.exception("fees of a chain failed unexpectedly", chain=self.follower.chain.name)
            return 0, True
        finally:
            self._tell_lag()

    async def _fill(self) -> None:
        try:
            while await self.follower.fill():
                if (await self.follower.poll()) and self.follower.newest is not None:
                    await self.tell()
        except UpstreamUnavailable as error:
            self._due["fill"] = time.monotonic() + _FILL_SECONDS
            logger.warning("a hole of gas history waits", chain=self.follower.chain.name, error=error.message)

    async def _look_around(self) -> None:
        """Ask for what changes slowly: the coin's price, and layer one's."""
        chain = self.follower.chain
        key = asset_key(chain.name)
        try:
            quote = (await self._market.prices.quotes([key]))[key]
        except UpstreamUnavailable as error:
            logger.warning("a coin has no price", chain=chain.name, error=error.message)
            self._price = NO_PRICE
        else:
            is_good = quote.price is not None and quote.quality is Quality.GOOD
            usd = plain(quote.price.usd) if quote.price is not None and is_good else None
            self._price = {"usd": usd, "quality": str(quote.quality)}
        if chain.fees.model == "op_stack":
            self._l1 = await layer_one(await self.follower.node.rpc.view())

    async def _words(self) -> Words:
        view = await self.follower.node.rpc.view()
        found = await view.batch([Call("eth_gasPrice"), Call("eth_maxPriorityFeePerGas")])
        return Words(*(None if isinstance(each, RpcError) or each is None else int(each, 16) for each in found))

    def _wait(self) -> float:
        """Return how long to wait: until shortly before the next block is due, then often.

        Blocks state whole seconds, and come some time after: as late as the least late of the newest.
        """
        head, seconds = self.follower.newest, self.follower.seconds
        if head is None:
            return _MOST_PAUSE
        late = min(max(min(self._late, default=0.0) - _EARLY, 0.0), seconds)
        left = head.timestamp + seconds + late - self._clock.now().timestamp()
        return min(max(left, _LEAST_PAUSE), _MOST_PAUSE)

    def _leave_stuck(self) -> None:
        """Ask another endpoint where this one's newest block has been old for long: it may have stopped."""
        head, rpc = self.follower.newest, self.follower.node.rpc
        if head is None or rpc.nodes < 2 or self.follower.chain.max_head_age_seconds is None:
            return
        age = self._clock.now().timestamp() - head.timestamp
        if age > fresh_seconds(self.follower.seconds) and self._is_due("stuck", _STUCK_SECONDS):
            name = rpc.first.name if rpc.first else ""
            logger.warning("an endpoint's newest block is old; another is asked", endpoint=name, seconds=round(age))
            rpc.ask_another()

    def _tell_calibration(self, predictions: Sequence[Mapping[str, Any]]) -> None:
        """Tell how far the worst 80 percent band is off, in points.

        What the header decides is left out, and horizons with too few outcomes.
        """
        known = [each["backtest"] for each in predictions if each["backtest"] and each["model"] != EXACT]
        missed = [abs(each["cover80"] - _PROMISED) * 100 for each in known if each["n"] >= _JUDGED]
        if missed:
            observe("GasCalibration", round(max(missed), 3), "Percent", chain=self.follower.chain.name)

    def _tell_lag(self) -> None:
        head = self.follower.newest
        if (
            head is not None
            and self.follower.chain.max_head_age_seconds is not None
            and self._is_due("lag", _LAG_SECONDS)
        ):
            age = max(self._clock.now().timestamp() - head.timestamp, 0.0)
            observe("GasFollowerLag", age, "Seconds", chain=self.follower.chain.name)

    def _is_due(self, name: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._due[name]:
            return False
        self._due[name] = now + seconds
        return True
