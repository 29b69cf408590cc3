"""A hundred requests a second to a chain, however many processes ask."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from bisect import bisect_right

import pytest
import redis as redis_client
from redis.backoff import NoBackoff
from redis.retry import Retry

from local.redis import Redis
from premium.chains.bucket import SharedBucket

pytestmark = pytest.mark.integration

PROCESS = """
import asyncio, redis, sys, time
from premium.chains.bucket import SharedBucket

async def one(bucket, tokens):
    await bucket.take(tokens)
    print(time.time(), tokens, flush=True)

async def main():
    bucket = SharedBucket("busy", redis.Redis.from_url(sys.argv[1], db=3), 100)
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(one(bucket, 1 + number % 10) for number in range(16)))

asyncio.run(main())
"""


def test_four_processes_never_ask_more_than_a_hundred_times_in_a_second(redis_server: Redis) -> None:
    command = [sys.executable, "-c", PROCESS, redis_server.url]
    asked = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in asked:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    begun = time.monotonic()
    lines = [line.split() for process in asked for line in process.communicate("go\n", timeout=60)[0].splitlines()]
    sent = sorted(float(at) for at, tokens in lines for _ in range(int(tokens)))
    assert len(sent) == 4 * sum(1 + number % 10 for number in range(16))
    most = max(bisect_right(sent, at + 1.0) - place for place, at in enumerate(sent))
    assert most <= 100
    assert time.monotonic() - begun < 8, "and not far below it: 328 requests"


def test_without_redis_a_process_goes_on_slower() -> None:
    nobody = redis_client.Redis(port=1, retry=Retry(NoBackoff(), 0))

    async def story() -> float:
        bucket, begun = SharedBucket("alone", nobody, 100), time.monotonic()
        for _ in range(2):
            await bucket.take(20)
        return time.monotonic() - begun

    assert 0.5 < asyncio.run(story()) < 3
