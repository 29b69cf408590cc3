"""Prices by which orders are weighed online: good ones alone, in time, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from premium.errors import UpstreamUnavailable
from premium.prices.model import Price, Quality, Quote
from premium.security.calls.effects import Item, Order, Trade
from premium.security.knowledge.known import Knowledge, Token
from premium.security.onchain.prices import prices, weighed, with_prices

pytestmark = pytest.mark.unit
TOKEN, OTHER, ZERO = "0x" + "cc" * 20, "0x" + "dd" * 20, "0x" + "0" * 40


class Told:
    """A source that says one price, of one quality, after a while."""

    def __init__(self, quality: Quality, seconds: float = 0, *, fails: bool = False) -> None:
        self.quality, self.seconds, self.fails = quality, seconds, fails
        self.asked: list[str] = []

    async def quotes(self, keys: Iterable[str]) -> dict[str, Quote]:
        await asyncio.sleep(self.seconds)
        if self.fails:
            raise UpstreamUnavailable("no source answers")
        self.asked += keys
        now = datetime(2026, 11, 30, tzinfo=UTC)
        return {
            key: Quote(
                price=Price(key=key, usd=Decimal(2), confidence=Decimal(1), at=now, source="made up"),
                quality=self.quality,
            )
            for key in keys
        }


def asked(told: Told, *tokens: str, seconds: float = 1.0) -> dict[str, Decimal]:
    source: Any = told
    return dict(prices(lambda _client: source, "ethereum", tokens, seconds))


def test_orders_and_swaps_name_what_is_priced_once() -> None:
    order = Order("0x1", (Item("0x1", TOKEN, 5),), (Item("0x1", ZERO, 5), Item("0x2", TOKEN, 1)), None, None)
    trade = Trade("0x1", ZERO, 1, OTHER, 1, None)
    assert weighed([order, trade]) == [TOKEN, "native", OTHER]


def test_a_good_price_is_taken_and_no_other() -> None:
    told = Told(Quality.GOOD)
    assert asked(told, TOKEN, "native") == {TOKEN: Decimal(2), "native": Decimal(2)}
    assert sorted(told.asked) == [f"ethereum:{ZERO}", f"ethereum:{TOKEN}"]
    assert all(asked(Told(each), TOKEN) == {} for each in Quality if each is not Quality.GOOD)


def test_what_is_late_or_fails_is_no_price() -> None:
    assert asked(Told(Quality.GOOD, 5), TOKEN, seconds=0.05) == {}
    assert asked(Told(Quality.GOOD, fails=True), TOKEN) == {}
    assert asked(Told(Quality.GOOD)) == {}


def test_at_most_eight_assets_are_asked_about() -> None:
    told = Told(Quality.GOOD)
    asked(told, *(f"0x{number:040x}" for number in range(1, 20)))
    assert len(told.asked) == 8


def test_prices_stand_beside_what_is_known_of_a_token() -> None:
    known = with_prices(Knowledge(tokens={TOKEN: Token("T", 6)}), {TOKEN: Decimal(2), "native": Decimal(3000)})
    assert known.tokens[TOKEN] == Token("T", 6, Decimal(2))
    assert known.worth(TOKEN, 5_000_000) == Decimal(10)
    assert known.worth("native", 10**18) == Decimal(3000)
    assert with_prices(Knowledge(), {OTHER: Decimal(1)}).worth(OTHER, 5) is None  # its digits are not known
