"""Meter 100,000 requests of one key from four processes, with drains among them: the sum is exact.

Target: 100,000 a minute. Run: python -m benchmarks.access.usage
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import redis

from benchmarks.access.stage import stage
from premium.limits import Limiter
from premium.metering.counts import UsageCounts
from premium.metering.drain import UsageDrain
from premium.metering.usage import Use

PROCESSES, EACH = 4, 25_000


def ask(url: str, use: Use, ready: Any, go: Any) -> None:
    limiter = Limiter(redis.Redis.from_url(url, db=2), patience=5)
    ready.put(os.getpid())
    go.wait()
    for _ in range(EACH):
        if not limiter.check(f"user:{use.customer}", 10 * PROCESSES * EACH, use).known:
            sys.exit("Redis did not answer: the sum would tell nothing")


def main() -> None:
    with ExitStack() as stack:
        platform, _ = stage(stack)
        at = datetime.now(UTC)
        use = Use(subject=uuid4(), customer=uuid4(), endpoint="GET /v1/portfolio", at=at, tier="enterprise")
        spawn = multiprocessing.get_context("spawn")
        ready, go = spawn.Queue(), spawn.Event()
        url = str(platform.settings.redis_url)
        workers = [spawn.Process(target=ask, args=(url, use, ready, go)) for _ in range(PROCESSES)]
        for worker in workers:
            worker.start()
            ready.get(timeout=30)
        table = platform.tables("usage")
        began, drains = time.perf_counter(), 0
        go.set()
        while any(worker.is_alive() for worker in workers):
            drains += UsageDrain(platform.redis(2), table.boto3, platform.worker_database).run(at) > 0
            time.sleep(0.5)
        seconds = time.perf_counter() - began
        UsageDrain(platform.redis(2), table.boto3, platform.worker_database).run(at)
        counts = UsageCounts(table)
        (day,) = counts.days(use.subject, at.date(), at.date()).values()
        hours = sum(each.requests for each in counts.hours(use.subject, at, at + timedelta(hours=1)).values())
        exact = day.requests == hours == PROCESSES * EACH
        print(f"{'metered on one key':20}{PROCESSES * EACH / seconds * 60:11,.0f} a minute, {drains} drains among them")
        print(f"{'sum of day, of hour':20}{day.requests:11,}{hours:11,}  {'exact' if exact else 'NOT EXACT'}")
        if not exact:
            sys.exit("the counters are not the requests")


if __name__ == "__main__":
    main()
