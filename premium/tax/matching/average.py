"""Average cost: pools drawn from at their average.

One pool an asset, or a wallet and asset; Canada denies some losses.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from premium.money import ZERO, divide
from premium.tax.ledger.basis import acquisition_basis
from premium.tax.ledger.forks import shared, unforked
from premium.tax.matching.superficial import Superficial
from premium.tax.matching.walk import walk
from premium.tax.model import Remark, Transaction
from premium.tax.outcome import Disposal, Holding, Income, Missing, Outcome, Removal
from premium.tax.setup import Setup

Key = tuple[str, str]


class Pool:
    """Units in a pool, and their cost."""

    __slots__ = ("amount", "cost")

    def __init__(self) -> None:
        self.amount = self.cost = ZERO

    def add(self, amount: Decimal, cost: Decimal) -> None:
        """Add units and cost."""
        self.amount += amount
        self.cost += cost

    def take(self, amount: Decimal) -> tuple[Decimal, Decimal]:
        """Take (units, cost) of `amount`, or of all there is."""
        if amount >= self.amount:
            taken = self.amount, self.cost
            self.amount = self.cost = ZERO
            return taken
        cost = divide(self.cost * amount, self.amount)
        self.amount -= amount
        self.cost -= cost
        return amount, cost


class AverageLedger:
    """Runs transactions through pools at moving average.

    `superficial`, where given, denies losses and says when they enter the pool again.
    """

    def __init__(self, setup: Setup, superficial: Superficial | None = None) -> None:
        self.setup = setup
        self.outcome = Outcome(pooled=True)
        self.superficial = superficial
        self.pools: dict[Key, Pool] = {}

    def run(self, transactions: Sequence[Transaction]) -> Outcome:
        """Run transactions in order."""
        return walk(self, transactions)

    def apply(self, tx: Transaction, day: int) -> None:
        """Apply one transaction of a day."""
        match tx.type:
            case "buy" | "income" | "gift_received":
                self.acquire(tx, day)
            case "fork":
                self.fork(tx)
            case "transfer":
                self.transfer(tx, day)
            case "sell" | "fee":
                self.dispose(tx, day, tx.amount, (tx.value or ZERO) - tx.fee)
            case _:
                self.leave(tx, day)

    def pool(self, wallet: str, asset: str) -> Pool:
        """Return the pool of a wallet's asset."""
        key = (wallet if self.setup.scope == "per_wallet" else "*", asset)
        found = self.pools.get(key)
        if found is None:
            found = self.pools[key] = Pool()
        return found

    def acquire(self, tx: Transaction, day: int) -> None:
        """Add what came in to its pool."""
        if tx.type == "income":
            value = tx.value or ZERO
            self.outcome.income.append(Income(tx.id, day, value, tx.more.kind or "income", tx.asset, tx.amount))
            if tx.asset in self.setup.tender:
                return
        pool = self.pool(tx.wallet, tx.asset)
        pool.add(tx.amount, acquisition_basis(tx, self.setup))
        if self.superficial is not None:
            pool.add(ZERO, self.superficial.returned(tx, day))

    def fork(self, tx: Transaction) -> None:
        """Open units that take a part of the cost of the pool they came from."""
        parent = self.pool(tx.wallet, tx.more.from_asset or "")
        cost = shared(tx, parent.amount, parent.cost)
        if not parent.amount:
            self.outcome.remarks.append(unforked(tx))
        parent.add(ZERO, -cost)
        self.pool(tx.wallet, tx.asset).add(tx.amount, cost)

    def dispose(self, tx: Transaction, day: int, amount: Decimal, proceeds: Decimal) -> None:
        """Draw a disposal from its pool, one row a draw.

        Units beyond the pool are a row of their own, without cost.
        """
        if not amount:
            return
        pool = self.pool(tx.wallet, tx.asset)
        units, cost = pool.take(amount)
        share = proceeds if units == amount else divide(proceeds * units, amount)
        if units:
            denied = ZERO
            if self.superficial is not None and share < cost:
                denied, at_once = self.superficial.denied(tx, day, units, cost - share, pool.amount)
                pool.add(ZERO, at_once)
            self.outcome.disposals.append(row(tx, day, units, share, cost, denied))
        if units < amount:
            self.miss(tx, day, amount - units)
            self.outcome.disposals.append(row(tx, day, amount - units, proceeds - share, ZERO, ZERO))

    def leave(self, tx: Transaction, day: int) -> None:
        """Let gifts, donations and losses leave.

        At cost, or as the disposals that they are by law.
        """
        rules = self.setup.rules
        if tx.type in ("lost", "stolen") and rules.losses_deductible:
            self.dispose(tx, day, tx.amount, -tx.fee)
        elif tx.type == "gift_sent" and tx.more.kind == "market_value" and rules.gifts_at_market:
            self.dispose(tx, day, tx.amount, (tx.value or ZERO) - tx.fee)
        else:
            units, cost = self.pool(tx.wallet, tx.asset).take(tx.amount)
            self.outcome.removals.append(Removal(tx.id, day, tx.type, tx.asset, tx.amount, cost))
            if units < tx.amount:
                self.miss(tx, day, tx.amount - units)

    def transfer(self, tx: Transaction, day: int) -> None:
        """Dispose of what is burnt, and move the rest between pools."""
        more = tx.more
        if more.burnt:
            self.dispose(tx, day, more.burnt, tx.value or ZERO)
        here = self.pool(tx.wallet, tx.asset)
        there = self.pool(more.to_wallet or tx.wallet, more.to_asset or tx.asset)
        if here is there:
            return
        wanted = tx.amount - more.burnt
        units, cost = here.take(wanted)
        arriving = units if more.to_amount is None else more.to_amount
        there.add(arriving, cost)
        if units < wanted and more.to_amount is None:
            text = f"moves {wanted - units} {tx.asset} more than {tx.wallet or 'the wallet'} holds; they do not arrive"
            self.outcome.remarks.append(Remark("negative_balance", tx.id, text))

    def miss(self, tx: Transaction, day: int, amount: Decimal) -> None:
        """Note units that the pool does not cover."""
        self.outcome.missing.append(Missing(tx.id, day, tx.asset, tx.wallet, amount))

    def report_holdings(self) -> None:
        """Report the pools as they are."""
        for wallet, asset in sorted(self.pools):
            pool = self.pools[wallet, asset]
            if pool.amount:
                self.outcome.holdings.append(Holding(wallet, asset, pool.amount, pool.cost))


def row(  # noqa: PLR0917 - made for every draw; the figures stand in the form's order
    tx: Transaction, day: int, amount: Decimal, proceeds: Decimal, cost: Decimal, denied: Decimal
) -> Disposal:
    """Return the row of a draw from a pool."""
    return Disposal(
        tx.id,
        (),
        tx.type,
        tx.asset,
        tx.wallet,
        None,
        None,
        tx.instant,
        day,
        None,
        amount,
        proceeds,
        cost,
        denied,
        "none",
        "average",
        tx.more.form_1099,
    )


def average(transactions: Sequence[Transaction], setup: Setup) -> Outcome:
    """Run ACB, average or moving average; Canada's own with superficial losses."""
    # The rule looks at all that one owns: with a pool a wallet there is no pool that the denied loss belongs to.
    days = setup.rules.superficial_days if setup.scope == "pool" else None
    superficial = Superficial(transactions, setup, days) if days is not None else None
    return AverageLedger(setup, superficial).run(transactions)
