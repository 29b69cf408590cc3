"""Events through the deployed queue to webhooks: `python -m benchmarks.alerts.queue --seconds 180`.

A local stage of its own: SendMessageBatch → the emulator's SQS → its event source mapping → the function → PostgreSQL
and RQ → the matcher → notifications → a local server. One event in ten fires one rule. Beside it in the same run: the
emulator alone (`floor.py`), and with `--sweep` the highest rate that each size of message sustains. `--kill-every 20
--restart-redis 90` kills the matcher that serves, which the fleet replaces while a second one stands in, and restarts
Redis once.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import click

from benchmarks.alerts import floor
from benchmarks.alerts.running import HOT
from benchmarks.alerts.stage import DeployedStage
from benchmarks.alerts.trouble import Trouble
from benchmarks.alerts.usage import Usage
from local.postgres import SUPERUSER
from local.redis import Redis
from premium.alerts.work.events_queue import EventsQueue, packed

A_MINUTE = 100_000
TICK = 0.05
LATE_SECONDS = 1.0
"""p99 of event → webhook beyond which a rate is not sustained."""
STEP_SECONDS = 10
SWEEPS = {1: (12_000, 25_000, 50_000, 75_000, 100_000), 100: (50_000, 100_000, 150_000, 200_000, 300_000)}
"""Events a minute, by the events of a message."""
_FLOOR_MESSAGES = 2_000
_SENDERS = 4


@dataclass(frozen=True)
class Result:
    """Of one rate. `waits`: seconds from before an event is sent to its webhook, ascending."""

    asked: float
    reached: float
    waits: Sequence[float]
    lost: int
    doubled: int
    left: float | None
    """Seconds from the last event until nothing waited."""
    usage: str

    def at(self, share: float) -> float:
        return self.waits[min(len(self.waits) - 1, int(len(self.waits) * share))] if self.waits else float("inf")

    @property
    def sustained(self) -> bool:
        return self.reached > 0.97 * self.asked and self.at(0.99) < LATE_SECONDS and self.lost == 0

    def __str__(self) -> str:
        left = "never" if self.left is None else f"{self.left:.1f} s after the last"
        return (
            f"{self.asked:>9,.0f} a minute asked, {self.reached:>9,.0f} sent; event → webhook p50 "
            f"{1000 * self.at(0.5):,.0f} ms, p99 {1000 * self.at(0.99):,.0f} ms; {len(self.waits):,} webhooks, "
            f"{self.lost} lost, {self.doubled} doubled; all matched {left}; {self.usage}"
        )


class Feed:
    """Sends numbered events, as several sources at once do."""

    def __init__(self, deployed: DeployedStage) -> None:
        self._deployed = deployed
        self._next = 0
        self._threads = ThreadPoolExecutor(_SENDERS)

    def run(self, a_minute: float, seconds: float, a_message: int) -> Result:
        """Events at this rate for so long, then until nothing waits."""
        queue = EventsQueue(self._deployed.stage.clients.sqs, self._deployed.queue_url, a_message=a_message)
        sent: dict[str, float] = {}
        usage = Usage(self._deployed.stage)
        wanted, begun = int(a_minute / 60 * seconds), time.monotonic()
        while len(sent) < wanted:
            time.sleep(max(0.0, begun + len(sent) * 60 / a_minute + TICK - time.monotonic()))
            due = min(wanted, int((time.monotonic() - begun) * a_minute / 60)) - len(sent)
            events = self._made(max(1, min(due, _SENDERS * 10 * a_message)))
            at = time.time()
            parts = [events[start : start + 10 * a_message] for start in range(0, len(events), 10 * a_message)]
            list(self._threads.map(queue.send, parts))
            sent |= {event["event_id"]: at for event in events}
            if time.monotonic() - begun > 1.5 * seconds:
                break
        reached = len(sent) / (time.monotonic() - begun) * 60
        used = str(usage)
        left = self._deployed.drained(seconds=max(60.0, 3 * seconds))
        return self._judged(Result(a_minute, reached, (), 0, 0, left, used), sent)

    def _made(self, count: int) -> list[dict[str, Any]]:
        self._next += count
        return list(_events(self._next - count, count))

    def _judged(self, result: Result, sent: dict[str, float]) -> Result:
        came = self._deployed.hook.came(self._deployed.postgres, seconds=60)
        event_of = self._deployed.alerts()
        told = [event for event in event_of.values() if event in sent]
        waits = {
            event: min(came[alert]) - sent[event]
            for alert, event in event_of.items()
            if event in sent and alert in came
        }
        lost = sum(1 for event in sent if int(event[1:]) % 10 == 0 and event not in waits)
        twice = sum(len(times) - 1 for times in came.values()) + len(told) - len(set(told))
        return replace(result, waits=sorted(waits.values()), lost=lost, doubled=twice)


def _events(first: int, count: int) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    for number in range(first, first + count):
        asset = f"hot-{number % HOT}" if number % 10 == 0 else f"asset-{number * 7919 % 50_000}"
        yield {"event_id": f"e{number}", "kind": "price", "chain": "ethereum", "timestamp": now, "asset": asset,
               "price_usd": "100.25"}  # fmt: skip


def _disturbed(
    stack: ExitStack, deployed: DeployedStage, feed: Feed, seconds: float, *, kill_every: float, restart_redis: float
) -> None:
    """Measure again while the serving matcher is killed again and again."""
    print(f"a second matcher stands by after {deployed.spare(stack):.1f} s")
    redis, database = deployed.stage.neighbours.redis, deployed.postgres.url("premium", SUPERUSER)
    assert isinstance(redis, Redis)  # noqa: S101 - the places name no other
    trouble = Trouble(database, redis, _kill)
    trouble.start(kill_every=kill_every, restart_after=restart_redis, shards=1)
    result = feed.run(A_MINUTE, seconds, 100)
    trouble.end()
    trouble.show()
    print(f"100 events a message for {seconds} s, disturbed:\n  {result}, most {1000 * result.at(1.0):,.0f} ms")


def _kill(pid: int) -> bool:
    """kill -9: the fleet puts another in its place."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _invocation(deployed: DeployedStage) -> None:
    """Time the function alone, called with ten messages of a hundred events."""
    functions, took = deployed.stage.clients.functions, []
    for turn in range(10):
        bodies = packed(_events(10**9 + turn * 1000, 1000))
        event = {"Records": [{"messageId": str(place), "body": body} for place, body in enumerate(bodies)]}
        begun = time.monotonic()
        functions.invoke(FunctionName=deployed.function, Payload=json.dumps(event).encode())
        took.append(time.monotonic() - begun)
    middle = sorted(took)[len(took) // 2]
    print(
        f"  the function by itself: 1,000 events in {1000 * middle:.0f} ms, {1000 / middle:,.0f} a second an instance"
    )


def _sweep(feed: Feed, a_message: int) -> float:
    """The highest rate that is sustained, in one of two tries, 0 where none is."""
    best = 0.0
    for rate in SWEEPS[a_message]:
        if not any(_sustained(feed, rate, a_message) for _ in range(2)):
            break
        best = rate
    return best


def _sustained(feed: Feed, rate: float, a_message: int) -> bool:
    result = feed.run(rate, STEP_SECONDS, a_message)
    print(f"  {a_message:>3} events a message: {result}{'' if result.sustained else '  not sustained'}", flush=True)
    return result.sustained


@click.command()
@click.option("--rules", default=1_250_000, show_default=True)
@click.option("--seconds", default=60, show_default=True, help="How long at 100,000 events a minute.")
@click.option("--kill-every", default=0.0, help="Seconds between kills of the matcher; a second one stands by.")
@click.option("--restart-redis", default=0.0, help="Restart Redis once, after so many seconds.")
@click.option("--sweep", is_flag=True, help="Look for the highest sustained rates first, and measure at half of them.")
def main(rules: int, seconds: int, *, kill_every: float, restart_redis: float, sweep: bool) -> None:
    """Print how long events take from the queue to their webhooks, and the limit."""
    with ExitStack() as stack:
        deployed = DeployedStage(stack, rules)
        feed = Feed(deployed)
        feed.run(60_000, 5, 1)  # so many messages that every instance of the function is warm from here on
        if kill_every or restart_redis:
            _disturbed(stack, deployed, feed, seconds, kill_every=kill_every, restart_redis=restart_redis)
            return
        print("the emulator alone:")
        for a_message in SWEEPS:
            bodies = list(packed(_events(0, a_message * _FLOOR_MESSAGES), a_message))
            floor.show(deployed, bodies, a_message)
        _invocation(deployed)
        if sweep:
            print("through the queue, upward:")
            for a_message in SWEEPS:
                best = _sweep(feed, a_message)
                print(f"  {a_message} events a message: {best:,.0f} a minute sustained; at half of that:")
                print(f"  {feed.run(best / 2 or SWEEPS[a_message][0] / 2, STEP_SECONDS, a_message)}")
        print(f"100 events a message for {seconds} s:")
        print(f"  {feed.run(A_MINUTE, seconds, 100)}")


if __name__ == "__main__":
    main()
