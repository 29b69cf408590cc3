"""A hundred requests a second, whoever asks."""

from __future__ import annotations

import asyncio

import pytest

from premium.chains.bucket import TokenBucket
from premium.chains.discovery import spans
from premium.chains.model import Discovery

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


@pytest.mark.parametrize(
    ("head", "blocks", "span", "expected"),
    [
        (10, 100, 100, [(0, 10)]),
        (10, 11, 5, [(0, 4), (5, 9), (10, 10)]),
        (1000, 10, 4, [(991, 994), (995, 998), (999, 1000)]),
        (0, 1, 1, [(0, 0)]),
    ],
)
def test_log_spans_cover_the_bound_without_gap_or_overlap(
    head: int, blocks: int, span: int, expected: list[tuple[int, int]]
) -> None:
    assert spans(head, Discovery(blocks=blocks, span=span)) == expected
