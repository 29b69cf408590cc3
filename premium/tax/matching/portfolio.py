"""France's portfolio method (art. 150 VH bis CGI).

gain = net price - the portfolio's acquisition price x price / the portfolio's value
As on form 2086: the quotient takes the price before fees (line 217 over line 212), the gain the price after them
(line 218). Exchanges between digital assets are neutral; gifts take their part of the acquisition price along.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from premium.money import ZERO, divide, readable
from premium.tax.ledger.basis import acquisition_basis
from premium.tax.matching.average import row
from premium.tax.matching.walk import walk
from premium.tax.model import Remark, Transaction
from premium.tax.outcome import Holding, Income, Missing, Outcome, Removal
from premium.tax.setup import Setup

_NAMED = 5
"""Assets without a price that a remark names."""


class Worths:
    """Units and last prices of assets, and their sum.

    The sum is kept as they change: a sale need not look at every asset.
    """

    def __init__(self) -> None:
        self.units: dict[str, Decimal] = {}
        self.prices: dict[str, Decimal] = {}
        self.unpriced: set[str] = set()
        self.worth = ZERO

    def price(self, asset: str, price: Decimal) -> None:
        """Set an asset's last price."""
        self.worth += self.units.get(asset, ZERO) * (price - self.prices.get(asset, ZERO))
        self.prices[asset] = price
        self.unpriced.discard(asset)

    def price_as(self, asset: str, amount: Decimal, other: str, worth: Decimal) -> None:
        """Price an asset without a price by what another's units are worth."""
        price = self.prices.get(other)
        if price is not None and amount and asset not in self.prices:
            self.price(asset, divide(worth * price, amount))

    def change(self, asset: str, amount: Decimal) -> None:
        """Change the units of an asset."""
        held = self.units[asset] = self.units.get(asset, ZERO) + amount
        price = self.prices.get(asset)
        if price is not None:
            self.worth += amount * price
        elif held:
            self.unpriced.add(asset)
        else:
            self.unpriced.discard(asset)


class Portfolio:
    """Runs transactions with one acquisition price for the whole portfolio.

    Units are kept to value it where a sale does not say what it was worth.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.outcome = Outcome()
        self.assets = Worths()
        self.total = ZERO
        self.outcome.acquisition_total = ZERO

    def run(self, transactions: Sequence[Transaction]) -> Outcome:
        """Run transactions in order."""
        return walk(self, transactions)

    def apply(self, tx: Transaction, day: int) -> None:
        """Apply one transaction of a day."""
        if tx.value and tx.amount and tx.type != "transfer":
            self.assets.price(tx.asset, divide(tx.value, tx.amount))
        match tx.type:
            case "buy" | "income" | "gift_received" | "fork":
                self._acquire(tx, day)
            case "neutral_in":
                self.assets.change(tx.asset, tx.amount)
                self._settle_cash(-(tx.more.basis or ZERO))
            case "neutral_out":
                self._give(tx, day, tx.amount)
                self._settle_cash(tx.more.basis or ZERO)
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
            if tx.asset in self.setup.tender:
                return
        self.assets.change(tx.asset, tx.amount)
        self.total += acquisition_basis(tx, self.setup)

    def _settle_cash(self, paid: Decimal) -> None:
        """Add money paid on top of an exchange to the acquisition price.

        What was received comes off it, down to nothing.
        """
        self.total = max(self.total + paid, ZERO)

    def _transfer(self, tx: Transaction, day: int) -> None:
        more = tx.more
        if more.burnt:
            self._sell(tx, day, more.burnt, tx.value or ZERO)
        if more.to_asset is not None and more.to_amount is not None:
            arriving = tx.amount - more.burnt
            self.assets.price_as(more.to_asset, more.to_amount, tx.asset, arriving)
            self._give(tx, day, arriving)
            self.assets.change(more.to_asset, more.to_amount)

    def _sell(self, tx: Transaction, day: int, amount: Decimal, price: Decimal) -> None:
        cost = self._part(tx, price)
        self.total -= cost
        self._give(tx, day, amount)
        fee = ZERO if tx.type == "transfer" else tx.fee
        self.outcome.disposals.append(row(tx, day, amount, price - fee, cost, ZERO))
        self.outcome.acquisition_totals[tx.id] = self.total

    def _leave(self, tx: Transaction, day: int) -> None:
        """Let units leave without a sale.

        A gift or donation takes its part of the price along (art. 150 VH bis III B); what is lost does not.
        """
        cost = self._part(tx, tx.value or ZERO) if tx.type in ("gift_sent", "donation") else ZERO
        self.total -= cost
        self._give(tx, day, tx.amount)
        self.outcome.removals.append(Removal(tx.id, day, tx.type, tx.asset, tx.amount, cost))

    def _part(self, tx: Transaction, price: Decimal) -> Decimal:
        """Return a sale's part of the acquisition price.

        total x price / value of the portfolio
        """
        worth = tx.more.portfolio_value
        if worth is None:
            worth = self._worth(tx)
        self.outcome.portfolio_values[tx.id] = worth
        if price >= worth:
            if price > worth and tx.more.portfolio_value is not None:
                text = "the sale is worth more than the whole portfolio before it: the whole acquisition price counts"
                self.outcome.remarks.append(Remark("portfolio_value_too_small", tx.id, text, None, "portfolio_value"))
            return self.total if price else ZERO
        return divide(self.total * price, worth)

    def _worth(self, tx: Transaction) -> Decimal:
        """Return the portfolio's value by the last known prices, with a remark.

        An asset without any counts as nothing, which is remarked on too.
        """
        worth, unpriced = self.assets.worth, sorted(self.assets.unpriced)
        text = f"the portfolio's value is not stated: {readable(worth)} by the last known prices"
        self.outcome.remarks.append(Remark("portfolio_value_filled", tx.id, text, None, "portfolio_value"))
        if unpriced:
            names = ", ".join(unpriced[:_NAMED]) + (", …" if len(unpriced) > _NAMED else "")
            text = f"no price is known of {names}, which the portfolio holds: the value counts as zero"
            self.outcome.remarks.append(Remark("missing_price", tx.id, text, None, "portfolio_value"))
        return worth

    def _give(self, tx: Transaction, day: int, amount: Decimal) -> None:
        """Let units leave; those beyond what is held are missing."""
        held = self.assets.units.get(tx.asset, ZERO)
        if amount > held:
            self.outcome.missing.append(Missing(tx.id, day, tx.asset, tx.wallet, amount - held))
        self.assets.change(tx.asset, -min(amount, held))

    def report_holdings(self) -> None:
        """Report units by asset.

        The acquisition price is the portfolio's: it goes to its asset where it has but one.
        """
        units = self.assets.units
        held = [asset for asset in sorted(units) if units[asset]]
        for asset in held:
            cost = self.total if len(held) == 1 else ZERO
            self.outcome.holdings.append(Holding("*", asset, units[asset], cost))
        if self.total and len(held) != 1:
            self.outcome.holdings.append(Holding("*", "*", ZERO, self.total))
        self.outcome.acquisition_total = self.total


def portfolio(transactions: Sequence[Transaction], setup: Setup) -> Outcome:
    """Run the portfolio method."""
    return Portfolio(setup).run(transactions)
