"""Deliveries in hand: claimed, attempted side by side, their ends written together.

What is in hand is nobody else's, however long it takes: its claims are renewed, and this process passes over it when it
claims. When the process dies, another claims it anew a minute later: a destination may then see a delivery id twice,
the record never does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from uuid import UUID

from premium.errors import UpstreamUnavailable
from premium.notifications.delivery.courier import Courier
from premium.notifications.model import Delivery, Outcome
from premium.notifications.store.deliveries import LEASE_SECONDS, DeliveryStore
from premium.observability import logger

MOST = 3_000
"""Deliveries in hand: a few lanes that are full leave room for all others."""
SWEEP_SECONDS = 0.25
_CLAIM = 500
_GATHER_SECONDS = 0.02
_AGAIN_SECONDS = 0.5
_RENEW_SECONDS = LEASE_SECONDS / 4
_THREADS = 4
T = TypeVar("T")


class PostOffice:
    """Holds deliveries in one event loop; the database is called in threads of its own."""

    def __init__(self, store: DeliveryStore, courier: Courier, *, most: int = MOST) -> None:
        self._store = store
        self._courier = courier
        self._most = most
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="deliveries")
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[UUID, Delivery] = {}
        self._ended: list[Outcome] = []
        self._something_ended = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self.settled = 0

    @property
    def in_hand(self) -> int:
        """Claimed, and their ends not written yet."""
        return len(self._held)

    @property
    def room(self) -> int:
        """How many deliveries more may be taken in hand."""
        return max(0, self._most - self.in_hand)

    async def accept(self, deliveries: Iterable[tuple[UUID, UUID]]) -> int:
        """Claim these (by id and user) and start on them.

        Return how many were there to be claimed.
        """
        wanted = list(deliveries)
        held = list(self._held)
        return self._start(await self._call(lambda: self._store.claim(wanted, held))) if wanted else 0

    async def sweep(self) -> int:
        """Claim what is due, as far as there is room."""
        most, held = min(self.room, _CLAIM), list(self._held)
        return self._start(await self._call(lambda: self._store.claim_due(most, held))) if most else 0

    async def sweep_until(self, stop: asyncio.Event) -> None:
        """Claim what is due, every quarter of a second.

        At once again while there is more than one claim takes.
        """
        while not stop.is_set():
            try:
                found = await self.sweep()
            except UpstreamUnavailable as error:
                logger.warning("due notifications cannot be read", reason=error.message)
                found = 0
            if found < _CLAIM:
                await asyncio.sleep(SWEEP_SECONDS)

    async def renew_for_ever(self) -> None:
        """Renew the claims of what is still in hand."""
        before: frozenset[UUID] = frozenset()
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            ended = {outcome.delivery.id for outcome in self._ended}  # about to be written, with a pause of their own
            still = [delivery for delivery in self._held.values() if delivery.id in before - ended]
            before = frozenset(self._held)
            try:
                await self._call(partial(self._store.renew, still))
            except UpstreamUnavailable as error:
                logger.warning("claims of notifications cannot be renewed", reason=error.message)

    async def settle_for_ever(self) -> None:
        """Write ends in groups, and again until they are written."""
        while True:
            await self._something_ended.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            await self.settle()

    async def settle(self) -> None:
        """Write the ends that there are now."""
        async with self._one_at_a_time:
            self._something_ended.clear()
            outcomes = self._ended[:]
            while outcomes and not await self._written(outcomes):  # noqa: ASYNC110 - the database tells nobody it is back
                await asyncio.sleep(_AGAIN_SECONDS)
            del self._ended[: len(outcomes)]
            for outcome in outcomes:
                del self._held[outcome.delivery.id]

    async def drain(self, seconds: float) -> None:
        """Wait for the attempts under way, and write how they ended."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        await self.settle()

    def _start(self, claimed: Sequence[Delivery]) -> int:
        for delivery in claimed:
            self._held[delivery.id] = delivery
            task = asyncio.create_task(self._attempt(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claimed)

    async def _attempt(self, delivery: Delivery) -> None:
        outcome = await self._courier.deliver(delivery)
        self._ended.append(outcome)
        self._something_ended.set()
        if outcome.is_given_up:
            logger.warning("a notification was given up", delivery_id=str(delivery.id), channel=delivery.channel,
                           attempts=delivery.attempts, reason=outcome.error)  # fmt: skip

    async def _written(self, outcomes: Sequence[Outcome]) -> bool:
        try:
            self.settled += await self._call(lambda: self._store.settle(outcomes))
        except UpstreamUnavailable as error:
            logger.warning("ends of notifications wait for the database", reason=error.message)
            return False
        return True

    def _call(self, call: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, call)
