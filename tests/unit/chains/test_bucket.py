"""A hundred requests a second, whoever asks."""

from __future__ import annotations

import asyncio

import pytest

from premium.chains.bucket import TokenBucket

pytestmark = pytest.mark.unit


def test_a_burst_is_free_and_the_rest_waits_its_share() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def story() -> None:
        bucket = TokenBucket(100, clock=lambda: 0.0, sleep=sleep)
        for _ in range(4):
            await bucket.take(50)

    asyncio.run(story())
    assert waits == [0.5, 1.0]
