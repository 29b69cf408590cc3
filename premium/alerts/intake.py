"""The intake of events: kept as batches, and announced to their shards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from premium.alerts.store.batches import BatchStore, Unsplittable
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
    """Batches that could not be matched, or wait to be, for operators."""

    store: BatchStore
    redis: Redis

    @classmethod
    def of(cls, platform: Platform) -> FailedBatches:
        """Return the use cases over the stores of a worker."""
        return cls(store=BatchStore(platform.worker_database), redis=platform.redis(1))

    def all(self) -> list[FailedBatch]:
        """Return them, the newest last."""
        return self.store.failed()

    def dropped(self) -> list[FailedBatch]:
        """Return those that operators dropped, the newest last; requeued, they are matched after all."""
        return self.store.dropped()

    def events(self, batch: UUID) -> list[Event] | None:
        """Return the events of an unmatched batch; None where there is none."""
        return self.store.events(batch)

    def split(self, batch: UUID, *, each: bool = False) -> list[UUID]:
        """Put two halves, or one batch an event, in the place of an unmatched batch.

        Return their ids.

        None are returned where the batch is not there, is matched, or has one event.
        """

        def parts(events: list[Event]) -> list[list[Event]]:
            size = 1 if each else (len(events) + 1) // 2
            return [events[at : at + size] for at in range(0, len(events), size)]

        return self._divided(batch, parts)

    def drop(self, batches: Sequence[UUID]) -> list[UUID]:
        """Have unmatched batches never matched, unless they are requeued; return those."""
        dropped = self.store.drop(batches)
        for batch, shard in dropped:
            BatchQueue(self.redis, shard).forget(batch)
        return [batch for batch, _ in dropped]

    def drop_events(self, batch: UUID, event_ids: Sequence[str]) -> UUID | None:
        """Drop some events of an unmatched batch, whose others are matched.

        Return the batch that was dropped.

        None where the batch is not there or is matched, or holds none of the events.
        """
        held = self.store.events(batch) or []
        apart = {str(event["event_id"]) for event in held} & set(event_ids)
        if not apart:
            return None
        if len(apart) == len({str(event["event_id"]) for event in held}):
            return next(iter(self.drop([batch])), None)

        def parts(events: list[Event]) -> list[list[Event]]:
            chosen = [event for event in events if str(event["event_id"]) in apart]
            return [chosen, [event for event in events if str(event["event_id"]) not in apart]]

        made = self._divided(batch, parts)
        return next(iter(self.drop(made[:1])), None)

    def _divided(self, batch: UUID, parts: Callable[[list[Event]], list[list[Event]]]) -> list[UUID]:
        try:
            made = self.store.divide(batch, parts)
        except Unsplittable:
            return []
        for one in made:
            queue = BatchQueue(self.redis, one.shard)
            queue.forget(batch)
            queue.announce(one)
        return [one.id for one in made]

    def requeue(self, batches: Sequence[UUID]) -> list[UUID]:
        """Have failed batches matched again; return those that are."""
        waiting = self.store.requeue(batches)
        for batch, shard in waiting:
            BatchQueue(self.redis, shard).requeue(batch)
        return [batch for batch, _ in waiting]
