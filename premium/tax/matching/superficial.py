"""Canada's superficial losses, by CRA's formula for partial ones.

ITA s 54, s 40(2)(g)(i), s 53(1)(f): denied = loss x min(S, P, B) / S: S units sold, P acquired from 30 days before to
30 days after, B held at the end of the 30th day after. What is denied enters the cost of the property that replaces
what was sold: at once for units acquired before the sale and still held, else with the acquisitions after it, in
their order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

from premium.money import ZERO, divide
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.setup import Setup


class _Asset:
    """Acquisitions and balances of one asset by day, and what waits for later acquisitions."""

    __slots__ = ("balances", "bought", "bought_days", "days", "seen", "waiting")

    def __init__(self) -> None:
        self.bought_days: list[int] = []
        self.bought: list[Decimal] = [ZERO]
        """Running sum of acquisitions: `bought[i]` before the i-th."""
        self.days: list[int] = []
        self.balances: list[Decimal] = []
        self.seen = 0
        """How many acquisitions the ledger has met."""
        self.waiting: list[tuple[Decimal, Decimal]] = []
        """(units, denied loss) of a sale that the next acquisitions take up."""

    def note(self, day: int, amount: Decimal, *, acquired: bool) -> None:
        """Note a change of the balance on a day."""
        held = (self.balances[-1] if self.balances else ZERO) + amount
        self.days.append(day)
        self.balances.append(max(held, ZERO))
        if acquired:
            self.bought_days.append(day)
            self.bought.append(self.bought[-1] + amount)

    def held_at_end_of(self, day: int) -> Decimal:
        """Return the balance at the end of a day."""
        end = bisect_right(self.days, day)
        return self.balances[end - 1] if end else ZERO


class Superficial:
    """Denies losses by looking ahead in the whole history.

    The ledger asks at each loss and at each acquisition.
    """

    def __init__(self, transactions: Sequence[Transaction], setup: Setup, days: int) -> None:
        self._days = days
        self._assets: dict[str, _Asset] = {}
        for tx in transactions:
            day = setup.calendar.day(tx.instant)
            asset = self._of(tx.asset)
            if tx.type in ACQUISITIONS:
                asset.note(day, tx.amount, acquired=True)
            elif tx.type != "transfer":
                asset.note(day, -tx.amount, acquired=False)
            elif tx.more.burnt:
                asset.note(day, -tx.more.burnt, acquired=False)

    def _of(self, name: str) -> _Asset:
        found = self._assets.get(name)
        if found is None:
            found = self._assets[name] = _Asset()
        return found

    def denied(self, tx: Transaction, day: int, sold: Decimal, loss: Decimal, left: Decimal) -> tuple[Decimal, Decimal]:
        """Return the denied loss, and the part that enters the pool at once.

        `left` is the pool after the sale.
        """
        asset = self._of(tx.asset)
        first = bisect_left(asset.bought_days, day - self._days)
        last = bisect_right(asset.bought_days, day + self._days)
        before = asset.bought[asset.seen] - asset.bought[min(first, asset.seen)]
        acquired = asset.bought[last] - asset.bought[first]
        units = min(sold, acquired, asset.held_at_end_of(day + self._days))
        if units <= 0:
            return ZERO, ZERO
        denied = loss if units == sold else divide(loss * units, sold)
        at_once = min(units, before, left)
        now = denied if at_once == units else divide(denied * at_once, units)
        if at_once < units:
            asset.waiting.append((units - at_once, denied - now))
        return denied, now

    def returned(self, tx: Transaction, day: int) -> Decimal:  # noqa: ARG002 - the window was checked when it was denied
        """Return the denied loss that an acquisition takes into its cost."""
        asset, cost = self._of(tx.asset), ZERO
        asset.seen += 1
        waiting = []
        # Each sale's formula stands by itself: one purchase may replace what several sales sold.
        for units, denied in asset.waiting:
            if units <= tx.amount:
                cost += denied
                continue
            part = divide(denied * tx.amount, units)
            waiting.append((units - tx.amount, denied - part))
            cost += part
        asset.waiting = waiting
        return cost
