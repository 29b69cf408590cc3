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


def price(
    key: str = KEY, *, usd: str = "2", confidence: str = "0.99", at: datetime = NOW, source: str = "test", **more: Any
) -> Price:
    return Price(key=key, usd=Decimal(usd), confidence=Decimal(confidence), at=at, source=source, **more)


class Memory:
    """A cache without Redis, for which time does not pass."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get_many(self, keys: Sequence[str]) -> dict[str, Any]:
        return {key: self.values[key] for key in keys if key in self.values}

    def set(self, key: str, value: Any, *, ttl_seconds: int) -> None:
        assert ttl_seconds > 0
        self.values[key] = value


class Source:
    unit: str | None = None

    def __init__(self, *known: Price, down: bool = False, covers: str = "local:", name: str = "test") -> None:
        self.name, self.known, self.down, self._covers = name, {p.key: p for p in known}, down, covers
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


def test_every_source_is_asked_once_and_the_first_that_knows_counts() -> None:
    first = Source(price(source="feeds"), name="feeds")
    second = Source(price(OTHER, usd="5"), price(usd="2.05", source="pools"), name="pools")
    memory = Memory()
    for _ in range(2):
        found = quotes([second, first], [KEY, OTHER], memory)
        assert (found[OTHER].price.usd, found[KEY].price.usd) == (Decimal(5), Decimal(2))
        assert {each.source: each.usd for each in found[KEY].said} == {"feeds": Decimal(2), "pools": Decimal("2.05")}
    assert first.asked == second.asked == [[KEY, OTHER]]


def test_that_nobody_knows_an_asset_is_known_for_five_minutes() -> None:
    source, memory = Source(), Memory()
    for _ in range(2):
        assert quotes([source], [KEY], memory)[KEY].quality is Quality.UNKNOWN
    assert source.asked == [[KEY]]


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
    memory.values[KEY] = {"said": [{"usd": "two dollars"}]}
    assert quotes([Source(price())], [KEY], memory)[KEY].quality is Quality.GOOD


def test_where_a_source_is_silent_the_callers_own_price_counts() -> None:
    silent, ignorant = (Prices(cast("Cache", Memory()), [source], Clock()) for source in (Source(down=True), Source()))
    last = {KEY: price(at=NOW - timedelta(hours=2))}
    found = asyncio.run(silent.quotes([KEY, OTHER], last))
    assert (found[KEY].quality, found[KEY].price) == (Quality.TOO_OLD, last[KEY])
    assert found[OTHER].quality is Quality.UNAVAILABLE
    assert asyncio.run(ignorant.quotes([KEY], last))[KEY].quality is Quality.UNKNOWN


UNIT = "local:0x" + "a" * 40


class Pools(Source):
    """Prices in another asset, which it holds for one of itself."""

    unit = UNIT

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        return {**await super().prices(keys), **({UNIT: price(UNIT, usd="1", source="pools")} if UNIT in keys else {})}


def pooled(*others: Source) -> Any:
    pools = Pools(price(usd="3000", source="pools", depth=Decimal(50_000)), name="pools")
    sources = [*others, pools]
    return asyncio.run(Prices(cast("Cache", Memory()), sources, Clock(), {UNIT}).quotes([KEY]))[KEY]


def test_what_pools_say_in_a_bridged_dollar_that_fell_is_worth_less() -> None:
    """The bridge is broken, and its dollar trades at 4 cents."""
    fallen = pooled(Source(price(UNIT, usd="0.04", source="provider"), name="provider"))
    assert (fallen.price.usd, fallen.price.depth, fallen.quality) == (Decimal(120), Decimal(2_000), Quality.GOOD)


def test_where_nobody_knows_the_dollar_the_entry_vouches_for_it_and_where_it_is_disputed_nothing_is_sure() -> None:
    assert pooled(Source(name="provider")).price.usd == 3_000
    disputed = pooled(
        Source(price(UNIT, usd="1", source="provider"), name="provider"),
        Source(price(UNIT, usd="0.9", source="feeds"), name="feeds"),
    )
    assert (disputed.price.usd, disputed.quality) == (Decimal(3_000), Quality.LOW_CONFIDENCE)


def test_one_that_hangs_costs_its_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Source):
        async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
            await asyncio.sleep(30)
            return await super().prices(keys)

    monkeypatch.setattr("premium.prices.quotes.SOURCE_SECONDS", 0.05)
    found = quotes([Hanging(name="provider"), Source(price(source="feeds"), name="feeds")], [KEY])
    assert (found[KEY].quality, found[KEY].price.source) == (Quality.GOOD, "feeds")


def test_a_source_that_falls_silent_leaves_what_it_said_and_cannot_hide_a_dispute() -> None:
    memory, clock = Memory(), Clock()
    good, other = Source(price(source="feeds"), name="feeds"), Source(price(usd="3", source="pools"), name="pools")
    assert quotes([good, other], [KEY], memory, clock)[KEY].quality is Quality.DISPUTED
    clock.time, other.down = NOW + timedelta(minutes=6), True
    assert quotes([good, other], [KEY], memory, clock)[KEY].quality is Quality.DISPUTED
    other.down, other.known = False, {}
    clock.time += timedelta(minutes=6)
    assert quotes([good, other], [KEY], memory, clock)[KEY].quality is Quality.GOOD


def test_a_price_from_the_future_is_a_clock_or_a_unit_that_slipped() -> None:
    assert quotes([Source(price(at=NOW + timedelta(minutes=6)))], [KEY])[KEY].quality is Quality.UNKNOWN
