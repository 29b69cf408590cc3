"""The lot ledger: every unit has a lot, and every disposal names its lots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from premium.money import ZERO, divide
from premium.tax.history.history import History
from premium.tax.ledger.basis import acquisition_basis, takes_donors_date, value_at_gift
from premium.tax.ledger.forks import shared, unforked
from premium.tax.ledger.lots import ORDER, Entry, Lot
from premium.tax.ledger.pieces import Piece, cut, disposed
from premium.tax.ledger.quick import RULES, pass_over
from premium.tax.model import Remark, Transaction
from premium.tax.outcome import Holding, Income, Missing, OpenLot, Outcome, Removal
from premium.tax.setup import Setup

Key = str | tuple[str, str]


class Taken(NamedTuple):
    """Pieces that were taken, and the units that no lot covers."""

    pieces: list[Piece]
    missing: Decimal


class LotLedger:
    """Runs transactions in order through queues of lots.

    The scope is universal or per_wallet; what it made is in `outcome`.
    """

    rule: str

    def __init__(self, setup: Setup, outcome: Outcome | None = None) -> None:
        self.setup = setup
        self.outcome = outcome or Outcome()
        self.rule = setup.method
        self.per_wallet = setup.scope == "per_wallet"
        self.queues: dict[Key, list[Entry]] = {}
        self.entry = ORDER.get(setup.method, ORDER["fifo"])
        self.seq = 0
        self.simple = True
        """Whether every lot so far has one basis, whatever it is sold for."""
        self.day = setup.calendar.day
        self.long_from = setup.long_from
        self.kinds: dict[str, Callable[[Transaction], None]] = {
            "buy": self.acquire,
            "income": self.acquire,
            "gift_received": self.acquire,
            "fork": self.fork,
            "sell": self.sell,
            "fee": self.sell,
            "transfer": self.transfer,
            "gift_sent": self.remove,
            "donation": self.remove,
            "lost": self.sell if setup.rules.losses_deductible else self.remove,
            "stolen": self.sell if setup.rules.losses_deductible else self.remove,
        }

    def run(self, transactions: Sequence[Transaction]) -> Outcome:
        """Run transactions in order, and report what is left."""
        return self.walk(transactions)

    def walk(self, transactions: Iterable[Transaction]) -> Outcome:
        """Apply each transaction, and report holdings once the reported days are over."""
        if self.is_quick:
            pass_over(self, transactions.tuples() if isinstance(transactions, History) else transactions)
            return self.outcome
        until, reported, kinds = self.setup.until, False, self.kinds
        for transaction in transactions:
            if until is not None and not reported and self.day(transaction.instant) > until:
                self.report_holdings()
                reported = True
            kinds[transaction.type](transaction)
        if not reported:
            self.report_holdings()
        return self.outcome

    @property
    def is_quick(self) -> bool:
        """Whether plain rows are nothing but lots that come and go by one order."""
        return self.setup.method in RULES and type(self).dispose is LotLedger.dispose

    def key(self, wallet: str, asset: str) -> Key:
        """Return the key of the queue for a wallet's asset."""
        return (wallet, asset) if self.per_wallet else asset

    def acquire(self, tx: Transaction) -> None:
        """Open a lot with its basis: the value with the fee, or a gift's."""
        more, day = tx.more, self.day(tx.instant)
        basis = self.basis_of(tx)
        acquired, low, received = tx.instant, None, None
        if more.acquired is not None and (tx.type != "gift_received" or takes_donors_date(tx, self.setup)):
            acquired = min(more.acquired, tx.instant)
        if tx.type == "income":
            value = tx.value or ZERO
            kind = more.kind or "income"
            self.outcome.income.append(Income(tx.id, day, value, kind, tx.asset, tx.amount))
            if tx.asset in self.setup.tender:
                return
        elif tx.type == "gift_received" and self.setup.rules.gift_loss_basis:
            low, received = value_at_gift(tx, basis), (tx.instant, self.long_from(day))
            self.simple = self.simple and low is None
        long_from = self.long_from(day if acquired == tx.instant else self.day(acquired))
        self.seq += 1
        if tx.amount:
            lot = Lot(tx.id, self.seq, acquired, long_from, tx.amount, basis, low=low, received=received)
            self.put(self.key(tx.wallet, tx.asset), lot)

    def fork(self, tx: Transaction) -> None:
        """Open lots with a part of the cost of the coin they came from.

        They keep the dates of its lots.
        """
        here, there = self.key(tx.wallet, tx.more.from_asset or ""), self.key(tx.wallet, tx.asset)
        queue = self.queues.get(here, [])
        lots = sorted((lot for _, _, lot in queue if lot.amount), key=lambda lot: (lot.acquired, lot.seq))
        held, left = sum((lot.amount for lot in lots), ZERO), tx.amount
        self.seq += 1
        for number, lot in enumerate(lots, 1):
            amount = left if number == len(lots) else divide(tx.amount * lot.amount, held)
            basis = shared(tx, held, lot.basis)
            lot.basis -= basis
            lot.unit = None
            left -= amount
            self.put(there, Lot(tx.id, self.seq, lot.acquired, lot.long_from, amount, basis))
        queue[:] = [self.entry(lot) for lot in lots]
        heapify(queue)
        if not lots:
            self.outcome.remarks.append(unforked(tx))
            self.put(there, Lot(tx.id, self.seq, tx.instant, self.long_from(self.day(tx.instant)), tx.amount, ZERO))

    def basis_of(self, tx: Transaction) -> Decimal:
        """Return the total basis of an acquisition, the fee included."""
        return acquisition_basis(tx, self.setup)

    def put(self, key: Key, lot: Lot) -> None:
        """Put a lot into its queue."""
        queue = self.queues.get(key)
        if queue is None:
            queue = self.queues[key] = []
        heappush(queue, self.entry(lot))

    def take(self, key: Key, amount: Decimal, tx: Transaction) -> Taken:  # noqa: ARG002 - specific identification reads the transaction
        """Take the method's next units; `missing` is what no lot covers."""
        queue = self.queues.get(key)
        return take_from(queue, amount) if queue else Taken([], amount)

    def sell(self, tx: Transaction) -> None:
        """Dispose of all units at the value less the fee."""
        value = ZERO if tx.type in ("lost", "stolen") else (tx.value or ZERO)
        self.dispose(tx, tx.amount, value - tx.fee)

    def dispose(self, tx: Transaction, amount: Decimal, proceeds: Decimal) -> None:
        """Dispose of an amount: one row a lot, proceeds shared by amount.

        The last row takes the remainder.
        """
        if not amount:
            return
        pieces, missing = self.take((tx.wallet, tx.asset) if self.per_wallet else tx.asset, amount, tx)
        day = self.day(tx.instant)
        rows = self.outcome.disposals
        if len(pieces) == 1 and not missing:
            rows.append(disposed(tx, pieces[0], proceeds, day, pieces[0].rule or self.rule))
            return
        left, unsold = proceeds, amount
        for piece in pieces:
            share = left if piece.amount == unsold else divide(left * piece.amount, unsold)
            left -= share
            unsold -= piece.amount
            rows.append(disposed(tx, piece, share, day, piece.rule or self.rule))
        if missing:
            self.outcome.missing.append(Missing(tx.id, day, tx.asset, tx.wallet, missing))
            piece = Piece(None, missing, ZERO, None, None)
            rows.append(disposed(tx, piece, left, day, self.fallback_rule))

    @property
    def fallback_rule(self) -> str:
        """The rule of units that no named lot covers."""
        return "fifo" if self.rule == "specific_id" else self.rule

    def remove(self, tx: Transaction) -> None:
        """Let units leave without a gain.

        A gift sent, a donation, a loss that the law does not know.
        """
        if tx.type == "gift_sent" and tx.more.kind == "market_value" and self.setup.rules.gifts_at_market:
            self.sell(tx)
            return
        pieces, missing = self.take(self.key(tx.wallet, tx.asset), tx.amount, tx)
        day = self.day(tx.instant)
        basis = sum((piece.basis for piece in pieces), ZERO)
        self.outcome.removals.append(Removal(tx.id, day, tx.type, tx.asset, tx.amount, basis))
        if missing:
            self.outcome.missing.append(Missing(tx.id, day, tx.asset, tx.wallet, missing))

    def transfer(self, tx: Transaction) -> None:
        """Dispose of what is burnt; the rest keeps its lots.

        In the other wallet where wallets matter.
        """
        more = tx.more
        if more.burnt:
            self.dispose(tx, more.burnt, tx.value or ZERO)
        there, asset = more.to_wallet or tx.wallet, more.to_asset or tx.asset
        if (self.per_wallet and there != tx.wallet) or asset != tx.asset:
            self.move(tx, self.key(there, asset), tx.amount - more.burnt)

    def move(self, tx: Transaction, there: Key, amount: Decimal) -> None:
        """Move lots to another queue; of a conversion they become the other asset's."""
        pieces, missing = self.take(self.key(tx.wallet, tx.asset), amount, tx)
        arriving = tx.more.to_amount if tx.more.to_amount is not None else None
        for piece in pieces:
            if piece.lot is None:
                continue
            share = piece.amount if arriving is None else divide(arriving * piece.amount, amount)
            lot = piece.lot.part(share, piece.basis, piece.low)
            if arriving is not None:
                lot.unit = None
            self.put(there, lot)
        if missing:
            text = f"moves {missing} {tx.asset} more than {tx.wallet or 'the wallet'} holds; they arrive without a lot"
            self.outcome.remarks.append(Remark("negative_balance", tx.id, text))

    def report_holdings(self) -> None:
        """Report the lots that are left, by wallet and asset."""
        for key in sorted(self.queues, key=lambda k: k if isinstance(k, tuple) else ("*", k)):
            wallet, asset = key if isinstance(key, tuple) else ("*", key)
            lots = [lot for _, _, lot in sorted(self.queues[key], key=lambda entry: entry[:2]) if lot.amount]
            if lots:
                amount, basis = sum((lot.amount for lot in lots), ZERO), sum((lot.basis for lot in lots), ZERO)
                self.outcome.holdings.append(Holding(wallet, asset, amount, basis))
            for lot in lots:
                self.outcome.open_lots.append(OpenLot(lot.id, wallet, asset, lot.acquired, lot.amount, lot.basis))


def take_from(queue: list[Entry], amount: Decimal) -> Taken:
    """Take units off the head of a heap; a used-up lot leaves it."""
    pieces: list[Piece] = []
    while queue:
        lot = queue[0][2]
        if lot.amount > amount:
            pieces.append(cut(lot, amount))
            return Taken(pieces, ZERO)
        heappop(queue)
        if lot.amount:
            pieces.append(Piece(lot, lot.amount, lot.basis, lot.low, None))
            amount -= lot.amount
            lot.amount = ZERO
            if not amount:
                break
    return Taken(pieces, amount)
