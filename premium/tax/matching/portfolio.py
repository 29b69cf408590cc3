"""France, art. 150 VH bis CGI: gain = net price - the portfolio's acquisition price x price / the portfolio's value.

As on form 2086: the quotient takes the price before fees (line 217 over line 212), the gain the price after them
(line 218). Exchanges between digital assets are neutral; gifts take their part of the acquisition price along.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from premium.money import ZERO, divide
from premium.tax.ledger.ledger import acquisition_basis
from premium.tax.matching.average import row
from premium.tax.matching.walk import walk
from premium.tax.model import Holding, Income, Missing, Notice, Outcome, Removal, Transaction
from premium.tax.setup import Setup


class Portfolio:
    """One price for all of it; units are kept to value it where a sale does not say what it was worth."""

    def __init__(self, under: Setup) -> None:
        self.setup = under
        self.outcome = Outcome()
        self.units: dict[str, Decimal] = {}
        self.prices: dict[str, Decimal] = {}
        self.total = ZERO
        self.outcome.acquisition_total = ZERO

    def run(self, transactions: Sequence[Transaction]) -> Outcome:
        return walk(self, transactions)

    def apply(self, tx: Transaction, day: int) -> None:
        if tx.value and tx.amount and tx.type != "transfer":
            self.prices[tx.asset] = divide(tx.value, tx.amount)
        match tx.type:
            case "buy" | "income" | "gift_received":
                self._acquire(tx, day)
            case "neutral_in":
                self._change(tx.asset, tx.amount)
            case "neutral_out":
                self._give(tx, day, tx.amount)
            case "transfer":
                self._transfer(tx, day)
            case "sell" | "fee":
                self._sell(tx, day, tx.amount, tx.value or ZERO)
            case _:
                self._leave(tx, day)

    def _acquire(self, tx: Transaction, day: int) -> None:
        if tx.type == "income":
            value = tx.value or ZERO
            self.outcome.income.append(Income(tx.id, day, value, tx.more.kind or "income", tx.asset, tx.amount))
        self._change(tx.asset, tx.amount)
        self.total += acquisition_basis(tx, self.setup)

    def _transfer(self, tx: Transaction, day: int) -> None:
        more = tx.more
        if more.burnt:
            self._sell(tx, day, more.burnt, tx.value or ZERO)
        if more.to_asset is not None and more.to_amount is not None:
            self._give(tx, day, tx.amount - more.burnt)
            self._change(more.to_asset, more.to_amount)

    def _sell(self, tx: Transaction, day: int, amount: Decimal, price: Decimal) -> None:
        cost = self._part(tx, price)
        self.total -= cost
        self._give(tx, day, amount)
        fee = ZERO if tx.type == "transfer" else tx.fee
        self.outcome.disposals.append(row(tx, day, amount, price - fee, cost, ZERO))
        self.outcome.acquisition_totals[tx.id] = self.total

    def _leave(self, tx: Transaction, day: int) -> None:
        """A gift or donation takes its part of the price along (art. 150 VH bis III B); what is lost does not."""
        cost = self._part(tx, tx.value or ZERO) if tx.type in ("gift_sent", "donation") else ZERO
        self.total -= cost
        self._give(tx, day, tx.amount)
        self.outcome.removals.append(Removal(tx.id, day, tx.type, tx.asset, tx.amount, cost))

    def _part(self, tx: Transaction, price: Decimal) -> Decimal:
        """The fraction of the acquisition price in a sale: total x price / value of the portfolio."""
        worth = tx.more.portfolio_value
        if worth is None:
            worth = self._worth()
            text = f"the portfolio's value is not stated: {worth:f} by the last known prices"
            self.outcome.notices.append(Notice("portfolio_value_filled", tx.id, text, None, "portfolio_value"))
        if price >= worth:
            if price > worth and tx.more.portfolio_value is not None:
                text = "the sale is worth more than the whole portfolio before it: the whole acquisition price counts"
                self.outcome.notices.append(Notice("portfolio_value_too_small", tx.id, text, None, "portfolio_value"))
            return self.total if price else ZERO
        return divide(self.total * price, worth)

    def _worth(self) -> Decimal:
        held = ((units, self.prices.get(asset, ZERO)) for asset, units in self.units.items() if units > 0)
        return sum((units * price for units, price in held), ZERO)

    def _give(self, tx: Transaction, day: int, amount: Decimal) -> None:
        """Units leave; those beyond what is held came from nowhere that the history knows, and are named."""
        held = self.units.get(tx.asset, ZERO)
        if amount > held:
            self.outcome.missing.append(Missing(tx.id, day, tx.asset, tx.wallet, amount - held))
        self.units[tx.asset] = max(held - amount, ZERO)

    def _change(self, asset: str, amount: Decimal) -> None:
        self.units[asset] = self.units.get(asset, ZERO) + amount

    def tell(self) -> None:
        """Units by asset. The acquisition price is the portfolio's: it goes to its asset where it has but one."""
        held = [asset for asset in sorted(self.units) if self.units[asset] > 0]
        for asset in held:
            cost = self.total if len(held) == 1 else ZERO
            self.outcome.holdings.append(Holding("*", asset, self.units[asset], cost))
        if self.total and len(held) != 1:
            self.outcome.holdings.append(Holding("*", "*", ZERO, self.total))
        self.outcome.acquisition_total = self.total


def portfolio(transactions: Sequence[Transaction], under: Setup) -> Outcome:
    return Portfolio(under).run(transactions)
