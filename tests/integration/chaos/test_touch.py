"""A transfer on a followed chain is read and told within ten seconds: real sources, real residents, real workers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest

from local.evm import Evm
from local.postgres import SUPERUSER
from premium.execution.chaos import VARIABLE
from premium.jobs.model import JobStatus
from premium.portfolio.jobs import REFRESH, RefreshPayload
from premium.portfolio.onchain.touches import SECONDS
from premium.portfolio.store import Stores
from premium.streams.connections import Connections
from stacks.terms.tables import creation
from tests.factories.streams import listener
from tests.integration.chaos.conftest import Fleets, Stage, until
from tests.integration.portfolio.servers import Server, serving

pytestmark = pytest.mark.chaos
ETHER = 10**18
WITHIN = 10.0


@pytest.fixture
def listening(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A stage that follows its chain, and what its connections are sent."""
    name = f"connections-{uuid4().hex[:12]}"
    boto3.client("dynamodb").create_table(TableName=name, **creation("connections"))
    queue = boto3.client("sqs").create_queue(QueueName=f"events-{uuid4().hex[:12]}")["QueueUrl"]
    with serving(lambda *_: (200, b"{}")) as server:
        added = {"CONNECTIONS_TABLE": name, "WEBSOCKET_ENDPOINT": server.url, "EVENT_SOURCES": "local",
                 "EVENTS_QUEUE_URL": queue}  # fmt: skip
        for variable, value in added.items():
            monkeypatch.setenv(variable, value)
        stage.environment = {**stage.environment, **added}
        yield server


def told(server: Server) -> list[dict[str, object]]:
    """The snapshots that a connection was told of because of a transfer."""
    messages = [json.loads(body) for _, body in server.asked]
    return [each["data"] for each in messages if each["type"] == "portfolio" and "touched" in each["data"]]


def watched(stage: Stage) -> UUID:
    """A user who listens, and whose wallet was read."""
    user = stage.user()
    connections = Connections(stage.platform.tables("connections"), stage.platform.clock)
    assert connections.add(f"c-{user.hex[:8]}", listener(user), ["portfolio"])
    return user


def follows(stage: Stage) -> bool:
    """Whether the first block was looked at: what comes from now on is told."""
    with psycopg.connect(stage.postgres.url("premium", SUPERUSER)) as connection:
        row = connection.execute("SELECT seen FROM portfolio_touch_cursors WHERE chain = 'local'").fetchone()
    return bool(row and row[0])


def pay(evm: Evm, stage: Stage) -> str:
    sender = evm.call("eth_accounts")[3]
    sent = {"from": sender, "to": stage.market.wallet, "value": hex(ETHER)}
    return str(evm.call("eth_sendTransaction", sent))


@pytest.mark.parametrize("point", [None, "first_write", "before_commit"])
def test_a_transfer_is_read_and_told_within_ten_seconds(
    stage: Stage, listening: Server, evm_session: Evm, fleet: Fleets, point: str | None
) -> None:
    user = watched(stage)
    running = fleet("--processes=2", queues="alerts,aggregation", extra={VARIABLE: point} if point else {})
    refresh = stage.platform.jobs.start(REFRESH, RefreshPayload(), user_id=user, request_id="req_touch_test")
    until(lambda: stage.ended(refresh) and follows(stage), seconds=60)
    time.sleep(2 * SECONDS)
    before = Stores.of(stage.platform).statements.get(user)
    begun = time.monotonic()
    pay(evm_session, stage)
    until(lambda: bool(told(listening)), seconds=60)
    took = time.monotonic() - begun
    print(f"read, stored and told {took:.1f} s after the transfer was sent (killed at {point})")
    (news,) = told(listening)
    after = Stores.of(stage.platform).statements.get(user)
    assert before is not None
    assert after is not None
    assert str(after.job_id) == news["snapshotId"] != str(before.job_id)
    changes = {row["asset"]: int(row["unitsAfter"]) - int(row["unitsBefore"]) for row in news["changes"]}  # type: ignore[attr-defined] # of JSON
    assert list(changes.values()) == [ETHER]
    record = stage.platform.jobs.store.get(after.job_id)
    until(lambda: stage.record(record).status is JobStatus.DONE)
    assert stage.record(record).attempt == (2 if point else 1)
    if point is None:
        assert took < WITHIN
    assert running.process.poll() is None
