"""US, Rev. Proc. 2024-28: one universal pool until 2024, its unused lots allocated to wallets on 2025-01-01."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from premium.money import ZERO
from premium.tax.days import day_of
from premium.tax.ledger.allocation import Allocation
from premium.tax.ledger.specific import SpecificLedger
from premium.tax.model import Outcome, Transaction

FIRST_DAY = day_of(date(2025, 1, 1))


class TransitionLedger(SpecificLedger):
    """Starts universal; with the first transaction of 2025 its lots go to the wallets that hold the units."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.per_wallet = False
        self.balances: dict[tuple[str, str], Decimal] = {}
        self.homes: dict[str, str] = {}
        """Wallet in which each lot was acquired."""
        self.allocated = False

    def run(self, transactions: Sequence[Transaction]) -> Outcome:
        self.first_of_2025 = self.setup.calendar.start_of(FIRST_DAY)
        until = self.setup.until
        if transactions and (
            transactions[-1].instant >= self.first_of_2025 or (until is not None and until >= FIRST_DAY)
        ):
            return self.walk(self._watched(transactions))
        # A history that ends before 2025 is universal to its end: nobody asks which wallet held what.
        return self.walk(transactions)

    def _watched(self, transactions: Sequence[Transaction]) -> Iterator[Transaction]:
        for tx in transactions:
            if not self.allocated:
                if tx.instant >= self.first_of_2025:
                    self.to_wallets()
                else:
                    self._keep_balance(tx)
            yield tx

    def report_holdings(self) -> None:
        """Holdings at or after the end of 2025 are by wallet, whether or not 2025 saw a transaction."""
        until = self.setup.until
        if not self.allocated and until is not None and until >= FIRST_DAY:
            self.to_wallets()
        super().report_holdings()

    def to_wallets(self) -> None:
        """The allocation of the day; afterwards each wallet has its own queue."""
        self.allocated = self.per_wallet = True
        pool, self.queues, self.by_id = self.queues, {}, {}
        for asset in sorted(str(key) for key in pool):
            lots = [entry[2] for entry in sorted(pool[asset], key=lambda entry: (entry[2].acquired, entry[1]))]
            held = {wallet: amount for (wallet, of), amount in self.balances.items() if of == asset}
            allocation = Allocation(asset, lots, held, self.homes)
            for wallet, lot in allocation.by(self.setup.allocation):
                self.put((wallet, asset), lot)
            self.outcome.notices += allocation.notices

    def _keep_balance(self, tx: Transaction) -> None:
        if tx.type in ("buy", "income", "gift_received"):
            self._change(tx.wallet, tx.asset, tx.amount)
            self.homes[tx.id] = tx.wallet
            return
        self._change(tx.wallet, tx.asset, -tx.amount)
        if tx.type == "transfer":
            more = tx.more
            arriving = tx.amount - more.burnt if more.to_amount is None else more.to_amount
            self._change(more.to_wallet or tx.wallet, more.to_asset or tx.asset, arriving)

    def _change(self, wallet: str, asset: str, amount: Decimal) -> None:
        key = (wallet, asset)
        self.balances[key] = self.balances.get(key, ZERO) + amount
