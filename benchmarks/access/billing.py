"""Judge signatures beside the providers' packages, and time the limiter in Redis.

Targets: a signature of 2 KiB in 50 µs; 99 of 100 requests within 100 µs of Redis' own time, by its histogram, at any
limit. Run: python -m benchmarks.access.billing
"""

from __future__ import annotations

import json
import logging
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import redis
import stripe
from paddle_billing.Notifications import PaddleSignature, Secret

from local.places import ROOT
from local.redis import Redis
from premium.billing.signatures.judge import judge
from premium.limits import WINDOW_SCRIPT

CALLS, SECRET = 5_000, "whsec_of_the_benchmark"
LIMITS = (100, 10_000, 100_000)


def microseconds(function: Callable[[], Any]) -> tuple[float, float]:
    """The median and the 99th percentile of a call."""
    times = []
    for _ in range(CALLS):
        before = time.perf_counter_ns()
        function()
        times.append((time.perf_counter_ns() - before) / 1_000)
    return statistics.median(times), sorted(times)[int(CALLS * 0.99)]


def signatures() -> None:
    """Judge one webhook by ours and by the packages."""
    logging.getLogger("paddle_billing").setLevel(logging.CRITICAL + 1)
    text, at = json.dumps({"id": "evt_1", "data": "x" * 2_000}), int(time.time())
    by_stripe = stripe.WebhookSignature.generate_signature_header(text, SECRET, at)
    by_paddle = f"ts={at};h1={PaddleSignature.calculate_hmac(SECRET, f'{at}:{text}'.encode()).hexdigest()}"
    body, now, peer = text.encode(), Fraction(at), PaddleSignature()
    rows: dict[str, Callable[[], Any]] = {
        "stripe, ours": lambda: judge("stripe", body, by_stripe, [SECRET], now=now, tolerance=Fraction(300)),
        "stripe, package": lambda: stripe.WebhookSignature.verify_header(body, by_stripe, SECRET, 300),
        "paddle, ours": lambda: judge("paddle", body, by_paddle, [SECRET], now=now, tolerance=Fraction(5)),
        "paddle, package": lambda: peer.verify(by_paddle, text, Secret(SECRET)),
    }
    print(f"{'signature of 2 KiB':20}{'median µs':>11}{'p99 µs':>9}")
    for name, call in rows.items():
        median, worst = microseconds(call)
        print(f"{name:20}{median:11.1f}{worst:9.1f}")


def limiter() -> None:
    """Fill windows of several limits, and be refused by each."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        server = Redis(Path(folder), int(free.getsockname()[1]))
        free.close()
        server.start()
        try:
            _measure(redis.Redis.from_url(server.url, db=2))
            _peer(redis.Redis.from_url(server.url, db=2), server.url)
        finally:
            server.stop()


def _measure(store: redis.Redis) -> None:
    script = store.register_script(WINDOW_SCRIPT)
    print(f"{'limit a minute':20}{'mean µs':>11}{'p99 µs ≤':>9}{'bytes a request':>17}")
    for limit in LIMITS:
        store.flushdb()
        script(keys=["warm", "pending"], args=[1, 60_000, "", ""])
        store.config_resetstat()
        with store.pipeline(transaction=False) as pipeline:
            for _ in range(limit + CALLS):
                script(keys=["window", "pending"], args=[limit, 60_000, "served", "limited"], client=pipeline)
            pipeline.execute()
        mean = store.info("commandstats")["cmdstat_evalsha"]["usec_per_call"]
        size = store.memory_usage("window", samples=0) / limit
        print(f"{limit:<20,}{mean:11.1f}{_p99(store):9}{size:17.2f}")


PEER = """
import sys
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
limiter = MovingWindowRateLimiter(RedisStorage(sys.argv[1]))
item = RateLimitItemPerMinute(int(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    limiter.hit(item, "window")
"""


def _peer(store: redis.Redis, url: str) -> None:
    """The moving window of PyPI's `limits` on the same Redis, of Redis' own time."""
    subprocess.run([ROOT / "scripts" / "apart.sh", "peers"], check=True)
    python = ROOT / ".venv" / "peers" / "bin" / "python"
    for limit in LIMITS[:2]:
        store.flushall()
        store.config_resetstat()
        asked = [str(python), "-c", PEER, f"{url}/2", str(limit), str(limit + CALLS)]
        subprocess.run(asked, check=True)
        mean = store.info("commandstats")["cmdstat_evalsha"]["usec_per_call"]
        size = sum(store.memory_usage(key, samples=0) for key in store.scan_iter()) / limit
        print(f"{f'{limit:,}, by limits':20}{mean:11.1f}{_p99(store):9}{size:17.2f}")


def _p99(store: redis.Redis) -> int:
    """The bucket of Redis' histogram within which 99 of 100 calls lie."""
    found = store.execute_command("LATENCY", "HISTOGRAM", "evalsha")[b"evalsha"]
    return next(int(edge) for edge, calls in found[b"histogram_usec"].items() if calls >= 0.99 * found[b"calls"])


def main() -> None:
    signatures()
    limiter()


if __name__ == "__main__":
    main()
