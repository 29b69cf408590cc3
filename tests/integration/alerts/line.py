"""The alerts' pipeline in one process: events go in, alerts come out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier
from redis import Redis

from premium.alerts import notices
from premium.alerts.intake import EventIntake
from premium.alerts.store.batches import BatchStore
from premium.alerts.store.leases import ShardLease
from premium.alerts.work.shard import Shard
from premium.chains.registry import Registry
from premium.prices.assets import AssetNames, Resolved, UnknownAsset, Use
from premium.storage.postgres import Database

ABOVE = [{"field": "asset", "operator": "eq", "value": "ETH"}, {"field": "price_usd", "operator": "gt", "value": "100"}]
ACTION = [{"type": "webhook", "destination": "https://example.org/hook", "template": None}]


class Beginning:
    """The second that events' times count from, five minutes before the test began.

    By the clock of the import they would grow old during a long suite, and old events are no longer remembered.
    """

    at = datetime.now(UTC)  # of a test without the fixture `beginning`

    @classmethod
    def now(cls) -> None:
        cls.at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)


def price(number: int, usd: str, *, asset: str = "ETH", at: int | None = None, **more: Any) -> dict[str, Any]:
    time = (Beginning.at + timedelta(seconds=number if at is None else at)).isoformat().replace("+00:00", "Z")
    whole = {"event_id": f"p{number}", "kind": "price", "chain": "ethereum", "asset": asset, "price_usd": usd}
    return whole | {"timestamp": time} | more


class AsSent(AssetNames):
    """Knows no symbol: events keep the names that these tests' rules have."""

    def __init__(self) -> None:
        super().__init__(Registry({}))

    def resolve(self, written: str, use: Use, chain: str | None = None) -> Resolved:  # noqa: ARG002 - as it is asked
        raise UnknownAsset(written)


class Line:
    """The pipeline in this process: `send` as the Lambda does, `run` as the matcher does."""

    def __init__(self, app: Database, worker: Database, redis: Redis) -> None:
        self.app, self.worker, self.redis = app, worker, redis
        self.shard = self.begin("first")

    def begin(self, owner: str, shard: int = 0, shards: int = 1) -> Shard:
        made = self.spare(owner, shard, shards)
        self.lease = made.lease
        assert self.lease.claim()
        made.take_over()
        return made

    def spare(self, owner: str, shard: int = 0, shards: int = 1) -> Shard:
        """It stands by."""
        lease = ShardLease(self.worker, shard, owner)
        made = Shard(self.worker, self.redis, lease, shards, lambda alerts: notices.enqueue_alerts(self.redis, alerts))
        made.load()
        return made

    def send(self, *events: dict[str, Any], shards: int = 1) -> list[UUID]:
        intake = EventIntake(store=BatchStore(self.app), redis=self.redis, shards=shards, names=AsSent())
        return intake.enqueue_batches(events)

    def run(self) -> int:
        self.shard._followed = 0.0  # whatever the pace, the rules as they are now
        return self.shard.step(0.05)

    def fired(self) -> list[tuple[str, bool]]:
        """(event, retracted) by the events' time."""
        query = "SELECT event_id, retracted_at IS NOT NULL AS gone FROM alert_history ORDER BY event_time, event_id"
        with self.worker.transaction() as connection:
            return [(row["event_id"], row["gone"]) for row in connection.execute(query)]

    def count(self, table: str) -> int:
        with self.worker.transaction() as connection:
            row = connection.execute(SQL("SELECT count(*) AS n FROM {}").format(Identifier(table))).fetchone()
        assert row is not None
        return int(row["n"])
