"""Alerts with webhooks, and the consumer that delivers them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from local.postgres import SUPERUSER
from premium.alerts.model import Alert, Firing
from premium.alerts.notices import enqueue_alerts
from premium.alerts.store.firings import record_firings, retract
from premium.bootstrap import Platform
from premium.config import Settings
from premium.notifications.store.deliveries import DeliveryStore
from premium.notifications.work.courier import deliver_until
from tests.fixtures.postgres import Databases

QUICK = (0.05, 0.05, 0.05, 0.05, 0.05)
"""Pauses between attempts; what matters of the real ones is told by their own test."""
SECRET = "whsec_" + "k" * 32


@dataclass(frozen=True)
class Desk:
    """Fires alerts, runs the consumer, looks at the record."""

    platform: Platform
    url: str

    def rule(self, *destinations: str | None, owner: UUID | None = None, channel: str = "webhook", **more: Any) -> UUID:
        """A rule with an action of the channel for each destination."""
        user = owner or uuid4()
        actions = [{"type": channel, "destination": each, "template": None, **more} for each in destinations]
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "INSERT INTO premium_users (id, external_id, tier) VALUES (%s, %s, 'starter') ON CONFLICT DO NOTHING",
                (user, str(user)),
            )
            row = connection.execute(
                "INSERT INTO alert_rules (user_id, name, type, conditions, actions, signing_secret)"
                " VALUES (%s, 'ETH', 'price', '[{}]', %s, %s) RETURNING id",
                (user, Jsonb(actions), SECRET),
            ).fetchone()
        assert row is not None
        made: UUID = row[0]
        return made

    def fire(self, *rules: UUID, events: int = 1, enqueue: bool = True) -> list[Alert]:
        time = datetime(2026, 11, 20, 12, tzinfo=UTC)
        ids = [f"{uuid4()}" for _ in range(events)]
        firings = [Firing(rule, event, time, {"asset": "ETH", "price_usd": 1}) for rule in rules for event in ids]
        with self.platform.worker_database.transaction() as connection:
            alerts = record_firings(connection, firings)
        if enqueue:
            enqueue_alerts(self.platform.redis(1), alerts)
        return alerts

    def retract(self, *event_ids: str) -> list[Alert]:
        with self.platform.worker_database.transaction() as connection:
            alerts = retract(connection, [(one, "") for one in event_ids], datetime.now(UTC))
        enqueue_alerts(self.platform.redis(1), alerts)
        return alerts

    def rows(
        self, query: str = "SELECT * FROM notification_deliveries ORDER BY created_at, id"
    ) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query.encode()).fetchall()

    def statuses(self) -> dict[str, int]:
        rows = self.rows("SELECT status, count(*) AS n FROM notification_deliveries GROUP BY status")
        return {row["status"]: row["n"] for row in rows}

    def consume(self, until: Callable[[], bool], *, seconds: float = 20, pauses: Sequence[float] = QUICK) -> None:
        """Run the resident consumer in this process until something holds."""
        store = DeliveryStore(self.platform.worker_database, retry_seconds=pauses, rest=0.05)

        async def run() -> None:
            stop = asyncio.Event()
            running = asyncio.create_task(deliver_until(stop, self.platform, store, drain_seconds=1))
            async with asyncio.timeout(seconds):
                while not await asyncio.to_thread(until) and not running.done():  # noqa: ASYNC110 - rows tell nobody
                    await asyncio.sleep(0.02)
            stop.set()
            await running

        asyncio.run(run())

    def deliver(self, **options: Any) -> None:
        """Until nothing is pending."""
        self.consume(lambda: "pending" not in self.statuses(), **options)


@pytest.fixture
def variables(variables: dict[str, str], postgres: Databases) -> dict[str, str]:
    """As a courier is told, whose webhooks may reach this machine."""
    worker = {"DATABASE_URL": postgres.url("premium", "premium_worker"), "WEBHOOKS_TO_LOOPBACK": "true"}
    kept = ("PREMIUM_STAGE", "REDIS_URL")
    return {name: value for name, value in variables.items() if name in kept} | worker


@pytest.fixture
def desk(postgres: Databases, variables: dict[str, str]) -> Iterator[Desk]:
    platform = Platform(Settings.from_environment(variables))
    yield Desk(platform, postgres.url("premium", SUPERUSER))
    platform.close()
