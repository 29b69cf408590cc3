"""One event that cannot be matched takes none of the others with it, also when it is tried again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from handlers.events import alert_messages
from premium.alerts.intake import FailedBatches
from premium.alerts.store.batches import BatchStore
from premium.alerts.store.memory import MemoryStore
from premium.errors import UpstreamUnavailable
from tests.integration.alerts.line import Line, price

pytestmark = pytest.mark.integration


def protocol(number: int, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"event_id": f"x{number}", "kind": "protocol", "chain": "ethereum", "protocol": "aave", "timestamp": now,
            "severity": "critical", **more}  # fmt: skip


CRITICAL = [{"field": "severity", "operator": "gte", "value": "high"}]


def test_what_passed_the_intake_but_not_the_database_fails_alone(
    line: Line,
    above: Callable[..., UUID],
) -> None:
    """As events that a release before accepted: the series' name, the event, and a number beyond the database's."""
    above(type="protocol_risk", conditions=CRITICAL, trigger="level")
    odd = [
        protocol(10, protocol="漏" * 350),
        protocol(11, protocol="other", text="漏" * 45_000),
        protocol(12, tvl_usd="x", n={"\x00": 1}),
    ]
    good = [protocol(number) for number in range(9)]
    line.send(*good[:2], odd[0], *good[2:5], odd[1], *good[5:8], odd[2], good[8])
    line.run()
    assert sorted(event for event, _ in line.fired()) == [event["event_id"] for event in good]
    batches = FailedBatches(store=BatchStore(line.worker), redis=line.redis)
    failed = batches.all()
    assert len(failed) == len(odd)
    assert len(batches.requeue([one.id for one in failed])) == len(odd)
    line.send(protocol(20))
    ends = time.monotonic() + 10  # what has no job in the queue is found two seconds after it was made
    while len(batches.all()) < len(odd) and time.monotonic() < ends:
        line.run()
    assert ("x20", False) in line.fired()
    assert {one.id for one in batches.all()} == {one.id for one in failed}


def test_the_intake_refuses_what_the_database_would_not_take() -> None:
    now = datetime.now(UTC)
    odd = [protocol(1, protocol="漏" * 350), protocol(2, text="漏" * 45_000), protocol(3, many=["@"] * 900)]
    pieces = [json.dumps(event, ensure_ascii=False).replace('"@"', "1e307") for event in odd]
    good = [json.dumps(protocol(4, protocol="漏" * 290)), json.dumps(protocol(5, text="x" * 60_000))]
    message = alert_messages.read({"messageId": "m", "body": f'{{"events": [{",".join([*pieces, *good])}]}}'}, now)
    assert [event["event_id"] for event in message.events] == ["x4", "x5"]
    reasons = [one.reason for one in message.refused]
    assert "protocol" in reasons[0]
    assert "65536 bytes" in reasons[1]
    assert "characters" in reasons[2]


def test_a_batch_that_takes_too_long_again_and_again_is_divided(
    line: Line,
    above: Callable[..., UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    above(trigger="level")
    line.send(*(price(number, "101") for number in range(8)))
    save = MemoryStore.save

    def bounded(store: MemoryStore, connection: Any, changes: Any) -> None:
        row = connection.execute("SELECT count(*) AS n FROM alert_history").fetchone()
        if row["n"] == 8:
            raise UpstreamUnavailable("the database took too long to answer")
        save(store, connection, changes)

    monkeypatch.setattr(MemoryStore, "save", bounded)
    for _ in range(3):
        with pytest.raises(UpstreamUnavailable):
            line.run()
    monkeypatch.undo()
    while len(line.fired()) < 8:
        line.shard._swept = -100.0
        with line.worker.transaction() as connection:
            connection.execute("SELECT pg_sleep(0.05)")
        line.run() if line.shard._queue.peek(1, 0.05) else line.shard._match(line.shard._batches.overlooked(0.0, 8))
    assert line.count("alert_batches") == 3
