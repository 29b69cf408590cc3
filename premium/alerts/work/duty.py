"""The duty of one matcher process: it serves a shard, or stands by for others.

A process that starts looks for a shard that wants an owner, loads its rules and then claims it. One that finds none is
a spare: it keeps some shards ready and serves one whose owner falls silent, as its deputy, until a process of the
shard's own has loaded the rules; then it is a spare again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from premium.alerts.shards.ownership import LEASE_SECONDS, ShardLost, Standing
from premium.alerts.work.shard import FOLLOW_SECONDS, Shard
from premium.errors import UpstreamUnavailable
from premium.observability import logger

LOOK_SECONDS = 0.2
OUTAGE_SECONDS = 1.0
OBSERVED_SECONDS = LEASE_SECONDS + 1
"""Time after which a shard whose owner died as we started has lapsed."""


class Duty:
    """Serves and keeps shards, `turn` by `turn`; single-threaded."""

    def __init__(
        self,
        standings: Callable[[], Mapping[int, Standing]],
        make: Callable[[int], Shard],
        wanted: Sequence[int],
        room: int,
    ) -> None:
        """`wanted`: the shards that this process may serve; `room`: how many a spare keeps ready."""
        self._standings, self._make = standings, make
        self._wanted, self._room = wanted, room
        self._kept: dict[int, Shard] = {}
        self._unsure: set[int] = set()
        self._own: int | None = None
        self._is_spare = False
        self._since = time.monotonic()
        self._looked = 0.0

    @property
    def held(self) -> list[int]:
        """Return the shards that the process serves."""
        return [number for number, shard in list(self._kept.items()) if shard.lease.is_held]

    @property
    def doing(self) -> str:
        """Return what the process does, for operators."""
        served = [f"{number}" for number in self.held]
        ready = [f"{number}" for number in self._kept if not self._kept[number].lease.is_held]
        words = [f"serves {', '.join(served)}"] if served else []
        words += [f"stands by for {', '.join(ready)}"] if ready else []
        return "; ".join(words) or "waits"

    def turn(self) -> None:
        """Do a fraction of a second's work.

        UpstreamUnavailable: nothing can be done at the moment.
        """
        if (self._is_spare or not self.held) and time.monotonic() - self._looked >= LOOK_SECONDS:
            self._look(self._standings())
            self._looked = time.monotonic()
        for number, shard in list(self._kept.items()):
            self._attend(number, shard)
        if not self.held:
            time.sleep(LOOK_SECONDS / 2)

    def release(self) -> None:
        """Give up all shards, so that others need not wait for them."""
        for number in self.held:
            self._kept[number].lease.release()
            logger.info("the matcher gives its shard back", shard=number)

    def _look(self, standing: Mapping[int, Standing]) -> None:
        if self._own is not None:
            self._claim(self._own)
            if not self.held and time.monotonic() - self._since > OBSERVED_SECONDS:
                self._leave()  # its owner was only slow
        elif not self.held and (vacant := self._vacant(standing)) is not None:
            self._inherit(vacant)
        elif self._is_spare:
            for number in self._kept.keys() - set(self.held):
                if standing[number].is_lapsed:
                    self._claim(number)
            if not self.held:
                self._keep_another()
        elif time.monotonic() - self._since > OBSERVED_SECONDS:
            self._is_spare = True
            logger.info("the matcher stands by", shards=len(self._wanted))

    def _vacant(self, standing: Mapping[int, Standing]) -> int | None:
        """Return a shard that wants an owner, one that is loaded first.

        A spare is the deputy of those that it keeps.
        """
        vacant = [n for n in self._wanted if standing[n].wants_owner and not (self._is_spare and n in self._kept)]
        return min(vacant, key=lambda number: number not in self._kept, default=None)

    def _inherit(self, number: int) -> None:
        shard = self._kept.get(number) or self._make(number)
        if not shard.lease.inherit():
            return
        if number not in self._kept:
            self._kept.clear()
            shard.load(shard.lease.inherit)
            self._kept[number] = shard
        self._own, self._is_spare, self._since = number, False, time.monotonic()
        self._claim(number)

    def _claim(self, number: int) -> None:
        shard = self._kept[number]
        if not shard.lease.claim(as_deputy=number != self._own):
            return
        try:
            shard.take_over()
        except UpstreamUnavailable:
            self._unsure.add(number)
            raise
        logger.info("the matcher serves", shard=number, epoch=shard.lease.epoch, deputy=number != self._own)

    def _keep_another(self) -> None:
        if len(self._kept) < min(self._room, len(self._wanted)):
            number = next(number for number in self._wanted if number not in self._kept)
            shard = self._make(number)
            shard.load()
            self._kept[number] = shard

    def _attend(self, number: int, shard: Shard) -> None:
        try:
            if number in self._unsure:
                shard.reload_memory()
                self._unsure.discard(number)
            if shard.lease.is_held:
                shard.step(FOLLOW_SECONDS / len(self.held))
            else:
                shard.stand_by()
        except ShardLost:
            logger.warning("the shard is served by another matcher", shard=number)
            if number == self._own:
                self._leave()
        except UpstreamUnavailable as error:
            # What the transaction in hand has come to is not known: the memory is read again.
            self._unsure.add(number)
            logger.warning("the matcher waits for its stores", shard=number, error=error.message)
            time.sleep(OUTAGE_SECONDS)

    def _leave(self) -> None:
        self._own, self._since = None, time.monotonic()
