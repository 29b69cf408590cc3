"""The courier: it delivers what the queue names and what is due.

One process holds thousands of deliveries at once, where a fork for each job could not keep up and one slow destination
would occupy a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from premium.bootstrap import Platform, platform
from premium.errors import UpstreamUnavailable
from premium.execution.residence import Residence
from premium.notifications.delivery.desk import Desk, open_desk
from premium.notifications.delivery.inbox import take
from premium.notifications.jobs import PAYLOAD
from premium.notifications.model import REST_SECONDS, PostedNotice
from premium.notifications.store.deliveries import DeliveryStore
from premium.observability import logger

_ROOM = 1_000
"""Deliveries that the jobs of one look hold, about: more are not taken on."""
_FULL_SECONDS = 0.02
_BATCH_SECONDS = 80.0
DRAIN_SECONDS = 20.0
"""For attempts under way when the process is asked to stop: each takes ten at most once it has its turn."""
_AWAY_SECONDS = 1.0


async def serve(residence: Residence) -> None:
    """Deliver notices until asked to stop; what is in hand is finished."""
    residence.say("delivers")
    await deliver_until(residence.stop.event(), residence.platform)


def deliver(notices: Sequence[dict[str, Any]]) -> None:
    """Deliver one job's notices, in a worker that forks for each job."""
    asyncio.run(deliver_batch(platform(), PAYLOAD.validate_python(notices)))


async def deliver_batch(platform: Platform, notices: Sequence[PostedNotice], store: DeliveryStore | None = None) -> int:
    """Attempt each of a job's deliveries and what else is due, once.

    Return how many ends were written. Repeats are left to whoever sweeps when they are due: a job that waited for them
    would hold its worker up.
    """
    async with open_desk(platform, store, rest=REST_SECONDS) as desk:
        await desk.accept(notices)
        await desk.office.sweep()
        await desk.office.drain(_BATCH_SECONDS)
        await desk.stream.drain()
        return desk.office.settled


async def deliver_until(
    stop: asyncio.Event,
    platform: Platform,
    store: DeliveryStore | None = None,
    *,
    drain_seconds: float = DRAIN_SECONDS,
) -> None:
    """Take jobs from the queue and deliver; from `stop` on finish what is in hand."""
    async with open_desk(platform, store, rest=REST_SECONDS) as desk, asyncio.TaskGroup() as group:
        # One that fails ends the group, and with it the process, which is then replaced.
        background = [
            group.create_task(desk.office.settle_for_ever()),
            group.create_task(desk.office.renew_for_ever()),
            group.create_task(desk.stream.send_for_ever()),
            group.create_task(desk.channels.follow()),
        ]
        # Not cancelled: what they have claimed must be started on, or it would wait for its claim to run out.
        await asyncio.gather(desk.office.sweep_until(stop), _feed_until(stop, platform.redis(1), desk))
        await desk.office.drain(drain_seconds)
        for task in background:
            task.cancel()


async def _feed_until(stop: asyncio.Event, redis: Redis, desk: Desk) -> None:
    """Claim what the queue's jobs name; what is lost between the two is swept up, because its rows are pending."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="feed")
    while not stop.is_set():
        if desk.office.room < _ROOM:
            await asyncio.sleep(_FULL_SECONDS)
            continue
        try:
            await desk.accept(await asyncio.get_running_loop().run_in_executor(thread, take, redis))
        except (RedisError, UpstreamUnavailable) as error:
            logger.warning("notifications are swept up for now", error=type(error).__name__)
            await asyncio.sleep(_AWAY_SECONDS)
