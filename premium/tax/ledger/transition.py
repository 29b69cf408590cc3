"""The US transition of 2025 from one universal pool to lots by wallet.

Rev. Proc. 2024-28: unused lots are allocated to wallets on 2025-01-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import takewhile

from premium.money import ZERO
from premium.tax.days import day_of
from premium.tax.ledger.allocation import Allocation, unknown_lots
from premium.tax.ledger.specific import SpecificLedger
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.outcome import Outcome

FIRST_DAY = day_of(date(2025, 1, 1))
Places = dict[str, list[tuple[str, Decimal]]]
"""By lot the wallets in which its units lie, and how many."""


class Whereabouts(SpecificLedger):
    """Which wallet holds which lot's units.

    Lots move and leave wallet by wallet, in the method's order, unreported.
    """

    def dispose(self, tx: Transaction, amount: Decimal, proceeds: Decimal) -> None:  # noqa: ARG002 - the ledger's own form
        """Take the units, and report nothing."""
        self.take(self.key(tx.wallet, tx.asset), amount, tx)

    def remove(self, tx: Transaction) -> None:
        """Take the units, and report nothing."""
        self.dispose(tx, tx.amount, ZERO)

    def places(self, transactions: Iterator[Transaction]) -> Places:
        """Return the wallets and amounts of each lot after these transactions."""
        found: Places = {}
        for lot in self.walk(transactions).open_lots:
            found.setdefault(lot.lot, []).append((lot.wallet, lot.amount))
        return found


class TransitionLedger(SpecificLedger):
    """A lot ledger that starts universal and goes to wallets in 2025.

    With the first transaction of 2025 its lots go to the wallets that hold the units.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.per_wallet = False
        self.balances: dict[tuple[str, str], Decimal] = {}
        self.homes: dict[str, str] = {}
        """Wallet in which each lot was acquired."""
        self.moved: set[str] = set()
        """Assets of which units went from one wallet to another."""
        self.allocated = False

    def run(self, transactions: Sequence[Transaction]) -> Outcome:
        """Run transactions, and note who holds what until the lots are allocated."""
        self.history = transactions
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
        """Report holdings, by wallet from the end of 2025 on.

        Whether or not 2025 saw a transaction.
        """
        until = self.setup.until
        if not self.allocated and until is not None and until >= FIRST_DAY:
            self.to_wallets()
        super().report_holdings()

    def to_wallets(self) -> None:
        """Allocate the lots; afterwards each wallet has its own queue."""
        self.allocated = self.per_wallet = True
        pool, self.queues, self.by_id = self.queues, {}, {}
        places = self._places()
        unused = (lot.id for queue in pool.values() for _, _, lot in queue if lot.amount)
        self.outcome.remarks += unknown_lots(self.setup.allocation, unused)
        for asset in sorted(str(key) for key in pool):
            lots = [entry[2] for entry in sorted(pool[asset], key=lambda entry: (entry[2].acquired, entry[1]))]
            held = {wallet: amount for (wallet, of), amount in self.balances.items() if of == asset}
            allocation = Allocation(asset, lots, held, self.homes, places)
            for wallet, lot in allocation.by(self.setup.allocation):
                self.put((wallet, asset), lot)
            self.outcome.remarks += allocation.remarks

    def _places(self) -> Places:
        """Return where transfers before 2025 brought lots.

        A transfer takes lots along, the first by the method (§ 1.1012-1(j)(3)).
        """
        if not self.moved:
            return {}
        before = takewhile(lambda tx: tx.instant < self.first_of_2025, self.history)
        moved = (tx for tx in before if not self.moved.isdisjoint((tx.asset, tx.more.to_asset)))
        return Whereabouts(replace(self.setup, scope="per_wallet", until=None)).places(moved)

    def _keep_balance(self, tx: Transaction) -> None:
        if tx.type in ACQUISITIONS:
            self._change(tx.wallet, tx.asset, tx.amount)
            self.homes[tx.id] = tx.wallet
            return
        self._change(tx.wallet, tx.asset, -tx.amount)
        if tx.type == "transfer":
            more = tx.more
            arriving = tx.amount - more.burnt if more.to_amount is None else more.to_amount
            there, asset = more.to_wallet or tx.wallet, more.to_asset or tx.asset
            self._change(there, asset, arriving)
            if there != tx.wallet:
                self.moved |= {tx.asset, asset}

    def _change(self, wallet: str, asset: str, amount: Decimal) -> None:
        key = (wallet, asset)
        self.balances[key] = self.balances.get(key, ZERO) + amount
