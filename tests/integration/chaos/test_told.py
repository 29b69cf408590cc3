"""PostgreSQL dies while alerts are matched and delivered: each crossing is told, by its own event, once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import psycopg
import pytest
from psycopg.types.json import Jsonb
from redis import Redis

from local.postgres import SUPERUSER
from premium.alerts.intake import EventIntake
from premium.alerts.store.batches import BatchStore
from premium.errors import UpstreamUnavailable
from tests.factories.listener import Listener, Reply, Request, listening
from tests.integration.alerts.line import ABOVE, AsSent, price
from tests.integration.chaos.conftest import Stage, until
from tests.integration.notifications.conftest import SECRET

pytestmark = pytest.mark.chaos
ROOT = Path(__file__).resolve().parents[3]
AWAY_SECONDS = 3
EVENTS = 300


def test_a_database_that_dies_and_freezes_amid_deliveries(stage: Stage, tmp_path: Path) -> None:
    """Prices come out of order, more so what was not taken at once; receivers take up to half a second."""
    pick = random.Random(11)

    def slowly(_: Request) -> Reply:
        time.sleep(pick.random() / 2)
        return Reply()

    with ExitStack() as stack:
        server = stack.enter_context(listening(slowly))
        add_rule(stage, server.url)
        for name in ("alerts.matcher", "notifications.courier"):
            stack.enter_context(resident(name, stage, tmp_path))
        feed = threading.Thread(target=send, args=(stage, pick))
        feed.start()
        for blow in (killed, frozen):
            before = len(server.asked)
            until(lambda before=before: len(server.asked) > before + 5)
            blow(stage)
        feed.join()
        until(lambda: pending(stage) == 0, seconds=45)
    crossings = sorted(f"p{number}" for number in range(1, EVENTS, 2))
    assert history(stage) == crossings
    told = by_event(server)
    assert sorted(told) == crossings
    assert {event: ids for event, ids in told.items() if len(set(ids)) > 1} == {}, "two deliveries of one event"
    # What was under way when the database went may come again, under its own id: eight are at one server at a time.
    assert sum(len(ids) - 1 for ids in told.values()) <= 8, told


def add_rule(stage: Stage, url: str) -> None:
    user = stage.user()
    with psycopg.connect(stage.postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("DELETE FROM alert_history")
        connection.execute("DELETE FROM alert_rules")
        connection.execute(
            "INSERT INTO alert_rules (user_id, name, type, conditions, actions, signing_secret)"
            " VALUES (%s, 'ETH', 'price', %s, %s, %s)",
            (user, Jsonb(ABOVE), Jsonb([{"type": "webhook", "destination": f"{url}/hook"}]), SECRET),
        )


@contextmanager
def resident(name: str, stage: Stage, folder: Path) -> Iterator[None]:
    given = {**os.environ, **stage.environment, "WEBHOOKS_TO_LOOPBACK": "true", "ALERT_SHARDS": "1"}
    with (folder / f"{name}.log").open("wb") as log:
        command = [sys.executable, "-m", "workers.resident", name]
        process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def send(stage: Stage, pick: random.Random) -> None:
    """As the queue hands them on: what the database did not take comes again, later than what came after it."""
    with Redis.from_url(stage.redis.url, db=1) as redis:
        intake = EventIntake(store=BatchStore(stage.platform.database), redis=redis, shards=1, names=AsSent())
        events = [price(number, "101" if number % 2 else "99", at=number) for number in range(EVENTS)]
        waiting = sorted(events, key=lambda event: int(event["event_id"][1:]) + pick.randrange(12))
        while waiting:
            event = waiting.pop(0)
            try:
                intake.enqueue_batches([event])
            except UpstreamUnavailable:
                waiting.insert(pick.randrange(1, 30), event)
            time.sleep(0.02)


def killed(stage: Stage) -> None:
    assert stage.postgres.pid is not None
    os.kill(stage.postgres.pid, signal.SIGKILL)
    time.sleep(AWAY_SECONDS)
    until(lambda: stage.postgres.pid is None)
    stage.postgres.start()


def frozen(stage: Stage) -> None:
    """All of its processes; what they hold stays held."""
    server = psutil.Process(stage.postgres.pid)
    family = [server, *server.children(recursive=True)]
    for process in family:
        process.suspend()
    time.sleep(AWAY_SECONDS)
    for process in family:
        process.resume()


def pending(stage: Stage) -> int:
    query = """
    SELECT (SELECT count(*) FROM notification_deliveries WHERE status = 'pending')
         + (SELECT count(*) FROM alert_batches WHERE matched_at IS NULL AND failed_at IS NULL)
    """
    return int(one(stage, query))


def history(stage: Stage) -> list[str]:
    return list(one(stage, "SELECT array_agg(event_id ORDER BY event_id) FROM alert_history"))


def one(stage: Stage, query: str) -> Any:
    with psycopg.connect(stage.postgres.url("premium", SUPERUSER)) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def by_event(server: Listener) -> dict[str, list[UUID]]:
    """The delivery ids of the requests by the event that they name."""
    found = defaultdict[str, list[UUID]](list)
    for request in server.asked:
        headers = request.headers
        found[headers["x-premium-event-id"]].append(UUID(headers["x-premium-delivery-id"]))
    return found
