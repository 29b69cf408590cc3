"""The notifications' parts put together: for one batch (an RQ job) and for good (the resident consumer)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer

from premium.bootstrap import Platform
from premium.errors import UpstreamUnavailable
from premium.jobs.rq_queue import queue
from premium.neighbours import open_client
from premium.neighbours_metrics import show
from premium.notifications.courier import Courier
from premium.notifications.dispatch import WAKES, Wake
from premium.notifications.guard import open_guarded
from premium.notifications.lanes import REST_SECONDS, Lanes
from premium.notifications.manifest import NotificationSettings
from premium.notifications.office import PostOffice
from premium.notifications.providers import Channels, adapters_of, providers_of
from premium.notifications.store import DeliveryStore
from premium.notifications.telling import Teller
from premium.observability import logger
from premium.streams.service import Streams

JOBS_AT_ONCE = 10
_ROOM = 1_000
"""Deliveries that so many jobs hold, about: more are not taken on."""
_FULL_SECONDS = 0.02
_BATCH_SECONDS = 80.0
DRAIN_SECONDS = 20.0
"""For attempts under way when the process is asked to stop: each takes ten at most once it has its turn."""
_AWAY_SECONDS = 1.0


@dataclass(frozen=True)
class Parts:
    office: PostOffice
    teller: Teller
    channels: Channels

    async def accept(self, wakes: Sequence[Wake]) -> None:
        self.teller.tell(wakes)
        await self.office.accept((each, wake.event_time) for wake in wakes for each in wake.deliveries)


@asynccontextmanager
async def parts_of(platform: Platform, store: DeliveryStore | None = None) -> AsyncIterator[Parts]:
    """Open clients, adapters and lanes; closed at the end."""
    loopback = platform.settings.of(NotificationSettings).webhooks_to_loopback
    async with open_client() as outside, open_guarded(loopback=loopback) as guarded:
        channels = Channels(
            partial(providers_of, platform),
            partial(adapters_of, outside=outside, guarded=guarded, loopback=loopback),
        )
        lanes = Lanes(rest=REST_SECONDS, on_change=show)
        office = PostOffice(store or DeliveryStore(platform.worker_database), Courier(channels, lanes))
        yield Parts(office, Teller(_streams(platform), platform.worker_database), channels)


def _streams(platform: Platform) -> Streams | None:
    settings = platform.settings
    return platform.streams if settings.connections_table and settings.websocket_endpoint else None


async def run_batch(platform: Platform, wakes: Sequence[Wake], store: DeliveryStore | None = None) -> int:
    """One attempt at each of a job's deliveries and at what else is due; how many ends were written.

    For workers that fork for each job. Repeats are left to whoever sweeps when they are due: a job that waited for them
    would hold its worker up.
    """
    async with parts_of(platform, store) as parts:
        await parts.accept(wakes)
        await parts.office.sweep()
        await parts.office.drain(_BATCH_SECONDS)
        await parts.teller.drain()
        return parts.office.settled


async def run_until(
    stop: asyncio.Event,
    platform: Platform,
    store: DeliveryStore | None = None,
    *,
    drain_seconds: float = DRAIN_SECONDS,
) -> None:
    """Take jobs from the queue `notifications` and deliver; from `stop` on finish what is in hand."""
    async with parts_of(platform, store) as parts, asyncio.TaskGroup() as group:
        # One that fails ends the group, and with it the process, which is then replaced.
        background = [
            group.create_task(parts.office.settle_for_ever()),
            group.create_task(parts.office.renew_for_ever()),
            group.create_task(parts.teller.tell_for_ever()),
            group.create_task(parts.channels.follow()),
        ]
        # Not cancelled: what they have claimed must be started on, or it would wait for its claim to run out.
        await asyncio.gather(parts.office.sweep_until(stop), _feed_until(stop, platform.redis(1), parts))
        await parts.office.drain(drain_seconds)
        for task in background:
            task.cancel()


async def _feed_until(stop: asyncio.Event, redis: Redis, parts: Parts) -> None:
    """Jobs of the queue become claims; what is lost between the two is swept up, because its rows are pending."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="feed")
    while not stop.is_set():
        if parts.office.room < _ROOM:
            await asyncio.sleep(_FULL_SECONDS)
            continue
        try:
            wakes = await asyncio.get_running_loop().run_in_executor(thread, take, redis)
            await parts.accept(wakes)
        except (RedisError, UpstreamUnavailable) as error:
            logger.warning("notifications are swept up for now", error=type(error).__name__)
            await asyncio.sleep(_AWAY_SECONDS)


def take(redis: Redis) -> list[Wake]:
    """The alerts of the next jobs, off the queue; waits for up to a second where there is none."""
    source = queue("notifications", redis)
    popped: Any = redis.lpop(source.key, JOBS_AT_ONCE)
    if not popped:
        one: Any = redis.blpop([source.key], timeout=1)
        popped = [one[1]] if one else []
    ids = [job_id.decode() for job_id in popped]
    jobs = Job.fetch_many(ids, connection=redis, serializer=JSONSerializer) if ids else []
    wakes = [wake for job in jobs if job is not None for wake in _wakes(job)]
    if ids:
        redis.delete(*(Job.key_for(job_id) for job_id in ids))
    return wakes


def _wakes(job: Job) -> list[Wake]:
    """Of one job, none of one that cannot be read."""
    try:
        return WAKES.validate_python(job.args[0])
    except (ValidationError, DeserializationError, LookupError):
        logger.exception("a job cannot be read: its deliveries are swept up", job_id=job.id)
        return []
