"""Which price is taken, from where, for how long, and when it is marked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from premium.errors import UpstreamUnavailable
from premium.prices.model import Price, Quality, Quote
from premium.prices.quotes import Prices
from premium.storage.cache import Cache

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY, OTHER = "local:0x" + "1" * 40, "local:0x" + "2" * 40


def price(key: str = KEY, *, usd: str = "2", confidence: str = "0.99", at: datetime = NOW) -> Price:
    return Price(key=key, usd=Decimal(usd), confidence=Decimal(confidence), at=at, source="test")


class Memory:
    """A cache without Redis, for which time does not pass."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        return self.values.get(key)

    def set(self, key: str, value: Any, *, ttl_seconds: int) -> None:
        assert ttl_seconds > 0
        self.values[key] = value


class Source:
    def __init__(self, *known: Price, down: bool = False, covers: str = "local:") -> None:
        self.name, self.known, self.down, self._covers = "test", {p.key: p for p in known}, down, covers
        self.asked: list[list[str]] = []

    def covers(self, key: str) -> bool:
        return key.startswith(self._covers)

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        self.asked.append(list(keys))
        if self.down:
            raise UpstreamUnavailable("down")
        return {key: self.known[key] for key in keys if key in self.known}


class Clock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


def quotes(
    sources: Sequence[Source], keys: Sequence[str], memory: Memory | None = None, clock: Clock | None = None
) -> Any:
    return asyncio.run(Prices(cast("Cache", memory or Memory()), sources, clock or Clock()).quotes(keys))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (price(), Quality.GOOD),
        (price(confidence="0.9"), Quality.GOOD),
        (price(confidence="0.8999"), Quality.LOW_CONFIDENCE),
        (price(at=NOW - timedelta(hours=1)), Quality.GOOD),
        (price(at=NOW - timedelta(hours=1, seconds=1)), Quality.TOO_OLD),
        (price(confidence="0.1", at=NOW - timedelta(days=1)), Quality.TOO_OLD),
        (None, Quality.UNKNOWN),
    ],
)
def test_every_doubt_is_marked(given: Price | None, expected: Quality) -> None:
    assert Quote.of(given, NOW).quality is expected


def test_a_price_is_asked_once_in_five_minutes() -> None:
    source, memory, clock = Source(price()), Memory(), Clock()
    for minutes in (0, 4.99, 5):
        clock.time = NOW + timedelta(minutes=minutes)
        assert quotes([source], [KEY], memory, clock)[KEY].price == price()
    assert len(source.asked) == 2


def test_what_the_first_source_does_not_know_the_next_is_asked() -> None:
    first, second = Source(price()), Source(price(OTHER, usd="5"))
    found = quotes([first, second], [KEY, OTHER])
    assert found[OTHER].price.usd == Decimal(5)
    assert second.asked == [[OTHER]]


def test_a_source_is_not_asked_for_what_it_does_not_cover() -> None:
    source = Source(covers="ethereum:")
    assert quotes([source], [KEY])[KEY].quality is Quality.UNKNOWN
    assert source.asked == []


def test_a_silent_source_leaves_the_last_known_price_under_its_own_time() -> None:
    memory, clock = Memory(), Clock()
    quotes([Source(price())], [KEY], memory, clock)
    for after, quality in ((timedelta(minutes=59), Quality.GOOD), (timedelta(hours=2), Quality.TOO_OLD)):
        clock.time = NOW + after
        quote = quotes([Source(down=True)], [KEY], memory, clock)[KEY]
        assert (quote.quality, quote.price.at) == (quality, NOW)


def test_silence_is_told_from_ignorance() -> None:
    found = quotes([Source(down=True)], [KEY])
    assert found[KEY].quality is Quality.UNAVAILABLE
    assert quotes([Source()], [KEY])[KEY].quality is Quality.UNKNOWN


def test_a_cached_value_that_makes_no_sense_is_asked_anew() -> None:
    memory = Memory()
    memory.values[KEY] = {"price": "two dollars"}
    assert quotes([Source(price())], [KEY], memory)[KEY].quality is Quality.GOOD


def test_where_a_source_is_silent_the_callers_own_price_counts() -> None:
    silent, ignorant = (Prices(cast("Cache", Memory()), [source], Clock()) for source in (Source(down=True), Source()))
    last = {KEY: price(at=NOW - timedelta(hours=2))}
    found = asyncio.run(silent.quotes([KEY, OTHER], last))
    assert (found[KEY].quality, found[KEY].price) == (Quality.TOO_OLD, last[KEY])
    assert found[OTHER].quality is Quality.UNAVAILABLE
    assert asyncio.run(ignorant.quotes([KEY], last))[KEY].quality is Quality.UNKNOWN
