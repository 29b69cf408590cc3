"""Deliveries in hand: claimed, attempted side by side, their ends written together.

What is in hand is nobody else's, however long it takes: its claims are renewed, and this process passes over it when it
claims. When the process dies, another claims it anew a minute later: a destination may then see a delivery id twice,
the record never does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from premium.errors import UpstreamUnavailable
from premium.notifications.delivery.courier import Courier
from premium.notifications.delivery.shares import chosen, share_of
from premium.notifications.model import Delivery, DueDelivery, Outcome
from premium.notifications.store.deliveries import LEASE_SECONDS, WINDOW, DeliveryStore
from premium.observability import logger

MOST = 5_000
"""Deliveries in hand, which users share: a few who have their shares leave room for all others."""
RESERVE = 2_000
"""Beyond that, for users who come when shares that have become smaller are still in hand."""
SWEEP_SECONDS = 0.25
_PASS_SECONDS = 0.05
"""Seconds before the next look where all due deliveries must wait.

Their users have their share in hand already.
"""
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
        self._of_users: Counter[UUID] = Counter()
        self._passed: DueDelivery | None = None
        """Up to which the due have been looked through, where one look did not show them all."""
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
        return max(0, self._most + RESERVE - self.in_hand)

    async def accept(self, deliveries: Iterable[tuple[UUID, UUID]]) -> int:
        """Claim these (by id and user) and start on them.

        As far as there is room for them, and in their users' shares. Return how many were there to be claimed; a sweep
        finds the others.
        """
        now = datetime.now(UTC)
        return await self._take([DueDelivery(one, user, now) for one, user in deliveries], self.room)

    async def sweep(self) -> int:
        """Claim what is due, as far as there is room.

        What users have beyond their shares is passed over.
        """
        room, after = min(self.room, _CLAIM), self._passed
        if not room:
            return 0
        due = await self._call(lambda: self._store.due(after))
        self._passed = due[-1] if len(due) >= WINDOW else None
        return await self._take(due, room)

    async def sweep_until(self, stop: asyncio.Event) -> None:
        """Claim what is due, every quarter of a second.

        Soon again while there is more than one look shows.
        """
        while not stop.is_set():
            try:
                await self.sweep()
            except UpstreamUnavailable as error:
                logger.warning("due notifications cannot be read", reason=error.message)
                self._passed = None
            await asyncio.sleep(SWEEP_SECONDS if self._passed is None else _PASS_SECONDS)

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
                self._put_down(outcome.delivery)

    async def drain(self, seconds: float) -> None:
        """Wait for the attempts under way, and write how they ended."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        await self.settle()

    async def _take(self, due: Sequence[DueDelivery], room: int) -> int:
        """Claim what its users' shares leave room for, and start on it."""
        users = len(self._of_users.keys() | {one.user_id for one in due})
        wanted = chosen(
            due, room=room, share=share_of(self._most, users), held=self._held.keys(), in_hand=self._of_users
        )
        if not wanted:
            return 0
        pairs, held = [(one.id, one.user_id) for one in wanted], list(self._held)
        return self._start(await self._call(lambda: self._store.claim(pairs, held)))

    def _put_down(self, delivery: Delivery) -> None:
        del self._held[delivery.id]
        self._of_users[delivery.user_id] -= 1
        if not self._of_users[delivery.user_id]:
            del self._of_users[delivery.user_id]

    def _start(self, claimed: Sequence[Delivery]) -> int:
        for delivery in claimed:
            self._held[delivery.id] = delivery
            self._of_users[delivery.user_id] += 1
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
