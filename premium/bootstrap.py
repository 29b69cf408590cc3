"""Wires one process, from its settings to its parts, each made at first use.

Heavy modules are imported where their part is made, so that a handler pays only for what it calls.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.clock import Clock, SystemClock
from premium.config import Settings

if TYPE_CHECKING:
    from httpx import AsyncClient
    from redis import Redis

    from premium.chains.registry import Registry
    from premium.jobs.queue import JobQueue
    from premium.jobs.service import JobService
    from premium.prices.market import Market
    from premium.storage.objects import Objects
    from premium.storage.postgres import Database
    from premium.storage.secrets import Secrets
    from premium.storage.tables import Table
    from premium.storage.timeseries import TimeSeries
    from premium.streams.service import Streams


class Platform:
    """The composition root; tests build one with their own settings and clock."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._redis: dict[int, Redis] = {}
        self._tables: dict[str, Table] = {}
        self._objects: dict[str, Objects] = {}

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets of the stage, by ARN."""
        from premium.storage.secrets import Secrets

        return Secrets()

    @cached_property
    def database(self) -> Database:
        """The premium database, by the role of this process."""
        return self._postgres("database")

    @cached_property
    def database_at_once(self) -> Database:
        """The premium database, for one who cannot wait.

        What takes longer than 1.5 seconds is not available.
        """
        return self._postgres("database", wait_seconds=1.5, statement_timeout_ms=1500, max_size=2)

    @cached_property
    def worker_database(self) -> Database:
        """The premium database, by the worker role.

        A worker's own, or a second one where a process has both roles.
        """
        settings = self.settings
        own = settings.worker_database_secret_arn or settings.worker_database_url
        return self._postgres("worker_database") if own else self.database

    @cached_property
    def timeseries(self) -> TimeSeries:
        """The time-series database, by the role of this process."""
        from premium.storage.conninfo import postgres_conninfo
        from premium.storage.timeseries import TimeSeries

        now, renewed = postgres_conninfo(self.settings, "timeseries", lambda: self.secrets)
        return TimeSeries(now, renewed=renewed)

    def redis(self, number: int) -> Redis:
        """A client of one of Redis's databases, bytes in and out.

        `number`: 1 RQ, 2 rate limits, 3 caches, 4 pub/sub, 5 alert state.
        """
        if number not in self._redis:
            from premium.storage.redis_client import redis_client

            self._redis[number] = redis_client(self.settings, number, lambda: self.secrets)
        return self._redis[number]

    def tables(self, name: str) -> Table:
        """The table that the environment names: `jobs`, `idempotency`, `usage`, `connections`, `audit`."""
        if name not in self._tables:
            from premium.storage.tables import Table

            self._tables[name] = Table(self.settings.require(f"{name}_table"))
        return self._tables[name]

    @property
    def objects(self) -> Objects:
        """The bucket of reports."""
        return self.bucket("reports")

    def bucket(self, name: str) -> Objects:
        """The bucket whose name the environment gives under `name`: `reports`, `exports`, `anchors`."""
        if name not in self._objects:
            from premium.storage.objects import Objects

            path_style = self.settings.aws_endpoint_url is not None
            self._objects[name] = Objects(self.settings.require(f"{name}_bucket"), path_style=path_style)
        return self._objects[name]

    @cached_property
    def chains(self) -> Registry:
        """The chains that this deployment knows.

        ConfigurationError names what is wrong in CHAINS_FILE.
        """
        from premium.chains.registry import load

        return load(self.settings)

    def market(self, client: AsyncClient) -> Market:
        """Chains' nodes and prices over a task's client; heavy, for workers."""
        from premium.chains.nodes import secret_names
        from premium.prices.manifest import PriceSettings
        from premium.prices.market import Market
        from premium.storage.cache import Cache

        provider = self.settings.of(PriceSettings)
        return Market(
            chains=self.chains,
            client=client,
            price_cache=Cache(self.redis(3), "price"),
            price_url=provider.price_api_url,
            price_secret=provider.price_api_secret,
            coingecko_url=provider.coingecko_api_url,
            coingecko_secret=provider.coingecko_api_secret,
            nodes=secret_names(self.settings.chain_nodes),
            secrets=self.secrets,
            shared=self.redis(3),
            clock=self.clock,
        )

    @cached_property
    def queue(self) -> JobQueue:
        """The queue of jobs."""
        from premium.jobs.rq_queue import RqJobQueue
        from premium.storage.redis_client import impatient

        # A request need not wait for the queue: its record is durable, and the sweeper enqueues what could not be.
        return RqJobQueue(impatient(self.redis(1), 2.0, again=True))

    @cached_property
    def jobs(self) -> JobService:
        """Jobs: their records and their queue."""
        from premium.jobs.service import JobService
        from premium.jobs.store import JobStore

        lease = timedelta(seconds=self.settings.job_lease_seconds)
        return JobService(JobStore(self.tables("jobs")), self.queue, self.clock, lease=lease)

    @cached_property
    def streams(self) -> Streams:
        """Users' open WebSocket connections."""
        from premium.streams.connections import Connections
        from premium.streams.credentials import Standing
        from premium.streams.service import Streams

        opened = Connections(self.tables("connections"), self.clock)
        return Streams(opened, self.settings.require("websocket_endpoint"), standing=Standing(self.database))

    @property
    def has_streams(self) -> bool:
        """Whether there is a WebSocket API; without one nobody listens."""
        return bool(self.settings.connections_table and self.settings.websocket_endpoint)

    def publish(self, user_id: UUID, channel: str, message: Mapping[str, Any], *, scope: str | None = None) -> None:
        """Send a message to a user's open connections.

        Those that a key opened need the scope.
        """
        if self.has_streams:
            self.streams.publish(user_id, channel, message, scope=scope)

    def close(self) -> None:
        """Return what was opened; for processes that end in order and for tests."""
        for name in ("database", "database_at_once", "worker_database", "timeseries"):
            if name in self.__dict__:
                self.__dict__[name].close()
        for client in self._redis.values():
            client.close()

    def _postgres(self, name: str, **limits: Any) -> Database:
        from premium.storage.conninfo import postgres_conninfo
        from premium.storage.postgres import Database

        now, renewed = postgres_conninfo(self.settings, name, lambda: self.secrets)
        return Database(now, renewed=renewed, **limits)


@cache
def platform() -> Platform:
    """The platform of this process, from its environment.

    ConfigurationError stops the start with a sentence.
    """
    return Platform(Settings.from_environment(os.environ))
