"""The intake of events: kept as batches, and announced to their shards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from redis import Redis

from premium.alerts.coverage import watched_chains
from premium.alerts.language.assets import with_key
from premium.alerts.language.values import Event
from premium.alerts.manifest import AlertSettings
from premium.alerts.model import FailedBatch
from premium.alerts.shards.batches import batches_of
from premium.alerts.store.batch_queue import BatchQueue
from premium.alerts.store.batches import BatchStore
from premium.bootstrap import Platform
from premium.chains.registry import Registry
from premium.prices.assets import AssetNames
from premium.storage.plain import to_json


@dataclass(frozen=True, kw_only=True)
class EventIntake:
    """Events on their way to the matcher: kept as batches, and announced to their shards."""

    store: BatchStore
    redis: Redis
    shards: int
    names: AssetNames = field(default_factory=lambda: AssetNames(Registry({})))
    """Of no chain, every name stays as it was sent."""

    @classmethod
    def of(cls, platform: Platform) -> EventIntake:
        """Return the use case over the platform's stores."""
        own = platform.settings.of(AlertSettings)
        names = AssetNames(platform.chains, watched_chains(platform))
        return cls(store=BatchStore(platform.database), redis=platform.redis(1), shards=own.alert_shards, names=names)

    def enqueue_batches(self, events: Sequence[Event]) -> list[UUID]:
        """Keep events as batches, mostly one a shard, and announce them; return their ids.

        UpstreamUnavailable: nothing was kept. Without Redis only time is lost: the matcher finds the rows.
        Assets that a feed names by a symbol are named by their keys, as those of rules are.
        """
        batches = batches_of([with_key(event, self.names) for event in events], self.shards, to_json)
        self.store.add(batches)
        for batch in batches:
            BatchQueue(self.redis, batch.shard).announce(batch)
        return [batch.id for batch in batches]


@dataclass(frozen=True, kw_only=True)
class FailedBatches:
    """Batches that could not be matched, for operators."""

    store: BatchStore
    redis: Redis

    @classmethod
    def of(cls, platform: Platform) -> FailedBatches:
        """Return the use cases over the stores of a worker."""
        return cls(store=BatchStore(platform.worker_database), redis=platform.redis(1))

    def all(self) -> list[FailedBatch]:
        """Return them, the newest last."""
        return self.store.failed()

    def requeue(self, batches: Sequence[UUID]) -> list[UUID]:
        """Have failed batches matched again; return those that are."""
        waiting = self.store.requeue(batches)
        for batch, shard in waiting:
            BatchQueue(self.redis, shard).requeue(batch)
        return [batch for batch, _ in waiting]
