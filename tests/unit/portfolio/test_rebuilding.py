"""Days before the first snapshot: the equation closes from nothing, and no doubt becomes a gain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from premium.chains.transfers.movement import COIN, Movement, Transfer
from premium.portfolio.flow_model import Opening
from premium.portfolio.rebuilding.days import Prices, asked, rebuild
from premium.portfolio.rebuilding.model import Asset, Gap, Past, Rebuilt, end_of
from premium.portfolio.rebuilding.timeline import timeline
from premium.prices.model import KnownPrice

pytestmark = pytest.mark.unit
ME, MINE, FRIEND, POOL = "0xMe", "0xMine", "0xfriend", "0xpool"
ETH, USD, ODD, NFT = "one:eth", "one:usd", "one:odd", "one:nft:7"
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
UNTIL = datetime(2026, 1, 11, 9, tzinfo=UTC)
ASSETS = {ETH: Asset(decimals=0, category="native", price=Decimal(100)), USD: Asset(decimals=0, price=Decimal(1)),
          ODD: Asset(decimals=0)}  # fmt: skip
PRICES = [KnownPrice(ETH, end_of(date(2026, 1, day)), Decimal(10 * day), "provider") for day in range(1, 12)]
PRICES += [KnownPrice(USD, end_of(date(2026, 1, day)), Decimal(1), "provider") for day in range(1, 12)]


def moved(days: float, *moves: tuple[str, str, str, int], sender: str = FRIEND, gas: int = 0, me: str = ME) -> Movement:
    at = START + timedelta(days=days)
    made = Movement(f"tx{days}", int(10 + days * 10), int(at.timestamp()), gas=gas, sender=sender.lower())
    for number, (asset, source, target, units) in enumerate(moves):
        by, name = ("coin", None) if asset == ETH else ("log", asset.removeprefix("one:"))
        place = COIN if name is None else number
        made.take(Transfer(place, name, source.lower(), target.lower(), units, by), me.lower())  # type: ignore[arg-type] # one of two
    return made


def past(opening: dict[str, int], *movements: Movement, wallet: str = ME, **more: Any) -> Past:
    return Past(wallet=wallet, chain="one", coin=ETH, opening=Opening(1_000, opening), movements=movements, **more)


def made(*pasts: Past, prices: Iterable[KnownPrice] = PRICES, assets: dict[str, Asset] = ASSETS,
         doubts: tuple[Gap, ...] = ()) -> Rebuilt:  # fmt: skip
    told = timeline(pasts, {each.wallet for each in pasts}, UNTIL)
    return rebuild(told, pasts, assets, Prices(prices, assets), UNTIL, doubts)


def totals(found: Rebuilt) -> list[int | None]:
    return [int(day.total) if day.is_good else None for day in found.closes]


def test_each_day_is_what_was_held_at_its_prices() -> None:
    found = made(past({ETH: 3}, moved(1, (ETH, FRIEND, ME, 5)), moved(4, (ETH, ME, FRIEND, 2))))
    assert [day.at.date().day for day in found.closes] == list(range(2, 11))
    assert totals(found) == [100, 150, 200, 150, 180, 210, 240, 270, 300]
    assert [(flow.kind, flow.usd, flow.counted_at) for flow in found.flows] == [
        ("deposit", 100, START + timedelta(days=1)), ("withdrawal", -100, START + timedelta(days=4)),
    ]  # fmt: skip
    assert found.gaps == []
    assert found.closed == [(ME, "one", ETH)]


def test_a_flow_has_its_instants_price_where_that_is_known() -> None:
    near = KnownPrice(ETH, START + timedelta(days=1, minutes=5), Decimal(17), "provider")
    found = made(past({ETH: 5}, moved(1, (ETH, FRIEND, ME, 5))), prices=[*PRICES, near])
    assert [flow.usd for flow in found.flows] == [85]


def test_what_nothing_explains_spoils_the_days_from_its_first_move_on() -> None:
    """A rebasing token grew at times that nobody knows; before it was bought the days are known."""
    bought = moved(3, (USD, FRIEND, ME, 50))
    found = made(past({ETH: 5, USD: 60}, moved(1, (ETH, FRIEND, ME, 5)), bought))
    assert totals(found) == [100, 150, *[None] * 7]
    assert [(gap.asset, gap.why) for gap in found.gaps] == [(USD, "open")]
    assert found.closed == [(ME, "one", ETH)]


def test_a_balance_that_no_transfer_tells_of_leaves_no_day_good() -> None:
    found = made(past({ETH: 5, USD: 60}, moved(1, (ETH, FRIEND, ME, 5))))
    assert totals(found) == [None] * 9


def test_worthless_gifts_are_left_out_and_named_and_bought_ones_spoil_their_days() -> None:
    gift = made(past({ETH: 5, ODD: 9}, moved(1, (ETH, FRIEND, ME, 5)), moved(2, (ODD, FRIEND, ME, 9))))
    assert totals(gift) == [100, 150, 200, 250, 300, 350, 400, 450, 500]
    assert [(gap.asset, gap.why) for gap in gift.gaps] == [(ODD, "no_price")]
    swap = moved(2, (ETH, ME, POOL, 2), (ODD, POOL, ME, 9), sender=ME)
    back = moved(4, (ODD, ME, POOL, 9), (ETH, POOL, ME, 2), sender=ME)
    found = made(past({ETH: 5}, moved(1, (ETH, FRIEND, ME, 5)), swap, back))
    assert totals(found) == [100, None, None, 250, 300, 350, 400, 450, 500]


def test_what_was_given_for_an_nft_makes_all_later_days_unknown() -> None:
    given = moved(2, (ETH, ME, POOL, 2), (NFT, POOL, ME, 1), sender=ME)
    found = made(past({ETH: 3}, moved(1, (ETH, FRIEND, ME, 5)), given))
    assert totals(found) == [100, *[None] * 8]
    assert [(gap.asset, gap.why) for gap in found.gaps] == [(None, "position")]


def test_a_receipt_counts_by_no_price_of_its_own() -> None:
    assets = ASSETS | {ODD: Asset(decimals=0, is_receipt=True)}
    priced = [*PRICES, *(KnownPrice(ODD, end_of(date(2026, 1, day)), Decimal(7), "provider") for day in range(1, 12))]
    lent = moved(2, (ETH, ME, POOL, 2), (ODD, POOL, ME, 2), sender=ME)
    found = made(past({ETH: 3, ODD: 2}, moved(1, (ETH, FRIEND, ME, 5)), lent), prices=priced, assets=assets)
    assert totals(found) == [100, *[None] * 8]


def test_spam_is_neither_held_nor_a_flow() -> None:
    assets = ASSETS | {ODD: Asset(decimals=0, price=Decimal(9), is_left_out=True)}
    found = made(past({ETH: 5, ODD: 9}, moved(1, (ETH, FRIEND, ME, 5)), moved(2, (ODD, FRIEND, ME, 9))), assets=assets)
    assert totals(found)[-1] == 500
    assert [flow.asset for flow in found.flows] == [ETH]


def test_a_price_that_is_missing_makes_its_day_doubtful_alone() -> None:
    fewer = [price for price in PRICES if price.at.day != 5]
    found = made(past({ETH: 5}, moved(1, (ETH, FRIEND, ME, 5))), prices=fewer)
    assert [day.at.day for day in found.closes if not day.is_good] == [5]


def test_what_could_not_be_read_leaves_no_day_good() -> None:
    doubts = (Gap("0xother", "two", None, "unread", None),)
    assert totals(made(past({ETH: 5}, moved(1, (ETH, FRIEND, ME, 5))), doubts=doubts)) == [None] * 9


def test_a_wallet_that_was_added_later_ends_to_be_counted_at_the_first_snapshot() -> None:
    mine = moved(2, (ETH, FRIEND, MINE, 4), me=MINE)
    found = made(past({ETH: 5}, moved(1, (ETH, FRIEND, ME, 5))), past({ETH: 4}, mine, wallet=MINE, is_late=True))
    assert totals(found) == [100, *[90 * day for day in range(3, 11)]]
    (ended,) = [flow for flow in found.flows if flow.tx == "counted:rebuilt"]
    assert (ended.wallet, ended.kind, ended.units, ended.usd) == (MINE, "withdrawal", 0, -440)
    assert ended.counted_at < UNTIL


def test_what_came_after_the_first_snapshot_is_nobodys_here() -> None:
    found = made(past({ETH: 12}, moved(1, (ETH, FRIEND, ME, 5)), moved(30, (ETH, FRIEND, ME, 7))))
    assert totals(found)[-1] == 500
    assert len(found.flows) == 1


def test_prices_are_asked_of_flows_and_days_and_nothing_else() -> None:
    pasts = [past({ETH: 3, ODD: 1}, moved(1, (ETH, FRIEND, ME, 5)), moved(2, (ETH, ME, FRIEND, 2)))]
    wanted = asked(timeline(pasts, {ME}, UNTIL), ASSETS, UNTIL)
    days = {(ETH, end_of(date(2026, 1, day))) for day in range(2, 11)}
    assert set(wanted) == days | {(ETH, START + timedelta(days=1)), (ETH, START + timedelta(days=2)), (ETH, UNTIL)}


@pytest.mark.parametrize("seed", range(30))
def test_random_histories_are_what_a_naive_ledger_says(seed: int) -> None:
    draw, held, moves = Random(seed), {ETH: 0, USD: 0}, []
    books: list[tuple[datetime, dict[str, int]]] = []
    for number in range(25):
        days, asset = number * 0.35, draw.choice((ETH, USD))
        gas = draw.randrange(0, min(2, held[ETH]) + 1)
        ways = {"in": draw.randrange(1, 50), "out": -draw.randrange(0, held[asset] - gas * (asset == ETH) + 1)}
        units = ways[draw.choice(("in", "out"))]
        ends = (FRIEND, ME) if units > 0 else (ME, FRIEND)
        moves.append(moved(days, (asset, *ends, abs(units)), sender=ME if gas else FRIEND, gas=gas))
        held[asset] += units
        held[ETH] -= gas
        books.append((START + timedelta(days=days), dict(held)))
    draw.shuffle(moves)
    found = made(past(dict(held), *moves))
    for day in found.closes:
        known = [units for at, units in books if at <= day.at][-1]
        assert day.is_good
        assert day.total == known[ETH] * 10 * day.at.day + known[USD]
        for name in ("wallet", "chain", "asset", "held", "category"):
            assert sum(map(Decimal, day.splits.get(name, {}).values())) == day.total
