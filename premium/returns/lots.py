"""Compute realised profit of purchases and sales by lots, exactly.

Which lot a sale is taken from is the method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from premium.returns.errors import Unanswerable

Method = Literal["fifo", "lifo", "hifo", "average"]


class Trade(NamedTuple):
    """A purchase or a sale; units of the asset, US dollars for one of them."""

    at: datetime
    side: Literal["buy", "sell"]
    quantity: Decimal
    price: Decimal


class Profit(NamedTuple):
    """US dollars, exactly: by sale, in their order, and what is left."""

    per_sale: Sequence[Fraction]
    remaining_quantity: Fraction
    remaining_cost: Fraction

    @property
    def realised(self) -> Fraction:
        """Of all sales."""
        return sum(self.per_sale, Fraction(0))


@dataclass
class Lots:
    """What is held of one asset, as [units, price] by purchase."""

    pick: Callable[[Sequence[list[Fraction]]], int]
    lots: list[list[Fraction]] = field(default_factory=list)

    @property
    def held(self) -> Fraction:
        """Return the units that are there."""
        return sum((lot[0] for lot in self.lots), Fraction(0))

    def buy(self, units: Fraction, price: Fraction) -> None:
        """Add what was bought."""
        self.lots.append([units, price])

    def cost(self, units: Fraction) -> Fraction:
        """Take so many units away, no more than are held; return what they cost."""
        cost = Fraction(0)
        while units:
            place = self.pick(self.lots)
            lot = self.lots[place]
            taken = min(units, lot[0])
            cost, units, lot[0] = cost + taken * lot[1], units - taken, lot[0] - taken
            if not lot[0]:
                del self.lots[place]
        return cost


class _Average(Lots):
    """One lot, at the average of what was paid."""

    def buy(self, units: Fraction, price: Fraction) -> None:
        held, paid = self.lots.pop() if self.lots else [Fraction(0), Fraction(0)]
        if held + units:
            self.lots.append([held + units, (held * paid + units * price) / (held + units)])


def _highest(lots: Sequence[list[Fraction]]) -> int:
    """The dearest lot, of equal ones the oldest."""
    return max(range(len(lots)), key=lambda place: (lots[place][1], -place))


_METHODS: dict[Method, Callable[[], Lots]] = {
    "fifo": lambda: Lots(lambda _: 0),
    "lifo": lambda: Lots(lambda lots: len(lots) - 1),
    "hifo": lambda: Lots(_highest),
    "average": lambda: _Average(lambda _: 0),
}
_WORK = Context(prec=400, rounding=ROUND_HALF_EVEN)
METHODS: tuple[Method, ...] = tuple(_METHODS)


def lots_of(method: Method) -> Lots:
    """Return an asset's lots, none yet, which are sold in the method's order."""
    return _METHODS[method]()


def profit(trades: Iterable[Trade], method: Method) -> Profit:
    """Return the profit of each sale; trades of one instant keep their order.

    Raises Unanswerable where more is sold than was held: what it cost is not known.
    """
    lots, sales = lots_of(method), list[Fraction]()
    for number, trade in enumerate(sorted(trades, key=lambda each: each.at), 1):
        units, price = Fraction(trade.quantity), Fraction(trade.price)
        if trade.side == "buy":
            if units:
                lots.buy(units, price)
            continue
        if units > lots.held:
            reason = f"trade {number} by time sells {trade.quantity:f}, more than is held then"
            raise Unanswerable("oversold", reason)
        sales.append(units * price - lots.cost(units))
    return Profit(sales, lots.held, sum((lot[0] * lot[1] for lot in lots.lots), Fraction(0)))


def decimal(value: Fraction) -> Decimal:
    """Return a fraction as a decimal: exact where it ends, else to 400 digits."""
    return _WORK.divide(Decimal(value.numerator), Decimal(value.denominator))
