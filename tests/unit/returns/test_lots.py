"""Profit by lots, worked out by hand, and what holds for all methods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.returns.errors import Unanswerable
from premium.returns.lots import METHODS, Method, Trade, profit

pytestmark = pytest.mark.unit
START = datetime(2024, 1, 1, tzinfo=UTC)


def trade(day: int, side: str, quantity: str, price: str) -> Trade:
    return Trade(START + timedelta(days=day), side, Decimal(quantity), Decimal(price))  # type: ignore[arg-type] # of the tests


BOUGHT = [trade(0, "buy", "1", "100"), trade(1, "buy", "2", "300"), trade(2, "buy", "1", "200")]


@pytest.mark.parametrize(
    ("method", "sales", "cost"),
    [
        ("fifo", [Fraction(400), Fraction(200)], Fraction(200)),
        ("lifo", [Fraction(300), Fraction(200)], Fraction(100)),
        ("hifo", [Fraction(200), Fraction(300)], Fraction(100)),
        ("average", [Fraction(350), Fraction(175)], Fraction(225)),
    ],
)
def test_which_lot_a_sale_is_taken_from(method: Method, sales: list[Fraction], cost: Fraction) -> None:
    sold = [trade(3, "sell", "2", "400"), trade(4, "sell", "1", "500" if method != "average" else "400")]
    found = profit([*BOUGHT, *sold], method)
    if method != "average":
        sales = [sales[0], sales[1]]
    assert (list(found.per_sale), found.remaining_quantity, found.remaining_cost) == (sales, 1, cost)


def test_more_than_is_held_cannot_be_sold() -> None:
    with pytest.raises(Unanswerable, match=r"trade 2 by time sells 1\.5, more than is held then"):
        profit([trade(5, "sell", "1.5", "1"), trade(0, "buy", "1", "1"), trade(9, "buy", "9", "1")], "fifo")


amounts = st.integers(1, 1000)


@given(st.lists(st.tuples(st.booleans(), amounts, amounts), max_size=30))
def test_what_is_not_realised_is_still_there(moves: list[tuple[bool, int, int]]) -> None:
    """Money out of sales = cost of all purchases - what remains + profit, exactly, by every method."""
    trades, held = [], Decimal(0)
    for day, (sells, quantity, price) in enumerate(moves):
        units = Decimal(quantity) / 8
        if sells and units > held:
            continue
        held += -units if sells else units
        trades.append(Trade(START + timedelta(days=day), "sell" if sells else "buy", units, Decimal(price)))
    paid = sum((Fraction(one.quantity) * Fraction(one.price) for one in trades if one.side == "buy"), Fraction(0))
    got = sum((Fraction(one.quantity) * Fraction(one.price) for one in trades if one.side == "sell"), Fraction(0))
    for method in METHODS:
        found = profit(trades, method)
        assert got - found.realised == paid - found.remaining_cost
        assert found.remaining_quantity == Fraction(held)
